"""Files that commands write from texts of their own: scripts that may be run later."""

from __future__ import annotations

from posixpath import join, normpath

from immutable_delivery.effects.stage import Event
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText

_COPIERS = frozenset(("cat", "tee"))
"""Programs that put what they read into a file as it is."""
_PRINTERS = frozenset(("echo", "printf"))
_SWITCHES = frozenset(("-e", "-n", "-en", "-ne"))
_WHOLE = frozenset(("%s", r"%s\n", "%b", r"%b\n"))
"""Patterns of `printf` that print what they are given."""
_LINE_END = lazy(r"\\n")


class Written:
    """The texts that lie in a container because commands wrote them, by path."""

    def __init__(self) -> None:
        self.texts: dict[str, LocatedText] = {}

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
        for name, operator in named:
            self._write(normpath(join(call.folder or "", name)), body, append=operator == ">>")

    def _write(self, path: str, body: LocatedText, *, append: bool) -> None:
        old = self.texts.get(path) if append else None
        self.texts[path] = LocatedText.joined((old, body), old.used_at) if old else body


def _body(event: Event) -> LocatedText | None:
    """Return the text that a call puts into a file: its here-document, or what `echo` and `printf` are given."""
    if event.name in _COPIERS:
        return next((one.body for one in event.call.redirects if one.body is not None), None)
    if event.name not in _PRINTERS or not event.call.outputs:
        return None
    words = [word.written for word in event.words if word.text not in _SWITCHES]
    if event.name == "printf" and len(words) > 1 and words[0].text in _WHOLE:
        words = words[1:]
    return _lines(words[0]) if len(words) == 1 and words[0].known else None


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
