"""Bake files of Docker Buildx: targets that are built together, in HCL or in JSON.

The reference is Docker's Bake file reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Recipe
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.hcl.parse import HclFile, comments, read_hcl, read_json

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "bake"

_PATH = lazy(r"(?:^|/)(?:docker-bake[^/]*\.(?:hcl|json)|[^/]+[.-]bake\.(?:hcl|json)|bake\.hcl)\Z")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path names a Bake file: `docker-bake.hcl`, `docker-bake.override.json`, `web.bake.hcl`."""
    return _PATH.search(path) is not None


def parse(text: Text) -> HclFile:
    """Return the targets and variables; raise UnreadableError for what is no HCL or JSON."""
    return read_hcl(text, merged=True) if text.path.endswith(".hcl") else read_json(text)


def facts(documents: Mapping[str, HclFile], ctx: ParseContext) -> Iterable[Fact | Build | Recipe]:
    """Yield how every target is built."""
    from immutable_delivery.formats.bake.targets import lower  # noqa: PLC0415 (it loads the shell)

    for path, document in documents.items():
        yield from lower(document.root, path, ctx)
