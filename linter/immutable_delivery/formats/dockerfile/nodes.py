"""A logical line to an instruction: keyword, flags and arguments, each kind split in its own way."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.dockerfile import jsonwords, words
from immutable_delivery.formats.dockerfile.document import Heredoc, Instruction
from immutable_delivery.formats.dockerfile.lines import SPACE, Line
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

_WITH_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})
_TAKES_JSON = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK"})
_TAKES_JSON_LIST = frozenset({"ADD", "COPY", "VOLUME"})


def may_hold_heredocs(line: Line, escape: str) -> bool:
    """Whether an instruction is one that here-documents belong to."""
    keyword, rest = words.command(line, 0, len(line.text))
    name = line.text[slice(*keyword)].upper()
    if name == "ONBUILD":
        keyword, rest = words.command(line, *words.flags(line, *rest, escape)[1])
        name = line.text[slice(*keyword)].upper()
    if name not in _WITH_HEREDOCS:
        return False
    return isinstance(jsonwords.json_words(line, *words.flags(line, *rest, escape)[1]), str)


def node(
    line: Line, start: int, end: int, place: Place, escape: str, heredocs: tuple[Heredoc, ...] = ()
) -> Instruction:
    """Return the instruction that stands in a stretch of a line; the trigger of ONBUILD is one too."""
    keyword, rest = words.command(line, start, end)
    flags, rest = words.flags(line, *rest, escape)
    name = line.text[slice(*keyword)].upper()
    written = line.written(*rest) if rest[0] < rest[1] else None
    trigger = None
    if name == "ONBUILD" and written:
        if line.text[slice(*words.command(line, *rest)[0])].upper() == "ONBUILD":
            raise UnreadableError("ONBUILD cannot trigger ONBUILD", place.span.start)
        trigger = node(line, *rest, place, escape, heredocs)
    arguments, json, error = _arguments(name, line, rest, place, escape)
    return Instruction(
        name, line.text[start:end], place, flags, written, arguments, json, error, heredocs,
        script=written and _script(written, heredocs), trigger=trigger,
    )  # fmt: skip


def _arguments(
    name: str, line: Line, rest: words.Range, place: Place, escape: str
) -> tuple[tuple[LocatedText, ...], bool, str]:
    """Return the words of an instruction, whether they are JSON, and why not where that was meant."""
    if rest[0] == rest[1] or name == "ONBUILD":
        return (), False, ""
    if name in {"ENV", "LABEL"}:
        pairs = words.names_and_values(line, *rest, escape)
        if pairs is None:
            raise UnreadableError(f"{name} needs names with values", line.offset(rest[0]))
        return pairs, False, ""
    if name == "ARG":
        ranges = words.quoted_words(line.text, *rest, escape)
        return tuple(line.written(*one) for one in ranges), False, ""
    if name in {"FROM", "EXPOSE"}:
        return words.blank_words(line, *rest), False, ""
    if name == "HEALTHCHECK":
        end = next((at for at in range(*rest) if line.text[at] in SPACE), rest[1])
        kind, rest = line.written(rest[0], end), words.stripped(line.text, end, rest[1])
        found, json, error = _maybe_json(name, line, rest, place)
        return (kind, *found), json, error
    return _maybe_json(name, line, rest, place)


def _maybe_json(
    name: str, line: Line, rest: words.Range, place: Place
) -> tuple[tuple[LocatedText, ...], bool, str]:
    takes_json = name in _TAKES_JSON or name in _TAKES_JSON_LIST
    found = jsonwords.json_words(line, *rest) if takes_json else ""
    if not isinstance(found, str):
        return found, True, ""
    if found == jsonwords.NOT_STRINGS:
        raise UnreadableError("a JSON array of an instruction holds strings only", place.span.start)
    if rest[0] == rest[1]:
        return (), False, ""
    if name in _TAKES_JSON_LIST:
        return words.blank_words(line, *rest), False, found
    return (line.written(*rest),), False, found


def _script(rest: LocatedText, heredocs: tuple[Heredoc, ...]) -> LocatedText:
    return LocatedText.joined(_script_parts(rest, heredocs), rest.used_at) if heredocs else rest


def _script_parts(rest: LocatedText, heredocs: tuple[Heredoc, ...]) -> Iterator[LocatedText]:
    yield rest
    for heredoc in heredocs:
        at = heredoc.body.used_at.at(
            heredoc.body.used_at.span.start, heredoc.body.used_at.span.start
        )
        yield LocatedText.unaligned("\n", at)
        yield heredoc.body
        yield heredoc.terminator
