"""Dockerfiles and Containerfiles: BuildKit's grammar, stages, variables, and what every instruction says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.context import Comment, ParseContext, ParseProblem, SecondReading
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.dockerfile.cut import cut
from immutable_delivery.formats.dockerfile.document import Document, Instruction
from immutable_delivery.formats.dockerfile.grammar import check
from immutable_delivery.formats.dockerfile.remarks import in_stages
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Span, Text

NAME = "dockerfile"

_NAME = lazy(
    r"(?:docker|container)file(?:[._-].*)?\Z|.*\.(?:docker|container)file\Z|(?:docker|container)file[-_].*\Z",
    re.IGNORECASE,
)
_OTHER = lazy(
    r"\.(?:dockerignore|containerignore|md|rst|adoc|txt|html?|py|pyc|sh|bash|bat|ps1|cmd|go|rs|c|h|cpp|java|kt|rb|php|js|mjs|"
    r"jsx|ts|tsx|css|ya?ml|json|toml|xml|lock|log|svg|png|gif|jpe?g|pdf|zip|gz|tgz|vim|el|lua|bak|orig|old|rej|patch|diff|swp|"
    r"iml|mdx|snap|sum|sig|asc|sha256|jsonl|ndjson|csv|tsv|parquet|sqlite3?|db|ipynb|whl|egg|jar|war|tar|bz2|xz|zst|7z|rar|"
    r"deb|rpm|apk|exe|dll|so|bin|webp|ico|mp4)\Z|~\Z",
    re.IGNORECASE,
)
_WHOLE = frozenset({"dockerfile", "containerfile"})
"""What is called so and holds bytes that are no text is broken; with more to its name it is something else."""
_TEMPLATE = lazy(
    r"\.(?:j2|jinja2?|tmpl|tpl|erb|template|templ|mustache|hbs|gotmpl|in|ejs|m4|mako|liquid)(?:\.|\Z)",
    re.IGNORECASE,
)
_MARK = lazy(r"\{\{|\{%|<%|%%[A-Z_]+%%|@@?[A-Z][A-Z0-9_]+@@?")
_STATEMENT = lazy(r"\{%[-+\s]|<%[=\s-]")
_BODY = frozenset(
    {"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL", "ENV", "LABEL", "MAINTAINER"}
)
"""Where double braces and percent signs mean something of their own."""


def claims(path: str, data: bytes) -> bool:
    """Whether a path names a Dockerfile: `Dockerfile.web`, `web.Dockerfile`, `Containerfile`."""
    name = path.rpartition("/")[2]
    if not _NAME.match(name) or _OTHER.search(name):
        return False
    return b"\0" not in data or name.casefold() in _WHOLE


def parse(text: Text) -> Document:
    """Return the instructions; raise UnreadableError for what BuildKit would refuse."""
    name = text.path.rpartition("/")[2]
    if ending := _TEMPLATE.search(name):
        return Document(text.path, template=f"its name ends in {ending[0].rstrip('.')}")
    try:
        document = cut(text)
        check(document.instructions)
    except UnreadableError as error:
        if mark := _mark_near(text, error.offset):
            return Document(text.path, template=f"it holds {mark}")
        raise
    mark = next(_marks(document.instructions), "")
    return Document(text.path, template=f"it holds {mark}") if mark else document


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: each covers the instruction below, or inside a continued one the next line."""
    return list(in_stages(document, len(text.value)))


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Return what every Dockerfile says, as the manifests that build it say to build it."""
    from immutable_delivery.formats.dockerfile.lowering import lower  # noqa: PLC0415 (it loads the shell)

    for path, document in documents.items():
        if document.template:
            ctx.troubles.append(ParseProblem(path, 0, document.template, template=True))
        else:
            yield from lower(document, ctx, ctx.builds)


def second_reading(before: Text, after: Text, edits: Sequence[tuple[Span, Span]]) -> SecondReading:
    """Return what dockerfile-parse, an independent reader, says of an edit."""
    from immutable_delivery.formats.dockerfile import secondreader  # noqa: PLC0415 (only edits need it)

    return secondreader.reading(before, after, edits)


def _mark_near(text: Text, offset: int) -> str:
    """Return the mark of a template language on the line that BuildKit would refuse, or at the head of any line."""
    line = text.line(text.line_of(min(offset, len(text.value))))
    found = _MARK.search(line) or re.search(r"^[ \t]*(?:\{\{|\{%|<%)", text.value, re.MULTILINE)
    return found[0].strip() if found else ""


def _marks(instructions: Iterable[Instruction]) -> Iterator[str]:
    for instruction in instructions:
        mark = _STATEMENT if instruction.name in _BODY or instruction.heredocs else _MARK
        if found := mark.search(instruction.line):
            yield found[0]
