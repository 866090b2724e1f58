"""Containers that platforms are told of in blocks of their own: one table of how each provider calls what a container is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.containers.declared import Shape, declared
from immutable_delivery.containers.lower import image
from immutable_delivery.containers.spec import ImageSpec
from immutable_delivery.facts import Fact
from immutable_delivery.formats.terraform.declarations import Adapter, Block
from immutable_delivery.formats.terraform.sources import release_source
from immutable_delivery.syntax.yaml.query import scalar

_CONTAINERS = Shape(("template", "containers"))
_APP = Shape(("template", "container"))
_SHAPES: Mapping[str, Shape] = {
    "google_cloud_run_v2_service": _CONTAINERS,
    "google_cloud_run_v2_job": Shape(("template", "template", "containers")),
    "google_cloud_run_v2_worker_pool": _CONTAINERS,
    "google_cloud_run_service": Shape(("template", "spec", "containers")),
    "azurerm_container_app": _APP,
    "azurerm_container_app_job": _APP,
    "azurerm_container_group": Shape(("container",), entrypoint=("commands",), arguments=(), variables=("environment_variables",)),
    "docker_container": Shape(entrypoint=("entrypoint",), arguments=("command",)),
    "docker_service": Shape(("task_spec", "container_spec")),
    "podman_container": Shape(entrypoint=("entrypoint",), arguments=("command",)),
    "aws_lambda_function": Shape(
        image=("image_uri",), entrypoint=("image_config", "entry_point"), arguments=("image_config", "command"),
        variables=("environment", "variables"),
    ),
    "aws_apprunner_service": Shape(
        ("source_configuration", "image_repository"), image=("image_identifier",), entrypoint=("image_configuration", "start_command"),
        arguments=(), variables=("image_configuration", "runtime_environment_variables"),
    ),
    "aws_sagemaker_model": Shape(("primary_container",), entrypoint=(), arguments=(), variables=("environment",)),
    "scaleway_container": Shape(image=("registry_image",), variables=("environment_variables",)),
    "digitalocean_app": Shape(("spec", "service"), entrypoint=("run_command",), arguments=()),
}  # fmt: skip
"""By the documentation of each provider."""


def service(block: Block) -> Iterator[Fact]:
    """Yield what the containers of a resource say."""
    yield from declared(block.node, block.name, _SHAPES[block.type], block.scope, block.ctx)


def pulled(block: Block) -> Iterator[Fact]:
    """Yield the image that a resource only pulls."""
    name = scalar(block.node, "name")
    if name is not None and block.node.get("build") is None:
        yield image(ImageSpec(name.written, block.node.extent("name"), name.place), block.scope)


def release(block: Block) -> Iterator[Fact]:
    """Yield the chart of a Helm release."""
    yield from release_source(block.node, block.scope)


ADAPTERS: Mapping[str, Adapter] = {
    **dict.fromkeys(_SHAPES, service),
    "docker_image": pulled,
    "helm_release": release,
}
