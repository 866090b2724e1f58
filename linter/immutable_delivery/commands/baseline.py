"""The baseline of a repository as a command makes it: written anew, or only smaller."""

from __future__ import annotations

from pathlib import Path

from immutable_delivery.baseline import FILE, OlderBaselineError, recorded, rendered
from immutable_delivery.baseline.comparison import Identify
from immutable_delivery.config.links import refuse_links
from immutable_delivery.findings import Recorded
from immutable_delivery.pipeline.run import Opened, open_run, read_baseline
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.policy.fingerprints import content, words_alone
from immutable_delivery.records import Record
from immutable_delivery.source.files import Files


class Made(Record, frozen=True, kw_only=True):
    """A baseline to write, and how it differs from the one that is there."""

    root: Path
    path: str
    text: str
    total: int
    added: int
    removed: int
    configured: bool
    """Whether the configuration names it."""


def fresh(start: Path, request: Request) -> Made:
    """Return a baseline of all that is reported today."""
    opened, path = _opened(start, request)
    before, identify = _before(opened.settings.files, path)
    compared = opened.compared(before, identify=identify)
    entries = recorded(opened.examined.findings, opened.examined.project.texts)
    return Made(
        root=opened.scope.tree.root, path=path, text=rendered(entries), total=sum(e.count for e in entries),
        added=len(compared.new), removed=sum(e.count for e in before) - len(compared.known),
        configured=bool(opened.settings.config.baseline),
    )  # fmt: skip


def pruned(start: Path, request: Request) -> Made:
    """Return the baseline that is there without what is fixed; nothing comes in."""
    opened, path = _opened(start, request)
    kept = opened.compared(before := read_baseline(opened.settings.files, path)).kept
    total = sum(e.count for e in kept)
    return Made(
        root=opened.scope.tree.root, path=path, text=rendered(kept), total=total,
        added=0, removed=sum(e.count for e in before) - total,
        configured=bool(opened.settings.config.baseline),
    )  # fmt: skip


def _before(files: Files, path: str) -> tuple[list[Recorded], Identify]:
    """Return what is known so far, and by what: an older baseline knew less of it."""
    if files.state(path) == "missing":
        return [], content
    try:
        return read_baseline(files, path), content
    except OlderBaselineError:
        return read_baseline(files, path, older=True), words_alone


def _opened(start: Path, request: Request) -> tuple[Opened, str]:
    """Return the judged repository and the file of its baseline."""
    opened = open_run(start, request)
    opened.options.close()
    path = opened.settings.config.baseline or FILE
    refuse_links(opened.settings.files, path)
    return opened, path
