"""Settings of a container that are missing or wrong; the format knows how they are written."""

from __future__ import annotations

from immutable_delivery.facts import Fact
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import Around, none
from immutable_delivery.text import Place


def fix(fact: Fact, place: Place, around: Around) -> Fix:
    """Make the root file system read-only: unsafe, for the program may write somewhere."""
    del place
    at = fact.extent
    text, assign = around.texts.get(at.file), getattr(around.format_of(at), "assign", None)
    edit = assign(text, at, "read_only_root", "true") if assign and text else None
    if edit is None:
        return none("a person must write it: the setting cannot be placed here for certain")
    return Fix(title="Make the root file system read-only", edits=(edit,), safe=False)
