"""Kubernetes manifests and kustomizations: what a cluster is told to run, after all overlays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats import Comment, Surroundings, yamltree
from immutable_delivery.formats.kubernetes.deployed import deployed
from immutable_delivery.formats.kubernetes.manifest import ANNOTATIONS, Manifest, annotated
from immutable_delivery.formats.kubernetes.recognition import claims
from immutable_delivery.text import Text

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "kubernetes"


def parse(text: Text) -> Manifest:
    """Return the documents of a file."""
    return Manifest.read(text)


def comments(document: Manifest, text: Text) -> list[Comment]:
    """Return the comments with what each covers, and the annotations that suppress in a whole object."""
    found = yamltree.comments(text, document.documents)
    if not any(name in text.value for name in ANNOTATIONS):
        return found
    return [*found, *annotated(document)]


def facts(documents: Mapping[str, Manifest], around: Surroundings) -> Iterable[Fact | Build]:
    """Yield what is deployed: kustomizations through their roots, other objects by themselves."""
    return deployed(documents, around)
