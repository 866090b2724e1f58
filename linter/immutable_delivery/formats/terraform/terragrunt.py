"""Terragrunt: the modules that its units are made of.

The reference is https://terragrunt.gruntwork.io/docs/reference/hcl/.
"""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Fact, Scope
from immutable_delivery.formats.terraform.sources import module_source
from immutable_delivery.syntax.hcl.blocks import blocks, labelled
from immutable_delivery.syntax.hcl.modules import Module
from immutable_delivery.syntax.yaml import Mapping

_UNITS = ("unit", "stack")


def units(module: Module, path: str) -> Iterator[Fact]:
    """Yield where the module of a file comes from, and those of the units and stacks that it lists."""
    scope = Scope(owner=path, phase="start", layer="middleware", deployed=True, manifest=path)
    held = [*blocks(module.root.get("terraform"))]
    for kind in _UNITS:
        held += [node for _, node in labelled(module.root.get(kind))]
    for node in held:
        found = module.value(node)
        if isinstance(found, Mapping):
            yield from module_source(found, scope)
