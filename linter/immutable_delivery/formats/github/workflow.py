"""Workflows: their jobs, with the steps of the actions and the jobs of the workflows of this repository that they call."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.formats.github.calls import Calls
from immutable_delivery.formats.github.contexts import Context, Inputs, declared
from immutable_delivery.formats.github.expressions import UNKNOWN
from immutable_delivery.formats.github.steps import Defaults, Steps
from immutable_delivery.formats.github.triggers import is_tagged
from immutable_delivery.formats.github.uses import local, source
from immutable_delivery.jobs.spec import ImageSpec, JobSpec, RunnerSpec, Setting, pipeline_scope
from immutable_delivery.records import Record
from immutable_delivery.source.text import Place
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, mapping, pairs, scalar
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

_SHAPES: Shapes = {"jobs": "mapping", "env": "mapping|text", "defaults": "mapping"}
_JOB: Shapes = {
    "steps": "mappings", "uses": "text", "container": "text|mapping", "services": "mapping|text",
    "strategy": "mapping|text", "env": "mapping|text", "defaults": "mapping", "environment": "text|mapping",
    "runs-on": "text|texts|mapping",
}  # fmt: skip
MAX_CALLS = 4
"""Workflows call each other no deeper; GitHub refuses more."""


class Workflow(Record, frozen=True):
    """One workflow."""

    root: Tree
    path: str
    ctx: ParseContext
    calls: Calls

    def jobs(self, given: Inputs | None = None, depth: int = 0) -> Iterator[JobSpec]:
        """Yield the jobs, run with these inputs; without them with their defaults."""
        if not depth:
            tell(self.root, _SHAPES, "", self.ctx.report)
        inputs = dict(given or {})
        asked = declared(self.root, "on", "workflow_dispatch")
        anything = {name: (*texts, *UNKNOWN) for name, texts in asked.items()}
        inputs = {**anything, **declared(self.root, "on", "workflow_call"), **inputs}
        around = Context(inputs).within(mapping(self.root, "env"))
        for key, node in pairs(self.root, "jobs"):
            if isinstance(node, Tree):
                yield from self._job(key, node, around, depth)

    def _job(self, key: Scalar, node: Tree, around: Context, depth: int) -> Iterator[JobSpec]:
        if not depth:
            tell(node, _JOB, f"jobs.{key.text}.", self.ctx.report)
        matrix = find(node, "strategy", "matrix")
        context = Context(around.inputs, around.env, matrix).within(mapping(node, "env"))
        called = context.text(scalar(node, "uses"))
        path = local(called) if called is not None else None
        callee = self.calls.workflow(path) if path is not None and depth < MAX_CALLS else None
        if callee is not None and path is not None:
            given = {name.text.lower(): context.given(value) for name, value in pairs(node, "with")}
            yield from Workflow(callee, path, self.ctx, self.calls).jobs(given, depth + 1)
        yield self._spec(key, node, context, external=called is not None and path is None)

    def _spec(self, key: Scalar, node: Tree, context: Context, *, external: bool) -> JobSpec:
        environment = _environment(node, context)
        runners = tuple(_runners(node, context))
        called = context.text(scalar(node, "uses"))
        shell = Defaults.of(self.root, node, context, windows=_is_windows(runners))
        steps = Steps(self.calls)
        return JobSpec(
            used_at=key.place,
            extent=yaml.entry_extent(key, node),
            scope=pipeline_scope(self.path, key.text, environment.value if environment else None),
            name=key.text,
            environment=environment,
            tagged=is_tagged(self.root),
            variables=context.env,
            images=tuple(_container(node, context)),
            services=tuple(_services(node, context)),
            runners=runners,
            sources=(source(called, node.extent("uses"), workflow=True),)
            if called and external
            else (),
            steps=tuple(steps.read(find(node, "steps"), context, shell)),
        )


def _environment(node: Tree, context: Context) -> Setting | None:
    said = scalar(node, "environment") or scalar(node, "environment", "name")
    text = context.text(said)
    return Setting(text.value, text.place()) if text is not None else None


def _container(node: Tree, context: Context) -> Iterator[ImageSpec]:
    said = scalar(node, "container") or scalar(node, "container", "image")
    yield from _images(said, node.extent("container"), context)


def _services(node: Tree, context: Context) -> Iterator[ImageSpec]:
    for key, value in pairs(node, "services"):
        said = scalar(value, "image")
        yield from _images(said, yaml.entry_extent(key, value), context)


def _images(said: Scalar | None, extent: Place, context: Context) -> Iterator[ImageSpec]:
    for one in context.texts(said):
        written = one.slice(len("docker://")) if one.text.startswith("docker://") else one
        if said is not None:
            yield ImageSpec(written, extent, said.place)


def _runners(node: Tree, context: Context) -> Iterator[RunnerSpec]:
    said = find(node, "runs-on")
    if isinstance(said, Tree):
        said = find(said, "labels")
    labels = said.items if isinstance(said, Sequence) else [said]
    for label in labels:
        for one in context.texts(label):
            yield RunnerSpec(one, node.extent("runs-on"))


def _is_windows(runners: tuple[RunnerSpec, ...]) -> bool:
    """Whether every machine that a job may get runs Windows."""
    return bool(runners) and all("windows" in one.written.text.lower() for one in runners)
