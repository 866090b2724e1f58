"""Dockerfiles and Containerfiles: BuildKit's grammar, stages, variables, and what every instruction says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.context import Comment, ParseContext, ParseProblem, SecondReading
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Fact, Recipe
from immutable_delivery.formats.dockerfile.cut import cut
from immutable_delivery.formats.dockerfile.document import Document, Instruction
from immutable_delivery.formats.dockerfile.grammar import check
from immutable_delivery.formats.dockerfile.remarks import in_stages
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Span, Text

NAME = "dockerfile"

_NAME = lazy(
    r"(?:docker|container)file(?:[._-].*)?\Z|.*\.(?:docker|container)file\Z|(?:docker|container)file[-_].*\Z",
    re.IGNORECASE | re.DOTALL,  # a name may hold the end of a line
)
_OTHER = lazy(
    r"\.(?:dockerignore|containerignore|md|rst|adoc|txt|html?|py|pyc|sh|bash|bat|ps1|cmd|go|rs|c|h|cpp|java|kt|rb|php|js|mjs|"
    r"jsx|ts|tsx|css|ya?ml|json|toml|xml|lock|log|svg|png|gif|jpe?g|pdf|zip|gz|tgz|vim|el|lua|"
    r"iml|mdx|sum|sig|asc|sha256|jsonl|ndjson|csv|tsv|parquet|sqlite3?|db|ipynb|whl|egg|jar|war|tar|bz2|xz|zst|7z|rar|"
    r"deb|rpm|apk|exe|dll|so|bin|webp|ico|mp4)\Z",
    re.IGNORECASE,
    needs=(".",),
)
"""Mostly the language or the kind of something else: what such a file is, its text tells."""
_LEFTOVER = lazy(
    r"(?:\.(?:bak|orig|old|rej|patch|diff|swp|snap)|~)\Z", re.IGNORECASE, needs=(".", "~")
)
"""What editors and merges leave behind; nobody builds it."""
_WHOLE = frozenset({"dockerfile", "containerfile"})
"""What is called so and holds bytes that are no text is broken; with more to its name it is something else."""
_TEMPLATE = lazy(
    r"\.(?:j2|jinja2?|tmpl|tpl|erb|template|templ|mustache|hbs|gotmpl|in|ejs|m4|mako|liquid)(?:\.|\Z)",
    re.IGNORECASE,
    needs=(".",),
)
_MARK = lazy(r"\{\{|\{%|<%|%%[A-Z_]+%%|@@?[A-Z][A-Z0-9_]+@@?", needs=("{{", "{%", "<%", "%%", "@"))


def claims(path: str, data: bytes) -> bool:
    """Whether a path names a Dockerfile: `Dockerfile.web`, `web.Dockerfile`, `Containerfile`."""
    name = path.rpartition("/")[2]
    if not _NAME.match(name) or _LEFTOVER.search(name):
        return False
    if _OTHER.search(name):
        return _is_one(path, data)
    return b"\0" not in data or name.casefold() in _WHOLE


def _is_one(path: str, data: bytes) -> bool:
    """Whether BuildKit would take a text for a Dockerfile, whatever it is called."""
    try:
        check(cut(Text.decode(path, data)).instructions)
    except UnreadableError:
        return False
    return True


def parse(text: Text) -> Document:
    """Return the instructions; raise UnreadableError for what BuildKit would refuse."""
    ending = _TEMPLATE.search(text.path.rpartition("/")[2])
    try:
        document = cut(text)
        check(document.instructions)
    except UnreadableError as error:
        mark = _mark_near(text, error.offset)
        if not ending and not mark:
            raise
        document = Document(text.path, template=f"it holds {mark}")
    else:
        if mark := next(_marked_bases(document.instructions), ""):
            document = Document(text.path, template=f"it holds {mark}")
    if ending:
        document.template = f"its name ends in {ending[0].rstrip('.')}"
    return document


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: each covers the instruction below, or inside a continued one the next line."""
    return list(in_stages(document, len(text.value)))


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Recipe]:
    """Return what every Dockerfile says, as the manifests that build it say to build it."""
    from immutable_delivery.formats.dockerfile.lowering import lower  # noqa: PLC0415 (it loads the shell)

    built = {build.dockerfile for build in ctx.builds}
    for path, document in documents.items():
        if document.template and not (document.instructions and path in built):
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


def _marked_bases(instructions: Iterable[Instruction]) -> Iterator[str]:
    """Yield the marks in what stages are built from: no image has such a name, elsewhere they are text."""
    for instruction in instructions:
        if instruction.name == "FROM" and (found := _MARK.search(instruction.words[0].text)):
            yield found[0]
