"""What a stage has come to while its instructions are followed one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from posixpath import basename, normpath

from immutable_delivery.facts import Fact, Scope
from immutable_delivery.formats import Surroundings
from immutable_delivery.formats.commands import Interpreter
from immutable_delivery.formats.dockerfile.context import Context
from immutable_delivery.formats.dockerfile.cut import Document, Instruction
from immutable_delivery.formats.dockerfile.stages import Plan, Stage
from immutable_delivery.formats.dockerfile.variables import Variables
from immutable_delivery.text import Place
from immutable_delivery.written import Written


@dataclass(slots=True)
class Site:
    """What all stages of one build share."""

    document: Document
    around: Surroundings
    plan: Plan
    context: Context
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Brought:
    """Something copied into the image; paths in it begin with a slash where the working directory is known."""

    target: str
    source: str = ""
    """The path in the repository; empty where it comes from another stage, or is written here."""
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
    brought: list[Brought] = field(default_factory=list)
    onbuild: Place | None = None
    adds_code: bool = False
    interpreter: Interpreter | None = None
    triggered: Variables | None = None
    """The variables of the build that ONBUILD instructions run in."""

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
            brought=list(self.brought),
            onbuild=None,
            interpreter=None,
            triggered=None,
        )

    def expand(self, written: Written) -> Written:
        """Return a word with the variables of this stage."""
        return self.site.plan.resolve(written, self.triggered or self.variables)

    def path(self, text: str) -> str:
        """Return a path in the image, from the working directory on."""
        return normpath(text if text.startswith("/") else f"{self.workdir}/{text}").replace("//", "/")

    def emit(self, *facts: Fact) -> None:
        """Add facts."""
        self.site.facts += facts

    def locate(self, path: str) -> tuple[Brought, str] | None:
        """Return what brought a program of the image, and its path in the repository ("" for a here-document)."""
        bare = "/" not in path
        whole = self.path(path)
        for one in reversed(self.brought):
            if one.target == whole or (bare and basename(one.target) == path):
                return one, one.source
            if not one.source or one.body:
                continue
            rest = self._inside(one, whole)
            inner = f"{one.source}/{rest}" if rest else f"{one.source}/{path}" if bare else ""
            if inner and self.site.context.kind(inner) == "file":
                return one, inner
        return None

    @staticmethod
    def _inside(one: Brought, path: str) -> str:
        folder = "" if one.target in {"/", "."} else one.target
        return path[len(folder) :].lstrip("/") if path.startswith(f"{folder}/") or not folder else ""
