"""Jobs, executors, commands and orbs, with the defaults of their parameters filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.facts import Pin
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    RunnerSpec,
    SourceSpec,
    StepSpec,
    Values,
    pipeline_scope,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, entry_extent
from immutable_delivery.syntax.yaml.query import (
    find,
    items,
    mapping,
    mappings,
    pairs,
    scalar,
    text,
    texts,
)

MAX_DEPTH = 10
"""Commands that run commands, no deeper than this."""

_PARAMETER = lazy(r"<<\s*(?:pipeline\.)?parameters\.([\w-]+)\s*>>|<<[^<>]*>>")
_DOCKER = "docker://"
_EXACT = lazy(r"\d+\.\d+\.\d+")


def jobs(root: Node | None, path: str) -> Iterator[JobSpec]:
    """Yield the jobs of a configuration; executors that no job runs in and the orbs say what they say, too."""
    if not isinstance(root, Mapping):
        return
    config = _Configuration(root, path)
    for key, node in pairs(root, "jobs"):
        if isinstance(node, Mapping):
            yield config.job(key, node)
    yield from config.shared()


class _Configuration(Record, frozen=True):
    root: Mapping
    path: str
    used: set[str] = field(default_factory=set)

    def job(self, key: Scalar, node: Mapping) -> JobSpec:
        """Return a job with the executor that it runs in."""
        values = {**_defaults(self.root), **_defaults(node)}
        executor = self._executor(node)
        images = [*_images(node, values)] or [*_images(executor, {**values, **_defaults(executor)})]
        env = {**texts(executor, "environment"), **texts(node, "environment")}
        return JobSpec(
            used_at=key.place,
            extent=entry_extent(key, node),
            scope=pipeline_scope(self.path, key.text),
            name=key.text,
            variables=env,
            images=tuple(images[:1]),
            services=tuple(images[1:]),
            runners=tuple(_machine(node)) or tuple(_machine(executor)),
            steps=tuple(self._steps(node.get("steps"), values, 0)),
        )

    def shared(self) -> Iterator[JobSpec]:
        """Yield what belongs to no single job: orbs, and executors of which this file makes no use."""
        for key, node in pairs(self.root, "executors"):
            if isinstance(node, Mapping) and key.text not in self.used:
                images = tuple(_images(node, {**_defaults(self.root), **_defaults(node)}))
                yield self._part(key, node, images=images)
        for key, node in pairs(self.root, "orbs"):
            if isinstance(node, Scalar):
                yield self._part(key, node, sources=(_orb(key, node),))
            elif isinstance(node, Mapping):
                inline = _Configuration(node, self.path)
                yield from (replace(one, whole=False) for one in jobs_of(inline))

    def _part(
        self,
        key: Scalar,
        node: Node,
        *,
        images: tuple[ImageSpec, ...] = (),
        sources: tuple[SourceSpec, ...] = (),
    ) -> JobSpec:
        return JobSpec(
            used_at=key.place,
            extent=entry_extent(key, node),
            scope=pipeline_scope(self.path, key.text),
            name=key.text,
            images=images,
            sources=sources,
            whole=False,
        )

    def _executor(self, node: Mapping) -> Node | None:
        name = text(node, "executor") or text(node, "executor", "name")
        if name:
            self.used.add(name)
        return find(self.root, "executors", name)

    def _steps(self, node: Node | None, values: Values, depth: int) -> Iterator[StepSpec]:
        """Yield the steps, those of a command of this file in the place of its call."""
        for step in items(node):
            if not isinstance(step, Mapping):
                yield from self._command(step, None, values, depth)
                continue
            for key, value in step.entries.values():
                if key.text == "run":
                    yield from _run(step, value, values)
                elif key.text in {"when", "unless"}:
                    yield from self._steps(find(value, "steps"), values, depth + 1)
                else:
                    yield from self._command(key, value, values, depth)

    def _command(
        self, key: Node, given: Node | None, values: Values, depth: int
    ) -> Iterator[StepSpec]:
        name = key.text if isinstance(key, Scalar) else ""
        command = mapping(self.root, "commands", name)
        if command is None or depth > MAX_DEPTH:
            return
        own = {
            **_defaults(command),
            **{one.text: _text(value, values) for one, value in pairs(given)},
        }
        yield from self._steps(command.get("steps"), {**values, **own}, depth + 1)


def jobs_of(config: _Configuration) -> Iterator[JobSpec]:
    """Yield the jobs of an orb that is written inline."""
    for key, node in pairs(config.root, "jobs"):
        if isinstance(node, Mapping):
            yield config.job(key, node)


def _run(step: Mapping, node: Node, values: Values) -> Iterator[StepSpec]:
    said = node if isinstance(node, Scalar) else scalar(node, "command")
    if said is None:
        return
    shell = text(node, "shell").partition(" ")[0].rpartition("/")[2] or "bash"
    extent = step.extent("run")
    yield StepSpec(
        used_at=said.place,
        extent=extent,
        name=text(node, "name"),
        scripts=(_filled(said.written, values),),
        shell=shell,
        variables=texts(node, "environment"),
        folder=None if scalar(node, "working_directory") else "",
    )


def _images(node: Node | None, values: Values) -> Iterator[ImageSpec]:
    for one in mappings(node, "docker"):
        said = scalar(one, "image")
        if said is not None:
            written = _filled(said.written, values)
            written = written.slice(len(_DOCKER)) if written.text.startswith(_DOCKER) else written
            yield ImageSpec(written, one.place, said.place)


def _machine(node: Node | None) -> Iterator[RunnerSpec]:
    said = scalar(node, "machine", "image")
    if said is not None and isinstance(node, Mapping):
        yield RunnerSpec(said.written, node.extent("machine"))


def _orb(key: Scalar, node: Scalar) -> SourceSpec:
    """Return an orb: `circleci/node@5.2.0` is exact, `@5.2` and `@volatile` move."""
    name, at, version = node.text.partition("@")
    ref = node.written.slice(len(name) + 1) if at else None
    pin: Pin = "exact" if _EXACT.fullmatch(version) else "partial"
    if not version[:1].isdigit():
        pin = "alias" if version else "none"
    return SourceSpec(
        "orb", node.written.slice(0, len(name)), ref, entry_extent(key, node), pin=pin
    )


def _defaults(node: Node | None) -> dict[str, LocatedText | None]:
    """Return the parameters, each with its default; None for one that the caller must give."""
    found: dict[str, LocatedText | None] = {}
    for key, value in pairs(node, "parameters"):
        default = scalar(value, "default")
        found[key.text] = default.written if default is not None else None
    return found


def _text(node: Node, values: Values) -> LocatedText | None:
    return _filled(node.written, values) if isinstance(node, Scalar) else None


def _filled(written: LocatedText, values: Values) -> LocatedText:
    """Return a text with the values of its parameters."""
    if "<<" not in written.text:
        return written

    def give(found: re.Match[str], _own: LocatedText) -> LocatedText | None:
        return values.get(found[1]) if found[1] else None

    return filled(written, _PARAMETER, give)
