"""What a stage has come to while its instructions are followed one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from posixpath import basename, normpath

from immutable_delivery.facts import Fact, Scope
from immutable_delivery.files import folder_of
from immutable_delivery.formats import Surroundings
from immutable_delivery.formats.commands import Interpreter
from immutable_delivery.formats.dockerfile.context import Context, joined
from immutable_delivery.formats.dockerfile.cut import Document, Instruction
from immutable_delivery.formats.dockerfile.stages import Plan, Stage
from immutable_delivery.formats.dockerfile.variables import Unset, Variables
from immutable_delivery.text import Place
from immutable_delivery.written import Written

MAX_BROUGHT = 2_000
MAX_LOOKUPS = 5_000
"""How much is remembered of what was copied, and how often that is searched: more is no delivery, but an attack."""


@dataclass(slots=True)
class Site:
    """What all stages of one build share."""

    document: Document
    around: Surroundings
    plan: Plan
    context: Context
    facts: list[Fact] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    """One per stage, in their order."""
    lookups: int = 0


@dataclass(frozen=True, slots=True)
class Brought:
    """Something copied into the image; paths in it begin with a slash where the working directory is known."""

    target: str
    source: str | None = None
    """The path in the repository ("" is its root); None where it does not come from there."""
    instruction: Place | None = None
    body: Written | None = None
    """A here-document that becomes the file."""
    code: bool = True
    """Whether it is application code, not just configuration."""


@dataclass(slots=True)
class State:
    """One stage on its way."""

    site: Site
    stage: Stage
    scope: Scope
    variables: Variables
    base: Written
    """The image from outside that it is built on, at the end of the chain of stages."""
    workdir: str = "."
    """The working directory; relative where the base decides it."""
    user: Written | None = None
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
    brought: list[Brought] = field(default_factory=list)
    onbuild: Place | None = None
    adds_code: bool = False
    interpreter: Interpreter | None = None
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
            brought=list(self.brought),
            onbuild=None,
            interpreter=None,
            triggers=None,
            triggered=None,
        )

    def expand(self, written: Written) -> Written:
        """Return a word with the variables of this stage."""
        return self.site.plan.resolve(written, self.triggered or self.variables)

    def path(self, text: str) -> str:
        """Return a path in the image, from the working directory on."""
        return cleaned(text if text.startswith("/") else f"{self.workdir}/{text}")

    def assign(self, name: str) -> None:
        """Tell the shell of this stage the new value of a variable."""
        value = self.variables.find(name)
        if self.interpreter and self.triggered is None and not isinstance(value, Unset):
            self.interpreter.assign(name, value)

    def folder(self) -> str:
        """Return the folder of the repository that lies in the working directory, as far as there is one."""
        for one in reversed(self.brought):
            if one.source is None:
                continue
            is_file = self.site.context.kind(one.source) == "file"
            if (folder_of(one.target) or "." if is_file else one.target) == self.workdir:
                return folder_of(one.source) if is_file else one.source
        return self.site.context.folder or ""

    def emit(self, *facts: Fact) -> None:
        """Add facts."""
        self.site.facts += facts

    def bring(self, one: Brought) -> None:
        """Note what was copied in."""
        if len(self.brought) < MAX_BROUGHT:
            self.brought.append(one)

    def locate(self, program: str) -> tuple[Brought, str | None] | None:
        """Return what brought a program of the image, and its path in the repository where it has one."""
        self.site.lookups += 1
        if self.site.lookups > MAX_LOOKUPS:
            return None
        bare = "/" not in program
        path = self.path(program)
        for one in reversed(self.brought):
            if one.target == path or (bare and basename(one.target) == program):
                if one.source is None or self.site.context.kind(one.source) == "file":
                    return one, one.source
                continue
            inner = self._inside(one, path) or (program if bare else "")
            if one.source is not None and inner:
                source = joined(one.source, inner)
                if self.site.context.kind(source) == "file":
                    return one, source
        return None

    def origin_of(self, path: str) -> str | None:
        """Return what in the repository a path of the image comes from: copied there, or built from what was copied."""
        path = cleaned(f"/{path}")
        known = [one for one in self.brought if one.source is not None]
        for one in reversed(known):
            if one.target == path or one.target.startswith(f"{path.rstrip('/')}/"):
                return one.source
            inner = self._inside(one, path)
            source = joined(one.source or "", inner)
            if inner and self.site.context.kind(source):
                return source
        return next((one.source for one in known if one.code), None)

    @staticmethod
    def _inside(one: Brought, path: str) -> str:
        """Return a path relative to the folder that was copied, "" where it is not in there."""
        folder = "" if one.target in {"/", "."} else f"{one.target}/"
        return path[len(folder) :].lstrip("/") if path.startswith(folder) else ""


def cleaned(path: str) -> str:
    """Return the shortest form of a path; POSIX keeps two slashes at the head, images do not."""
    return f"/{normpath(path).lstrip('/')}" if path.startswith("/") else normpath(path)
