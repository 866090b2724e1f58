"""Scripts of package.json: what those that npm and its kin run by name do to images, containers, clusters and hosts.

The reference is https://docs.npmjs.com/cli/using-npm/scripts. What a container starts is read where that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import Recipe, scope_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import folder_of
from immutable_delivery.syntax.yaml import Document, Node, Scalar, may_spell
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import pairs, roots

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "npm"

_PATH = lazy(r"(?:^|/)package\.json\Z")


def claims(path: str, data: bytes) -> bool:
    """Whether a file is a package.json with scripts, and names a program that delivers."""
    from immutable_delivery.jobs.delivering import delivers  # noqa: PLC0415 (it reads a table)

    if _PATH.search(path) is None:
        return False
    return may_spell(data) or (b'"scripts"' in data and delivers(data))


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the scripts of every package do."""
    from immutable_delivery.jobs.recipes import told  # noqa: PLC0415 (it loads the shell)

    for path, root in roots(documents, ctx):
        yield from told([*_recipes(root, path)], ctx)


def _recipes(root: Node | None, path: str) -> Iterator[Recipe]:
    from immutable_delivery.containers.package_json import names_in  # noqa: PLC0415 (it reads a table)

    for key, value in pairs(root, "scripts"):
        if isinstance(value, Scalar) and not value.null:
            name = key.text
            needs = (f"pre{name}", f"post{name}", *names_in(value.text))
            scope = scope_of(path, name)
            yield Recipe(name, (value.written,), scope, folder_of(path), needs=needs)
