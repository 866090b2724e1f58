"""Migrations in JavaScript, TypeScript and C#: no more than whether two versions say the same, whatever their layout."""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.migrations.spec import MigrationSpec, Stated, digest
from immutable_delivery.source.text import Span, Text

_DOWN = lazy(
    r"^[ \t]*(?:exports\.down\b|module\.exports\.down\b|export[ \t]+(?:async[ \t]+)?(?:function[ \t]+|const[ \t]+)down\b"
    r"|(?:public[ \t]+)?(?:async[ \t]+)?down[ \t]*[:(]|protected[ \t]+override[ \t]+void[ \t]+Down\b)",
    24,  # re.MULTILINE | re.DOTALL
)
_UP = lazy(
    r"^[ \t]*(?:exports\.up\b|module\.exports\.up\b|export[ \t]+(?:async[ \t]+)?(?:function[ \t]+|const[ \t]+)up\b"
    r"|(?:public[ \t]+)?(?:async[ \t]+)?up[ \t]*[:(]|protected[ \t]+override[ \t]+void[ \t]+Up\b)",
    24,
)
_TOKEN = lazy(
    r"(?P<skip>\s+|//[^\n]*|/\*.*?(?:\*/|\Z)|[;,])|\"(?P<double>(?:[^\"\\\n]|\\.)*)\"|'(?P<single>(?:[^'\\\n]|\\.)*)'"
    r"|`(?P<ticks>(?:[^`\\]|\\.)*)`|(?P<word>\w+)|(?P<mark>\S)",
    16,  # re.DOTALL
)
_PARAMETER = lazy(r"\b(\w+) = >", needs=("= >",))
"""The only parameter of a function, without brackets."""
_FUNCTION = lazy(
    r"(?<=\)) = >|\b(?:async|await|function) ", needs=("= >", "async", "await", "function")
)
"""The ways to write a function, and whether it waits: the statements are the same."""
_CONTINUED = lazy(r"\\\n")
"""A line that goes on in the next one."""


def filled(spec: MigrationSpec, text: Text, _tool: str) -> MigrationSpec:
    """Return the migration with one step: all that applies it."""
    value = text.value
    up, down = _UP.search(value), _DOWN.search(value)
    start = up.start() if up else 0
    end = down.start() if down and down.start() > start else len(value)
    while start < end and value[start].isspace():
        start += 1
    step = Span(start, start + len(value[start:end].rstrip()))
    spec.steps = [Stated(normal=digest(_normal(value, start, end)), span=step)]
    return spec


def _normal(value: str, start: int, end: int) -> str:
    """Return the words, without comments, layout and what a formatter adds or leaves out."""
    found = (one for one in _TOKEN.finditer(value, start, end) if one.lastgroup != "skip")
    words = _PARAMETER.sub(r"( \1 ) = >", " ".join(map(_word, found)))
    return _FUNCTION.sub("", words).replace(" : (", " (")


def _word(token: re.Match[str]) -> str:
    """Return a token without its quotes; the layout of a text of several lines is that of the SQL in it."""
    word = token[token.lastgroup or 0]
    return " ".join(_CONTINUED.sub(" ", word).split()) if token.lastgroup == "ticks" else word
