"""What a finding is about, whatever its place shows of it: the whole reference, package, address, mount or command.

A tag alone is the same for every image, so what is known is known by this beside the words at the place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from immutable_delivery.facts import (
    Command,
    Container,
    Contract,
    Contradiction,
    Copy,
    Fact,
    Fetch,
    File,
    Image,
    Install,
    Job,
    Migration,
    Mount,
    Package,
    Problem,
    Resource,
    Service,
    Source,
    Start,
    Statement,
    Suppression,
    Unread,
    Variable,
)

_FIELDS: Mapping[type, tuple[str, ...]] = {
    Image: ("text",),
    Install: ("manager", "action"),
    Package: ("name", "source_type", "spec"),
    Fetch: ("tool", "url", "revision", "executed"),
    Source: ("source_type", "url", "ref"),
    Mount: ("mount_type", "written_source", "target"),
    Start: ("argv", "text"),
    Command: ("tool", "verb", "target", "text"),
    Unread: ("subject", "reason"),
    Copy: ("sources", "target"),
    Variable: ("name", "value"),
    Resource: ("resource_type", "name"),
    Job: ("name",),
    Migration: ("tool", "name", "change"),
    Statement: ("verb", "object_type", "object", "text"),
    Contract: ("name", "image", "start"),
    Problem: ("text",),
    Contradiction: ("sentence", "says"),
    Service: ("name",),
    File: ("problem",),
    Suppression: ("ids",),
}
"""By the kind of a fact or of an item of one. What a file, an owner or a version of a base is called is not of it."""


def subject_of(fact: Fact, item: Any = None) -> str:
    """Return what a fact, or an item of it, is about, in words that hold still while the file is edited around it."""
    about = [fact] if item is None else [fact, item]
    words = [repr(getattr(one, name)) for one in about for name in _FIELDS.get(type(one), ())]
    if isinstance(fact, Container):
        words.append(_repository(fact.image or ""))
    if isinstance(fact, Install) and item is None:
        words += [package.spec or package.name or "" for package in fact.packages]
    return " ".join(words)


def _repository(image: str) -> str:
    """Return a reference without tag and digest: a new version of its base makes no other container."""
    bare = image.partition("@")[0]
    colon = bare.rfind(":")
    return bare[:colon] if colon > bare.rfind("/") else bare
