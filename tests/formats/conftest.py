"""What the tests of the formats share: files in memory, read and lowered to facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats import dockerfile
from immutable_delivery.source.files import MemoryFiles, State
from immutable_delivery.source.text import Place, Text

F = TypeVar("F", bound=Fact)


@dataclass
class Lowered:
    """The facts of a Dockerfile, and the texts that their places point into."""

    facts: list[Fact]
    ctx: ParseContext
    texts: dict[str, Text]

    def of(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def one(self, kind: type[F]) -> F:
        (found,) = self.of(kind)
        return found

    def written(self, place: Place) -> str:
        return self.texts[place.file].value[place.span.start : place.span.end]

    def at(self, fact: Fact, *names: str) -> str:
        return self.written(fact.place_of(*names))


Lower = Callable[..., Lowered]


@pytest.fixture
def lower() -> Lower:
    def run(
        files: str | Mapping[str, str | bytes],
        *,
        path: str = "Dockerfile",
        builds: Sequence[Build] = (),
        states: Mapping[str, State] | None = None,
    ) -> Lowered:
        memory = MemoryFiles({path: files} if isinstance(files, str) else files, states)
        ctx = ParseContext(memory, builds=builds)
        text = Text.decode(path, memory.read(path))
        facts = list(dockerfile.facts({path: dockerfile.parse(text)}, ctx))
        texts = {path: Text.decode(path, memory.read(path)) for path in memory.paths}
        return Lowered([fact for fact in facts if isinstance(fact, Fact)], ctx, texts)

    return run
