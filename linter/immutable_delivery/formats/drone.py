"""Pipelines of Drone.

The reference is https://docs.drone.io/pipeline/overview/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    StepSpec,
    pipeline_scope,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.yaml import Document, Node
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import (
    mappings,
    scalar,
    scalars,
    text,
    texts,
)

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "drone"

_PATH = lazy(r"(?:^|/)\.drone(?:\.[\w-]+)?\.ya?ml\Z")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path is one at which Drone looks."""
    return _PATH.search(path) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every pipeline says."""
    from immutable_delivery.jobs.lower import each  # noqa: PLC0415 (it loads the shell)

    return each(documents, ctx, _jobs)


def _jobs(root: Node | None, path: str) -> Iterator[JobSpec]:
    if isinstance(root, Tree) and text(root, "kind") in {"pipeline", ""}:
        name = text(root, "name") or "default"
        yield JobSpec(
            used_at=head(root),
            extent=root.place,
            scope=pipeline_scope(path, name),
            name=name,
            variables=texts(root, "environment"),
            services=tuple(_images(mappings(root, "services"))),
            steps=tuple(_step(node) for node in mappings(root, "steps")),
        )


def _step(node: Tree) -> StepSpec:
    commands = tuple(one.written for one in scalars(node, "commands"))
    image = text(node, "image").partition(":")[0]
    return StepSpec(
        used_at=head(node),
        extent=node.place,
        name=text(node, "name"),
        images=tuple(_images([node])),
        scripts=commands,
        variables=texts(node, "environment"),
        does="" if commands else image,
        inputs=texts(node, "settings"),
    )


def _images(nodes: Iterable[Tree]) -> Iterator[ImageSpec]:
    for node in nodes:
        said = scalar(node, "image")
        if said is not None:
            yield ImageSpec(said.written, node.extent("image"), said.place)
