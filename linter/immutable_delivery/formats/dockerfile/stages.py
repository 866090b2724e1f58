"""Build stages: their names and bases, and which of them a build needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.facts import StageProblem
from immutable_delivery.formats.dockerfile.document import Document, Instruction
from immutable_delivery.formats.dockerfile.expansion import Resolver
from immutable_delivery.formats.dockerfile.references import VARIABLE, argument, references
from immutable_delivery.formats.dockerfile.requests import Request
from immutable_delivery.formats.dockerfile.variables import PLATFORM, UNSET, Variables
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import OfficialImages

MAX_DIGITS = 6

RESERVED = frozenset({"scratch", "context"})
"""Names that no stage can usefully have."""

_BARE = lazy(r"[a-z0-9][a-z0-9._-]*\Z", re.IGNORECASE)


class Stage(Record):
    """One build stage."""

    index: int
    start: Instruction
    name: str
    """Lower case; empty where it has none."""
    base: LocatedText
    """The reference after FROM, resolved."""
    parents: tuple[int, ...] = ()
    """The stages that it may be based on: several where the platform decides."""
    body: list[Instruction] = field(default_factory=list)
    shipped: bool = False


class Target(Record, frozen=True):
    """What a reference to a stage or an image means."""

    stages: tuple[int, ...] = ()
    problem: StageProblem = ""
    image: bool = False


class Plan:
    """The stages of a Dockerfile for one way to build it."""

    def __init__(self, document: Document, request: Request, resolve: Resolver) -> None:
        self.request = request
        self.resolve = resolve
        self.variables = Variables(dict.fromkeys(PLATFORM))
        self.stages: list[Stage] = []
        self.named: dict[str, list[int]] = {}
        """The numbers of the stages by name."""
        for instruction in document.instructions:
            if instruction.name == "FROM":
                self._open(instruction)
            elif self.stages:
                self.stages[-1].body.append(instruction)
            else:
                self.declare(instruction, self.variables, None)
        self.target = self._target() if self.stages else None
        self.delivered = self._chain()
        """The numbers of the stages that what is built goes back to: the target, its base, the base of that …"""
        self._ship()

    def declare(
        self, instruction: Instruction, variables: Variables, inherited: Variables | None
    ) -> None:
        """Carry out an ARG; ``inherited`` are the global ones that a stage may take up."""
        for word in instruction.words:
            name, value = argument(word)
            if name in self.request.args:
                variables.values[name] = self.request.args[name]
            elif value is not None:
                variables.values[name] = self.resolve(value, _without(variables, name))
            elif inherited and name in inherited.values:
                variables.values[name] = inherited.values[name]
            elif name not in variables.values:
                variables.values[name] = UNSET

    def find(self, reference: LocatedText, stage: Stage) -> Target:
        """Return what `--from=` or `from=` means in a stage."""
        text = reference.text.lower()
        if text in self.request.contexts or text == "scratch":
            return Target()
        if text.isascii() and text.isdigit():
            return self._placed(self._numbered(text), stage)
        if text in self.named:
            return self._placed(self.named[text], stage)
        if reference.unresolved and (matching := self._matching(reference, stage.index)):
            return Target(matching)
        unknown = (
            not reference.unresolved
            and _BARE.match(text)
            and text not in known(OfficialImages).names
        )
        return Target(problem="unknown" if unknown else "", image=True)

    def _numbered(self, text: str) -> list[int]:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else -1
        return [number] if 0 <= number < len(self.stages) else []

    def _placed(self, indexes: list[int], stage: Stage) -> Target:
        before = [index for index in indexes if index < stage.index]
        if before:
            return Target((before[-1],))
        if not indexes:
            return Target(problem="unknown")
        return Target(problem="self" if stage.index in indexes else "later")

    def _open(self, instruction: Instruction) -> None:
        name = instruction.words[2].text.lower() if len(instruction.words) > 2 else ""  # noqa: PLR2004 (image AS name)
        base = self._base(instruction.words[0])
        index = len(self.stages)
        self.stages.append(Stage(index, instruction, name, base, self._parents(base, index)))
        if name:
            self.named.setdefault(name, []).append(index)

    def _base(self, written: LocatedText) -> LocatedText:
        """Return what a FROM names; where nothing but an undeclared variable is missing, that variable is the trouble."""
        base = self.resolve(written, self.variables)
        if base.text and base.text[0] != "/" and base.text[-1] not in ":@/":
            return base
        return self.resolve(written, self.variables.copy(closed=False))

    def _parents(self, base: LocatedText, before: int) -> tuple[int, ...]:
        if base.unresolved:
            return self._matching(base, before)
        return tuple(self.named.get(base.text.lower(), ())[-1:])

    def _matching(self, reference: LocatedText, before: int) -> tuple[int, ...]:
        """Return the stages whose names a reference with unknown variables may mean."""
        literals = VARIABLE.split(reference.text.lower())
        if sum(map(len, literals)) < 2:  # noqa: PLR2004 (anything would fit)
            return ()
        return tuple(
            stage.index
            for stage in self.stages[:before]
            if stage.name and _fits(stage.name, literals)
        )

    def _ship(self) -> None:
        """Mark what the target needs, directly or through other stages."""
        waiting = [self.target] if self.target else []
        while waiting:
            stage = waiting.pop()
            if not stage.shipped:
                stage.shipped = True
                waiting += [self.stages[index] for index in self._needs(stage)]

    def _chain(self) -> list[int]:
        chain: list[int] = []
        stage = self.target
        while stage:
            chain.append(stage.index)
            stage = self.stages[stage.parents[0]] if stage.parents else None
        return chain

    def _target(self) -> Stage:
        wanted = self.request.target.lower()
        indexes = self.named.get(wanted) or self._numbered(wanted)
        return self.stages[indexes[-1]] if indexes else self.stages[-1]

    def _needs(self, stage: Stage) -> Iterator[int]:
        yield from stage.parents
        for one in stage.body:
            for reference in references(one.trigger or one):
                yield from self.find(reference, stage).stages


def _without(variables: Variables, name: str) -> Variables:
    """Return the variables as the default of one sees them: its own value is what it takes the place of."""
    if name in variables.values or name in PLATFORM:
        return variables
    own = variables.copy()
    own.values[name] = UNSET
    return own


def _fits(name: str, literals: list[str]) -> bool:
    """Whether a name can be these texts with anything between; a pattern of many wildcards would search for years."""
    if len(literals) == 1:
        return name == literals[0]
    first, *middle, last = literals
    at, end = len(first), len(name) - len(last)
    if end < at or not (name.startswith(first) and name.endswith(last)):
        return False
    for literal in middle:
        found = name.find(literal, at, end)
        if found < 0:
            return False
        at = found + len(literal)
    return True
