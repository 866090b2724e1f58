"""From what a format says of a job to facts: the only maker of Source, Resource and Job for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from immutable_delivery.containers.lower import image
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Job, Mount, Resource, Scope, Source, Variable
from immutable_delivery.jobs.artifacts import built, deployed, kept, pushed
from immutable_delivery.jobs.builds import builds
from immutable_delivery.jobs.equivalents import started, tool
from immutable_delivery.jobs.scripts import Done, commands
from immutable_delivery.jobs.spec import ImageSpec, JobSpec, RunnerSpec, SourceSpec
from immutable_delivery.records import replace
from immutable_delivery.references.machines import machine_pin
from immutable_delivery.syntax.yaml import Document, Node
from immutable_delivery.syntax.yaml.query import roots


def lower(spec: JobSpec, ctx: ParseContext) -> Iterator[Fact | Build]:
    """Yield everything that is said of a job."""
    yield from images(spec)
    yield from (runner(one, spec.scope) for one in spec.runners)
    for declared in (*spec.sources, *(one for step in spec.steps for one in step.uses)):
        yield source(declared, spec.scope)
    yield from (found for step in spec.steps if (found := tool(step, spec.scope)))
    done = commands(spec, ctx)
    yield from (fact for fact in done.facts if not _goes_with_the_job(fact))
    if spec.whole:
        yield job(spec, done)
        yield from builds(spec, done.made, kept(done.made, done.started))


def _goes_with_the_job(fact: Fact) -> bool:
    """Whether something is given to a container that ends with the job: the checkout to a tool, a password to a test's database."""
    return isinstance(fact, Mount | Variable) and fact.scope.phase == "pipeline"


def each(
    documents: Mapping[str, Sequence[Document]],
    ctx: ParseContext,
    jobs: Callable[[Node | None, str], Iterable[JobSpec]],
) -> Iterator[Fact | Build]:
    """Yield what the jobs of files say that are read one by one; ``jobs`` gives those of a document."""
    for path, root in roots(documents, ctx):
        for job in jobs(root, path):
            yield from lower(job, ctx)


def images(spec: JobSpec) -> Iterator[Fact]:
    """Yield the images that a job runs in, those that run beside it, and those of single steps."""
    steps = (one for step in spec.steps for one in (*step.images, *started(step)))
    inside = (*spec.images, *steps)
    for one in inside:
        yield image(_of_pipeline(one), replace(spec.scope, layer="os"))
    for one in spec.services:
        yield image(_of_pipeline(one), replace(spec.scope, layer="middleware"))


def _of_pipeline(spec: ImageSpec) -> ImageSpec:
    return replace(spec, role="pipeline")


def source(spec: SourceSpec, scope: Scope) -> Source:
    """Return the fact of something that is taken from elsewhere."""
    at = spec.url.place()
    ref = spec.ref.place() if spec.ref is not None and spec.ref.text else at
    return Source(
        used_at=spec.used_at or spec.url.used_at,
        extent=spec.extent,
        scope=scope,
        places={"url": at, "ref": ref, "pin": ref},
        source_type=spec.source_type,
        url=spec.url.value,
        ref="" if spec.ref is None else spec.ref.value,
        pin=spec.pin,
        locked=spec.locked,
    )


def runner(spec: RunnerSpec, scope: Scope) -> Resource:
    """Return the fact of the machine that a job asks for."""
    written = spec.written
    return Resource(
        used_at=written.used_at,
        extent=spec.extent,
        scope=replace(scope, layer="os"),
        places={"name": written.place(), "pin": written.place()},
        resource_type="runner",
        name=written.text,
        pin=machine_pin(written.text) if written.known else None,
    )


def job(spec: JobSpec, done: Done) -> Job:
    """Return the fact of the job as a whole: what it makes, and where it puts it."""
    environment = spec.environment
    return Job(
        used_at=spec.used_at,
        extent=spec.extent,
        scope=spec.scope,
        places={
            "name": spec.used_at,
            **({"environment": environment.place} if environment else {}),
        },
        name=spec.name,
        environment=environment.value if environment else "",
        builds=built(done.made, tagged=spec.tagged),
        pushes=pushed(done.made, done.started, tagged=spec.tagged),
        deploys=deployed(done.facts, tagged=spec.tagged),
    )
