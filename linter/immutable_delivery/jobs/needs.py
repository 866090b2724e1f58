"""What making something runs: what it needs first, and then itself, each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

MAX_MADE = 500
"""So many recipes one call may make."""


class Needing(Protocol):
    """What names others that are made before it."""

    @property
    def needs(self) -> Sequence[str]:
        """The names of what is made before."""


Made = TypeVar("Made", bound=Needing)


def in_order(names: Sequence[str], by_name: Mapping[str, Sequence[Made]]) -> Iterator[Made]:
    """Yield what making these names runs; what they need first, each once."""
    seen: set[int] = set()
    for name in names:
        yield from _made(name, by_name, seen)


def _made(name: str, by_name: Mapping[str, Sequence[Made]], seen: set[int]) -> Iterator[Made]:
    """Walk down without recursion: needs of needs may be many."""
    stack = [(one, False) for one in reversed(by_name.get(name, ()))]
    while stack and len(seen) <= MAX_MADE:
        one, done = stack.pop()
        if done:
            yield one
        elif id(one) not in seen:
            seen.add(id(one))
            stack.append((one, True))
            needed = (n for need in reversed(one.needs) for n in by_name.get(need, ()))
            stack += [(n, False) for n in needed if id(n) not in seen]
