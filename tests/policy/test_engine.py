"""Judging: one finding per policy and deciding place, unknown as a value, the narrower policy wins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from immutable_delivery import fixes
from immutable_delivery.errors import PolicyError
from immutable_delivery.facts import KINDS, Image, Install, Package, Pin, Scope, Service
from immutable_delivery.policy.congruence import classes
from immutable_delivery.policy.engine import judge
from immutable_delivery.policy.load import read_policies, read_policy
from immutable_delivery.policy.model import Policy, dump, load
from immutable_delivery.policy.selection import PathRule, Selection
from immutable_delivery.records import replace
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml.schema import schema_of

POLICY = """\
id: {id}
name: Test
severity: {severity}
drift: convergent
layer: fact
supersedes: {supersedes}
params: {params}
rules:
{rules}
why: Because.
remedy: Mend it.
"""
MOVES = """\
  - over: image
    deny: pin == "alias"
    at: [tag, reference]
    message: "{text} moves"
"""


def policy(rules: str = MOVES, name: str = "moves", **fields: str) -> Policy:
    defaults = {
        "id": name,
        "severity": "error",
        "supersedes": "[]",
        "params": "{}",
        "rules": rules,
        **fields,
    }
    text = POLICY
    for key, value in defaults.items():
        text = text.replace(f"{{{key}}}", value)
    return read_policy(Text(f"policies/test/{name}.yaml", text)).policy


def place(start: int, end: int, file: str = "Dockerfile") -> Place:
    return Place(file, Span(start, end))


FIRST = place(0, 9)


def image(at: Place = FIRST, pin: Pin | None = "alias", **fields: Any) -> Image:
    scope = fields.pop("scope", Scope(service="web", layer="os"))
    return Image(used_at=at, extent=at, pin=pin, text="a:latest", scope=scope, **fields)


def test_a_finding_stands_where_the_value_is_decided() -> None:
    fact = image(places={"tag": place(3, 9, ".env")})
    (finding,) = judge([fact], [policy()], Selection()).findings
    assert (finding.place, finding.uses) == (place(3, 9, ".env"), (place(0, 9),))
    assert (finding.message, finding.layer, finding.services) == ("a:latest moves", "os", ("web",))


def test_uses_of_one_deciding_place_are_one_finding() -> None:
    decided = {"tag": place(3, 9, ".env")}
    facts = [
        image(place(n, n + 9), places=decided, scope=Scope(service=name, environments=(name,)))
        for n, name in ((20, "b"), (0, "a"))
    ]
    (finding,) = judge(facts, [policy()], Selection()).findings
    assert finding.services == ("a", "b")
    assert finding.environments == ("a", "b")
    assert finding.uses == (place(0, 9), place(20, 29))
    assert judge(facts[::-1], [policy()], Selection()).findings == [finding]


def test_an_unknown_value_is_no_finding_but_is_counted() -> None:
    judgement = judge([image(pin=None)], [policy()], Selection())
    assert judgement.findings == []
    assert [(one.policy, one.fields, one.owner) for one in judgement.unresolved] == [
        ("moves", ("pin",), "web")
    ]


def test_what_is_unknown_at_one_place_is_told_in_one_order() -> None:
    rules = """\
  - over: image
    deny: pin == "alias" || name == "a" || tag == "b" || platform == "c"
    message: "{text}"
"""
    unknown = [("pin",), ("name", "pin"), ("pin", "tag"), ("pin", "platform"), ("name",), ("tag",)]
    said: dict[str, Any] = {"pin": "none"}
    facts = [image(**said | dict.fromkeys(fields)) for fields in unknown]
    told = [one.fields for one in judge(facts, [policy(rules)], Selection()).unresolved]
    assert told == sorted(unknown)


def test_a_rule_may_report_the_unknown() -> None:
    rules = MOVES + "    unknown: report\n"
    assert len(judge([image(pin=None)], [policy(rules)], Selection()).findings) == 1


def test_each_item_is_judged_by_itself() -> None:
    rules = """\
  - over: install
    each: packages
    deny: item.pin == "none"
    message: "{item.name} of {manager}"
"""
    named: tuple[tuple[str, Pin | None, int], ...] = (
        ("a", "none", 1),
        ("b", "exact", 3),
        ("c", None, 5),
    )
    packages = tuple(Package(name=n, pin=p, place=place(at, at + 1)) for n, p, at in named)
    fact = Install(used_at=place(0, 9), extent=place(0, 9), manager="apt", packages=packages)
    judgement = judge([fact], [policy(rules)], Selection())
    assert [(f.message, f.place) for f in judgement.findings] == [("a of apt", place(1, 2))]
    assert [one.place for one in judgement.unresolved] == [place(5, 6)]


def test_the_first_rule_of_the_profile_speaks() -> None:
    rules = MOVES.replace(
        "  - over", "  - severity: note\n    profiles: [strict]\n    over"
    ) + MOVES.replace("moves", "may move")
    for profile, message in (("default", "a:latest may move"), ("strict", "a:latest moves")):
        (finding,) = judge([image()], [policy(rules)], Selection(profile=profile)).findings
        assert (finding.message, finding.enabled) == (message, True)


def test_what_no_profile_reports_is_found_all_the_same() -> None:
    rules = MOVES + "    profiles: [strict]\n"
    (finding,) = judge([image()], [policy(rules)], Selection()).findings
    assert not finding.enabled
    (finding,) = judge([image()], [policy(rules)], Selection(select=("moves",))).findings
    assert finding.enabled


STRICT_FIRST = MOVES + "    profiles: [strict]\n" + MOVES + "    severity: warning\n"


@pytest.mark.parametrize(
    ("names", "profile", "severity"),
    [
        (("moves",), "default", "error"),
        (("test",), "default", "warning"),
        (("layer:os",), "default", "warning"),
        (("drift:convergent",), "default", "warning"),
        (("test",), "strict", "error"),
    ],
)
def test_a_selection_of_many_leaves_the_rules_to_the_profile(
    names: tuple[str, ...], profile: str, severity: str
) -> None:
    selection = Selection(select=names, profile=profile)
    (finding,) = judge([image()], [policy(STRICT_FIRST)], selection).findings
    assert (finding.enabled, finding.severity) == (True, severity)


def test_a_group_does_not_ask_for_what_its_profile_leaves_out() -> None:
    rules = MOVES + "    profiles: [strict]\n"
    (finding,) = judge([image()], [policy(rules)], Selection(select=("test",))).findings
    assert not finding.enabled


NARROW = MOVES.replace("{text} moves", "narrow")


def test_the_narrower_policy_wins() -> None:
    narrow = policy(NARROW, "narrow", supersedes="[moves]")
    findings = judge([image()], [policy(), narrow], Selection()).findings
    assert [f.policy for f in findings] == ["narrow"]


def test_a_narrower_policy_out_of_the_profile_hides_nothing() -> None:
    narrow = policy(NARROW + "    profiles: [strict]\n", "narrow", supersedes="[test]")
    findings = judge([image()], [policy(), narrow], Selection()).findings
    assert [(f.policy, f.enabled) for f in findings] == [("moves", True), ("narrow", False)]


@pytest.mark.parametrize(
    ("selection", "enabled", "severity"),
    [
        (Selection(ignore=("moves",)), False, "error"),
        (Selection(ignore=("test",)), False, "error"),
        (Selection(ignore=("drift:convergent",)), False, "error"),
        (Selection(ignore=("layer:os",)), False, "error"),
        (Selection(select=("other",)), False, "error"),
        (Selection(severity={"moves": "note"}), True, "note"),
        (Selection(per_path=(PathRule(paths=("Docker*",), ignore=("moves",)),)), False, "error"),
        (Selection(per_path=(PathRule(paths=("src",), ignore=("moves",)),)), True, "error"),
        (
            Selection(
                severity={"test": "note"},
                per_path=(PathRule(paths=(".",), severity={"moves": "warning"}),),
            ),
            True,
            "warning",
        ),
    ],
)
def test_selection(selection: Selection, enabled: bool, severity: str) -> None:
    (finding,) = judge([image()], [policy()], selection).findings
    assert (finding.enabled, finding.severity) == (enabled, severity)


@pytest.mark.parametrize(
    ("selection", "severity"),
    [
        (Selection(), "warning"),
        (Selection(profile="strict"), "error"),
        (Selection(severity={"moves": "error"}), "error"),
    ],
)
def test_what_only_the_defaults_of_a_chart_say_is_no_error(
    selection: Selection, severity: str
) -> None:
    fact = replace(image(), scope=replace(image().scope, defaults=True))
    (finding,) = judge([fact], [policy()], selection).findings
    assert finding.severity == severity


def test_parameters_come_from_the_configuration() -> None:
    rules = MOVES.replace('pin == "alias"', "pin in params.bad")
    one = policy(rules, params="{bad: [none]}")
    assert judge([image()], [one], Selection()).findings == []
    assert (
        len(judge([image()], [one], Selection(params={"moves": {"bad": ["alias"]}})).findings) == 1
    )


def test_an_expression_that_fails_is_a_broken_policy() -> None:
    rules = '  - over: resource\n    deny: "1 / history > 0"\n    message: x\n'
    from immutable_delivery.facts import Resource  # noqa: PLC0415

    with pytest.raises(
        PolicyError, match=r"policy moves: '1 / history > 0' fails: .*divide by zero"
    ):
        judge(
            [Resource(used_at=place(0, 1), extent=place(0, 1), history=0)],
            [policy(rules)],
            Selection(),
        )


def test_the_pack_survives_compilation() -> None:
    (loaded,) = load(dump([policy()]))
    assert judge([image()], [loaded], Selection()) == judge([image()], [policy()], Selection())


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "deny: pin ==",
            "deny: pinn ==",
            "10:11: 'pinn' is no field of 'image'; did you mean 'pin'?",
        ),
        ('deny: pin == "alias"', "deny: pin", "is a STRING, not a bool"),
        (
            'deny: pin == "alias"',
            "deny: !pin",
            "`rules[0].deny` begins with `!pin`, a tag of YAML: put it into quotes",
        ),
        ('deny: pin == "alias"', "deny:", "`rules[0].deny` must be text, not nothing"),
        ("over: image", "over: images", "`rules[0].over` cannot be `images`: do you mean `image`?"),
        (
            "severity: error",
            "severity: fatal",
            "`severity` cannot be `fatal`: it can be error, warning, note",
        ),
        ("why: Because", "wy: Because", "unknown key `wy`: do you mean `why`?"),
        ("{text} moves", "{texxt} moves", "'texxt' is no field of 'image'; did you mean 'text'?"),
        ('== "alias"', '== "aliass"', "10:18: 'pin' is never 'aliass'"),
        (
            'pin == "alias"',
            'tag.matches("(")',
            "10:23: '(' is no regular expression of RE2: missing )",
        ),
        ("{text} moves", "{text} {pin == 'aliass'}", "12:30: 'pin' is never 'aliass'"),
        (
            "deny: pin ==",
            "deny: !not pin ==",
            "`deny` begins with `!not`, a tag of YAML: put it into quotes",
        ),
        ("severity: error", "severity: error\nrulez: 1", "4:1: unknown key `rulez`"),
        ("severity: error\n", "", "`severity` is missing, here and for the whole policy"),
        ("at: [tag, reference]", "at: tag", "`rules[0].at` must be a list, not text"),
        ("id: moves", "id: move", "the id must be the file's name, 'moves'"),
    ],
)
def test_a_faulty_policy_names_the_place(before: str, after: str, problem: str) -> None:
    text = POLICY
    defaults = {
        "id": "moves",
        "severity": "error",
        "supersedes": "[]",
        "params": "{}",
        "rules": MOVES,
    }
    for key, value in defaults.items():
        text = text.replace(f"{{{key}}}", value)
    assert before in text
    with pytest.raises(PolicyError) as error:
        read_policy(Text("policies/test/moves.yaml", text.replace(before, after)))
    assert str(error.value).startswith("policies/test/moves.yaml:")
    assert problem in str(error.value)


def test_a_faulty_condition_of_a_group_names_its_own_place() -> None:
    text = POLICY
    for key, value in {
        "id": "moves",
        "severity": "error",
        "supersedes": "[]",
        "params": "{}",
        "rules": MOVES,
    }.items():
        text = text.replace(f"{{{key}}}", value)
    group = b"when:\n  any: shipped && phase in ['build', 'bild']\n"
    files = MemoryFiles({"own/test/moves.yaml": text.encode(), "own/test/group.yaml": group})
    with pytest.raises(PolicyError) as error:
        read_policies(files, "own")
    assert str(error.value).startswith("own/test/group.yaml:2:38: 'phase' is never 'bild'")


@pytest.mark.parametrize(
    ("deny", "faulty"),
    [
        ("pinn == 'alias'", "pinn"),
        ("pin == 'aliass' || built_here", "'aliass'"),
        ("'built_here && tag'", "&&"),
        ("tag", "tag"),
        (">-\n      built_here ||\n      tagg == ''", "tagg"),
        ("built_here && (tag", ""),
    ],
)
def test_a_fault_names_the_part_of_the_expression_that_is_wrong(deny: str, faulty: str) -> None:
    rules = MOVES.replace('pin == "alias"', deny)
    own = {"id": "moves", "severity": "error", "supersedes": "[]", "params": "{}", "rules": rules}
    text = POLICY
    for key, value in own.items():
        text = text.replace(f"{{{key}}}", value)
    with pytest.raises(PolicyError) as error:
        read_policy(Text("policies/test/moves.yaml", text))
    (fault,) = error.value.faults
    assert text[fault.start : fault.end] == faulty


def test_every_broken_policy_is_named() -> None:
    files = {f"own/test/{name}.yaml": f"id: {name}\n" for name in ("a", "b")}
    with pytest.raises(PolicyError) as error:
        read_policies(MemoryFiles(files), "own")
    assert {one.file for one in error.value.faults} == files.keys()


def service(name: str) -> Service:
    return Service(used_at=place(0, 1), extent=place(0, 1), name=name, runs=True, builds=True)


def test_the_worst_drift_decides_the_class() -> None:
    rules = MOVES.replace('pin == "alias"', 'pin == "none"').replace(
        "  - over", "  - drift: divergent\n    over"
    )
    facts = [
        image(scope=Scope(service="web", phase="start")),
        image(place(10, 19), pin="none", scope=Scope(service="api", phase="start")),
        image(place(20, 29), pin=None, scope=Scope(service="db", phase="start")),
    ]
    judgement = judge(facts, [policy(), policy(rules, "worse")], Selection(ignore=("worse",)))
    reports = classes([service(n) for n in ("web", "api", "db", "cache")], judgement.evidence)
    assert {r.name: r.runs for r in reports} == {
        "api": "divergent", "cache": "congruent", "db": "undetermined", "web": "convergent",
    }  # fmt: skip


def test_a_finding_about_the_unknown_leaves_a_service_undetermined() -> None:
    judgement = judge([image(pin=None)], [policy(MOVES + "    unknown: report\n")], Selection())
    assert [finding.unknown for finding in judgement.findings] == [True]
    (report,) = classes([service("web")], judgement.evidence)
    assert (report.runs, report.builds, report.unknown) == ("congruent", "undetermined", ("pin",))


def test_the_schema_knows_the_kinds_of_facts_and_fixes() -> None:
    schema = json.loads(schema_of("policy").text)
    group = json.loads(schema_of("policygroup").text)
    rule = schema["$defs"]["rule"]["properties"]
    assert rule["over"]["enum"] == list(KINDS)
    assert schema["properties"]["fix"]["enum"] == ["", *fixes.KINDS]
    assert group["properties"]["when"]["propertyNames"]["enum"] == ["any", *KINDS]


def test_a_parameter_may_be_true_or_false() -> None:
    given = policy(MOVES.replace("pin ==", "params.strictly && pin =="), params="{strictly: false}")
    assert judge([image()], [given], Selection()).findings == []
    asked = Selection(params={"moves": {"strictly": True}})
    assert len(judge([image()], [given], asked).findings) == 1
    on = policy(MOVES.replace("pin ==", "params.on && pin =="), params="{on: true}")
    assert len(judge([image()], [on], Selection()).findings) == 1
