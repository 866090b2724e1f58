"""How much of a terminal a finding takes: every example of every policy, at 80 columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from immutable_delivery.commands.policy_test import examined
from immutable_delivery.pipeline.examine import report
from immutable_delivery.policy.load import PolicyFile, read_folder
from immutable_delivery.policy.model import Policy
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render

PACK = read_folder(Path(__file__).parents[2] / "policies")
MOST_LINES = 8


def others(file: PolicyFile) -> list[Policy]:
    return [one.policy for one in PACK] if file.policy.group == "meta" else []


@pytest.mark.parametrize("file", PACK, ids=lambda file: file.policy.id)
def test_a_finding_takes_at_most_eight_lines_of_80_columns(file: PolicyFile) -> None:
    shown = 0
    for example in (one for one in file.examples if one.bad):
        outcome = examined(example, file.policy, others(file))
        whole = report(outcome, [file.policy, *others(file)], covers=lambda _: True)
        for finding in whole.findings:
            alone = replace(whole, findings=(finding,), only_new=True, notices=())
            block, _, end = render("text", alone, Options(width=80)).partition("\n\n")
            assert len(block.splitlines()) <= MOST_LINES, block
            assert len(end.splitlines()) <= 3, end
            shown += 1
    assert shown
