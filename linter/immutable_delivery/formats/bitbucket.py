"""Pipelines of Bitbucket.

The reference is https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    Setting,
    SourceSpec,
    StepSpec,
    pipeline_scope,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.git import of_release
from immutable_delivery.syntax.yaml import Document, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import (
    find,
    items,
    pairs,
    scalar,
    scalars,
    text,
    texts,
)

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "bitbucket"

_PATH = lazy(r"(?:^|/)bitbucket-pipelines\.ya?ml\Z")
_IMAGE = "docker://"
MAX_DEPTH = 12
"""Stages and parallel steps in branches of pipelines."""


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path is one at which Bitbucket looks."""
    return _PATH.search(path) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every pipeline says."""
    from immutable_delivery.jobs.lower import each  # noqa: PLC0415 (it loads the shell)

    return each(documents, ctx, _jobs)


def _jobs(root: Node | None, path: str) -> Iterator[JobSpec]:
    """Yield one job per step: each runs in a container of its own. What several pipelines share by an anchor is one."""
    if not isinstance(root, Tree):
        return
    seen: set[int] = set()
    for node in _steps_in(root.get("pipelines"), 0):
        if id(node) not in seen:
            seen.add(id(node))
            yield _job(node, root, path)


def _steps_in(node: Node | None, depth: int) -> Iterator[Tree]:
    """Yield the steps below a node: of branches, tags, custom pipelines, stages and parallel ones."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, Sequence):
        for one in node.items:
            yield from _steps_in(one, depth + 1)
    elif isinstance(node, Tree):
        for key, value in pairs(node):
            if key.text == "step" and isinstance(value, Tree):
                yield value
            else:
                yield from _steps_in(value, depth + 1)


def _job(node: Tree, root: Tree, path: str) -> JobSpec:
    name = text(node, "name") or path
    deployment = scalar(node, "deployment")
    images = [*_images(node)] or [*_images(root)]
    lines = items(node, "script")
    return JobSpec(
        used_at=head(node),
        extent=node.place,
        scope=pipeline_scope(path, name, deployment.text if deployment else None),
        name=name,
        environment=Setting(deployment.text, deployment.place) if deployment else None,
        images=tuple(images),
        services=tuple(_services(node, root)),
        sources=tuple(
            _pipe(one) for line in lines if (one := scalar(line, "pipe")) and not _is_image(one)
        ),
        steps=(
            *(_step(line) for line in lines),
            *_after(node),
        ),
    )


def _after(node: Tree) -> Iterator[StepSpec]:
    """Yield what runs however the step ends."""
    lines, extent = (
        tuple(one.written for one in scalars(node, "after-script")),
        node.extent("after-script"),
    )
    if lines:
        yield StepSpec(used_at=extent, extent=extent, name="after-script", scripts=lines)


def _step(line: Node) -> StepSpec:
    """Return a line of the script, or a pipe: code of others with what it is told."""
    pipe = scalar(line, "pipe")
    told = texts(line, "variables")
    images = (
        (ImageSpec(pipe.written.slice(len(_IMAGE)), line.place, pipe.place),)
        if pipe and _is_image(pipe)
        else ()
    )
    return StepSpec(
        used_at=line.place,
        extent=line.place,
        scripts=(line.written,) if isinstance(line, Scalar) and not line.null else (),
        images=images,
        does=pipe.text.partition(":")[0] if pipe and not images else "",
        inputs=told,
    )


def _images(node: Tree) -> Iterator[ImageSpec]:
    said = scalar(node, "image") or scalar(node, "image", "name")
    if said is not None:
        yield ImageSpec(said.written, node.extent("image"), said.place)


def _services(node: Tree, root: Tree) -> Iterator[ImageSpec]:
    """Yield the images of the services that a step names; Bitbucket's own Docker service has none here."""
    for name in scalars(node, "services"):
        defined = find(root, "definitions", "services", name.text)
        if isinstance(defined, Tree):
            yield from _images(defined)


def _is_image(pipe: Scalar) -> bool:
    return pipe.text.startswith(_IMAGE)


def _pipe(pipe: Scalar) -> SourceSpec:
    name, at, version = pipe.text.partition(":")
    ref = pipe.written.slice(len(name) + 1) if at else None
    return SourceSpec(
        "plugin", pipe.written.slice(0, len(name)), ref, pipe.place, pin=of_release(version)
    )
