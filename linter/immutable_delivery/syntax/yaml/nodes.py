"""The nodes of the tree: scalars, mappings and sequences with their places."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml.scalars import located

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_ALIAS = lazy(r"[ \t]*:\s*\*[^\s,\]}]+")


class Scalar:
    """A scalar as text: nothing is converted (`1.10`, `on`, `0644`, `22:22` stay what they are)."""

    __slots__ = ("place", "plain", "tag", "written")

    def __init__(
        self, written: LocatedText, place: Place, *, plain: bool = True, tag: str = ""
    ) -> None:
        self.written = written
        self.place = place
        """The text of the scalar itself, without quotes, anchor and tag."""
        self.plain = plain
        """Neither quoted nor a block; only then can `null`, `true` or `7` mean something else than text."""
        self.tag = tag

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scalar) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[object, ...]:
        return self.written, self.place, self.plain, self.tag

    @property
    def text(self) -> str:
        """The value."""
        return self.written.text

    @property
    def used_at(self) -> Place:
        """Where it stands for who reads the object: elsewhere than what decides it where a template puts that in."""
        return self.place

    @property
    def null(self) -> bool:
        """Whether it is YAML's null."""
        return self.plain and self.text in _NULLS

    @property
    def end(self) -> int:
        """Where it ends with its quotes."""
        return self.place.span.end


class _Placed(Record, kw_only=True):
    place: Place


class Mapping(_Placed):
    """A mapping in its written order; merge keys (`<<`) are merged: own keys win, then earlier sources."""

    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    tag: str = ""
    merges: list[tuple[Scalar, Node]] = field(default_factory=list)
    """The merge keys as they are written, with what they merge."""

    def get(self, key: str) -> Node | None:
        """Return the value of a key."""
        found = self.entries.get(key)
        return found[1] if found else None

    def key(self, key: str) -> Scalar | None:
        """Return the scalar of a key."""
        found = self.entries.get(key)
        return found[0] if found else None

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield keys and values."""
        return ((key, node) for key, (_, node) in self.entries.items())

    def extent(self, key: str) -> Place:
        """Return the place of a whole entry, from its key to the end of its value."""
        found = self.entries.get(key)
        return self.place if found is None else entry_extent(*found)

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.place.span.end


class Sequence(_Placed):
    """A sequence."""

    items: list[Node] = field(default_factory=list)
    tag: str = ""

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.place.span.end


Node = Scalar | Mapping | Sequence


class ReadScalar(Scalar):
    """A scalar that works its places out when somebody asks: most scalars of a file nobody asks about."""

    __slots__ = ("_finish", "_style", "_value", "begin", "source")

    def __init__(
        self, value: str, source: Text, begin: int, finish: int, style: str, tag: str
    ) -> None:
        self._value = value
        self.source = source
        self.begin = begin
        self._finish = finish
        self._style = style
        self.plain = not style
        self.tag = tag

    def __getattr__(self, name: str) -> object:
        """Fill the two slots of the base that nothing has set yet."""
        if name not in {"written", "place"}:
            raise AttributeError(name)
        self.written = located(self.source, self._value, self.begin, self._finish, self._style)
        self.place = self.written.used_at
        return self.written if name == "written" else self.place

    def __reduce__(self) -> tuple[object, ...]:
        """Travel without what can be worked out again."""
        parts = (self._value, self.source, self.begin, self._finish, self._style, self.tag)
        return ReadScalar, parts

    @property
    def text(self) -> str:
        """The value."""
        return self._value

    @property
    def null(self) -> bool:
        """Whether it is YAML's null."""
        return self.plain and self._value in _NULLS

    @property
    def end(self) -> int:
        """Where it ends with its quotes."""
        return self.place.span.end if self._style in {"|", ">"} else self._finish


class Document(Record):
    """One YAML document: its root (None where it is empty or broken) and why it cannot be read."""

    root: Node | None
    place: Place
    problem: str = ""
    problem_at: int = 0
    """Offset in the file."""
    duplicates: list[Scalar] = field(default_factory=list)
    """Keys that their mapping has had before; the later one wins."""


def head(node: Node) -> Place:
    """Return where a node begins for a reader: a mapping at its first key."""
    first = next(iter(node.entries.values()), None) if isinstance(node, Mapping) else None
    return first[0].place if first else node.place


def entry_extent(key: Scalar, value: Node) -> Place:
    """Return the place of an entry; the value of an alias stands elsewhere and ends with its `*name`."""
    end = max(key.end, value.end)
    at = value.used_at if isinstance(value, Scalar) else value.place
    if at.file != key.place.file or at.span.start < key.place.span.start:
        end = key.end
        if isinstance(key, ReadScalar) and (alias := _ALIAS.match(key.source.value, key.end)):
            end = alias.end()
    return key.place.at(key.place.span.start, end)
