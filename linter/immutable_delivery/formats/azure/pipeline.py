"""The jobs of a pipeline: through stages, deployments and the templates of this repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join, normpath

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.azure.expressions import filled_in, given, variables
from immutable_delivery.formats.azure.steps import step
from immutable_delivery.jobs.lower import lower, source
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    RunnerSpec,
    Setting,
    SourceSpec,
    StepSpec,
    Values,
    pipeline_scope,
)
from immutable_delivery.records import Record, field
from immutable_delivery.references.git import of_release
from immutable_delivery.source.files import folder_of, lies_here
from immutable_delivery.source.text import Place
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import find, items, mapping, mappings, pairs, scalar, text

MAX_DEPTH = 20
"""Templates in templates; Azure refuses more than 100 files."""
_LIFECYCLE = ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic")
_PROJECT = frozenset({"github", "githubenterprise", "bitbucket", "git"})


def facts_of(documents: Mapping[str, Tree], ctx: ParseContext) -> Iterator[Fact | Build]:
    """Yield what the files say: first the pipelines, then templates that none of them uses."""
    used: set[str] = set()
    templates = Templates(documents, ctx)
    for path in sorted(documents, key=lambda path: (_is_template(documents[path]), path)):
        if path in used:
            continue
        pipeline = Pipeline(documents[path], path, templates, used)
        yield from (source(one, pipeline_scope(path, path)) for one in pipeline.sources())
        for job in pipeline.jobs():
            yield from lower(job, ctx)


def _is_template(root: Tree) -> bool:
    """Whether a file is given parameters and has nothing that starts it."""
    return root.get("parameters") is not None and not any(
        key in root.entries for key in ("trigger", "pr", "schedules", "pool", "resources")
    )


class Templates(Record):
    """The files that pipelines are made of: most templates have names that say nothing."""

    documents: Mapping[str, Tree]
    ctx: ParseContext

    def get(self, path: str) -> Tree | None:
        """Return what a file of the repository says; None where there is none of that name."""
        if path in self.documents:
            return self.documents[path]
        return self.ctx.once((path, "azure"), lambda: self._read(path))

    def _read(self, path: str) -> Tree | None:
        text = self.ctx.text(path) if lies_here(self.ctx.files, path) else None
        found = yaml.documents(text) if text is not None else ()
        return next((one.root for one in found if isinstance(one.root, Tree)), None)


class Pipeline(Record, frozen=True):
    """One pipeline, or a template with what it is given."""

    root: Tree
    path: str
    templates: Templates
    used: set[str]
    values: Values = field(default_factory=dict)
    depth: int = 0

    @property
    def known(self) -> Values:
        """The parameters and variables that expressions see."""
        return {**variables(self.root), **given(self.root), **self.values}

    def sources(self) -> Iterator[SourceSpec]:
        """Yield the repositories that templates are taken from."""
        for node in mappings(self.root, "resources", "repositories"):
            name, ref = scalar(node, "name"), scalar(node, "ref")
            if name is not None and text(node, "type").lower() in _PROJECT:
                pin = of_release(ref.text.removeprefix("refs/tags/") if ref else "")
                moves = ref is None or ref.text.startswith("refs/heads/")
                yield SourceSpec(
                    "template",
                    name.written,
                    ref.written if ref else None,
                    node.place,
                    pin="alias" if moves and ref else pin,
                )

    def jobs(self) -> Iterator[JobSpec]:
        """Yield the jobs of all stages; steps at the top are one job."""
        yield from self._inside(self.root, None)
        extended = mapping(self.root, "extends")
        if extended is not None:
            yield from self._called(extended)
        for images in [tuple(self._container_resources())]:
            if images:
                yield self._job(head(self.root), self.root, self.root, images=images)

    def _inside(self, node: Tree, environment: Setting | None) -> Iterator[JobSpec]:
        for stage in self._expanded(node.get("stages")):
            yield from self._called(stage)
            yield from self._inside(stage, environment)
        for job in self._expanded(node.get("jobs")):
            yield from self._called(job)
            if job.get("template") is None:
                yield self._job_of(job)
        if node.get("steps") is not None:
            yield self._job(head(node), node, node)

    def _expanded(self, node: Node | None) -> Iterator[Tree]:
        """Yield entries, those below `${{ if … }}` and `${{ each … }}` too: which of them hold, only a run knows."""
        for one in items(node) if node is not None else []:
            if isinstance(one, Tree):
                inserted = [value for key, value in pairs(one) if key.text.startswith("${{")]
                if inserted:
                    for value in inserted:
                        yield from self._expanded(value)
                else:
                    yield one

    def _called(self, node: Tree) -> Iterator[JobSpec]:
        found = self._template(node)
        if found is not None:
            yield from found.jobs()

    def _template(self, node: Tree) -> Pipeline | None:
        """Return the template of this repository that an entry uses, with the parameters that it gives."""
        said = scalar(node, "template")
        if said is None or "@" in said.text.removesuffix("@self") or self.depth > MAX_DEPTH:
            return None
        name = said.text.removesuffix("@self")
        path = normpath(
            name.lstrip("/") if name.startswith("/") else join(folder_of(self.path), name)
        )
        root = self.templates.get(path)
        if root is None:
            return None
        self.used.add(path)
        told = {
            key.text: filled_in(value.written, self.known) if isinstance(value, Scalar) else None
            for key, value in pairs(node, "parameters")
        }
        return Pipeline(root, path, self.templates, self.used, told, self.depth + 1)

    def _job_of(self, node: Tree) -> JobSpec:
        name = scalar(node, "job") or scalar(node, "deployment")
        return self._job(
            name.place if name else head(node), node, node, name=name.text if name else ""
        )

    def _job(
        self,
        at: Place,
        node: Tree,
        pool: Tree,
        *,
        name: str = "",
        images: tuple[ImageSpec, ...] = (),
    ) -> JobSpec:
        environment = self._environment(node)
        values = {**self.known, **variables(node)}
        shown = name or self.path
        return JobSpec(
            used_at=at,
            extent=node.place,
            scope=pipeline_scope(self.path, shown, environment.value if environment else None),
            name=shown,
            environment=environment,
            variables={key.replace(".", "_").upper(): value for key, value in values.items()},
            images=images or tuple(self._image(node, "container", values)),
            services=tuple(self._services(node, values)),
            runners=tuple(self._runners(pool, values)) if not images else (),
            steps=tuple(self._steps(node, values)) if not images else (),
            whole=not images,
        )

    def _environment(self, node: Tree) -> Setting | None:
        said = scalar(node, "environment") or scalar(node, "environment", "name")
        if said is None:
            return None
        written = filled_in(said.written, self.known)
        return Setting(written.value.partition(".")[0] if written.value else None, said.place)

    def _image(self, node: Tree, key: str, values: Values) -> Iterator[ImageSpec]:
        said = scalar(node, key) or scalar(node, key, "image")
        if said is not None and self._resource(said.text) is None:
            yield ImageSpec(filled_in(said.written, values), node.extent(key), said.place)

    def _services(self, node: Tree, values: Values) -> Iterator[ImageSpec]:
        for key, value in pairs(node, "services"):
            said = value if isinstance(value, Scalar) else scalar(value, "image")
            if said is not None and self._resource(said.text) is None:
                yield ImageSpec(
                    filled_in(said.written, values), yaml.entry_extent(key, value), said.place
                )

    def _resource(self, alias: str) -> Tree | None:
        """Return the container that the resources name so: it is told there."""
        held = mappings(self.root, "resources", "containers")
        return next((one for one in held if text(one, "container") == alias), None)

    def _container_resources(self) -> Iterator[ImageSpec]:
        for node in mappings(self.root, "resources", "containers"):
            said = scalar(node, "image")
            if said is not None:
                yield ImageSpec(
                    filled_in(said.written, self.known), node.extent("image"), said.place
                )

    def _runners(self, node: Tree, values: Values) -> Iterator[RunnerSpec]:
        said = scalar(node, "pool", "vmImage")
        if said is not None:
            yield RunnerSpec(filled_in(said.written, values), node.extent("pool"))

    def _steps(self, node: Tree, values: Values) -> Iterator[StepSpec]:
        for one in self._expanded(node.get("steps")):
            template = self._template(one)
            if template is not None:
                yield from template._steps(template.root, template.known)  # noqa: SLF001 (of the same kind)
            else:
                yield from step(one, values)
        for strategy in (value for _, value in pairs(node, "strategy")):
            for phase in (*_LIFECYCLE, "on"):
                held = find(strategy, phase)
                for part in (
                    [held, *(value for _, value in pairs(held))] if phase == "on" else [held]
                ):
                    if isinstance(part, Tree):
                        yield from self._steps(part, values)
