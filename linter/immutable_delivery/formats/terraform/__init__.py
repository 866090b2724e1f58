"""Terraform, OpenTofu and Terragrunt: the containers, machines and sources that a configuration declares.

The reference is the Terraform language and the documentation of the providers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files
from immutable_delivery.syntax.hcl.parse import HclFile, comments
from immutable_delivery.syntax.hcl.parse import read as parse

__all__ = ["NAME", "claims", "comments", "facts", "families", "parse"]

NAME = "terraform"

_PATH = lazy(r"\.(?:tf|tofu|tfvars)(?:\.json)?\Z|(?:^|/)terragrunt(?:\.stack)?\.hcl\Z")
_UNIT = lazy(rb"^(?:terraform|include|unit|stack)\b[^\n=]*\{", re.MULTILINE)
"""How a file begins that Terragrunt includes under another name."""


def claims(path: str, data: bytes) -> bool:
    """Whether a path names a configuration, values for one, or what Terragrunt makes configurations of."""
    if _PATH.search(path):
        return True
    return path.endswith(".hcl") and _UNIT.search(data) is not None


def families(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the files of each family: a folder is one module, and a module goes with those that it calls."""
    from immutable_delivery.formats.terraform.calls import tied  # noqa: PLC0415

    return tied(paths, files)


def facts(documents: Mapping[str, HclFile], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every module declares, with the values that its callers give it."""
    from immutable_delivery.formats.terraform.configuration import declared  # noqa: PLC0415

    return declared(documents, ctx)
