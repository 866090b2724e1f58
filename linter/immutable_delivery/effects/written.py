"""Files that commands write from here-documents: scripts that may be run later."""

from __future__ import annotations

from posixpath import join, normpath

from immutable_delivery.effects.stage import Event
from immutable_delivery.source.located import LocatedText

_COPIERS = frozenset(("cat", "tee"))
"""Programs that put what they read into a file as it is."""


class Written:
    """The texts that lie in a container because commands wrote them, by path."""

    def __init__(self) -> None:
        self.texts: dict[str, LocatedText] = {}

    def read(self, event: Event) -> None:
        """Note the file that a call writes from a here-document."""
        call = event.call
        body = next((one.body for one in call.redirects if one.body is not None), None)
        if event.name not in _COPIERS or body is None:
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
