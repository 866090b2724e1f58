"""`npm install` to `npm ci` and its kin: the frozen form of an install whose lock file is there."""

from __future__ import annotations

from itertools import islice
from typing import cast

from immutable_delivery.facts import Fact, Install
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import FixContext, edited, none, stage_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place

_BEFORE = lazy(r"(?:[\[,\"'][ \t]*|^[ \t]*-[ \t]+(?:\w+)?)\Z")
_GLOBAL = lazy(r"\s(?:-g|--global)\b")
_AFTER = lazy(r"(?:[ \t]*[,\]]|[\"'][ \t]*[,\]])")
"""What stands around an item of a list: a word there is one argument, and cannot become two."""

_MANY = 1000
"""No stage has so many installs; a file that has is no delivery."""


def fix(fact: Fact, place: Place, ctx: FixContext) -> Fix:
    """Write the frozen form of the verb."""
    del place
    install = cast("Install", fact)
    if not install.frozen_form:
        return none(
            f"a person must decide: `{install.command}` has no form here that certainly installs what {install.lock_file} says"
        )
    if not install.lock_present:
        return none(
            f"a person must decide: nothing here puts {install.lock_file} where `{install.command}` runs"
        )
    if install.frozen_form == "ci" and (other := _before(install, ctx)):
        return none(f"a person must decide: `npm ci` removes what `{other.command}` has put there")
    at = install.places["frozen_form"]
    verb = install.command.removeprefix(install.manager).strip()
    if ctx.written(at) != verb or not _in_a_line(at, ctx):
        return none("a person must write it: the command is no plain text here")
    title = f"Install what {install.lock_file} says: `{install.manager} {install.frozen_form}`"
    return edited(title, at, install.frozen_form if verb else f" {install.frozen_form}")


def _before(install: Install, ctx: FixContext) -> Install | None:
    """Return an install of single packages into the same place, as far as can be told, before this one."""
    for one in islice(ctx.kin(Install, stage_of, stage_of(install)), _MANY):
        same = one.manager == install.manager and one.used_at < install.used_at
        if same and one.packages and not _GLOBAL.search(ctx.written(one.extent) or ""):
            return one
    return None


def _in_a_line(at: Place, ctx: FixContext) -> bool:
    """Whether a verb is a word of a command line, and no item of a list."""
    value = ctx.texts[at.file].value
    line = value[value.rfind("\n", 0, at.span.start) + 1 : at.span.start]
    return not (_BEFORE.search(line) or _AFTER.match(value, at.span.end))
