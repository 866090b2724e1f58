"""JUnit's XML as Jenkins defines it: a suite per judged file, a failed case per finding that makes the run fail, passed ones else."""

from __future__ import annotations

from collections import defaultdict

from immutable_delivery.findings import Finding, Judged, Report
from immutable_delivery.policy.gate import breaks
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import marks, shown, where, within
from immutable_delivery.reporters.xmltext import Element, child, document


def render(report: Report, options: Options) -> str:
    """Return the suites in order of path."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in shown(report, include_suppressed=options.include_suppressed):
        found[finding.place.file].append(finding)
    files = {file.path: file for file in report.files if file.format}
    root = Element("testsuites", name="imd")
    for path in sorted({*files, *found}):
        _suite(root, report, path, found.get(path, []), files.get(path))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    return document(root)


def _suite(
    root: Element, report: Report, path: str, findings: list[Finding], file: Judged | None
) -> None:
    suite = child(root, "testsuite", name=path)
    for finding in findings:
        _case(suite, report, finding)
    if not findings:
        case = child(suite, "testcase", name="no finding", classname=path, time="0")
        if file and file.skipped:
            case.set("name", "not judged")
            child(case, "skipped", file.skipped)
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(suite)))
    for name, tag in counted.items():
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _case(suite: Element, report: Report, finding: Finding) -> None:
    at = within(report, finding.place)
    name = f"{finding.policy} at {at}" if at else finding.policy
    case = child(suite, "testcase", name=name, classname=finding.place.file, time="0")
    message = f"{finding.message}{marks(finding)}"
    if finding.suppressed:
        child(case, "skipped", f"suppressed: {finding.suppressed}")
    elif breaks(finding, report.fail_on):
        result = "error" if finding.policy == "unreadable" else "failure"
        child(case, result, _details(report, finding), type=finding.severity, message=message)
    else:
        child(case, "system-out", f"{message}\n{_details(report, finding)}")


def _details(report: Report, finding: Finding) -> str:
    parts = [f"{where(report, finding.place)}: {finding.severity} {finding.policy}"]
    parts += [f"used at {where(report, place)}" for place in finding.uses]
    if rule := report.rules.get(finding.policy):
        parts += [rule.why.strip(), f"Instead: {rule.remedy.strip()}", rule.url]
    return "\n".join(part for part in parts if part)
