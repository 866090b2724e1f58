"""Files that commands write from texts of their own: scripts that may be run later."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from immutable_delivery.effects.stage import Event
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.shell import Call, Redirect, Word

_COPIERS = frozenset(("cat", "tee"))
"""Programs that put what they read into a file as it is."""
PRINTERS = frozenset(("echo", "printf"))
_SWITCHES = frozenset(("-e", "-n", "-en", "-ne"))
_WHOLE = frozenset(("%s", r"%s\n", "%b", r"%b\n"))
"""Patterns of `printf` that print what they are given."""
_VARIABLE = lazy(r"\$(?:(\w+)|\{(\w+)\}|\{[^}\n]*\}|\([^)\n]*\))|`[^`\n]*`")
_LINE_END = lazy(r"\\n")


class Written:
    """The texts that lie in a container because commands wrote them, by path."""

    def __init__(self) -> None:
        self.texts: dict[str, LocatedText] = {}
        self._filled: dict[str, LocatedText] = {}
        """Those that are whole, with the values that the shell fills in."""

    def at(self, call: Call, word: Word) -> Iterator[LocatedText]:
        """Yield the text of a file that a call names, where commands wrote all of it."""
        found = self._filled.get(normpath(join(call.folder or "", word.text)))
        yield from () if found is None else (found,)

    def read(self, event: Event) -> None:
        """Note the file that a call writes from a here-document."""
        call = event.call
        body = _body(event)
        if body is None:
            return
        named = [(one.target.text, one.operator) for one in call.outputs if one.body is None]
        if event.name == "tee":
            operator = ">>" if any(word.text == "-a" for word in event.words) else ">"
            named += [(word.text, operator) for word in event.words if word.text[:1] != "-"]
        fed = next((one for one in call.redirects if one.body is not None), None)
        for name, operator in named:
            path = normpath(join(call.folder or "", name))
            self._write(path, body, append=operator == ">>")
            self._fill(path, filled_in(fed) if fed else body, append=operator == ">>")

    def _fill(self, path: str, text: LocatedText, *, append: bool) -> None:
        old = self._filled.pop(path, None)
        if not append:
            self._filled[path] = text
        elif old is not None:
            self._filled[path] = LocatedText.joined((old, text), old.used_at)

    def _write(self, path: str, body: LocatedText, *, append: bool) -> None:
        old = self.texts.get(path) if append else None
        self.texts[path] = LocatedText.joined((old, body), old.used_at) if old else body


def _body(event: Event) -> LocatedText | None:
    """Return the text that a call puts into a file: its here-document, or what `echo` and `printf` are given."""
    if event.name in _COPIERS:
        return next((one.body for one in event.call.redirects if one.body is not None), None)
    return printed_whole(event) if event.name in PRINTERS and event.call.outputs else None


def printed_whole(event: Event) -> LocatedText | None:
    """Return what `echo` and `printf` print, where that is one text."""
    words = [word.written for word in event.words if word.text not in _SWITCHES]
    if event.name == "printf" and len(words) > 1 and words[0].text in _WHOLE:
        words = words[1:]
    return _lines(words[0]) if len(words) == 1 and words[0].known else None


def filled_in(redirect: Redirect) -> LocatedText:
    """Return a here-document as the program gets it; what nobody here knows is unresolved."""
    body = redirect.target.written if redirect.body is None else redirect.body
    if redirect.literal or "$" not in body.text:
        return body
    return filled(body, _VARIABLE, lambda found, _own: redirect.values.get(found[1] or found[2]))


def _lines(text: LocatedText) -> LocatedText:
    r"""Return a text with its `\n` as ends of lines, and one at its end."""
    parts, at = list[LocatedText](), 0
    for found in _LINE_END.finditer(text.text):
        parts += (text.slice(at, found.start()), _end(text, found.start()))
        at = found.end()
    parts += (text.slice(at, len(text.text)), _end(text, len(text.text)))
    return LocatedText.joined(parts, text.used_at)


def _end(text: LocatedText, at: int) -> LocatedText:
    return LocatedText.literal("\n", text.place(at, at))
