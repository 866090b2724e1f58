"""Containers of platforms that CloudFormation tells in properties of their own: App Runner, Lambda, SageMaker, Lightsail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.containers.declared import Shape, declared
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.cloudformation.resources import Adapter, Resource
from immutable_delivery.formats.cloudformation.sources import NESTING, layers, remote
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.syntax.yaml import Scalar
from immutable_delivery.syntax.yaml.query import mapping, pairs, scalar, text

_FUNCTION = Shape(
    image=("Code", "ImageUri"),
    entrypoint=("ImageConfig", "EntryPoint"),
    arguments=("ImageConfig", "Command"),
    variables=("Environment", "Variables"),
)
_SHAPES: Mapping[str, Shape] = {
    "AWS::Lambda::Function": _FUNCTION,
    "AWS::Serverless::Function": Shape(
        image=("ImageUri",), entrypoint=_FUNCTION.entrypoint, arguments=_FUNCTION.arguments, variables=_FUNCTION.variables
    ),
    "AWS::AppRunner::Service": Shape(
        ("SourceConfiguration", "ImageRepository"), image=("ImageIdentifier",), entrypoint=("ImageConfiguration", "StartCommand"),
        arguments=(), variables=("ImageConfiguration", "RuntimeEnvironmentVariables"), name="",
    ),
    "AWS::SageMaker::Model": Shape(
        ("PrimaryContainer",), image=("Image",), entrypoint=(), arguments=(), variables=("Environment",), name="ContainerHostname"
    ),
    "AWS::Lightsail::Container": Shape(
        ("ContainerServiceDeployment", "Containers"), image=("Image",), entrypoint=(), arguments=("Command",),
        variables=("Environment",), name="ContainerName",
    ),
    "AWS::BedrockAgentCore::Runtime": Shape(
        ("AgentRuntimeArtifact", "ContainerConfiguration"), image=("ContainerUri",), entrypoint=(), arguments=(), variables=()
    ),
}  # fmt: skip
"""By the resource types' own documentation."""


def service(resource: Resource) -> Iterator[Fact | Build]:
    """Yield what the containers of a resource say."""
    shape = _SHAPES[resource.type]
    yield from declared(resource.properties, resource.name, shape, resource.scope, resource.ctx)


def function(resource: Resource) -> Iterator[Fact | Build]:
    """Yield the layers of a function, and how SAM builds its image from a Dockerfile here."""
    yield from layers(resource.properties, resource.scope)
    said = mapping(resource.node, "Metadata")
    named, context = scalar(said, "Dockerfile"), scalar(said, "DockerContext")
    folder = folder_of(resource.template.path)
    inside = resolve(folder, context.text) if context is not None else None
    if said is None or inside is None or context is None:
        return
    dockerfile = resolve(inside, named.text if named else "Dockerfile")
    if dockerfile is not None:
        yield Build(
            dockerfile=dockerfile,
            context=inside,
            target=text(said, "DockerBuildTarget"),
            args={
                key.text: one.written.value if isinstance(one, Scalar) else None
                for key, one in pairs(said, "DockerBuildArgs")
            },
            service=resource.name.text,
            tool="sam",
            deployed=True,
            place=context.place,
        )


def stack(resource: Resource) -> Iterator[Fact | Build]:
    """Yield the template elsewhere that a stack is made of."""
    yield from remote(resource.node, resource.scope)


SERVICES: Mapping[str, Adapter] = dict.fromkeys(_SHAPES, service)
FUNCTIONS: Mapping[str, Adapter] = dict.fromkeys(
    ("AWS::Lambda::Function", "AWS::Serverless::Function"), function
)
STACKS: Mapping[str, Adapter] = dict.fromkeys(NESTING, stack)
