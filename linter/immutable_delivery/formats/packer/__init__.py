"""Packer: how images of machines are built, in HCL and in the older JSON.

The reference is https://developer.hashicorp.com/packer/docs/templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.hcl.parse import HclFile, comments
from immutable_delivery.syntax.hcl.parse import read as parse

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "packer"

_PATH = lazy(r"\.pkr\.(?:hcl|json)\Z|\.pkrvars\.(?:hcl|json)\Z")


def claims(path: str, data: bytes) -> bool:
    """Whether a path names a template, or a JSON file has the keys of an older one."""
    if _PATH.search(path):
        return True
    if not path.endswith(".json") or not yaml.may_hold(data, b"builders"):
        return False
    return any("builders" in root.entries for root in yaml.roots(path, data))


def facts(documents: Mapping[str, HclFile], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield the images that builds begin with and make, and what their provisioners do."""
    from immutable_delivery.formats.packer.builds import facts_of  # noqa: PLC0415 (it loads the shell)

    return facts_of(documents, ctx)
