from __future__ import annotations

import json
import os
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from immutable_delivery import __version__
from immutable_delivery.findings import Cause, Compared, Edit, Fix, Recorded, Report
from immutable_delivery.policy.fingerprints import line_hashes
from immutable_delivery.policy.model import builtin
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render, rendered, sarif
from immutable_delivery.reporters.sarif.rules import SCORES

Build = Callable[..., Report]

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GONE = Cause(file="web/.dockerignore", event="deleted")
CHANGED = Cause(file=".env", event="changed", line=3)
MULTITOOL = "@microsoft/sarif-multitool-linux@5.7.0"


def run_of(report: Report, **options: Any) -> Any:
    log = json.loads(render("sarif", report, Options(**options)))
    VALIDATOR.validate(log)
    [run] = log["runs"]
    return run


def test_full_and_empty_reports_fit_the_schema(report: Report) -> None:
    run_of(report)
    run_of(report, include_suppressed=True)
    run_of(Report(findings=(), version="1.0.0"))


def test_a_result(report: Report) -> None:
    result = run_of(report)["results"][0]
    assert result["ruleId"] == "floating-tag"
    assert result["level"] == "error"
    assert result["message"]["text"] == (
        "node:latest can be another image tomorrow. Used at [compose.yaml:4](1)."
    )
    assert result["relatedLocations"][0]["id"] == 1
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "web/Dockerfile", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {
        "startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 17, "snippet": {"text": "node:latest"},
    }  # fmt: skip
    assert [taxon["id"] for taxon in result["taxa"]] == ["convergent", "os"]
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]


def test_fingerprints(report: Report) -> None:
    run = run_of(report)
    text = report.texts["web/Dockerfile"]
    marks = [result["partialFingerprints"] for result in run["results"]]
    assert marks[0]["primaryLocationLineHash"] == line_hashes(text)[0]
    assert marks[0]["imd/v1"] == report.findings[0].fingerprint
    assert "primaryLocationLineHash" not in marks[3], (
        "GitHub reads what is unreadable in its own way"
    )


def test_the_rules_that_results_name_are_there(report: Report) -> None:
    driver = run_of(report)["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [
        "floating-tag",
        "unpinned-os-package",
        "unreadable",
    ]
    rule = driver["rules"][0]
    assert rule["name"] == "FloatingTag"
    assert rule["helpUri"].endswith("/policies/image/floating-tag.yaml")
    assert rule["help"]["markdown"].startswith("# Image reference that can move\n")
    assert rule["properties"]["tags"] == ["image", "drift:convergent", "security"]
    assert rule["properties"]["security-severity"] == "7.5"
    assert rule["relationships"][0]["target"]["toolComponent"] == {"name": "imd-drift", "index": 0}


def test_a_rule_that_found_nothing_is_not_there(report: Report) -> None:
    assert run_of(replace(report, findings=()))["tool"]["driver"]["rules"] == []
    run = run_of(replace(report, findings=report.findings[1:2]))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["unpinned-os-package"]
    assert run["results"][0]["ruleIndex"] == 0


def test_scores_are_what_github_calls_high_medium_and_low() -> None:
    scores = {
        (severity, drift): float(score)
        for severity, row in SCORES.items()
        for drift, score in row.items()
    }
    least = {"error": 7.0, "warning": 4.0, "note": 0.1}
    most = {"error": 8.9, "warning": 6.9, "note": 3.9}
    assert all(least[s] <= score <= most[s] for (s, _), score in scores.items())
    assert sorted(scores.values(), reverse=True) == list(scores.values())


def test_the_lines_around_are_shown(build: Build) -> None:
    def ctx(text: str) -> Any:
        physical = run_of(build(("a", text)))["results"][0]["locations"][0]["physicalLocation"]
        return physical.get("contextRegion")

    shown = ctx("1\n2\n«3»\n4\n5\n")
    assert shown == {"startLine": 2, "endLine": 4, "snippet": {"text": "2\n3\n4"}}
    assert ctx("«1»") is None
    assert ctx(f"{'x' * 300}\n«1»\n2\n") is None


def test_what_a_baseline_does_not_know_is_new(report: Report) -> None:
    assert not any("baselineState" in result for result in run_of(report)["results"])
    results = run_of(_compared(report), include_suppressed=True)["results"]
    states = {"suppressions" in result: result.get("baselineState") for result in results}
    assert states == {False: "new", True: None}


def test_what_brought_a_finding_is_a_related_location(report: Report) -> None:
    first = report.findings[0]
    for cause, region in ((GONE, None), (CHANGED, {"startLine": 3})):
        run = run_of(replace(report, findings=(replace(first, cause=cause),)))
        [result] = run["results"]
        related = result["relatedLocations"][-1]
        assert (related["id"], related["message"]["text"]) == (
            2,
            f"It came when this was {cause.event}.",
        )
        assert related["physicalLocation"]["artifactLocation"]["uri"] == cause.file
        assert related["physicalLocation"].get("region") == region
        assert f" Since {cause}. Used at [compose.yaml:4](1)." in result["message"]["text"]


def test_the_run_is_deterministic_and_without_times(report: Report) -> None:
    text = render("sarif", report)
    assert text == render("sarif", report)
    assert "Utc" not in text
    assert "uri" not in json.loads(text)["runs"][0]["originalUriBaseIds"]["%SRCROOT%"]


def test_provenance_where_it_is_known(report: Report) -> None:
    [provenance] = run_of(report)["versionControlProvenance"]
    assert provenance["repositoryUri"] == "https://git.example/shop/web"
    for unknown in ("", "git@host:shop/web.git"):
        assert "versionControlProvenance" not in run_of(replace(report, repository=unknown))


def _compared(report: Report) -> Report:
    fixed = Recorded("web/Dockerfile", "floating-tag", "error", "f", 2)
    notices = ("configuration, policies and baseline are those of main (0123456789ab)",)
    return replace(report, baseline=Compared("known.json", 7, (fixed,)), notices=notices)


def test_what_there_is_to_know_of_the_run_is_a_notification(report: Report) -> None:
    notes = run_of(_compared(report))["invocations"][0]["toolExecutionNotifications"]
    assert [(note["level"], note["message"]["text"]) for note in notes if note["descriptor"]["id"] == "notice"] == [
        ("note", f"baseline known.json: {len(report.findings)} new, 7 known, 2 fixed; `imd baseline --prune` takes out what is fixed."),
        ("note", "configuration, policies and baseline are those of main (0123456789ab)."),
    ]  # fmt: skip


def test_an_unreadable_file_is_a_result_and_a_notification(report: Report) -> None:
    run = run_of(report)
    note, *_ = run["invocations"][0]["toolExecutionNotifications"]
    assert (
        note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "k8s/broken%20file.yaml"
    )
    assert run["invocations"][0]["executionSuccessful"]
    assert run["results"][3]["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}


def test_suppressed_results_are_left_out_unless_asked_for(report: Report) -> None:
    assert not any("suppressions" in result for result in run_of(report)["results"])
    shown = run_of(report, include_suppressed=True)["results"]
    [one] = [result for result in shown if "suppressions" in result]
    assert one["suppressions"] == [{"kind": "inSource", "justification": "the mirror is frozen"}]


def test_primary_regions_keep_to_one_line(build: Build) -> None:
    region = run_of(build(("a", "«x\n  y»\n")))["results"][0]["locations"][0]["physicalLocation"][
        "region"
    ]
    assert (region["startLine"], region["endLine"], region["endColumn"]) == (1, 1, 2)


def test_columns_are_code_points(build: Build) -> None:
    run = run_of(build(("a", "🐳«ab»\n")))
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (run["columnKind"], region["startColumn"], region["endColumn"]) == (
        "unicodeCodePoints",
        2,
        4,
    )


def test_foreign_text_makes_no_link_and_no_placeholder(build: Build) -> None:
    report = build(("a](0).yaml", "«x»\n"))
    evil = replace(
        report.findings[0],
        message="see [here](https://evil.example) {0}",
        uses=(report.findings[0].place,),
    )
    text = run_of(replace(report, findings=(evil,)))["results"][0]["message"]["text"]
    assert "](https" not in text
    assert "{0}" not in text
    assert text.count("](") == 1


def test_a_fix_without_text_or_with_unknown_files(report: Report) -> None:
    first = report.findings[0]
    deletion = Fix(title="Drop it", edits=(Edit(place=first.place, text=""),))
    result = run_of(replace(report, findings=(replace(first, fix=deletion),)))["results"][0]
    assert result["fixes"][0]["artifactChanges"][0]["replacements"] == [
        {"deletedRegion": {"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 17}}
    ]
    reason = Fix(title="", reason="the registry has to be asked")
    assert (
        "fixes" not in run_of(replace(report, findings=(replace(first, fix=reason),)))["results"][0]
    )


def test_no_more_results_than_github_takes(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 25)
    monkeypatch.setattr(sarif, "SHOWN_RESULTS", 15)
    report = build(("a", "«x»\n" * 35))
    findings = (
        *(replace(finding, severity="note") for finding in report.findings[:20]),
        *report.findings[20:],
    )
    text, missing = rendered("sarif", replace(report, findings=findings))
    [run] = json.loads(text)["runs"]
    assert len(run["results"]) == 25
    assert sum(result["level"] == "note" for result in run["results"]) == 10
    assert missing[0].startswith("10 findings, the least severe, left out: GitHub takes 25 results")
    assert missing[1].startswith("GitHub shows the 15 worst of these 25 findings")
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes] == missing


def test_no_larger_a_log_than_github_takes(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    report = build(("a", "".join(f"«{number * 7919:x}»\n" for number in range(300))))
    monkeypatch.setattr(sarif, "MOST_BYTES", 10_000)
    text, [missing] = rendered("sarif", report)
    kept = len(json.loads(text)["runs"][0]["results"])
    assert 0 < kept < 300
    assert len(zlib.compress(text.encode())) <= 10_000
    assert missing.startswith(f"{300 - kept} findings")


def test_places_of_use_that_github_does_not_keep_are_counted(build: Build) -> None:
    report = build(("a", "«x»\n" * 140))
    crowded = replace(report.findings[0], uses=tuple(finding.place for finding in report.findings))
    text, [missing] = rendered("sarif", replace(report, findings=(crowded,)))
    [result] = json.loads(text)["runs"][0]["results"]
    assert len(result["relatedLocations"]) == 100
    assert result["message"]["text"].endswith(" and 130 more.")
    assert missing.startswith("1 finding with more than 100 places of use")


def test_nothing_is_missing_from_an_ordinary_log(report: Report) -> None:
    assert rendered("sarif", report)[1] == []


def test_rules_keep_to_githubs_limits() -> None:
    rules = {policy.id: policy.rule for policy in builtin()}
    report = Report(findings=(), version="1", rules=rules)
    for rule in run_of(report)["tool"]["driver"]["rules"]:
        assert len(rule["properties"]["tags"]) <= 10
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert len(rule.get("name", "")) <= 255
        assert rule["helpUri"].endswith(
            f"/{'.'.join(__version__.split('.')[:2])}/policies/{rule['id']}/"
        )


def test_a_policy_of_ones_own_has_no_page_on_the_web(report: Report) -> None:
    own = {name: replace(rule, url="") for name, rule in report.rules.items()}
    for rule in run_of(replace(report, rules=own))["tool"]["driver"]["rules"]:
        assert "helpUri" not in rule


def test_a_fix_of_a_file_with_crlf_and_characters_of_every_width(build: Build) -> None:
    report = build(("a", "é🐳«ab»\r\n"))
    [finding] = report.findings
    fix = Fix(title="Twice", edits=(Edit(place=finding.place, text="x\ny"),))
    [result] = run_of(replace(report, findings=(replace(finding, fix=fix),)))["results"]
    [change] = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert change == {
        "deletedRegion": {"startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 5},
        "insertedContent": {"text": "x\r\ny"},
    }


@pytest.fixture(scope="session")
def multitool(packages: Callable[..., Path]) -> Path:
    """Microsoft's validator."""
    binary = packages(MULTITOOL) / "@microsoft/sarif-multitool-linux/Sarif.Multitool"
    binary.chmod(0o755)
    return binary


@pytest.mark.slow
def test_microsofts_multitool_has_nothing_to_object_to(
    report: Report,
    build: Build,
    multitool: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "SHOWN_RESULTS", 3)
    hostile = build(("a b/é🐳%\udcff?#[x]:\n.yaml", "«x»\n"))
    evil = replace(hostile.findings[0], message="{0} [a](b) 'c' \x1b[1m\u202e##vso[x]")
    (tmp_path / "options.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?><Properties><Properties Key="SARIF2006.UrisShouldBeReachable.Options">'
        '<Property Key="RuleEnabled" Value="Disabled" Type="Driver.RuleEnabledState" /></Properties></Properties>'
    )
    logs = {
        "plain": render("sarif", report),
        "all": render("sarif", report, Options(include_suppressed=True)),
        "hostile": render("sarif", replace(hostile, findings=(evil,))),
        "compared": render("sarif", _compared(report)),
        "broken": render("sarif", report).replace('"helpUri": "https://', '"helpUri": "'),
        "caused": render(
            "sarif",
            replace(
                report,
                findings=tuple(replace(report.findings[0], cause=one) for one in (GONE, CHANGED)),
            ),
        ),
    }
    for name, log in logs.items():
        (tmp_path / f"{name}.sarif").write_text(log, encoding="utf-8")
    command = [
        str(multitool), "validate", *(f"{name}.sarif" for name in logs), "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning",
        "-c", "options.xml", "-o", "out.sarif", "--log", "ForceOverwrite",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        "DOTNET_BUNDLE_EXTRACT_BASE_DIR": str(tmp_path),
    }
    subprocess.run(
        command, cwd=tmp_path, check=True, capture_output=True, timeout=120, env=environment
    )
    [run] = json.loads((tmp_path / "out.sarif").read_text("utf-8-sig"))["runs"]
    uris = {
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]
    }
    assert "GitHub shows the 3 worst of these 4 findings" in logs["plain"]
    assert {uri.rpartition("/")[2] for uri in uris} == {"broken.sarif"}, (
        "it objects to the control alone"
    )


def test_the_text_of_a_rule_ends_in_one_full_stop(report: Report) -> None:
    for rule in run_of(report)["tool"]["driver"]["rules"]:
        for field in ("shortDescription", "fullDescription"):
            text = rule[field]["text"]
            assert text.endswith((".", "!", "?", "…"))
            assert not text.endswith("..")
