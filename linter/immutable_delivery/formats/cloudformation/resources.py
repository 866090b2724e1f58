"""What a resource declares: which adapter reads it, by its type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Scope
from immutable_delivery.formats.cloudformation.template import Template
from immutable_delivery.records import Record
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import mapping, text


class Resource(Record, frozen=True):
    """A resource of a template, its functions worked out."""

    name: Scalar
    node: Mapping
    template: Template
    ctx: ParseContext

    @property
    def type(self) -> str:
        """Its type, `AWS::ECS::TaskDefinition`."""
        return text(self.node, "Type")

    @property
    def properties(self) -> Mapping:
        """What it says of itself."""
        return mapping(self.node, "Properties") or Mapping(place=self.node.place)

    @property
    def scope(self) -> Scope:
        """What its facts share."""
        return Scope(
            owner=self.name.text,
            service=self.name.text,
            phase="start",
            layer="middleware",
            deployed=True,
            manifest=self.template.path,
        )


Adapter = Callable[[Resource], Iterator[Fact | Build]]


def facts_of(resource: Resource) -> Iterator[Fact | Build]:
    """Yield what a resource declares."""
    from immutable_delivery.formats.cloudformation import machines  # noqa: PLC0415 (it imports this)

    further = machines.adapter(resource.type)
    for adapter in (*_adapters(resource.type), *((further,) if further else ())):
        yield from adapter(resource)


@cache
def _adapters(type_: str) -> tuple[Adapter, ...]:
    """Return what reads a type of resource."""
    from immutable_delivery.formats.cloudformation import (  # noqa: PLC0415 (they import this)
        platforms,
        registries,
        tasks,
    )

    read = (
        platforms.SERVICES,
        platforms.FUNCTIONS,
        platforms.STACKS,
        tasks.ADAPTERS,
        registries.ADAPTERS,
    )
    return tuple(adapters[type_] for adapters in read if type_ in adapters)
