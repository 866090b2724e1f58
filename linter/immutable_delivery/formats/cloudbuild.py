"""Builds of Google Cloud Build.

The reference is https://cloud.google.com/build/docs/build-config-file-schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import ImageSpec, JobSpec, StepSpec, pipeline_scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Document, Node, Scalar, glance
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import items, mappings, pairs, roots, scalar, text

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "cloudbuild"

_PATH = lazy(r"cloudbuild[\w.-]*\.(?:ya?ml|json)\Z")
_PROGRAMS = {"cloud-sdk": "gcloud", "gke-deploy": "gke-deploy", "skaffold": "skaffold"}
"""Images that are called otherwise than the program that they start."""
_REFERENCE = lazy(r"\$\$|\$\{?(\w+)\}?")


def claims(path: str, data: bytes) -> bool:
    """Whether a path names a build, or a file in a folder of that name has the steps of one."""
    if _PATH.search(path):
        return True
    return b"steps" in data and any(map(_is_build, _roots(path, data)))


def _roots(path: str, data: bytes) -> Iterator[Node | None]:
    return (one.root for one in glance(path, data))


def _is_build(root: Node | None) -> bool:
    steps = mappings(root, "steps")
    return bool(steps) and all(text(step, "name") for step in steps)


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every build says: it is one job, each step runs in an image of its own."""
    from immutable_delivery.jobs.lower import lower  # noqa: PLC0415 (it loads the shell)

    for path, root in roots(documents, ctx):
        if isinstance(root, Tree):
            yield from lower(_job(root, path), ctx)


def _job(root: Tree, path: str) -> JobSpec:
    given = {
        key.text: value.written
        for key, value in pairs(root, "substitutions")
        if isinstance(value, Scalar)
    }
    return JobSpec(
        used_at=head(root),
        extent=root.place,
        scope=pipeline_scope(path, path),
        name=path,
        variables=_environment(root, "options", "env"),
        steps=tuple(_step(node, given) for node in mappings(root, "steps")),
    )


def _step(node: Tree, given: Mapping[str, LocatedText]) -> StepSpec:
    """Return a step: the script in its image, or the words behind the image's own program, or behind one that it names."""
    image, script, program = (
        scalar(node, "name"),
        scalar(node, "script"),
        scalar(node, "entrypoint"),
    )
    words = [_filled(one.written, given) for one in _words(node)]
    folder = text(node, "dir")
    return StepSpec(
        used_at=head(node),
        extent=node.place,
        name=text(node, "id"),
        images=(ImageSpec(_filled(image.written, given), node.extent("name"), image.place),)
        if image
        else (),
        scripts=(script.written,) if script else (),
        argv=tuple(_run(image, program, words)),
        variables=_environment(node, "env"),
        folder=None if folder.startswith(("/", "..")) or "$" in folder else folder,
    )


def _run(
    image: Scalar | None, program: Scalar | None, words: list[LocatedText]
) -> Iterator[LocatedText]:
    """Yield the words that run; Google's builders are called like the program that they start."""
    own = image.text.partition(":")[0].rpartition("/")[2] if image else ""
    if program is not None:
        yield program.written
    elif image is not None and own:
        yield unaligned(_PROGRAMS.get(own, own), image.written)
    yield from words


def _words(node: Tree) -> Iterator[Scalar]:
    said = scalar(node, "args")
    held: list[Node] = [said] if said is not None else items(node, "args")
    yield from (one for one in held if isinstance(one, Scalar))


def _environment(node: Tree, *keys: str) -> dict[str, LocatedText | None]:
    found: dict[str, LocatedText | None] = {}
    for one in items(node, *keys):
        if isinstance(one, Scalar):
            name, _, _ = one.text.partition("=")
            found[name] = one.written.slice(len(name) + 1)
    return found


def _filled(written: LocatedText, given: Mapping[str, LocatedText]) -> LocatedText:
    """Return a text with the substitutions that the file gives a value."""

    def give(found: re.Match[str], own: LocatedText) -> LocatedText | None:
        return unaligned("$", own) if found[0] == "$$" else given.get(found[1])

    return filled(written, _REFERENCE, give) if "$" in written.text else written
