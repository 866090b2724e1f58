"""Build specifications of AWS CodeBuild.

The reference is https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html.
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
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Document, Node, Scalar
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import (
    find,
    mappings,
    pairs,
    scalar,
    scalars,
    text,
)

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "codebuild"

_PATH = lazy(r"buildspec[\w.-]*\.ya?ml\Z")
_PHASES = ("install", "pre_build", "build", "post_build")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path is one at which CodeBuild looks."""
    return _PATH.search(path) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every pipeline says."""
    from immutable_delivery.jobs.lower import each  # noqa: PLC0415 (it loads the shell)

    return each(documents, ctx, _jobs)


def _jobs(root: Node | None, path: str) -> Iterator[JobSpec]:
    """Yield the one job that a build is; a batch builds it several times, each image once."""
    if isinstance(root, Tree):
        yield JobSpec(
            used_at=head(root),
            extent=root.place,
            scope=pipeline_scope(path, path),
            name=path,
            variables=_variables(root),
            images=tuple(_images(root)),
            steps=tuple(_steps(root)),
        )


def _steps(root: Tree) -> Iterator[StepSpec]:
    """Yield the phases in their order; the run-times that `install` asks for come with CodeBuild's image."""
    shell = text(root, "env", "shell") or "sh"
    for phase in _PHASES:
        for key in ("commands", "finally"):
            lines = tuple(one.written for one in scalars(root, "phases", phase, key))
            held = find(root, "phases", phase)
            if lines and isinstance(held, Tree):
                extent = held.extent(key)
                yield StepSpec(
                    used_at=extent, extent=extent, name=phase, scripts=lines, shell=shell
                )


def _images(root: Tree) -> Iterator[ImageSpec]:
    for kind in ("build-list", "build-graph"):
        for one in mappings(root, "batch", kind):
            yield from _image(one)
    for said in scalars(root, "batch", "build-matrix", "dynamic", "env", "image"):
        yield ImageSpec(said.written, said.place, said.place)


def _image(node: Tree) -> Iterator[ImageSpec]:
    said = scalar(node, "env", "image")
    if said is not None and not said.text.startswith("aws/codebuild/"):
        yield ImageSpec(said.written, said.place, said.place)


def _variables(root: Tree) -> dict[str, LocatedText | None]:
    """Return the variables; None for one that a store gives."""
    kept: dict[str, LocatedText | None] = {
        key.text: None
        for store in ("parameter-store", "secrets-manager")
        for key, _ in pairs(root, "env", store)
    }
    plain = {
        key.text: value.written
        for key, value in pairs(root, "env", "variables")
        if isinstance(value, Scalar)
    }
    return {**kept, **plain}
