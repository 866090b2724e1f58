"""Every policy of the pack finds what its examples mark, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import pytest
from tests.policies.conditions import changed

from immutable_delivery.commands.policy_test import examined, failures, found
from immutable_delivery.facts import Fact
from immutable_delivery.policy.engine import judge
from immutable_delivery.policy.expressions import ExpressionError, compile_expression
from immutable_delivery.policy.load import Example, PolicyFile, read_folder
from immutable_delivery.policy.model import Policy, PolicyRule
from immutable_delivery.policy.selection import Selection
from immutable_delivery.records import replace

FOLDER = Path(__file__).parents[2] / "policies"


@lru_cache(maxsize=1)
def pack() -> list[PolicyFile]:
    return read_folder(FOLDER)


def others(file: PolicyFile) -> list[Policy]:
    """What else has to run: everything for a policy about suppressions, else nothing."""
    return [one.policy for one in pack()] if file.policy.group == "meta" else []


each_policy = pytest.mark.parametrize("file", pack(), ids=lambda file: file.policy.id)


@each_policy
def test_examples_agree(file: PolicyFile) -> None:
    assert failures(file, others(file)) == []


def test_lines_are_no_wider_than_a_screen() -> None:
    lines = [
        line for path in FOLDER.glob("*/*.yaml") for line in path.read_text("utf-8").splitlines()
    ]
    assert [line for line in lines if len(line) > 160] == []


@each_policy
def test_prose_is_complete(file: PolicyFile) -> None:
    policy = file.policy
    assert policy.why.endswith((".", "."))
    assert policy.remedy.endswith(".")
    assert not policy.name.endswith(".")
    assert any(example.bad for example in file.examples)
    assert any(not example.bad for example in file.examples)


@each_policy
def test_examples_come_in_two_formats_where_two_can_break_it(file: PolicyFile) -> None:
    one_format_is_enough = {"contract", "meta", "build"}  # only a Dockerfile builds
    only_one_format = {
        "script-from-config",
        "inherited-start-command",
        "repeated-start-command",
        "shell-form-start",
        "secrets-in-machine-image",
        "upgrades-itself",
    }
    kinds = {
        name.rpartition("/")[2].partition(".")[0]
        for e in file.examples
        if e.bad
        for name in e.files
    }
    deployable = {"image", "install", "fetch", "mount", "start", "container"}
    if file.policy.group in one_format_is_enough or not deployable & {
        rule.over for rule in file.policy.rules
    }:
        return
    if file.policy.id in only_one_format:
        return
    assert len(kinds & {"Dockerfile", "compose", "deploy", "cloud-init", "main", "site"}) >= 2


def own_deny(rule: PolicyRule) -> tuple[str, str]:
    """Return the group's condition and the rule's own expression."""
    found_ = re.fullmatch(r"\((.*?)\) && \((.*)\)", rule.deny.text, re.DOTALL)
    return (found_[1], found_[2]) if found_ else ("true", rule.deny.text)


def mutants(file: PolicyFile) -> Iterator[tuple[str, Policy]]:
    for index, rule in enumerate(file.policy.rules):
        when, deny = own_deny(rule)
        for text in dict.fromkeys(changed(deny)):
            try:
                mutated = compile_expression(
                    f"({when}) && ({text})", rule.deny.signature, boolean=True
                )
            except ExpressionError:
                continue
            rules = [*file.policy.rules]
            rules[index] = replace(rule, deny=mutated)
            yield f"{rule.over}: {text}", replace(file.policy, rules=tuple(rules))


Outcome = list[tuple[object, ...]]


def outcomes(policy: Policy, facts: Sequence[Fact], example: Example) -> Outcome:
    """Return what a policy finds in facts, and how each profile reports it."""
    params = {policy.id: example.params}
    profiles = [Selection(profile=name, params=params) for name in ("default", "strict")]
    return [
        (finding.place, finding.severity, finding.enabled, finding.message)
        for selection in profiles
        for finding in judge(facts, [policy], selection).findings
    ]


@each_policy
def test_examples_notice_each_condition(file: PolicyFile) -> None:
    """Taking a part, a member, an alternative or an anchor from a `deny` changes the verdict of some example."""
    seen = [
        (examined(example, file.policy, others(file)).facts, example) for example in file.examples
    ]
    expected = [outcomes(file.policy, *one) for one in seen]
    unnoticed = [
        text
        for text, mutant in mutants(file)
        if [outcomes(mutant, *one) for one in seen] == expected
    ]
    assert unnoticed == []


@each_policy
def test_messages_name_no_unknown(file: PolicyFile) -> None:
    for example in file.examples:
        for finding in found(examined(example, file.policy, others(file)), file.policy):
            assert finding.message
            assert "…" not in finding.message.replace("sha256:…", "").replace("id=…", "")
