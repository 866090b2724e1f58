"""New values for keys of a mapping, written as the mapping around them is: block, flow or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Listed
from functools import lru_cache

from immutable_delivery.findings import Edit
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml.documents import documents
from immutable_delivery.syntax.yaml.nodes import Document, Mapping, Node, Scalar, Sequence

Entry = tuple[Scalar, Node]


def assigned(text: Text, owner: Mapping, path: Listed[str], value: str) -> Edit | None:
    """Return the edit that gives a key (of a key, of …) a value.

    None where that cannot be written here: what is there is no mapping, or comes from an anchor.
    """
    key, *rest = path
    if not _is_own(owner, owner.place.file, owner.place.span.start):
        return None
    found = owner.entries.get(key)
    if found is None:
        return _added(text, owner, path, value)
    if not _belongs(owner, found):
        return None
    if rest:
        return assigned(text, found[1], rest, value) if isinstance(found[1], Mapping) else None
    span = found[1].place.span
    if not isinstance(found[1], Scalar) or text.value[span.start : span.end] != found[1].text:
        return None
    return Edit(place=found[1].place, text=value)


def _is_own(owner: Mapping, file: str, start: int) -> bool:
    return owner.place.file == file and owner.place.span.start <= start < owner.end


def _belongs(owner: Mapping, entry: Entry) -> bool:
    """Whether an entry is written in its mapping, not merged in, and its value not an alias."""
    key, value = entry[0].place, entry[1].place
    return _is_own(owner, key.file, key.span.start) and (
        value.file == key.file and value.span.start >= key.span.end
    )


def _added(text: Text, owner: Mapping, path: Listed[str], value: str) -> Edit | None:
    entries = sorted(
        (entry for entry in owner.entries.values() if _belongs(owner, entry)),
        key=lambda entry: entry[0].place.span.start,
    )
    if text.value.startswith("{", owner.place.span.start):
        return _in_flow(text, owner, entries, path, value)
    return _in_block(text, owner, entries, path, value) if entries else None


def _in_flow(
    text: Text, owner: Mapping, entries: Listed[Entry], path: Listed[str], value: str
) -> Edit:
    start = owner.place.span.start + 1
    end = start + len(text.value[start:]) - len(text.value[start:].lstrip())
    json = text.value.startswith('"', end) or text.path.endswith(".json")
    first, *inner = [f'"{name}"' if json else name for name in path]
    for name in reversed(inner):
        value = f"{{{name}: {value}}}"
    value = f"{first}: {value}"
    if not entries:
        return Edit(place=owner.place.at(start, start), text=value)
    gap = text.value[start:end] if "\n" in text.value[start:end] else " "
    return Edit(place=owner.place.at(end, end), text=f"{value},{gap}")


def _in_block(
    text: Text, owner: Mapping, entries: Listed[Entry], path: Listed[str], value: str
) -> Edit | None:
    """Add lines below the last entry that is one line, else above the first entry."""
    first = entries[0][0].place.span.start
    indent = " " * (first - text.line_starts[text.line_of(first) - 1])
    lines = [f"{'  ' * depth}{name}:" for depth, name in enumerate(path)]
    lines[-1] += f" {value}"
    above = next(_one_line_ends(text, entries), None)
    if above is None:
        added = "".join(f"{line}\n{indent}" for line in lines)
        return Edit(place=owner.place.at(first, first), text=added)
    return Edit(
        place=owner.place.at(above, above), text="".join(f"\n{indent}{line}" for line in lines)
    )


def _one_line_ends(text: Text, entries: Listed[Entry]) -> Iterator[int]:
    """Yield the ends of the lines that hold one whole entry, the last first."""
    for key, value in reversed(entries):
        line = text.line_of(key.place.span.start)
        if isinstance(value, Scalar) and text.line_of(value.end) == line and not value.null:
            yield text.line_starts[line - 1] + len(text.line(line))


def owner_at(text: Text, start: int, *, keyed: bool) -> Mapping | None:
    """Return the mapping that begins at an offset, or whose key does where ``keyed``."""
    return _owners(text, keyed).get(start)


@lru_cache(maxsize=2)
def read_once(text: Text) -> list[Document]:
    """Return the documents of a text that several edits ask about in turn."""
    return documents(text)


@lru_cache(maxsize=2)
def _owners(text: Text, keyed: bool) -> dict[int, Mapping]:  # noqa: FBT001 (a part of the key)
    found: dict[int, Mapping] = {}
    waiting: list[Node] = [
        document.root for document in read_once(text) if document.root is not None
    ]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping) and not keyed:
            found[node.place.span.start] = node
        if isinstance(node, Mapping):
            for key, value in node.entries.values():
                waiting.append(value)
                if keyed and isinstance(value, Mapping):
                    found[key.place.span.start] = value
    return found
