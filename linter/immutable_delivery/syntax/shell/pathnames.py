"""Programs that print a path made of another one: `dirname "$0"`, and `pwd` behind a `cd`."""

from __future__ import annotations

from posixpath import basename, dirname

from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.calls import Call

PATHS = frozenset(("dirname", "basename", "readlink", "realpath"))


def path_of(call: Call) -> LocatedText | None:
    """Return the path that a call prints; None where nobody knows. A folder of the repository is told as from where the shell started."""
    if call.name == "pwd":
        return None if call.folder is None else _told(call, call.folder or ".")
    operands = [word for word in call.arguments if not word.text.startswith("-")]
    if call.name not in PATHS or not operands or not operands[0].known:
        return None
    text = operands[0].text
    if call.name == "dirname":
        return _told(call, dirname(text.rstrip("/")) or ".")
    if call.name == "basename":
        name = basename(text.rstrip("/"))
        return _told(call, name.removesuffix(operands[1].text) if operands[1:] else name)
    return None if operands[0].plain else _told(call, text)  # a link may lead anywhere


def _told(call: Call, text: str) -> LocatedText:
    place = call.words[-1].place
    return LocatedText.unaligned(text, place)
