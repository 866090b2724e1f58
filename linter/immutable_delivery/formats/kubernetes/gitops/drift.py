"""What a deployer is told to leave as it is, though it differs from what Git says."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Resource
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import (
    is_true,
    mapping,
    mappings,
    scalar,
    scalars,
)

_IMAGE = lazy(
    r"\bimage\b|[/.](?:initC|c)ontainers(?:/[\d*]+|\[[^\]]*\])?\Z|\A/(?:spec)?\Z|\A\.spec\Z"
)
"""A path in an object that is an image, or that holds one."""
_BY_HAND = "what somebody changes by hand"
_IMAGES = "another image"


def of_application(spec: Mapping | None, workload: Workload) -> Iterator[Resource]:
    """Yield what an application of Argo CD overlooks."""
    for rule in mappings(spec, "ignoreDifferences"):
        yield from _paths(rule, ("jsonPointers", "jqPathExpressions"), workload)
    policy = mapping(spec, "syncPolicy")
    automated, key = mapping(policy, "automated"), policy.key("automated") if policy else None
    if automated is not None and key is not None and not is_true(automated, "selfHeal"):
        yield _fact(scalar(automated, "selfHeal") or key, _BY_HAND, workload)


def of_release(spec: Mapping | None, workload: Workload) -> Iterator[Resource]:
    """Yield what a release of Flux overlooks."""
    detection = mapping(spec, "driftDetection")
    mode = scalar(detection, "mode")
    if mode is not None and mode.text in {"disabled", "warn"}:
        yield _fact(mode, _BY_HAND, workload)
    for rule in mappings(detection, "ignore"):
        yield from _paths(rule, ("paths",), workload)


def _paths(rule: Mapping, keys: tuple[str, ...], workload: Workload) -> Iterator[Resource]:
    for path in (path for key in keys for path in scalars(rule, key)):
        if _IMAGE.search(path.text):
            yield _fact(path, _IMAGES, workload)


def _fact(node: Scalar, tolerates: str, workload: Workload) -> Resource:
    return Resource(
        used_at=node.place,
        extent=node.place,
        places={"tolerates": node.place},
        scope=workload.scope(),
        resource_type="deployer",
        name=workload.name,
        tolerates=tolerates,
    )
