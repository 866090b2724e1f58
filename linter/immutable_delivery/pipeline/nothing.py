"""Runs that judged nothing: one of them must never look like a clean bill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from re import MULTILINE

from immutable_delivery.facts import Contradiction, Fact, File, Service, Suppression, Unread
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.reading.project import Input
from immutable_delivery.repository.discover import Tree
from immutable_delivery.source.escape import shown

_SAY_NOTHING = (Contradiction, File, Service, Suppression, Unread)
"""Facts of the files themselves, not of what they deliver."""
_WORD = lazy(r"^[ \t]*(?!#|//|---|\.\.\.)\S", MULTILINE)
"""What more there is to a text than blanks, comments and marks of documents."""
_AS = "say what it is (--as dockerfile, or paths.as in the configuration), or leave it out of the call"


def nothing_judged(examined: Examined, tree: Tree) -> str:
    """Return what to do where a named file is read by nothing, or all that was seen was left out; else empty."""
    inputs = [found for path, found in examined.project.inputs.items() if tree.covers(path)]
    spoken = {fact.used_at.file for fact in _telling(examined.facts)}
    for path in sorted(tree.named.intersection(tree.files.paths)):
        if path not in examined.project.inputs and path not in spoken:
            return f"{shown(path)}: nothing here reads such a file, so it was not judged; {_AS}"
        if _is_empty(examined, path):
            return f"{shown(path)}: it holds nothing, so nothing was judged; what makes it may have failed, else leave it out of the call"
    unread = {fact.used_at.file for fact in examined.facts if isinstance(fact, Unread)}
    if not inputs or any(_is_judged(found, spoken, unread) for found in inputs):
        return ""
    return _left_out(inputs)


def _is_empty(examined: Examined, path: str) -> bool:
    """Whether a file holds nothing, and no finding says so."""
    told = any(
        isinstance(fact, File) and fact.path == path and fact.problem for fact in examined.facts
    )
    text = None if told else examined.project.texts.get(path)
    return text is not None and not _WORD.search(text.value)


def _telling(facts: Iterable[Fact]) -> Iterable[Fact]:
    return (fact for fact in facts if not isinstance(fact, _SAY_NOTHING))


def _is_judged(found: Input, spoken: set[str], unread: set[str]) -> bool:
    """Whether something was read of a file; one that only holds what nobody reads was not judged."""
    return found.path in spoken or not (found.skipped or found.path in unread)


def _left_out(inputs: Sequence[Input]) -> str:
    reasons = sorted(
        {found.skipped.partition(":")[0] or "nobody reads its kind" for found in inputs}
    )
    words = f"{len(inputs)} delivery file{'s' if len(inputs) > 1 else ''} seen and none judged ({', '.join(reasons)})"
    return f"{words}; --show-files names them, `paths: {{judge: […]}}` in the configuration brings them in"
