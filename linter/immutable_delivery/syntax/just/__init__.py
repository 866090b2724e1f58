"""Justfiles: recipes with their lines, variables, settings and imports, by just's own grammar; nothing is run.

The reference is https://github.com/casey/just/blob/master/GRAMMAR.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.errors import UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.just.headers import Parameter, attributes, needs, parameters
from immutable_delivery.syntax.just.tokens import Expression, Token, content, tokens

__all__ = ["Body", "Expression", "Justfile", "Parameter", "Token", "content", "parse", "tokens"]

MAX_LENGTH = 1_000_000

_INDENTED = lazy(r"[ \t]+\S[^\n]*|[ \t]*\r?(?=\n)")
_INDENT = lazy(r"[ \t]*")
_MARKS = lazy(r"[ \t]*[@-]{0,2}[ \t]*")


class Body(Record, frozen=True, kw_only=True):
    """A recipe."""

    name: str
    extent: Place
    parameters: tuple[Parameter, ...] = ()
    needs: tuple[str, ...] = ()
    lines: tuple[LocatedText, ...] = ()
    """Each, continued ones as one, is for a shell of its own; of a recipe that is a script, that script."""
    attributes: dict[str, str] = field(default_factory=dict)
    """`[no-cd]`, `[working-directory: 'x']`: the names, each with what it is given."""


class Justfile(Record):
    """What a justfile says by itself."""

    path: str
    recipes: list[Body] = field(default_factory=list)
    variables: dict[str, Expression] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    settings: dict[str, Expression] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    imports: list[str] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    """Modules by their names, each with the path that is written; empty where none is."""
    comments: list[tuple[int, int]] = field(default_factory=list)


def parse(text: Text) -> Justfile:
    """Return what a justfile says; raise UnreadableError for one that is too long."""
    if len(text.value) > MAX_LENGTH:
        raise UnreadableError(f"is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    reader = _Reader(text)
    reader.read()
    return reader.into


class _Reader:
    """Walks over the statements of one file."""

    def __init__(self, text: Text) -> None:
        self.into = Justfile(text.path)
        place = Place(text.path, Span(0, len(text.value)))
        self._written = LocatedText.literal(text.value, place)
        self._attributes: dict[str, str] = {}

    def read(self) -> None:
        text, at = self._written.text, 0
        while at < len(text):
            start, found = at, list(tokens(self._written, at))
            last = found[-1].written.used_at.span if found else None
            at = max(last.end if last else 0, at + 1)
            if last and text.startswith("#", last.start):
                self.into.comments.append((last.start, at))
            words = [token for token in found if token.kind != "end"]
            if words:
                at = self._statement(words, start, at)

    def _statement(self, words: Sequence[Token], start: int, at: int) -> int:
        """Take one statement; return where the next begins."""
        texts = [word.text for word in words]
        into, given = self.into, tuple(words[3:])
        match texts:
            case ["set", name, *_] if texts[2:3] in ([], [":="]):
                into.settings[name] = given
            case ["alias", name, ":=", *target]:
                into.aliases[name] = "".join(target)
            case ["export", name, ":=", *_]:
                into.exported.add(name)
                into.variables[name] = given
            case [name, ":=", *_]:
                into.variables[name] = tuple(words[2:])
            case ["import", *_] if words[-1].kind == "string":
                into.imports.append(content(words[-1]).text)
            case ["mod", *rest] if ":" not in rest:
                self._module([word for word in words[1:] if word.text != "?"])
            case ["[", *_]:
                self._attributes |= dict(attributes(words[1:]))
            case _ if ":" in texts:
                return self._recipe(words, start, at)
            case _:
                pass
        return at

    def _module(self, words: Sequence[Token]) -> None:
        if words and words[0].kind == "name":
            path = content(words[1]).text if words[1:] and words[1].kind == "string" else ""
            self.into.modules[words[0].text] = path

    def _recipe(self, words: Sequence[Token], start: int, at: int) -> int:
        texts = [word.text for word in words]
        colon = texts.index(":")
        head = [word for word in words[:colon] if word.text != "@"]
        end = at
        while line := _INDENTED.match(self._written.text, end):
            end = min(line.end() + 1, len(self._written.text))
        if head and head[0].kind == "name":
            lines = list(self._lines(at, end))
            stop = lines[-1].used_at.span.end if lines else words[-1].written.used_at.span.end
            self.into.recipes.append(
                Body(
                    name=head[0].text,
                    extent=self._written.used_at.at(start, stop),
                    parameters=tuple(parameters(head[1:])),
                    needs=tuple(filter(None, needs(words[colon + 1 :]))),
                    lines=tuple(lines),
                    attributes=self._attributes,
                )
            )
        self._attributes = {}
        return end

    def _lines(self, start: int, end: int) -> Iterator[LocatedText]:
        """Yield the lines of a recipe as shells get them, continued ones as one; of a script the whole."""
        text, at, begun = self._written.text, start, -1
        first = _INDENT.match(text, start)
        scripts = "script" in self._attributes or "default-script" in self.into.settings
        if first and (scripts or text.startswith("#!", first.end())):
            yield self._script(start, end, first.end() - start)
            return
        while at < end:
            stop = text.find("\n", at, end)
            stop = end if stop < 0 else stop + 1
            line = text[at:stop].rstrip("\r\n")
            if begun < 0 and not line.strip():
                at = stop
                continue
            begun = at if begun < 0 else begun
            if not line.endswith("\\") or stop >= end:
                yield from self._line(begun, at + len(line.rstrip()))
                begun = -1
            at = stop

    def _line(self, start: int, end: int) -> Iterator[LocatedText]:
        marks = _MARKS.match(self._written.text, start, end)
        begin = marks.end() if marks else start
        if self._written.text.startswith("#", begin):
            self.into.comments.append((begin, end))
        elif begin < end:
            yield self._written.slice(begin, end)

    def _script(self, start: int, end: int, indent: int) -> LocatedText:
        """Return a script without the indentation of its first line."""
        text, parts, at = self._written.text, [], start
        while at < end:
            stop = text.find("\n", at, end)
            stop = end if stop < 0 else stop + 1
            inner = _INDENT.match(text, at, min(at + indent, stop))
            begin = inner.end() if inner else at
            parts += [self._written.slice(begin, stop)] if begin < stop else []
            at = stop
        return LocatedText.joined(parts, self._written.used_at.at(start + indent, end))
