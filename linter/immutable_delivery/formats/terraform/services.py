"""Containers that platforms are told of in blocks of their own: one table of how each provider calls what a container is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.containers.lower import image, lower
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
from immutable_delivery.facts import Fact, MountType, Origin
from immutable_delivery.formats.terraform.declarations import Adapter, Block
from immutable_delivery.formats.terraform.sources import release_source
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.hcl.blocks import blocks, listed
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, entry_extent
from immutable_delivery.syntax.yaml.query import find, pairs, scalar


class Shape(Record, frozen=True):
    """How a resource writes its containers."""

    path: tuple[str, ...] = ()
    """Blocks on the way to the containers; empty where the resource is one."""
    image: str = "image"
    entrypoint: str = "command"
    arguments: str = "args"
    """Empty where there is but one command, which `entrypoint` names."""
    variables: str = "env"


_CONTAINERS = Shape(("template", "containers"))
_SHAPES: Mapping[str, Shape] = {
    "google_cloud_run_v2_service": _CONTAINERS,
    "google_cloud_run_v2_job": Shape(("template", "template", "containers")),
    "google_cloud_run_v2_worker_pool": _CONTAINERS,
    "google_cloud_run_service": Shape(("template", "spec", "containers")),
    "azurerm_container_app": Shape(("template", "container")),
    "azurerm_container_app_job": Shape(("template", "container")),
    "azurerm_container_group": Shape(("container",), entrypoint="commands", arguments="", variables="environment_variables"),
    "docker_container": Shape(entrypoint="entrypoint", arguments="command"),
    "docker_service": Shape(("task_spec", "container_spec"), variables="env"),
    "podman_container": Shape(entrypoint="entrypoint", arguments="command"),
    "aws_lambda_function": Shape(image="image_uri", entrypoint="", arguments="", variables=""),
    "aws_apprunner_service": Shape(
        ("source_configuration", "image_repository"), image="image_identifier", entrypoint="", arguments="", variables=""
    ),
    "aws_sagemaker_model": Shape(("primary_container",), entrypoint="", arguments="", variables="environment"),
    "scaleway_container": Shape(image="registry_image", variables="environment_variables"),
    "digitalocean_app": Shape(("spec", "service"), entrypoint="run_command", arguments=""),
}  # fmt: skip
"""By the documentation of each provider."""


def service(block: Block) -> Iterator[Fact]:
    """Yield what the containers of a resource say."""
    shape, held = _SHAPES[block.type], [block.node]
    for step in shape.path:
        held = [inner for node in held for inner in blocks(node.get(step))]
    for node in held:
        container = _Container(block, shape, node, alone=len(held) == 1)
        if container.image is not None:
            yield from lower(container.spec(), block.ctx)


def pulled(block: Block) -> Iterator[Fact]:
    """Yield the image that a resource only pulls."""
    name = scalar(block.node, "name")
    if name is not None and block.node.get("build") is None:
        yield image(ImageSpec(name.written, block.node.extent("name"), name.place), block.scope)


def release(block: Block) -> Iterator[Fact]:
    """Yield the chart of a Helm release."""
    yield from release_source(block.node, block.scope)


class _Container(Record, frozen=True):
    """One container of a resource."""

    block: Block
    shape: Shape
    node: Tree
    alone: bool

    @property
    def image(self) -> Scalar | None:
        return scalar(self.node, self.shape.image)

    def spec(self) -> ContainerSpec:
        """Return what is said of it."""
        reference, name = self.image, scalar(self.node, "name")
        scope = self.block.scope
        if not self.alone and name is not None:
            scope = replace(scope, owner=f"{scope.owner} (container {name.text})")
        at = (name or self.block.name).place
        return ContainerSpec(
            used_at=at,
            extent=self.node.place,
            scope=scope,
            name=name.text if name else self.block.name.text,
            workload="service",
            image=Setting(reference.written.value, reference.place) if reference else None,
            images=tuple(self._images(reference)),
            entrypoint=self._command(self.shape.entrypoint, "command"),
            arguments=self._command(self.shape.arguments, "args"),
            variables=tuple(self._variables()),
            mounts=tuple(self._mounts()),
            places={"name": at},
        )

    def _images(self, reference: Scalar | None) -> Iterator[ImageSpec]:
        """Yield the reference, unless it is that of an image which another block pulls: it is told there."""
        node = reference
        if node is not None:
            yield ImageSpec(node.written, self.node.extent(self.shape.image), node.place)

    def _command(self, key: str, origin: Origin) -> CommandSpec | None:
        words = (
            tuple(one.written for one in listed(self.node.get(key)) if isinstance(one, Scalar))
            if key
            else ()
        )
        if not words:
            return None
        extent = self.node.extent(key)
        return CommandSpec(origin, words, _place(find(self.node, key), extent), extent)

    def _variables(self) -> Iterator[VariableSpec]:
        """Yield the environment: blocks of name and value, one mapping, or texts `NAME=value`."""
        held = self.node.get(self.shape.variables) if self.shape.variables else None
        for node in listed(held):
            name, value = scalar(node, "name") or scalar(node, "key"), scalar(node, "value")
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
        for node in blocks(self.node.get("volumes")):
            source, target = scalar(node, "host_path"), scalar(node, "container_path")
            kind = mount_type("bind" if source else "volume")
            yield _mount(kind, source or scalar(node, "volume_name"), target, node)
        for node in [*blocks(self.node.get("mounts")), *blocks(self.node.get("mount"))]:
            said = scalar(node, "type")
            yield _mount(
                mount_type(said.text if said else "volume"),
                scalar(node, "source"),
                scalar(node, "target"),
                node,
            )


def _mount(kind: MountType, source: Scalar | None, target: Scalar | None, node: Tree) -> MountSpec:
    read_only = scalar(node, "read_only")
    flag = Flag(
        bool(read_only and read_only.text == "true"), read_only.place if read_only else None
    )
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


def _place(node: Node | None, otherwise: Place) -> Place:
    return node.place if node is not None else otherwise


ADAPTERS: Mapping[str, Adapter] = {
    **dict.fromkeys(_SHAPES, service),
    "docker_image": pulled,
    "helm_release": release,
}
