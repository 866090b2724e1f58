"""Values of the common library of bjw-s, on which `app-template` and charts like it are built: they say every container.

Reference: https://bjw-s-labs.github.io/helm-charts/docs/common-library/
"""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import ContainerRole, Fact, Scope, Workload
from immutable_delivery.records import Record, replace
from immutable_delivery.releases import containers
from immutable_delivery.releases.containers import Written
from immutable_delivery.releases.layers import merged
from immutable_delivery.releases.persistence import Persistence
from immutable_delivery.releases.shapes import is_off
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import find, mapping, pairs, scalar, text

_WORKLOADS: dict[str, Workload] = {
    "": "Deployment", "deployment": "Deployment", "daemonset": "DaemonSet", "statefulset": "StatefulSet", "cronjob": "CronJob", "job": "Job",
}  # fmt: skip
_LISTS: tuple[tuple[str, ContainerRole], ...] = (
    ("initContainers", "init"),
    ("containers", "container"),
)


class Controller(Record, frozen=True):
    """One workload that the values describe."""

    name: str
    node: Mapping
    pod: Mapping | None
    """What belongs to all its containers."""


def fits(values: Mapping) -> bool:
    """Whether values have the shape of the library: controllers with containers by name."""
    return any(
        isinstance(one, Mapping)
        for _, controller in pairs(values, "controllers")
        for _, one in pairs(controller, "containers")
    )


def facts(values: Mapping, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield the facts of every container."""
    persistence = Persistence(values)
    for controller in _controllers(values):
        for key, role in _LISTS:
            for name, node in _containers(controller, key):
                path = f"controllers.{controller.name}.{key}.{name.text}"
                mounts = persistence.mounts(controller.name, name.text)
                yield from containers.facts(
                    Written(
                        node=node,
                        name=name.text,
                        named_at=name,
                        role=_role(node, role),
                        scope=_scope(scope, controller, values),
                        ctx=ctx,
                        path=path,
                        workload=_WORKLOADS.get(text(controller.node, "type").lower(), "custom"),
                        mounts=tuple(mounts),
                        texts=persistence.texts(controller.name, name.text),
                        pod=controller.pod,
                    )
                )


def _controllers(values: Mapping) -> Iterator[Controller]:
    defaults = mapping(values, "defaultPodOptions")
    for name, node in pairs(values, "controllers"):
        if isinstance(node, Mapping) and not is_off(node):
            own = mapping(node, "pod")
            both = merged(defaults, own) if defaults and own else own or defaults
            yield Controller(name.text, node, both)


def _containers(controller: Controller, key: str) -> Iterator[tuple[Scalar, Mapping]]:
    """Yield containers by name; what they do not say, the defaults of their controller say."""
    defaults = mapping(controller.node, "defaultContainerOptions")
    spared = text(controller.node, "applyDefaultContainerOptionsToInitContainers") == "false"
    for name, node in pairs(controller.node, key):
        if isinstance(node, Mapping) and not is_off(node):
            given = None if key == "initContainers" and spared else defaults
            yield name, replace(node, entries={**given.entries, **node.entries}) if given else node


def _role(node: Mapping, role: ContainerRole) -> ContainerRole:
    """Return what a container is: an init container that never ends is a sidecar."""
    return "sidecar" if role == "init" and text(node, "restartPolicy") == "Always" else role


def _scope(scope: Scope, controller: Controller, values: Mapping) -> Scope:
    """Return the scope of a controller: one of several is a service of its own."""
    several = len(list(_controllers(values))) > 1 and controller.name != scope.service
    if not several or not scope.service:
        return scope
    return replace(scope, service=f"{scope.service}-{controller.name}")


__all__ = ["Controller", "facts", "find", "fits", "scalar"]
