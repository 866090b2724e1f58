"""cloud-config: what cloud-init does when a machine first starts.

The reference is cloud-init's documentation; a file is one by its first line alone, as for cloud-init itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.containers.environments import environment
from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.facts import Build, Fact, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.yaml import Document, Node
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "cloudinit"

_TEMPLATE = lazy(rb"\{\{|\{%|[$%]\{")
_FIRST = lazy(rb"(?:\xef\xbb\xbf)?(?:##[^\r\n]*[\r\n]++)*#cloud-config[ \t]*(?:[\r\n]|\Z)")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the first line tells it all)
    """Whether a file is a cloud-config."""
    return _FIRST.match(data) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every file makes a machine do."""
    from immutable_delivery.machines.boot import cloud_config  # noqa: PLC0415 (it loads the shell)

    for path, root in _readable(documents, ctx):
        scope = Scope(owner=path, phase="boot", layer="os", deployed=True, manifest=path)
        yield from cloud_config(root, environment(path, ctx).reached(scope), ctx)


def _readable(
    documents: Mapping[str, list[Document]], ctx: ParseContext
) -> Iterator[tuple[str, Node | None]]:
    """Yield path and root of what is a cloud-config as it stands; one that a template makes is counted as a template."""
    for path, held in documents.items():
        for document in held:
            if document.problem:
                template = _is_template(path, ctx)
                ctx.troubles.append(
                    ParseProblem(path, document.problem_at, document.problem, template)
                )
            else:
                yield path, document.root


def _is_template(path: str, ctx: ParseContext) -> bool:
    return _TEMPLATE.search(ctx.files.read(path)) is not None
