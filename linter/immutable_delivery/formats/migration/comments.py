"""The comments of a migration that may say something to imd: whole lines, and the ends of lines."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.comments import Stretch

_COMMENT = lazy(r"(?:--|#|//|/\*)[ \t]*imd:[^\r\n]*")


def found(text: Text) -> Iterator[Stretch]:
    """Yield where such comments stand."""
    for one in _COMMENT.finditer(text.value):
        yield one.span()
