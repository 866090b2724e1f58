"""What a change brings, of all that is found in the state that it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.findings import Finding
from immutable_delivery.repository.changes import Changes, elsewhere, introduced
from immutable_delivery.source.files import MarkedFiles

if TYPE_CHECKING:
    from immutable_delivery.pipeline.run import Opened
    from immutable_delivery.pipeline.settings import Request


def brought(opened: Opened, changes: Changes, request: Request) -> list[Finding]:
    """Return the findings of a change: those that none of the states it comes from has."""
    before = opened.scope.before
    found = _new_to(opened, changes, before, request)
    for other in opened.scope.beside if found else ():
        new = {id(finding) for finding in _new_to(opened, other.changes, other.files, request)}
        found = [one for one in found if id(one) in new]
    return found


def _new_to(
    opened: Opened, changes: Changes, before: MarkedFiles | None, request: Request
) -> list[Finding]:
    """Return what a state does not have; it is judged only where a changed line does not tell."""
    findings, known = opened.examined.findings, list[Finding]()
    if before is not None and elsewhere(findings, changes):
        known = opened.everything(before, changes, request)
    return introduced(findings, known, changes)


def explained(
    opened: Opened, found: Sequence[Finding], changes: Changes, request: Request
) -> Iterable[Finding]:
    """Return findings with what brought them; the state before is looked at only where a changed line does not tell."""
    before = opened.scope.before
    if before is None or not elsewhere(found, changes):
        return found
    from immutable_delivery.pipeline.causes import caused  # noqa: PLC0415 (most lines tell)

    def judge(files: MarkedFiles) -> list[Finding]:
        return opened.everything(files, changes, request)

    return caused(found, changes, (opened.scope.tree.files, before), judge)
