"""The image updater of Argo CD as an object: what it writes to the cluster alone, and not to Git."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Resource
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import mappings, scalar, text


def of_updater(spec: Mapping, workload: Workload) -> Iterator[Resource]:
    """Yield an updater for every group of applications whose new images are not committed."""
    usual = text(spec, "writeBackConfig", "method")
    for group in mappings(spec, "applicationRefs"):
        if mappings(group, "images"):
            yield from _updater(group, text(group, "writeBackConfig", "method") or usual, workload)


def _updater(group: Mapping, method: str, workload: Workload) -> Iterator[Resource]:
    name = scalar(group, "namePattern") or scalar(workload.resource.root, "metadata", "name")
    if name is not None and not method.startswith("git"):
        yield Resource(
            used_at=name.place,
            extent=group.place,
            places={"name": name.place},
            scope=workload.scope(),
            resource_type="updater",
            name="The Argo CD image updater",
        )
