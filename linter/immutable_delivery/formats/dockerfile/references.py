"""Names in instructions: arguments with defaults, flags, and what `--from=` and `from=` refer to."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.lines import Line
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText

VARIABLE = lazy(r"\$\{[^}]*\}|\$\w+")


def argument(word: LocatedText) -> tuple[str, LocatedText | None]:
    """Return name and default of a word of ARG."""
    name, sign, _ = word.text.partition("=")
    return name, Line.of(word).written(len(name) + 1, len(word.text)) if sign else None


def flag(instruction: Instruction, name: str) -> LocatedText | None:
    """Return the value of a flag, None where it is not there."""
    return next(iter(flags(instruction, name)), None)


def flags(instruction: Instruction, name: str) -> list[LocatedText]:
    """Return the values of a flag that may come several times."""
    start = len(name) + 3
    return [
        Line.of(word).written(min(start, len(word.text)), len(word.text))
        for word in instruction.flags
        if word.text == f"--{name}" or word.text.startswith(f"--{name}=")
    ]


def references(instruction: Instruction) -> Iterator[LocatedText]:
    """Yield what COPY and RUN take files from: stages, images or named contexts."""
    if instruction.name == "COPY":
        yield from (_unexpanded(value) for value in flags(instruction, "from") if value.text)
    elif instruction.name == "RUN":
        for mount in flags(instruction, "mount"):
            yield from mounted(mount)


def mounted(mount: LocatedText) -> Iterator[LocatedText]:
    """Yield what a mount takes files from."""
    at = 0
    for field_ in mount.text.split(","):
        name, _, value = field_.partition("=")
        if name.strip().lower() == "from" and value:
            yield _unexpanded(Line.of(mount).written(at + len(name) + 1, at + len(field_)))
        at += len(field_) + 1


def _unexpanded(written: LocatedText) -> LocatedText:
    """BuildKit resolves no variable here, so that one in it is never known."""
    if "$" not in written.text:
        return written
    return replace(written, unresolved=tuple(found[0] for found in VARIABLE.finditer(written.text)))
