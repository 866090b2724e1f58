"""Registries: whether whoever pushes may move a tag that is there already, and which images they delete."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery.containers.retention import kept
from immutable_delivery.facts import Fact, Resource
from immutable_delivery.formats.terraform.declarations import Adapter, Block
from immutable_delivery.records import replace
from immutable_delivery.syntax.hcl.blocks import blocks, labelled
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import find, scalar

_RULE = "harbor_immutable_tag_rule"
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
    if _text(block.node, "format").upper() != "DOCKER" or _text(block.node, "mode") not in {
        "",
        "STANDARD_REPOSITORY",
    }:
        return
    said = next(
        (scalar(one, "immutable_tags") for one in blocks(block.node.get("docker_config"))), None
    )
    immutable = _TRUTH.get(said.text) if said else False
    cleaning = blocks(block.node.get("cleanup_policies"))
    untagged = next((found for one in cleaning if (found := _untagged(one))), None)
    yield _registry(block, said, immutable=immutable, untagged=untagged)


def _untagged(policy: Mapping) -> Scalar | None:
    """Return what deletes images that no tag names any more, though something may run them by digest."""
    states = (scalar(one, "tag_state") for one in blocks(policy.get("condition")))
    found = next((one for one in states if one and one.text in {"UNTAGGED", "ANY"}), None)
    deletes = scalar(policy, "action")
    return found if deletes is not None and deletes.text == "DELETE" else None


def lifecycle(block: Block) -> Iterator[Fact]:
    """Yield the rules by which a repository of Amazon ECR deletes images."""
    policy = block.node.get("policy")
    if policy is not None:
        yield replace(
            _registry(block, None, immutable=None),
            history=kept(policy),
            places={"history": policy.place},
        )


def azure(block: Block) -> Iterator[Fact]:
    """Yield a registry of Azure that deletes what no tag names any more after some days."""
    days = scalar(block.node, "retention_policy_in_days")
    if days is not None and days.written.known and days.text != "0":
        yield _registry(block, None, immutable=None, untagged=days)


def harbor(block: Block) -> Iterator[Fact]:
    """Yield a project of Harbor, whose tags may be overwritten unless a rule of it forbids that."""
    rules = (node for _, node in labelled(find(block.module.root, "resource", _RULE)))
    told = [project for one in rules if (project := scalar(one, "project_id"))]
    own = f"{block.type}.{block.name.text}."
    immutable = any(own in one.text for one in told)
    elsewhere = any("harbor_project." not in one.text for one in told)
    yield _registry(block, None, immutable=None if elsewhere and not immutable else immutable)


def retention(block: Block) -> Iterator[Fact]:
    """Yield a registry of Harbor that deletes all images but those that a rule keeps."""
    rules = blocks(block.node.get("rule"))
    if rules and not any(_text(one, "always_retain") == "true" for one in rules):
        found = _registry(block, None, immutable=None)
        yield replace(found, history=0, places={"history": rules[0].place})


def _registry(
    block: Block, said: Scalar | None, *, immutable: bool | None, untagged: Scalar | None = None
) -> Resource:
    """Return a registry; ``untagged`` is what makes it delete images that no tag names any more."""
    at = said.place if said is not None else block.name.place
    deleting = {"history": untagged.place} if untagged is not None else {}
    return Resource(
        used_at=at,
        extent=block.node.place,
        scope=block.scope,
        places={"immutable": at, **deleting},
        resource_type="registry",
        name=block.name.text,
        immutable=immutable,
        history=0 if deleting else -1,
    )


def _text(node: Mapping, key: str) -> str:
    found = scalar(node, key)
    return found.text if found else ""


ADAPTERS: AnyMapping[str, Adapter] = {
    "aws_ecr_repository": elastic,
    "aws_ecr_lifecycle_policy": lifecycle,
    "azurerm_container_registry": azure,
    "harbor_project": harbor,
    "harbor_retention_policy": retention,
    "google_artifact_registry_repository": artifacts,
}
