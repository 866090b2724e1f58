"""What the attacks share: files in memory, and what the default profile says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from immutable_delivery.config import Config
from immutable_delivery.findings import Report
from immutable_delivery.pipeline.examine import examine, report
from immutable_delivery.policy.model import builtin
from immutable_delivery.policy.selection import Selection
from immutable_delivery.repository.classify import classify
from immutable_delivery.repository.symlinks import real
from immutable_delivery.source.files import MemoryFiles

DIGEST = "sha256:" + "0123456789abcdef" * 4


class Linked(MemoryFiles):
    """Files, some of them links."""

    def __init__(self, files: Mapping[str, str | bytes], links: Mapping[str, str]) -> None:
        super().__init__({**files, **links})
        self._links = links

    def real(self, path: str) -> str:
        return real(path, self._links.get)

    def read(self, path: str) -> bytes:
        return super().read(self.real(path))


def judged(files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> Report:
    """Return what the default profile says of a repository."""
    policies = builtin()
    config = Config(selection=Selection(profile="default"))
    there = Linked(files, links or {})
    found = examine(there, policies, config, classify=classify, today=date(2026, 1, 1))
    return report(found, policies, covers=lambda _: True)


def told(one: Report) -> set[tuple[str, str]]:
    """Return which policies speak of which files."""
    return {(finding.policy, finding.place.file) for finding in one.findings}
