"""The few colours of the text report, and its wrapped prose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.reporters.plain import printable

_CODES = {
    "error": "1;31", "warning": "1;33", "note": "1;36", "divergent": "1;31", "convergent": "1;33",
    "undetermined": "1;35", "congruent": "1;32", "not run here": "2",
    "moving": "1;33", "repeatable": "1;32", "not built here": "2", "bold": "1", "dim": "2",
}  # fmt: skip
_NAMED = 5
_KEPT = lazy(r"\s|[-*•] |\d+\. |`{3}")
"""A line that begins so is no running text."""

_CODE = lazy(r"`[^`]{1,40}`", needs=("`",))
"""What a person copies: it stays in one line."""
_GLUE = "\ue000"


class Style(Record, frozen=True):
    """Whether to colour, and how wide a line may be."""

    color: bool
    width: int
    links: bool = False

    def paint(self, text: str, name: str) -> str:
        """Return ``text`` in the colour of ``name``."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.color and text else text

    def linked(self, text: str, url: str) -> str:
        """Return ``text`` as a link that a terminal follows (OSC 8)."""
        safe = self.links and url.isascii() and url.isprintable()
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if safe and url else text

    def wrapped(self, text: str, first: str, rest: str) -> list[str]:
        """Return a sentence as lines, with what each begins with; none where there is no sentence."""
        whole = _CODE.sub(lambda code: code[0].replace(" ", _GLUE), printable(text))
        lines = wrap(
            whole,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            break_long_words=False,
        )
        return [line.replace(_GLUE, " ") for line in lines]

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


def names(found: Sequence[str]) -> str:
    """Return a few names, and how many more there are."""
    named = ", ".join(map(printable, found[:_NAMED]))
    more = len(found) - _NAMED
    return f"{named} and {more:,} more" if more > 0 else named
