"""Machines: the image that each starts from, what it runs when it first starts, and what is done to it afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from immutable_delivery.facts import Command, Fact, Resource, Scope
from immutable_delivery.formats.terraform.declarations import Adapter, Block
from immutable_delivery.machines.boot import script, user_data
from immutable_delivery.machines.commands import MachineCommands
from immutable_delivery.machines.images import document, moving, public
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.hcl.blocks import blocks, labelled, listed
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.choices import at
from immutable_delivery.syntax.yaml.query import scalar
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import MachineImages

_SCRIPT = "text/x-shellscript"
"""What Google's agent takes a startup script for, whatever it begins with."""
_REMOTE = ("remote-exec", "file", "chef", "puppet", "salt-masterless", "habitat")
"""Provisioners that reach into the machine."""


def adapter(kind: str, type_: str) -> Adapter | None:
    """Return what reads a data source or resource; None for one that is no machine."""
    images = known(MachineImages)
    if kind == "data":
        return _DATA.get(type_) or (looked_up if type_ in images.looked_up else None)
    if type_ in images.shared:
        return shared
    if type_ in images.changed:
        return changed
    return machine if type_ in images.started else None


def looked_up(block: Block) -> Iterator[Fact]:
    """Yield the image that a data source takes, where it takes the newest."""
    argument, moves = known(MachineImages).looked_up[block.type]
    said = scalar(block.node, argument)
    if said is None or not said.written.known or not re.fullmatch(moves, said.text):
        return
    if not _is_exact(block.node):
        choice = f"{argument} = {said.text}" if said.plain else f'{argument} = "{said.text}"'
        yield _image(block, said, choice)


def _is_exact(node: Tree) -> bool:
    """Whether a filter names one image as a whole, so that there is nothing newer."""
    names = [
        one for one in blocks(node.get("filter")) if _text(one, "name") in {"name", "image-id"}
    ]
    values = [value for one in names for value in listed(one.get("values"))]
    return bool(values) and all(
        isinstance(one, Scalar) and one.written.known and not re.search(r"[*?]", one.text)
        for one in values
    )


def machine(block: Block) -> Iterator[Fact]:
    """Yield what is said of a machine, or of a template for machines."""
    path, moves = known(MachineImages).started[block.type]
    for said in _at(block.node, path):
        if said.written.known and re.fullmatch(moves, said.text):
            yield _image(block, said, said.text)
    for argument in known(MachineImages).user_data:
        kind = _SCRIPT if "startup" in argument else ""
        for said in _at(block.node, argument):
            scope = replace(block.scope, phase="boot", layer="os")
            yield from user_data(said.written, scope, said.place, block.ctx, kind)
            yield from block.unanswered(said, "user data")


def provisioned(block: Block) -> Iterator[Fact]:
    """Yield what provisioners do: on the machine, or from where Terraform runs."""
    for label, node in labelled(block.node.get("provisioner")):
        if label.text in _REMOTE:
            yield _reaching(block, label, node)
        elif label.text == "local-exec" and (said := scalar(node, "command")) is not None:
            scope = replace(block.scope, phase="pipeline", deployed=False)
            yield from script(said.written, scope, said.place, block.ctx)


def _reaching(block: Block, label: Scalar, node: Tree) -> Command:
    first = next((one for one in listed(node.get("inline")) if isinstance(one, Scalar)), None)
    said = first or scalar(node, "script") or scalar(node, "source")
    text = said.text.strip().partition("\n")[0] if said is not None and said.written.known else ""
    return Command(
        used_at=label.place,
        extent=node.place,
        scope=replace(block.scope, layer="os"),
        tool=label.text,
        text=text,
        target=block.scope.owner,
        mutates="host",
    )


def configured(block: Block) -> Iterator[Fact]:
    """Yield what the parts of user data do that a block puts together."""
    scope = replace(block.scope, phase="boot", layer="os")
    for node in blocks(block.node.get("part")):
        content, kind = scalar(node, "content"), scalar(node, "content_type")
        if content is not None:
            declared = kind.text if kind and kind.written.known else ""
            yield from user_data(content.written, scope, content.place, block.ctx, declared)


def called(block: Block) -> Iterator[Fact]:
    """Yield what the program does that a data source runs whenever a plan is made."""
    program = block.node.get("program")
    if program is not None:
        scope = replace(block.scope, phase="pipeline", deployed=False)
        run = MachineCommands(scope, block.ctx, {}, folder="")
        run.command(program)
        yield from run.finish(program.place)


def shared(block: Block) -> Iterator[Fact]:
    """Yield an image that is given to everybody."""
    argument, everybody = known(MachineImages).shared[block.type]
    for said in listed(block.node.get(argument)):
        if isinstance(said, Scalar) and re.fullmatch(everybody, said.text):
            yield public(block.name.text, said.place, block.node.place, _scope(block))


def changed(block: Block) -> Iterator[Fact]:
    """Yield that commands are run on machines that run already."""
    argument, does = known(MachineImages).changed[block.type]
    said = scalar(block.node, argument)
    if said is not None and re.fullmatch(does, said.text):
        yield document(said, block.node.place, _scope(block))


def _image(block: Block, said: Scalar, choice: str) -> Resource:
    extent = _extent(block.node, said)
    return moving(block.name.text, said.place, extent, _scope(block), choice)


def _scope(block: Block) -> Scope:
    return replace(block.scope, layer="os")


def _extent(node: Tree, said: Scalar) -> Place:
    """Return the statement that says it, or the block where it stands elsewhere."""
    for key, (_, value) in node.entries.items():
        if value is said:
            return node.extent(key)
    return said.place


def _at(node: Tree, path: str) -> Iterator[Scalar]:
    """Yield the texts at a path, through blocks that stand there more than once."""
    for one in at(node, path.split(".")):
        if isinstance(one, Scalar) and not one.null:
            yield one


def _text(node: Node | None, key: str) -> str:
    found = scalar(node, key)
    return found.text if found else ""


_DATA: Mapping[str, Adapter] = {
    "external": called,
    "cloudinit_config": configured,
    "template_cloudinit_config": configured,
}
"""Data sources that run something, or put together what a machine runs."""
