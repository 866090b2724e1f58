"""Task definitions of ECS and job definitions of Batch: handed on as what ECS would be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.facts import Build, Fact, Unread
from immutable_delivery.formats.cloudformation.resources import Adapter, Resource
from immutable_delivery.formats.ecs.tasks import tasks
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Sequence
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, scalar, with_entry


def task(resource: Resource) -> Iterator[Fact | Build]:
    """Yield what the containers of a task definition say."""
    yield from _told(resource, resource.properties, "Family")


def job(resource: Resource) -> Iterator[Fact | Build]:
    """Yield what the containers of a job definition say: one, those of a task, or those of each node."""
    properties = resource.properties
    held = [properties, *mappings(properties, "NodeProperties", "NodeRangeProperties")]
    for node in held:
        one = mapping(node, "ContainerProperties") or mapping(node, "Container")
        if one is not None:
            yield from _told(resource, _alone(one), "JobDefinitionName")
        for each in mappings(node, "EcsProperties", "TaskProperties"):
            listed = each.get("Containers")
            if listed is not None:
                whole = with_entry(each, "ContainerDefinitions", listed)
                yield from _told(resource, whole, "JobDefinitionName")
    if (pods := mapping(properties, "EksProperties")) is not None:
        yield Unread(
            used_at=pods.place,
            extent=pods.place,
            scope=resource.scope,
            subject="EksProperties",
            reason="pods of AWS Batch are not read",
        )


def _alone(container: Tree) -> Tree:
    """Return the one container of a job as a task with its volumes."""
    listed: Node = Sequence([container], place=container.place)
    root = with_entry(Tree(place=container.place), "ContainerDefinitions", listed)
    volumes = container.get("Volumes")
    return root if volumes is None else with_entry(root, "Volumes", volumes)


def _told(resource: Resource, node: Tree, named: str) -> Iterator[Fact | Build]:
    """Yield what a task says; one whose name only the deployment knows is called as the template does."""
    said = scalar(resource.properties, named)
    name = said if said is not None and said.written.known else resource.name
    root = with_entry(node, "family", name)
    listed = find(root, "ContainerDefinitions")
    if listed is not None:
        root = with_entry(root, "containerDefinitions", listed)
    for one in tasks(root, resource.template.path, template=True):
        yield from one.facts(resource.ctx)


ADAPTERS: Mapping[str, Adapter] = {
    "AWS::ECS::TaskDefinition": task,
    "AWS::Batch::JobDefinition": job,
}
