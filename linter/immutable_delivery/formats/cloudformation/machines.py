"""Machines: the image that each starts from, what it runs when it first starts, and what is done to it afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.cloudformation.resources import Adapter, Resource
from immutable_delivery.machines.boot import user_data
from immutable_delivery.machines.cfninit import initialized
from immutable_delivery.machines.images import document, moving, public
from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.choices import at
from immutable_delivery.syntax.yaml.query import find, scalar
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import MachineImages


def machine(resource: Resource) -> Iterator[Fact | Build]:
    """Yield what is said of a machine, or of a template for machines."""
    scope = replace(resource.scope, layer="os")
    path, moves = known(MachineImages).started[resource.type]
    for said in _texts(resource.properties, path):
        if re.fullmatch(moves, said.text):
            shown = said.text.strip("{}")
            yield moving(resource.name.text, said.place, said.place, scope, shown)
    for argument in known(MachineImages).user_data:
        for said in _texts(resource.properties, argument):
            yield from user_data(said.written, scope, said.place, resource.ctx)
    init = find(resource.node, "Metadata", "AWS::CloudFormation::Init")
    if isinstance(init, Mapping):
        yield from initialized(init, scope, resource.ctx)


def shared(resource: Resource) -> Iterator[Fact | Build]:
    """Yield an image that is given to everybody."""
    path, everybody = known(MachineImages).shared[resource.type]
    scope = replace(resource.scope, layer="os")
    for said in _texts(resource.properties, path):
        if re.fullmatch(everybody, said.text):
            yield public(resource.name.text, said.place, resource.node.place, scope)


def changed(resource: Resource) -> Iterator[Fact | Build]:
    """Yield that commands are run on machines that run already."""
    argument, does = known(MachineImages).changed[resource.type]
    said = scalar(resource.properties, argument)
    if said is not None and re.fullmatch(does, said.text):
        yield document(said, resource.node.place, replace(resource.scope, layer="os"))


def _texts(node: Mapping, path: str) -> Iterator[Scalar]:
    """Yield the texts at a path, one for each item of a list that stands there."""
    *before, last = path.split(".")
    for holder in at(node, before):
        for one in at(holder, (last,)):
            for text in getattr(one, "items", [one]) if not isinstance(one, Mapping) else ():
                if isinstance(text, Scalar):
                    yield text


def adapter(type_: str) -> Adapter | None:
    """Return what reads a type of resource; None for one that is no machine."""
    images = known(MachineImages)
    if type_ in images.shared:
        return shared
    if type_ in images.changed:
        return changed
    return machine if type_ in images.started else None
