"""Registries: whether whoever pushes may move a tag that is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.facts import Fact, Resource
from immutable_delivery.formats.terraform.declarations import Adapter, Block
from immutable_delivery.syntax.hcl.blocks import blocks
from immutable_delivery.syntax.yaml import Scalar
from immutable_delivery.syntax.yaml.query import scalar

_TRUTH = {"true": True, "false": False}


def elastic(block: Block) -> Iterator[Fact]:
    """Yield a repository of Amazon ECR, whose tags may be overwritten where nothing says otherwise."""
    said = scalar(block.node, "image_tag_mutability")
    if said is not None and not said.written.known:
        yield _registry(block, said, immutable=None)
    else:
        yield _registry(
            block, said, immutable=said is not None and said.text.startswith("IMMUTABLE")
        )


def artifacts(block: Block) -> Iterator[Fact]:
    """Yield a repository of Google's Artifact Registry that holds images."""
    if _text(block, "format").upper() != "DOCKER" or _text(block, "mode") not in {
        "",
        "STANDARD_REPOSITORY",
    }:
        return
    said = next(
        (scalar(one, "immutable_tags") for one in blocks(block.node.get("docker_config"))), None
    )
    yield _registry(block, said, immutable=_TRUTH.get(said.text) if said else False)


def _registry(block: Block, said: Scalar | None, *, immutable: bool | None) -> Resource:
    at = said.place if said is not None else block.name.place
    return Resource(
        used_at=at,
        extent=block.node.place,
        scope=block.scope,
        places={"immutable": at},
        resource_type="registry",
        name=block.name.text,
        immutable=immutable,
    )


def _text(block: Block, key: str) -> str:
    found = scalar(block.node, key)
    return found.text if found else ""


ADAPTERS: Mapping[str, Adapter] = {
    "aws_ecr_repository": elastic,
    "google_artifact_registry_repository": artifacts,
}
