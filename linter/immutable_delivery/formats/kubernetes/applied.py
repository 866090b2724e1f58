"""Objects as wholes: what a cluster is told of each, with all that no fact holds."""

from __future__ import annotations

from immutable_delivery.containers.environments import Environment
from immutable_delivery.facts import Applied
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.syntax.yaml import Scalar
from immutable_delivery.syntax.yaml.canonical import identity


def note(workload: Workload, environment: Environment, group: str) -> None:
    """Note what an object says; one whose name is a hash of that changes what names it."""

    def said(scalar: Scalar) -> str:
        named = workload.neighbours.hashed(scalar.text, resource)
        return scalar.text + "".join(identity(one.root) for one in named)

    ctx, resource = workload.ctx, workload.resource
    if not ctx.settings.wholes or resource.hashed:
        return
    ctx.applied.append(
        Applied(
            owner=workload.scope().owner,
            manifest=resource.path,
            environment=environment.name,
            group=group,
            said=identity(resource.root, said),
            development=environment.development,
            place=resource.root.place,
        )
    )
