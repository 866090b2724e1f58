"""CloudFormation, SAM and what the CDK synthesizes: containers, machines, registries and sources of a template.

The reference is the template anatomy, the intrinsic functions and the resource types of AWS CloudFormation's user guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.cloudformation.families import families
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document, Node
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import mapping, pairs, text

__all__ = ["NAME", "claims", "comments", "facts", "families", "parse"]

NAME = "cloudformation"

_PATH = lazy(r"\.(?:ya?ml|json|template)\Z")
_VERSION = "AWSTemplateFormatVersion"
_TYPE = lazy(r"[A-Za-z0-9]+(?:::[A-Za-z0-9@]+)+\Z")
_PLAIN = lazy(
    rb"^AWSTemplateFormatVersion[ \t]*:|^Transform[ \t]*:[ \t]*[\"']?AWS::|^[ \t]+Type[ \t]*:[ \t]*[\"']?AWS::\w+::",
    re.MULTILINE,
)
"""What tells a template that cannot be read."""


def claims(path: str, data: bytes) -> bool:
    """Whether a file holds resources that have the type of one, or says that it is a template."""
    said = b"Resources" in data and b"::" in data
    if not _PATH.search(path) or not (said or yaml.may_spell(data)):
        return False
    found = yaml.glance(path, data)
    if any(one.problem for one in found):
        return _PLAIN.search(data) is not None
    return any(_is_template(one.root) for one in found)


def _is_template(root: Node | None) -> bool:
    typed = (_TYPE.match(text(one, "Type")) for _, one in pairs(root, "Resources"))
    return any(typed) or (mapping(root, "Resources") is not None and bool(text(root, _VERSION)))


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every template says, with the values that a stack around it gives it."""
    from immutable_delivery.formats.cloudformation.stacks import stacks  # noqa: PLC0415 (it loads the shell)

    return stacks(documents, ctx)
