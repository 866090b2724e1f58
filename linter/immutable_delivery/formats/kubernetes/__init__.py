"""Kubernetes manifests and kustomizations: what a cluster is told to run, after all overlays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, Inside, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.findings import Edit
from immutable_delivery.formats.kubernetes.deployed import deployed, objects_within
from immutable_delivery.formats.kubernetes.families import families
from immutable_delivery.formats.kubernetes.manifest import ANNOTATIONS, Manifest, annotated
from immutable_delivery.formats.kubernetes.recognition import claims
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax import yaml

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
    return Manifest.read(text)


def comments(document: Manifest, text: Text) -> list[Comment]:
    """Return the comments with what each covers, and the annotations that suppress in a whole object."""
    found = yaml.comments(text, document.documents)
    if not any(name in text.value for name in ANNOTATIONS):
        return found
    return [*found, *annotated(document)]


def facts(documents: Mapping[str, Manifest], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what is deployed: kustomizations through their roots, other objects by themselves."""
    return deployed(documents, ctx)


def within(held: Inside, ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the objects in a text say."""
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
