"""What the tests of fixes share: files in memory, judged by the whole pack and mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from immutable_delivery.config import Config
from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.fixes.loop import FixResult, mend
from immutable_delivery.pipeline.examine import examine, report
from immutable_delivery.policy.model import builtin
from immutable_delivery.policy.selection import Selection
from immutable_delivery.source.files import LinkedFiles, MemoryFiles

DIGEST = "sha256:" + "0123456789abcdef" * 4
BASE = f"FROM node:22.11.0@{DIGEST}\n"


def judged(files: LinkedFiles) -> Report:
    config = Config(selection=Selection(profile="strict"))
    examined = examine(files, builtin(), config, classify=lambda _path: "", today=date(2026, 1, 1))
    return report(examined, builtin(), covers=lambda _: True)


class Workshop:
    """Mends files in memory."""

    def mended(self, files: Mapping[str, str | bytes], policy: str = "") -> FixResult:
        def choose(finding: Finding, _: Report) -> Fix | None:
            return finding.fix if policy in {"", finding.policy} else None

        return mend(MemoryFiles(files), judged, choose)

    def fixed(self, files: Mapping[str, str | bytes], policy: str = "") -> dict[str, str]:
        """Return what changes, by path; a second run changes nothing."""
        mended = self.mended(files, policy)
        assert mended.refused == {}
        after = {change.path: change.after for change in mended.changes}
        assert self.mended({**files, **after}, policy).changes == ()
        return {path: data.decode() for path, data in after.items()}

    def fix(self, files: Mapping[str, str | bytes], policy: str) -> Fix:
        """Return the fix of the only finding of a policy."""
        found = judged(MemoryFiles(files)).findings
        (one,) = {one.fix for one in found if one.policy == policy}
        assert one
        return one


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


Dockerfile = Callable[[str], dict[str, str | bytes]]


@pytest.fixture
def dockerfile() -> Dockerfile:
    """Return what makes a Dockerfile of instructions below a pinned base."""
    return lambda text: {"Dockerfile": BASE + text}
