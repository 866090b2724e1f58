"""The values of a template: plain Python where Go's kinds allow it, with a place where one is known.

| Go | here |
|---|---|
| nil | `None` |
| string | `str`; :class:`Traced` where its origin is known, :class:`Partial` where something in it is not |
| int, int64 | `int`, :class:`Int64` |
| float64 (every number of YAML and JSON) | `float`; :class:`Float` with a place |
| bool | `bool`; :class:`Bool` with a place |
| map[string]any, map[string]string, others | `dict`, :class:`StringMap`, a subclass of :class:`NamedMap`; keys may be `Traced` |
| []any, []string | `list`, :class:`StringList`; never changed in place |
| a struct, what has methods | :class:`Object` |
| what nothing here knows | :class:`Unknown` |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from immutable_delivery.source.text import Place
from immutable_delivery.syntax.gotemplate.traced import Traced

Value = Any
"""One of the above."""


class Unknown:
    """A value that nothing here knows: random, the time, what a cluster or another file holds."""

    __slots__ = ("place", "reason", "truth")

    def __init__(
        self, reason: str, place: Place | None = None, *, truth: bool | None = None
    ) -> None:
        self.reason = reason
        """In the words of a message: `a random text`, `a value from the cluster`."""
        self.place = place
        """Where a person would look for it."""
        self.truth = truth
        """Whether it is true, where that much is known."""

    def __bool__(self) -> bool:
        """Return its truth, for who has asked whether that is known."""
        return bool(self.truth)

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"


class Int64(int):
    """Go's int64: what sprig's arithmetic gives."""

    __slots__ = ()


class Float(float):
    """A number of a file: `written` is what stands there."""

    __slots__ = ("written",)
    written: Traced

    def __new__(cls, value: float, written: Traced) -> Self:
        """Return the number with the text that gives it."""
        self = float.__new__(cls, value)
        self.written = written
        return self


class Bool(int):
    """A truth value of a file: `written` is what stands there."""

    written: Traced

    def __new__(cls, value: bool, written: Traced) -> Self:  # noqa: FBT001
        """Return the truth value with the text that gives it."""
        self = int.__new__(cls, value)
        self.written = written
        return self


class NamedMap(dict[str, Value]):
    """A map whose type has a name of its own in Go: `dig` and `typeOf` tell it from others."""

    __slots__ = ()
    type_name = ""


class StringMap(NamedMap):
    """Go's map[string]string: a missing key is the empty string."""

    __slots__ = ()
    type_name = "map[string]string"


class NamedList(list[Value]):
    """A list whose type has a name of its own in Go."""

    __slots__ = ()
    type_name = ""


class StringList(NamedList):
    """Go's []string."""

    __slots__ = ()
    type_name = "[]string"


class IntList(NamedList):
    """Go's []int."""

    __slots__ = ()
    type_name = "[]int"


class Object:
    """A struct of Go: a field that it does not have is an error, a method gets the arguments of the template."""

    __slots__ = ("entries", "fields", "methods", "printed", "type_name")

    def __init__(
        self,
        type_name: str,
        fields: Mapping[str, Value] | None = None,
        methods: Mapping[str, Callable[..., Value]] | None = None,
        printed: str | None = None,
        entries: dict[str, Value] | None = None,
    ) -> None:
        self.type_name = type_name
        """As Go's `%T` prints it: `*chart.Metadata`."""
        self.fields = fields or {}
        self.methods = methods or {}
        self.printed = f"<{type_name}>" if printed is None else printed
        """What `{{ . }}` prints."""
        self.entries = entries
        """Where it is a map with methods (`.Files`): what it holds; it is false where that is empty."""

    def __bool__(self) -> bool:
        """Return Go's truth: a struct is true."""
        return self.entries is None or bool(self.entries)


_KINDS = {
    type(None): "invalid",
    bool: "bool",
    Bool: "bool",
    int: "int",
    Int64: "int64",
    float: "float64",
    Float: "float64",
    dict: "map",
    StringMap: "map",
    list: "slice",
    StringList: "slice",
}


def kind(value: Value) -> str:
    """Return Go's kind of a value, as `kindOf` names it."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    if isinstance(value, str):
        return "string"
    if isinstance(value, (dict, list)):
        return "map" if isinstance(value, dict) else "slice"
    if value.entries is not None:
        return "map"
    return "ptr" if value.type_name.startswith("*") else "struct"
