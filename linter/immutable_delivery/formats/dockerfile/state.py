"""What a stage has come to while its instructions are followed one by one."""

from __future__ import annotations

from immutable_delivery.context import ParseContext
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Fact, Input, Scope
from immutable_delivery.formats.dockerfile.contents import Brought, Contents, cleaned
from immutable_delivery.formats.dockerfile.context import Context
from immutable_delivery.formats.dockerfile.document import Document, Instruction
from immutable_delivery.formats.dockerfile.stages import Plan, Stage
from immutable_delivery.formats.dockerfile.variables import Unset, Variables
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

MAX_LOOKUPS = 5_000
"""How often what was copied is searched: more is no delivery, but an attack."""


class BuildState(Record):
    """What all stages of one build share."""

    document: Document
    ctx: ParseContext
    plan: Plan
    context: Context
    facts: list[Fact] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    """One per stage, in their order."""
    lookups: int = 0
    copied: list[tuple[int, int, str]] = field(default_factory=list)
    """The facts of copies of the whole context: their numbers, the stages they are made in, and where to."""
    taken: dict[int, list[str]] = field(default_factory=dict)
    """What other stages copy from a stage."""
    inputs: list[Input] = field(default_factory=list)
    """What the stages that ship take from contexts."""


class State(Record):
    """One stage on its way."""

    site: BuildState
    stage: Stage
    scope: Scope
    variables: Variables
    base: LocatedText
    """The image from outside that it is built on, at the end of the chain of stages."""
    contents: Contents
    workdir: str = "."
    """The working directory; relative where the base decides it."""
    user: LocatedText | None = None
    shell: tuple[str, ...] = ()
    start: dict[str, Instruction] = field(default_factory=dict)
    """The CMD and ENTRYPOINT that hold."""
    own: list[Instruction] = field(default_factory=list)
    """Every CMD and ENTRYPOINT of this stage."""
    labels: dict[str, Place] = field(default_factory=dict)
    ports: dict[str, Place] = field(default_factory=dict)
    volumes: dict[str, Place] = field(default_factory=dict)
    environment: set[str] = field(default_factory=set)
    """Names of variables that the container has too."""
    onbuild: Place | None = None
    unfinished: bool = False
    """Whether ONBUILD leaves code or the start to a build on top of this image."""
    adds_code: bool = False
    interpreter: Interpreter | None = None
    snapshot: bool | None = False
    """Whether a base stage fixed the package repositories."""
    triggers: Variables | None = None
    """The variables of the build that ONBUILD instructions run in."""
    triggered: Variables | None = None
    """The same, while such an instruction is followed: it changes nothing here."""

    def child(self, stage: Stage, scope: Scope, variables: Variables) -> State:
        """Return the state that a stage based on this one begins with."""
        return replace(
            self,
            stage=stage,
            scope=scope,
            variables=variables,
            start=dict(self.start),
            own=[],
            labels=dict(self.labels),
            ports=dict(self.ports),
            volumes=dict(self.volumes),
            environment=set(self.environment),
            contents=self.contents.copy(),
            onbuild=None,
            unfinished=False,
            interpreter=None,
            triggers=None,
            triggered=None,
        )

    def expand(self, written: LocatedText) -> LocatedText:
        """Return a word with the variables of this stage."""
        return self.site.plan.resolve(written, self.triggered or self.variables)

    def path(self, text: str) -> str:
        """Return a path in the image, from the working directory on."""
        return cleaned(text if text.startswith("/") else f"{self.workdir}/{text}")

    def into(self, target: str, name: str) -> str:
        """Return where a file of this name goes: into the folder, or under the name that the target gives it."""
        path = self.path(target)
        folder = target.endswith("/") or path == self.workdir
        return cleaned(f"{path}/{name}") if folder else path

    def assign(self, name: str) -> None:
        """Tell the shell of this stage the new value of a variable."""
        value = self.variables.find(name)
        if self.interpreter and self.triggered is None and not isinstance(value, Unset):
            self.interpreter.assign(name, value)

    def emit(self, *facts: Fact) -> None:
        """Add facts."""
        self.site.facts += facts

    def bring(self, brought: Brought) -> None:
        """Note what was copied in."""
        self.contents.add(brought)

    def locate(self, program: str) -> tuple[Brought, str | None] | None:
        """Return what brought a program of the image, and its path in the repository where it has one."""
        self.site.lookups += 1
        if self.site.lookups > MAX_LOOKUPS or not self.contents.brought:
            return None
        return self.contents.locate(self.path(program), program if "/" not in program else "")
