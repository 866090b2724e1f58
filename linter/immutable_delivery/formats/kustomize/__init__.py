"""Kustomize in pure Python: kustomizations built as `kubectl kustomize` builds them, every value with its place."""

from __future__ import annotations

from immutable_delivery.formats.kustomize.build import Builder, Built
from immutable_delivery.formats.kustomize.graph import Graph
from immutable_delivery.formats.kustomize.jsonpatch import patched
from immutable_delivery.formats.kustomize.model import FILE_NAMES, Refused, is_kustomization
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.formats.kustomize.resource import Identity, Resource, objects_in

__all__ = [
    "FILE_NAMES",
    "Builder",
    "Built",
    "Graph",
    "Identity",
    "Refused",
    "Repository",
    "Resource",
    "is_kustomization",
    "objects_in",
    "patched",
]
