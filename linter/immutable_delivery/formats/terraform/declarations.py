"""What a block declares: which adapter reads a resource, by its type."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Scope, Unread
from immutable_delivery.records import Record
from immutable_delivery.syntax.hcl.modules import ABSENT, Module
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar


class Block(Record, frozen=True):
    """A resource or data source, as one of its copies comes out."""

    kind: str
    """resource or data."""
    type: str
    name: Scalar
    node: Mapping
    module: Module
    ctx: ParseContext

    @property
    def scope(self) -> Scope:
        """What its facts share."""
        address = f"{self.type}.{self.name.text}"
        return Scope(
            owner=f"data.{address}" if self.kind == "data" else address,
            service=self.name.text,
            phase="start",
            layer="middleware",
            deployed=True,
            manifest=self.node.place.file,
        )

    def unanswered(self, said: Node | None, subject: str) -> Iterator[Unread]:
        """Yield that a text was seen and is not known, as its file is not here."""
        if isinstance(said, Scalar) and said.tag == ABSENT:
            yield self.unread(said, subject)

    def unread(self, said: Scalar, subject: str) -> Unread:
        """Return that only a run knows a text."""
        return Unread(
            used_at=said.place,
            extent=said.place,
            scope=self.scope,
            subject=subject,
            reason="its text is not in the repository, or only a run knows it",
        )


Adapter = Callable[[Block], Iterator[Fact]]


def facts_of(
    module: Module, ctx: ParseContext, kind: str, type_: str, name: Scalar, node: Mapping
) -> Iterator[Fact]:
    """Yield what every copy of a block declares."""
    from immutable_delivery.formats.terraform.machines import provisioned  # noqa: PLC0415 (it imports this)

    found = _adapter(kind, type_)
    read = [found] if found is not None else []
    if kind == "resource" and node.get("provisioner") is not None:
        read.append(provisioned)
    for copy in module.copies(node) if read else ():
        for adapter in read:
            yield from adapter(Block(kind, type_, name, copy, module, ctx))


def _adapter(kind: str, type_: str) -> Adapter | None:
    """Return what reads a type of resource; None where none of ours is declared by it."""
    from immutable_delivery.formats.terraform import (  # noqa: PLC0415
        machines,
        manifests,
        registries,
        services,
        tasks,
    )

    if kind == "resource":
        for adapters in (services.ADAPTERS, tasks.ADAPTERS, registries.ADAPTERS):
            if type_ in adapters:
                return adapters[type_]
        if type_ in manifests.KINDS:
            return manifests.manifest
    return machines.adapter(kind, type_)
