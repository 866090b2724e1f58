"""dockerfile-parse as a second, independent reader of edited Dockerfiles: an edit must mean the same to both.

It knows neither here-documents nor blank lines and comments within a continuation, and takes every backslash at the end of a
line for one: such lines are masked before it reads them. It is given the text and never a path, for it writes into files.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO

from dockerfile_parse import DockerfileParser

from immutable_delivery.context import SecondReading
from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.dockerfile.cut import cut
from immutable_delivery.formats.dockerfile.document import Document, Instruction
from immutable_delivery.records import Record
from immutable_delivery.source.text import Span, Text

LineOf = Callable[[int], int]

_END = "¦"
"""Behind a character at the end of a line that only looks as if it continued the line."""


class Read(Record, frozen=True):
    """An instruction as a reader sees it: lines counted from 1, blanks as one."""

    name: str
    value: str
    first: int
    last: int

    @property
    def meaning(self) -> tuple[str, str, int]:
        """What both readers must agree on; where a comment ends an instruction is a matter of taste."""
        return self.name, self.value, self.first


def reading(before: Text, after: Text, edits: Sequence[tuple[Span, Span]]) -> SecondReading:
    """Return what the second reader says of an edited text; ``edits`` are the spans that changed, before and after."""
    old, seen = _both(before)
    if at := _difference(old, seen):
        return SecondReading(unsure=f"dockerfile-parse reads line {at} otherwise than imd")
    kept = _untouched(seen, before, [one for one, _ in edits])
    try:
        new, seen = _both(after)
    except UnreadableError as error:
        return SecondReading(refused=f"the edited file {error.reason}")
    if at := _difference(new, seen):
        return SecondReading(refused=f"dockerfile-parse would read line {at} otherwise than imd")
    if kept != _untouched(seen, after, [one for _, one in edits]):
        return SecondReading(refused="dockerfile-parse sees a change beside the edit")
    return SecondReading()


def _both(text: Text) -> tuple[list[Read], list[Read]]:
    document = cut(text)
    return ours(text, document), theirs(text, document)


def ours(text: Text, document: Document) -> list[Read]:
    """Return the instructions as our cutter sees them; one without arguments says nothing."""
    line_of = _numbering(text)
    found = (_read(instruction, line_of) for instruction in document.instructions)
    return [one for one in found if one.value]


def theirs(text: Text, document: Document) -> list[Read]:
    """Return the instructions as dockerfile-parse sees them behind the masks."""
    parser = DockerfileParser(fileobj=BytesIO(masked(text, document).encode()))
    found = (
        Read(
            one["instruction"],
            _blanks(one["value"].replace(_END, "")),
            one["startline"] + 1,
            one["endline"] + 1,
        )
        for one in parser.structure
    )
    return [one for one in found if one.value and one.name != "COMMENT"]


def masked(text: Text, document: Document) -> str:
    """Return the text, line for line, without what dockerfile-parse does not know."""
    lines, line_of = text.value.split("\n"), _numbering(text)
    head = line_of(document.instructions[0].place.span.start) - 1
    lines[:head] = ["#" if line.strip() else line for line in lines[:head]]
    for instruction in document.instructions:
        start, end = _lines(instruction, line_of)
        for number in range(start, end + 1):
            lines[number - 1] = _plain(lines[number - 1], document.escape, last=number == end)
        for heredoc in instruction.heredocs:
            begin = line_of(heredoc.body.used_at.span.start)
            finish = line_of(heredoc.terminator.used_at.span.end)
            lines[begin - 1 : finish] = [""] * (finish - begin + 1)
    return "\n".join(lines)


def _plain(line: str, escape: str, *, last: bool) -> str:
    """Return a line of an instruction that ends in a backslash where, and only where, it is continued."""
    bare = line.rstrip()
    if not bare.strip():
        return "#"
    if bare.lstrip().startswith("#"):
        return line
    continues = bare.endswith(escape) and not bare.endswith(escape * 2)
    content = bare[:-1] if continues else bare
    if continues and not last:
        return f"{content}\\"
    return f"{content}{_END}" if content.rstrip().endswith("\\") else content


def _numbering(text: Text) -> LineOf:
    """Return what tells the line of an offset; only LF ends a line of a Dockerfile."""
    breaks = [at for at, char in enumerate(text.value) if char == "\n"]
    return lambda offset: bisect_left(breaks, offset) + 1


def _lines(instruction: Instruction, line_of: LineOf) -> tuple[int, int]:
    """Return the first and the last line of an instruction without its here-documents."""
    start = line_of(instruction.place.span.start)
    if instruction.heredocs:
        return start, line_of(instruction.heredocs[0].body.used_at.span.start) - 1
    return start, line_of(instruction.place.span.end)


def _read(instruction: Instruction, line_of: LineOf) -> Read:
    name, _, value = _blanks(instruction.line).partition(" ")
    return Read(name.upper(), value, *_lines(instruction, line_of))


def _blanks(value: str) -> str:
    return " ".join(value.split())


def _difference(one: Sequence[Read], other: Sequence[Read]) -> int:
    """Return the first line that two readers see otherwise, 0 where there is none."""
    for mine, yours in zip(one, other, strict=False):
        if mine.meaning != yours.meaning:
            return min(mine.first, yours.first)
    rest = [*one[len(other) :], *other[len(one) :]]
    return rest[0].first if rest else 0


def _untouched(reads: Iterable[Read], text: Text, spans: Iterable[Span]) -> list[tuple[str, str]]:
    """Return the instructions on whose lines nothing was edited."""
    line_of = _numbering(text)
    lines = [(line_of(span.start), line_of(span.end)) for span in spans]
    return [
        (read.name, read.value)
        for read in reads
        if not any(first <= read.last and last >= read.first for first, last in lines)
    ]
