from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.findings import Fix, Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render

Build = Callable[..., Report]


def test_concise(report: Report) -> None:
    lines = render("concise", report).splitlines()
    assert lines[0] == (
        "web/Dockerfile:1:6: error floating-tag node:latest can be another image tomorrow [fixable]"
    )
    assert len(lines) == 4
    assert not any("fixable" in line for line in lines[1:])
    assert "(suppressed: the mirror is frozen)" in render(
        "concise", report, Options(include_suppressed=True)
    )


def test_a_fix_that_is_not_safe_or_is_none(report: Report) -> None:
    first = report.findings[0]
    assert first.fix is not None
    marks = {
        " [fixable, unsafe]\n": replace(first.fix, safe=False),
        "tomorrow\n": Fix(title="", reason="the registry has to be asked"),
    }
    for end, fix in marks.items():
        one = replace(report, findings=(replace(first, fix=fix),))
        assert render("concise", one).endswith(end)


def test_concise_of_nothing_is_nothing() -> None:
    assert render("concise", Report(findings=())) == ""
