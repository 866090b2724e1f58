"""Settings that are missing or wrong; the format knows how they are written. All of them change what may happen at run time."""

from __future__ import annotations

from immutable_delivery.facts import Fact
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import FixContext, none
from immutable_delivery.formats import Assigns, implements
from immutable_delivery.source.text import Place


def read_only_root(fact: Fact, _: Place, ctx: FixContext) -> Fix:
    """Make the root file system read-only: unsafe, for the program may write somewhere."""
    return _assigned(fact, "read_only_root", "Make the root file system read-only", ctx)


def immutable_object(fact: Fact, _: Place, ctx: FixContext) -> Fix:
    """Forbid changes of an object: unsafe, for whoever changes it has to give it another name."""
    return _assigned(fact, "immutable", "Forbid changes in place", ctx)


def _assigned(fact: Fact, field: str, title: str, ctx: FixContext) -> Fix:
    at = fact.extent
    text, own = ctx.texts.get(at.file), ctx.format_of(at)
    edit = own.assign(text, at, field, "true") if text and implements(own, Assigns) else None
    if edit is None:
        return none("a person must write it: the setting cannot be placed here for certain")
    return Fix(title=title, edits=(edit,), safe=False)
