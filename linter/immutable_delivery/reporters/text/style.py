"""The few colours of the text report, and its wrapped prose."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record
from immutable_delivery.reporters.plain import printable

_CODES = {
    "error": "1;31", "warning": "1;33", "note": "1;36", "divergent": "1;31", "convergent": "1;33",
    "undetermined": "1;35", "congruent": "1;32", "bold": "1", "dim": "2",
}  # fmt: skip
_KEPT = lazy(r"\s|[-*•] |\d+\. |`{3}")
"""A line that begins so is no running text."""


class Style(Record, frozen=True):
    """Whether to colour, and how wide a line may be."""

    color: bool
    width: int

    def paint(self, text: str, name: str) -> str:
        """Return ``text`` in the colour of ``name``."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.color and text else text

    def wrapped(self, text: str, first: str, rest: str) -> list[str]:
        """Return a sentence as lines, with what each begins with."""
        line = printable(text)
        lines = wrap(
            line,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            break_long_words=False,
        )
        return lines or [first]

    def prose(self, text: str, indent: str) -> Iterator[str]:
        """Yield paragraphs as lines; lists and code stay as they are."""
        for index, paragraph in enumerate(text.strip("\n").split("\n\n")):
            if index:
                yield ""
            lines = paragraph.splitlines()
            if any(_KEPT.match(line) for line in lines):
                yield from (indent + printable(line) for line in lines)
            else:
                yield from self.wrapped(" ".join(lines), indent, indent)
