"""Commits, digests and versions of sources: which sources want one, and that only their hosts can tell it."""

from __future__ import annotations

from immutable_delivery.facts import Fact, Source
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import FixContext, none
from immutable_delivery.formats import Revises, implements
from immutable_delivery.source.text import Place

TAKEN = frozenset(("action", "workflow", "hook"))
"""What pipelines take: its commit stands behind `@` or `rev:`, with the tag as a comment."""
_FOLLOWED = frozenset({"git", "oci"})
_MOVING = frozenset({"exact", "alias", "none"})
_RANGES = frozenset({"partial", "alias", "none"})


def fix(fact: Fact, _place: Place, ctx: FixContext) -> Fix:
    """Say which command asks the host of a source."""
    if isinstance(fact, Source) and _is_asked(fact, ctx):
        return none("needs the host: `imd pin`", "imd pin")
    return none("a person must decide: `imd policy show` says what to write")


def _is_asked(source: Source, ctx: FixContext) -> bool:
    if wants_commit(source):
        return bool(source.ref)
    own = ctx.format_of(source.place_of("ref", "url"))
    return wants_revision(source) and implements(own, Revises)


def wants_commit(source: Source) -> bool:
    """Whether what a pipeline takes from another repository has no commit yet."""
    return source.source_type in TAKEN and not source.own and source.pin not in {"digest", None}


def wants_revision(source: Source) -> bool:
    """Whether a source that a deployer follows has no commit, digest or exact version yet."""
    if source.own:
        return False
    if source.source_type == "chart":  # a bare name is one whose repository is not declared here
        return source.pin in _RANGES and "/" in (source.url or "")
    fixable = source.pin in _MOVING and not source.range and not source.through
    return source.source_type in _FOLLOWED and fixable
