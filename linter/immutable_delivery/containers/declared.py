"""Containers of platforms that are told of them in a block of their own: one row says what a platform calls what a container is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery.containers.lower import lower
from immutable_delivery.containers.mountoptions import mount_type
from immutable_delivery.containers.spec import (
    CommandSpec,
    ContainerSpec,
    Flag,
    ImageSpec,
    MountSpec,
    Setting,
    VariableSpec,
)
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Form, MountType, Origin, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence, entry_extent
from immutable_delivery.syntax.yaml.choices import at, choices
from immutable_delivery.syntax.yaml.query import find, pairs, scalar

Path = tuple[str, ...]

_WHOLE = lazy(r"\$\{[^{}]*\}")
_NAMES = ("name", "key", "Name", "Key")
_VALUES = ("value", "Value")


class Shape(Record, frozen=True):
    """How a platform writes its containers."""

    path: Path = ()
    """The way to the containers; empty where the block is one."""
    image: Path = ("image",)
    entrypoint: Path = ("command",)
    arguments: Path = ("args",)
    """Empty where there is but one command, which `entrypoint` names."""
    variables: Path = ("env",)
    name: str = "name"


def declared(
    block: Mapping, title: Scalar, shape: Shape, scope: Scope, ctx: ParseContext
) -> Iterator[Fact]:
    """Yield what the containers of a block say; ``title`` is what its file calls it."""
    held = [node for node in _listed(at(block, shape.path)) if isinstance(node, Mapping)]
    for node in held:
        container = _Container(node, title, shape, scope, alone=len(held) == 1)
        if container.image is not None:
            yield from lower(container.spec(), ctx)


class _Container(Record, frozen=True):
    node: Mapping
    title: Scalar
    shape: Shape
    scope: Scope
    alone: bool

    @property
    def image(self) -> Scalar | None:
        return scalar(self.node, *self.shape.image)

    def spec(self) -> ContainerSpec:
        """Return what is said of it."""
        reference, name = self.image, scalar(self.node, self.shape.name)
        scope = self.scope
        if not self.alone and name is not None:
            scope = replace(scope, owner=f"{scope.owner} (container {name.text})")
        own = (name or self.title).place
        return ContainerSpec(
            used_at=own,
            extent=self.node.place,
            scope=scope,
            name=name.text if name else self.title.text,
            workload="service",
            image=Setting(reference.written.value, reference.place) if reference else None,
            images=tuple(self._images()),
            entrypoint=self._command(self.shape.entrypoint, "command"),
            arguments=self._command(self.shape.arguments, "args"),
            variables=tuple(self._variables()),
            mounts=tuple(self._mounts()),
            places={"name": own},
        )

    def _images(self) -> Iterator[ImageSpec]:
        """Yield the reference, or all that it may be."""
        for found in choices(self.image):
            if isinstance(found, Scalar) and not found.null:
                yield ImageSpec(found.written, self._extent(self.shape.image), found.place)

    def _command(self, path: Path, origin: Origin) -> CommandSpec | None:
        said = find(self.node, *path) if path else None
        words = [one.written for one in _listed([said]) if isinstance(one, Scalar)]
        if said is None or not words or _is_hidden(said):
            return None
        form: Form = "shell" if isinstance(said, Scalar) else "exec"
        return CommandSpec(origin, tuple(words), said.place, self._extent(path), form)

    def _extent(self, path: Path) -> Place:
        holder = find(self.node, *path[:-1])
        return holder.extent(path[-1]) if isinstance(holder, Mapping) else self.node.place

    def _variables(self) -> Iterator[VariableSpec]:
        """Yield the environment: blocks of name and value, one mapping, or texts `NAME=value`."""
        held = at(self.node, self.shape.variables) if self.shape.variables else ()
        for node in _listed(held):
            name, value = _first(node, _NAMES), _first(node, _VALUES)
            if name is not None:
                yield VariableSpec(name.written, value.written if value else None, node.place)
            elif isinstance(node, Scalar):
                yield _assignment(node)
            else:
                for key, inner in pairs(node):
                    text = inner.written if isinstance(inner, Scalar) else None
                    yield VariableSpec(key.written, text, entry_extent(key, inner))

    def _mounts(self) -> Iterator[MountSpec]:
        """Yield the folders of the machine and the volumes that Docker's provider mounts."""
        for node in _mappings(self.node, "volumes"):
            source, target = scalar(node, "host_path"), scalar(node, "container_path")
            kind = mount_type("bind" if source else "volume")
            yield _mount(kind, source or scalar(node, "volume_name"), target, node)
        for node in [*_mappings(self.node, "mounts"), *_mappings(self.node, "mount")]:
            said = scalar(node, "type")
            kind = mount_type(said.text if said else "volume")
            yield _mount(kind, scalar(node, "source"), scalar(node, "target"), node)


def _is_hidden(node: Node) -> bool:
    """Whether one expression stands for the whole, of which nobody knows whether it is a text or a list."""
    return (
        isinstance(node, Scalar)
        and _WHOLE.fullmatch(node.text) is not None
        and not node.written.known
    )


def _listed(nodes: Iterable[Node | None]) -> Iterator[Node]:
    """Yield the items of lists, and what stands in place of one."""
    for node in nodes:
        if isinstance(node, Sequence):
            yield from node.items
        elif node is not None and not (isinstance(node, Scalar) and node.null):
            yield node


def _mappings(node: Mapping, key: str) -> list[Mapping]:
    return [one for one in _listed([node.get(key)]) if isinstance(one, Mapping)]


def _first(node: Node, keys: Path) -> Scalar | None:
    return next((found for key in keys if (found := scalar(node, key))), None)


def _mount(
    kind: MountType, source: Scalar | None, target: Scalar | None, node: Mapping
) -> MountSpec:
    said = scalar(node, "read_only")
    flag = Flag(said is not None and said.text == "true", said.place if said else None)
    return MountSpec(
        kind,
        source.written if source else None,
        target.written if target else None,
        node.place,
        flag,
    )


def _assignment(node: Scalar) -> VariableSpec:
    name, _, _ = node.text.partition("=")
    text = node.written
    return VariableSpec(text.slice(0, len(name)), text.slice(len(name) + 1), node.place)
