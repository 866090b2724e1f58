"""Taskfiles: what their tasks do to images, containers, clusters and hosts, as Task puts them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import outer_first
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Document, documents, may_spell
from immutable_delivery.syntax.yaml import roots as trees
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import roots

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "taskfile"
MAX_LENGTH = 1_000_000

_NAMED = lazy(r"(?:^|/)[Tt]askfile(?:\.[\w-]+)?\.ya?ml\Z")


def claims(path: str, data: bytes) -> bool:
    """Whether a file is a Taskfile by its name or its keys, and names a program that delivers, or includes others."""
    from immutable_delivery.jobs.delivering import delivers  # noqa: PLC0415 (it reads a table)

    if not (b"includes" in data or delivers(data) or may_spell(data)):
        return False
    return _NAMED.search(path) is not None or any(
        {"version", "tasks"} <= root.entries.keys() for root in trees(path, data)
    )


def parse(text: Text) -> list[Document]:
    """Return the document of the file."""
    if len(text.value) > MAX_LENGTH:
        raise UnreadableError(f"is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    return documents(text)


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the tasks of every Taskfile do, those that it includes with it."""
    from immutable_delivery.jobs.recipes import told  # noqa: PLC0415 (it loads the shell)
    from immutable_delivery.jobs.taskfiles import load  # noqa: PLC0415

    included: set[str] = set()
    for path in outer_first({path for path, _ in roots(documents, ctx)}, _NAMED):
        if path not in included:
            project = load(path, ctx, known=documents)
            included.update(project.paths)
            yield from told(project.recipes, ctx)
