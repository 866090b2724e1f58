"""Repositories of Amazon ECR: whether a tag may be moved, and what retention leaves of images pinned by digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.containers.retention import kept
from immutable_delivery.facts import Build, Fact
from immutable_delivery.facts import Resource as ResourceFact
from immutable_delivery.formats.cloudformation.resources import Adapter, Resource
from immutable_delivery.syntax.yaml.query import scalar


def repository(resource: Resource) -> Iterator[Fact | Build]:
    """Yield a repository, whose tags may be overwritten where nothing says otherwise."""
    said = scalar(resource.properties, "ImageTagMutability")
    policy = scalar(resource.properties, "LifecyclePolicy", "LifecyclePolicyText")
    at = said.place if said else resource.name.place
    known = said is None or said.written.known
    yield ResourceFact(
        used_at=at,
        extent=resource.node.place,
        scope=resource.scope,
        places={"immutable": at, **({"history": policy.place} if policy else {})},
        resource_type="registry",
        name=resource.name.text,
        immutable=said is not None and said.text.startswith("IMMUTABLE") if known else None,
        history=kept(policy) if policy else -1,
    )


ADAPTERS: Mapping[str, Adapter] = {
    "AWS::ECR::Repository": repository,
    "AWS::ECR::RepositoryCreationTemplate": repository,
}
