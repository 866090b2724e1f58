"""Pipelines of Semaphore.

The reference is https://docs.semaphoreci.com/reference/pipeline-yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    RunnerSpec,
    StepSpec,
    Values,
    pipeline_scope,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Document, Node
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, scalar, scalars, text

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "semaphore"

_PATH = lazy(r"(?:^|/)\.semaphore/[^/]+\.ya?ml\Z")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path is one at which Semaphore looks: the first pipeline, or one that it promotes to."""
    return _PATH.search(path) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every pipeline says."""
    from immutable_delivery.jobs.lower import each  # noqa: PLC0415 (it loads the shell)

    return each(documents, ctx, _jobs)


def _jobs(root: Node | None, path: str) -> Iterator[JobSpec]:
    last = mapping(root, "after_pipeline")
    for block in (*mappings(root, "blocks"), *([last] if last else [])):
        for job in mappings(block, "task", "jobs"):
            yield _job(root, block, job, path)


def _job(root: Node | None, block: Tree, node: Tree, path: str) -> JobSpec:
    task, every = find(block, "task"), find(root, "global_job_config")
    agent = find(task, "agent") or find(root, "agent")
    images = tuple(_images(agent))
    name = text(node, "name") or text(block, "name")
    lines = tuple(_lines(every, task, node))
    step = StepSpec(used_at=head(node), extent=node.place, name=name, scripts=lines)
    return JobSpec(
        used_at=head(node),
        extent=node.place,
        scope=pipeline_scope(path, name),
        name=name,
        variables={**_variables(every), **_variables(task), **_variables(node)},
        images=images[:1],
        services=images[1:],
        runners=tuple(_runners(agent)),
        steps=(step,) if lines else (),
    )


def _lines(every: Node | None, task: Node | None, job: Node) -> Iterator[LocatedText]:
    """Yield what the one shell of a job runs: what stands before all jobs, and before those of its block, its own commands, and what stands behind."""
    for holder in (every, task):
        yield from _commands(holder, "prologue")
    yield from _commands(job)
    for holder in (task, every):
        for when in ("always", "on_pass", "on_fail"):
            yield from _commands(holder, "epilogue", when)


def _commands(node: Node | None, *keys: str) -> Iterator[LocatedText]:
    yield from (one.written for one in scalars(node, *keys, "commands"))


def _images(agent: Node | None) -> Iterator[ImageSpec]:
    """Yield the images of the containers of an agent: commands run in the first."""
    for one in mappings(agent, "containers"):
        said = scalar(one, "image")
        if said is not None:
            yield ImageSpec(said.written, one.extent("image"), said.place)


def _runners(agent: Node | None) -> Iterator[RunnerSpec]:
    machine = mapping(agent, "machine")
    said = scalar(machine, "os_image")
    if machine is not None and said is not None:
        yield RunnerSpec(said.written, machine.extent("os_image"))


def _variables(node: Node | None) -> Values:
    """Return the variables that are set; of those of a matrix nobody knows the value."""
    given = {
        text(one, "name"): said.written
        for one in mappings(node, "env_vars")
        if (said := scalar(one, "value"))
    }
    return {**given, **{text(one, "env_var"): None for one in mappings(node, "matrix")}}
