"""What the retention of a registry leaves of images that are pinned by digest."""

from __future__ import annotations

from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import mappings, text


def kept(policy: Node) -> int | None:
    """Return the history that a lifecycle policy of Amazon ECR leaves: 0 where images go that no tag names any more.

    Something may run them by digest. -1 where all of them stay, None where that is unknown.
    """
    if isinstance(policy, Scalar):
        known = policy.written.known and policy.text.lstrip().startswith(("{", "["))
        found = inner_documents(policy.written) if known else []
        policy = found[0].root if found and found[0].root is not None else policy
    if isinstance(policy, Scalar):
        return None
    return 0 if any(_expires(rule) for rule in mappings(policy, "rules")) else -1


def _expires(rule: Mapping) -> bool:
    chosen = text(rule, "selection", "tagStatus") in {"untagged", "any"}
    return chosen and text(rule, "action", "type") == "expire"
