"""From a parser's events to documents. The only module that knows ruamel.yaml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from _ruamel_yaml import CParser
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from immutable_delivery.errors import UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml.builder import Builder, RefusedError
from immutable_delivery.syntax.yaml.nodes import Document

_UNPRINTABLE = lazy("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SURROGATE = lazy("[\ud800-\udfff]")

__all__ = ["RefusedError", "read", "read_again"]

Next = Callable[[], Any]


def read(text: Text, start: int, end: int, masked: str | None = None) -> list[Document]:
    """Read a stretch of a file with libyaml, or what is given in its place; raise UnreadableError."""
    value = text.value[start:end] if masked is None else masked
    builder = Builder(text, start)
    try:
        _build(CParser(value).get_event, builder)
    except YAMLError as error:
        raise _unreadable(error, value, start) from error
    return builder.documents


def read_again(text: Text, start: int, masked: str) -> list[Document]:
    """Read a stretch that libyaml rejects with the slow and more exact parser; raise UnreadableError.

    ``masked`` is that stretch, with what stands in the way of any parser replaced by as many spaces.
    """
    builder = Builder(text, start)
    events = map(_mended, YAML(typ="safe", pure=True).parse(masked))
    try:
        _build(lambda: next(events, None), builder)
    except YAMLError as error:
        raise _unreadable(error, masked, start) from error
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError) as error:
        raise UnreadableError("is no YAML", start) from error
    return builder.documents


def _mended(event: Any) -> Any:
    """Join the surrogate pairs of JSON escapes, which this parser leaves as they are."""
    if type(event) is ScalarEvent and _SURROGATE.search(event.value):
        event.value = event.value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return event


def _build(get: Next, builder: Builder) -> None:
    """Feed the builder; scalars, most of all events, go by the short way."""
    scalar, others = builder.scalar, _handlers(builder)
    while (event := get()) is not None:
        if type(event) is ScalarEvent:
            scalar(event)
        elif handler := others.get(type(event)):
            handler(event)


def _handlers(builder: Builder) -> dict[type, Callable[[Any], None]]:
    return {
        MappingStartEvent: builder.begin_mapping,
        SequenceStartEvent: builder.begin_sequence,
        MappingEndEvent: builder.end,
        SequenceEndEvent: builder.end,
        AliasEvent: builder.alias,
        DocumentStartEvent: builder.begin_document,
        DocumentEndEvent: builder.end_document,
    }


def _unreadable(error: YAMLError, value: str, start: int) -> UnreadableError:
    """Say what the parser says, at the character that it means."""
    if found := _UNPRINTABLE.search(value):
        return UnreadableError("holds a control character", start + found.start())
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reasons = (getattr(error, name, None) for name in ("context", "problem"))
    reason = ", ".join(str(reason) for reason in reasons if reason)
    return UnreadableError(reason or "is no YAML", start + (mark.index if mark else 0))
