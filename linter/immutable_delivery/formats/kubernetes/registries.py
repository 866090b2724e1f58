"""Registries that a cluster manages: where they are given the rules by which they delete images."""

from __future__ import annotations

from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import scalar

_POLICIES: dict[tuple[str, str], tuple[str, ...]] = {
    ("ecr.services.k8s.aws", "Repository"): ("spec", "lifecyclePolicy"),
    ("ecr.aws.upbound.io", "LifecyclePolicy"): ("spec", "forProvider", "policy"),
    ("ecr.aws.crossplane.io", "LifecyclePolicy"): ("spec", "forProvider", "lifecyclePolicyText"),
}
"""Where Amazon's registry is given its rules, as text in JSON."""


def retention(root: Mapping, group: str, kind: str) -> Scalar | None:
    """Return the rules by which a registry deletes images."""
    path = _POLICIES.get((group, kind))
    return scalar(root, *path) if path else None
