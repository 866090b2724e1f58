"""Kubernetes manifests and kustomizations: what a cluster is told to run, after all overlays.

All YAML and JSON is asked whether it is claimed here; what reads objects, 160 modules, is loaded for the first that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.context import Comment, Inside, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.findings import Edit
from immutable_delivery.formats.kubernetes.recognition import claims
from immutable_delivery.source.files import Files
from immutable_delivery.source.text import Place, Text

if TYPE_CHECKING:
    from immutable_delivery.formats.kubernetes.manifest import Manifest

__all__ = [
    "NAME",
    "assign",
    "claims",
    "comments",
    "facts",
    "families",
    "parse",
    "pin",
    "pinned",
    "restore",
    "revise",
    "within",
]

NAME = "kubernetes"

_FIELDS = {
    "read_only_root": ["securityContext", "readOnlyRootFilesystem"],
    "immutable": ["immutable"],
}


def parse(text: Text) -> Manifest:
    """Return the documents of a file."""
    from immutable_delivery.formats.kubernetes.manifest import Manifest  # noqa: PLC0415

    return Manifest.read(text)


def comments(document: Manifest, text: Text) -> list[Comment]:
    """Return the comments with what each covers, and the annotations that suppress in a whole object."""
    from immutable_delivery.formats.kubernetes.manifest import remarks  # noqa: PLC0415

    return remarks(document, text)


def families(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the files of each family: those that kustomizations tie to each other, and those of a folder."""
    from immutable_delivery.formats.kubernetes.together import together  # noqa: PLC0415

    return together(paths, files)


def facts(documents: Mapping[str, Manifest], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what is deployed: kustomizations through their roots, other objects by themselves."""
    from immutable_delivery.formats.kubernetes.deployed import deployed  # noqa: PLC0415

    return deployed(documents, ctx)


def within(held: Inside, ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the objects in a text say."""
    from immutable_delivery.formats.kubernetes.deployed import objects_within  # noqa: PLC0415

    return objects_within(held, ctx)


def assign(text: Text, extent: Place, field: str, value: str) -> Edit | None:
    """Return the edit that gives a field of a container or object another value."""
    from immutable_delivery.syntax.yaml.assignments import assigned, owner_at  # noqa: PLC0415

    owner = owner_at(text, extent.span.start, keyed=False)
    if owner is None or field not in _FIELDS:
        return None
    generator = field == "immutable" and "kind" not in owner.entries
    return assigned(text, owner, ["options"] * generator + _FIELDS[field], value)


def pin(text: Text, place: Place, digest: str) -> Edit | None:
    """Return the edit that writes a digest elsewhere than behind the tag; None where it stands there."""
    from immutable_delivery.formats.kubernetes.gitops import pinning as of_objects  # noqa: PLC0415
    from immutable_delivery.formats.kustomize.pinning import pin as entry  # noqa: PLC0415

    return entry(text, place, digest) or of_objects.pin(text, place, digest)


def pinned(text: Text, place: Place) -> Place | None:
    """Return what goes when a digest goes that does not stand behind a tag; None where it stands there."""
    from immutable_delivery.formats.kubernetes.gitops import pinning as of_objects  # noqa: PLC0415
    from immutable_delivery.formats.kustomize.pinning import pinned as entry  # noqa: PLC0415

    return entry(text, place) or of_objects.pinned(text, place)


def revise(text: Text, place: Place, revision: str) -> list[Edit]:
    """Return the edits that fix a source to a commit or digest; none where it cannot be written."""
    from immutable_delivery.formats.kubernetes.gitops.pinning import revise as entry  # noqa: PLC0415

    return entry(text, place, revision)


def restore(text: Text, place: Place, ref: str) -> list[Edit]:
    """Return the edits that take such a commit or digest away again."""
    from immutable_delivery.formats.kubernetes.gitops.pinning import restore as entry  # noqa: PLC0415

    return entry(text, place, ref)
