"""The exec form of a start command, where a shell would do nothing but split it."""

from __future__ import annotations

import json
import re
import shlex
from typing import cast

from immutable_delivery.facts import Fact, Start
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import FixContext, edited, none, stage_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place

_SPECIAL = lazy(r"[$`|&;<>()*?\[\]{}~#!\\\n\r]")
_SHELL = frozenset(
    "! . : [ [[ alias bg break case cd command continue declare do done elif else esac eval exec exit export fg fi for "
    "function hash if in jobs let local pushd popd read readonly return select set shift shopt source test then time "
    "times trap type typeset ulimit umask unalias unset until wait while {".split()
)
"""What only a shell knows, or knows otherwise."""
_QUOTES = str.maketrans("“”„‘’", '"""\'\'')
_ITEM = r"""(?:"[^"'\\]*"|'[^"'\\]*')"""
_LIST = lazy(rf"\[\s*({_ITEM}(?:\s*,\s*{_ITEM})*)\s*,?\s*\]")
_OTHER_SHELL = lazy(r"^[ \t]*SHELL[ \t]", re.IGNORECASE | re.MULTILINE)


def fix(fact: Fact, place: Place, ctx: FixContext) -> Fix:
    """Write the words of a command as JSON."""
    start = cast("Start", fact)
    written = ctx.written(place)
    if start.origin not in {"CMD", "ENTRYPOINT"} or not start.argv or written != start.argv[0]:
        return none("a person must write it: the command is no plain text here")
    words = _meant(written) if start.json_error else _words(written)
    if not words:
        return none("a person must decide: a shell does more here than to split words")
    if reason := _in_the_way(start, ctx):
        return none(reason)
    title, safe = f"Start {words[0]} without a shell", not _given_arguments(start, ctx)
    return edited(title, place, json.dumps(words, ensure_ascii=False), safe=safe)


def _words(command: str) -> list[str]:
    """Return the words of a command; none where a shell would do more than split them."""
    unquoted = re.sub(r"'[^'\n]*'|\"[^\"$`\\\n]*\"", "", command)
    if _SPECIAL.search(unquoted) or "'" in unquoted or '"' in unquoted:
        return []
    words = shlex.split(command)
    if words[:1] == ["exec"] and words[1:2] and not words[1].startswith("-"):
        words = words[1:]
    return [] if not words or words[0] in _SHELL or "=" in words[0] else words


def _meant(written: str) -> list[str]:
    """Return the words of a list whose quotes or commas are not JSON's; none where anything else is amiss."""
    found = _LIST.fullmatch(written.translate(_QUOTES).strip())
    return [item[1:-1] for item in re.findall(_ITEM, found[1])] if found else []


def _in_the_way(start: Start, ctx: FixContext) -> str:
    """Return what of the Dockerfile makes the exec form mean something else."""
    if _OTHER_SHELL.search(ctx.texts[start.used_at.file].value):
        return "a person must decide: SHELL says how commands are read here"
    origins = {
        one.origin
        for one in ctx.kin(Start, stage_of, stage_of(start))
        if one.scope.phase == "start"
    }
    if start.json_error:
        return ""
    if start.origin == "ENTRYPOINT" and "CMD" in origins:
        return "a person must decide: CMD, which has no effect yet, would become its arguments"
    if start.origin == "CMD" and "ENTRYPOINT" in origins:
        return "a person must decide: ENTRYPOINT would get other arguments"
    return ""


def _given_arguments(start: Start, ctx: FixContext) -> bool:
    """Whether a manifest gives an ENTRYPOINT arguments, which a shell drops and the program would get."""
    return start.origin == "ENTRYPOINT" and any(
        one.used_at.file != start.used_at.file
        for service in start.scope.services
        for one in ctx.kin(Start, _service, service)
    )


def _service(start: Start) -> str:
    return start.scope.service
