"""Pipelines of Buildkite.

The reference is https://buildkite.com/docs/pipelines/configure/step-types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    SourceSpec,
    StepSpec,
    Values,
    pipeline_scope,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.git import of_release
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax import yaml
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
    text,
    texts,
)

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "buildkite"

_PATH = lazy(r"(?:^|/)\.?buildkite(?:\.ya?ml|/.*\.ya?ml)\Z")
MAX_DEPTH = 5
"""Groups in groups."""


def claims(path: str, data: bytes) -> bool:
    """Whether a path is one at which Buildkite looks, and the file is a list of steps or has some."""
    if not _PATH.search(path):
        return False
    roots_ = [one.root for one in yaml.glance(path, data)]
    return any(
        one is None or isinstance(one, Sequence) or find(one, "steps") is not None for one in roots_
    )


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every pipeline says."""
    from immutable_delivery.jobs.lower import each  # noqa: PLC0415 (it loads the shell)

    return each(documents, ctx, _jobs)


def _jobs(root: Node | None, path: str) -> Iterator[JobSpec]:
    """Yield one job per command step: each runs on an agent of its own."""
    held: list[Node] = root.items if isinstance(root, Sequence) else items(root, "steps")
    shared = _environment(root)
    for node in _flat(held):
        if any(node.get(key) is not None for key in ("command", "commands", "plugins")):
            yield _job(node, path, shared)


def _flat(nodes: Iterable[Node], depth: int = 0) -> Iterator[Tree]:
    """Yield steps, those of groups too."""
    for node in nodes:
        if isinstance(node, Tree) and node.get("group") is not None and depth < MAX_DEPTH:
            yield from _flat(items(node, "steps"), depth + 1)
        elif isinstance(node, Tree):
            yield node


def _job(node: Tree, path: str, shared: Values) -> JobSpec:
    name = text(node, "key") or text(node, "label") or path
    plugins = [*_plugins(node)]
    return JobSpec(
        used_at=head(node),
        extent=node.place,
        scope=pipeline_scope(path, name),
        name=name,
        variables={**shared, **_environment(node)},
        images=tuple(image for _, told in plugins for image in _image(told)),
        sources=tuple(_source(key) for key, _ in plugins if not key.text.startswith((".", "/"))),
        steps=tuple(_steps(node)),
    )


def _steps(node: Tree) -> Iterator[StepSpec]:
    for key in ("command", "commands"):
        said = node.get(key)
        held = said.items if isinstance(said, Sequence) else [said]
        lines = tuple(one.written for one in held if isinstance(one, Scalar) and not one.null)
        if lines:
            extent = node.extent(key)
            yield StepSpec(used_at=extent, extent=extent, name=key, scripts=lines)


def _plugins(node: Tree) -> Iterator[tuple[Scalar, Node | None]]:
    """Yield the plugins with what they are told: a list of names and mappings, or one mapping."""
    said = node.get("plugins")
    for one in said.items if isinstance(said, Sequence) else [said]:
        if isinstance(one, Scalar) and not one.null:
            yield one, None
        else:
            yield from pairs(one)


def _image(told: Node | None) -> Iterator[ImageSpec]:
    said = scalar(told, "image")
    if said is not None and isinstance(told, Tree):
        yield ImageSpec(said.written, told.extent("image"), said.place)


def _source(key: Scalar) -> SourceSpec:
    """Return a plugin: `docker#v5.11.0`, or the address of its repository."""
    name, at, version = key.text.partition("#")
    ref = key.written.slice(len(name) + 1) if at and version else None
    known = ref is None or ref.known
    pin = of_release(version) if known else None
    return SourceSpec("plugin", key.written.slice(0, len(name)), ref, key.place, pin=pin)


def _environment(node: Node | None) -> dict[str, LocatedText | None]:
    return texts(node, "env")
