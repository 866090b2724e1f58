"""Workflows of Woodpecker.

The reference is https://woodpecker-ci.org/docs/usage/workflow-syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.matrix import combinations
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    StepSpec,
    pipeline_scope,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Document, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import (
    items,
    mappings,
    pairs,
    scalar,
    text,
    texts,
)

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "woodpecker"

_PATH = lazy(r"(?:^|/)\.woodpecker(?:\.ya?ml|/.*\.ya?ml)\Z")
_REFERENCE = lazy(r"\$\{?(\w+)\}?")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path is one at which Woodpecker looks."""
    return _PATH.search(path) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every pipeline says."""
    from immutable_delivery.jobs.lower import each  # noqa: PLC0415 (it loads the shell)

    return each(documents, ctx, _jobs)


def _jobs(root: Node | None, path: str) -> Iterator[JobSpec]:
    if isinstance(root, Tree):
        yield JobSpec(
            used_at=head(root),
            extent=root.place,
            scope=pipeline_scope(path, path),
            name=path,
            services=tuple(
                image for _, node in _named(root.get("services")) for image in _images(node, root)
            ),
            steps=tuple(
                _step(name, node, root)
                for key in ("clone", "steps", "pipeline")
                for name, node in _named(root.get(key))
            ),
        )


def _named(node: Node | None) -> Iterator[tuple[str, Tree]]:
    """Yield steps with their names: they stand in a list, or in a mapping by name."""
    if isinstance(node, Tree):
        yield from ((key.text, value) for key, value in pairs(node) if isinstance(value, Tree))
    elif isinstance(node, Sequence):
        yield from ((text(one, "name"), one) for one in node.items if isinstance(one, Tree))


def _step(name: str, node: Tree, root: Tree) -> StepSpec:
    said = node.get("commands")
    lines = [said] if isinstance(said, Scalar) else items(node, "commands")
    commands = tuple(one.written for one in lines if isinstance(one, Scalar) and not one.null)
    return StepSpec(
        used_at=head(node),
        extent=node.place,
        name=name,
        images=tuple(_images(node, root)),
        scripts=commands,
        variables=texts(node, "environment"),
        folder=None if scalar(node, "directory") else "",
        does="" if commands else text(node, "image").partition(":")[0],
        inputs=texts(node, "settings"),
    )


def _images(node: Tree, root: Tree) -> Iterator[ImageSpec]:
    """Yield the image of a step, one for each value that a matrix gives it."""
    said = scalar(node, "image")
    if said is None:
        return
    for given in _matrix(root, said.text) or [{}]:
        yield ImageSpec(_filled(said.written, given), node.extent("image"), said.place)


def _matrix(root: Tree, image: str) -> list[dict[str, LocatedText]]:
    axes = {
        key.text: [one.written for one in value.items if isinstance(one, Scalar)]
        for key, value in pairs(root, "matrix")
        if isinstance(value, Sequence) and key.text in image
    }
    included = [
        {key.text: value.written for key, value in pairs(one) if isinstance(value, Scalar)}
        for one in mappings(root, "matrix", "include")
    ]
    return combinations(
        axes, included if not axes else (), same=lambda one, other: one.text == other.text
    )


def _filled(written: LocatedText, given: Mapping[str, LocatedText]) -> LocatedText:
    return (
        filled(written, _REFERENCE, lambda found, _own: given.get(found[1]))
        if "$" in written.text
        else written
    )
