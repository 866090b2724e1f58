"""Components that tests need beside Python packages: who lacks one is told its name and how many tests were skipped for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache

import pytest

NEEDS = "needs "
"""What the reason of such a skip begins with."""


def needs(name: str) -> pytest.MarkDecorator:
    """Skip a test where a program is not installed."""
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"{NEEDS}{name}")


def program(name: str) -> str:
    """Return the path of a program that a test needs; skip the test where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{NEEDS}{name}")
    return found


def package_index() -> None:
    """Skip a test that has pip install something where pip reaches no index."""
    if reason := _unreachable():
        pytest.skip(f"{NEEDS}a package index that pip reaches ({reason})")


@cache
def _unreachable() -> str:
    command = [sys.executable, "-m", "pip", "--retries", "0", "--timeout", "15"]
    done = subprocess.run(
        [*command, "index", "versions", "hatchling"], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stderr.strip().rpartition("\n")[2]


class Missing:
    """Counts the tests that were skipped for each component; a continuous integration that lacks one fails."""

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if found := re.match(rf"(?:Skipped: )?{NEEDS}(.*)", reason, re.DOTALL):
            self.skipped[found[1]] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and os.environ.get("CI") and not hasattr(session.config, "workerinput"):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for name, count in sorted(self.skipped.items()):
            terminalreporter.write_line(f"missing: {name}: {count} tests skipped", yellow=True)
