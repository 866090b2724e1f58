from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from immutable_delivery.findings import Report
from immutable_delivery.other_linters import PEERS
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.policy.model import builtin
from immutable_delivery.reporters import Options, render

TODAY = date(2026, 6, 15)
FROM = "FROM debian:latest\nCMD true\n"


def judged(folder: Path, text: str, path: str = "Dockerfile") -> Report:
    (folder / path).write_text(text, encoding="utf-8")
    names = (
        "floating-tag", "shell-form-start", "unpinned-os-package", "secret-in-image", "unused-suppression",
    )  # fmt: skip
    return run(folder, Request(select=names, today=TODAY)).report


def found(report: Report) -> tuple[list[str], list[str]]:
    return [finding.policy for finding in report.findings], [
        one.policy for one in report.suppressed
    ]


@pytest.mark.parametrize("name", PEERS)
def test_rules_of_peers_mean_policies_that_there_are(name: str) -> None:
    assert set(PEERS[name].policies.values()) <= {policy.id for policy in builtin()}


@pytest.mark.parametrize("name", PEERS)
def test_a_rule_is_covered_or_left_out_and_never_both(name: str) -> None:
    left = [rule for rules in PEERS[name].declined.values() for rule in rules.split()]
    assert len(left) == len(set(left))
    assert set(left).isdisjoint(PEERS[name].policies)


@pytest.mark.parametrize(
    "comment",
    [
        "# hadolint ignore=DL3007",
        "#hadolint ignore=DL3006",
        "#  hadolint  ignore = DL3007",
        "#\thadolint\tignore\t=\tDL3007",
        "# hadolint ignore=DL3008,DL3007",
        "# hadolint ignore=SC2086 , DL3007",
        "# hadolint ignore=DL9999,DL3007 # the mirror is frozen",
        "# hadolint ignore=DL3007#reason",
    ],
)
def test_a_comment_silences_what_it_means_below(tmp_path: Path, comment: str) -> None:
    report = judged(tmp_path, f"{comment}\n{FROM}")
    assert found(report) == (["shell-form-start"], ["floating-tag"]), comment
    assert report.suppressed[0].silenced_by == "hadolint"


@pytest.mark.parametrize(
    "comment",
    [
        "# hadolint ignore=DL3008",
        "# hadolint ignore=",
        "# hadolint ignore",
        "# hadolint ignore=DL3007 because",
        "# hadolint ignore=DL3007,",
        "# hadolint shell=bash",
        "# hadolintignore=DL3007",
        "# see hadolint ignore=DL3007",
        "# checkov:skip=DL3007",
        "# hadolint ignore=SC2086",
        "# hadolint ignore=dl3007",
        "# Hadolint IGNORE=DL3007",
        "# hadolint ignore=DL3007,XY1",
        "# hadolint ignore=DL3007\n# and a word",
        "# hadolint ignore=DL3007\n",
        "# hadolint ignore=DL3007\n# hadolint ignore=DL3008",
        "# hadolint stage ignore=DL3007",
        "#",
        "# hadolint ignore=" + "D" * 50_000,
        "# hadolint ignore=" + "DL3007," * 8_000,
    ],
)
def test_other_comments_silence_nothing_and_are_no_fault(tmp_path: Path, comment: str) -> None:
    assert found(judged(tmp_path, f"{comment}\n{FROM}")) == (
        ["floating-tag", "shell-form-start"],
        [],
    )


def test_a_comment_covers_one_instruction(tmp_path: Path) -> None:
    text = "# hadolint ignore=DL3007\nFROM debian:latest AS a\nFROM ubuntu\nCOPY --from=a /a /a\n"
    report = judged(tmp_path, text)
    assert [finding.place.span.start for finding in report.findings] == [text.index("ubuntu")]


@pytest.mark.parametrize("marker", ["hadolint global ignore=", "hadolint  global\tignore = "])
def test_a_global_comment_covers_the_file(tmp_path: Path, marker: str) -> None:
    report = judged(tmp_path, f"{FROM}# {marker}DL3007,DL3025 # as agreed\n")
    assert found(report) == ([], ["floating-tag", "shell-form-start"])
    assert report.suppressed[0].suppressed == "hadolint's comment ignores DL3007: as agreed"


def test_a_comment_that_nothing_needs_is_no_finding(tmp_path: Path) -> None:
    text = "# hadolint ignore=DL3007,DL3008,DL4006\nFROM debian:latest\n# hadolint ignore=DL3025\n"
    assert found(judged(tmp_path, text)) == ([], ["floating-tag"])


def test_our_own_suppression_comes_first_and_counts_as_used(tmp_path: Path) -> None:
    own = "# imd: ignore-file[floating-tag] frozen"
    report = judged(tmp_path, f"{own}\n# hadolint ignore=DL3007\n{FROM}")
    assert found(report) == (["shell-form-start"], ["floating-tag"])
    assert (report.suppressed[0].suppressed, report.suppressed[0].silenced_by) == ("frozen", "")


def test_reports_count_them_apart_and_say_why(tmp_path: Path) -> None:
    text = "# hadolint ignore=DL3007 # frozen\nFROM debian:latest\nCMD true\n"
    report = judged(tmp_path, text)
    assert " (1 suppressed by hadolint's comments)\n" in render("text", report)
    both = judged(tmp_path, text.replace("CMD", "# imd: ignore[shell-form-start] so be it\nCMD"))
    words = "No findings (1 suppressed, 1 suppressed by hadolint's comments)"
    assert words in render("text", both)
    reason = "hadolint's comment ignores DL3007: frozen"
    options = Options(include_suppressed=True)
    assert json.loads(render("json", report, options))["suppressed"][0]["suppressed"] == reason
    results = json.loads(render("sarif", report, options))["runs"][0]["results"]
    assert [result["suppressions"] for result in results if "suppressions" in result] == [
        [{"kind": "inSource", "justification": reason}]
    ]
    assert reason in render("text", report, options)


def lines(report: Report, text: str) -> list[tuple[str, int]]:
    return [
        (finding.policy, text.count("\n", 0, finding.place.span.start) + 1)
        for finding in report.findings
    ]


STAGED = """\
# hadolint stage ignore=DL3007,DL3008
FROM debian:latest AS a
RUN apt-get install -y curl
FROM debian:latest
COPY --from=a /usr/bin/curl /
RUN apt-get install -y git
CMD ["true"]
"""


def test_a_stage_comment_of_hadolint_covers_what_follows_in_its_stage(tmp_path: Path) -> None:
    report = judged(tmp_path, STAGED)
    assert lines(report, STAGED) == [
        ("floating-tag", 2), ("floating-tag", 4), ("unpinned-os-package", 6),
    ]  # fmt: skip
    assert [one.silenced_by for one in report.suppressed] == ["hadolint"]


def test_our_own_comment_is_about_the_whole_stage_below(tmp_path: Path) -> None:
    own = "# imd: ignore-stage[floating-tag, unpinned-os-package] a builder"
    text = STAGED.replace("# hadolint stage ignore=DL3007,DL3008", own)
    report = judged(tmp_path, text)
    assert lines(report, text) == [("floating-tag", 4), ("unpinned-os-package", 6)]


def test_our_own_comment_is_about_the_stage_that_it_stands_in(tmp_path: Path) -> None:
    own = "# imd: ignore-stage[floating-tag, unpinned-os-package] a builder\nRUN apt-get"
    text = STAGED.replace("RUN apt-get", own, 1)
    report = judged(tmp_path, text)
    assert lines(report, text) == [("floating-tag", 5), ("unpinned-os-package", 7)]


def test_our_own_stage_comment_stands_in_or_above_a_stage(tmp_path: Path) -> None:
    text = f"# imd: ignore-stage[floating-tag] words\nARG A=1\n{FROM}"
    report = judged(tmp_path, text)
    assert ["no build stage" in said for said in unused(report)] == [True]


def test_hadolint_reads_no_comment_inside_an_instruction(tmp_path: Path) -> None:
    text = "FROM debian:latest\nCMD \\\n# hadolint ignore=DL3025\n true\n"
    assert found(judged(tmp_path, text)) == (["floating-tag", "shell-form-start"], [])


@pytest.mark.parametrize(
    "head",
    [
        "# check=skip=JSONArgsRecommended",
        "# check=skip=StageNameCasing,JSONArgsRecommended",
        "# check=error=true;skip=JSONArgsRecommended",
        "#Check = skip=JSONArgsRecommended;error=true",
        "# syntax=docker/dockerfile:1\n# check=skip=JSONArgsRecommended",
    ],
)
def test_the_check_directive_of_buildkit_covers_the_file(tmp_path: Path, head: str) -> None:
    report = judged(tmp_path, f"{head}\n{FROM}")
    assert "shell-form-start" not in found(report)[0]
    assert [one.silenced_by for one in report.suppressed] == ["BuildKit"]


def test_a_check_comment_of_buildkit_covers_the_instruction_below(tmp_path: Path) -> None:
    comment = "# check=skip=SecretsUsedInArgOrEnv // a name only"
    text = f"FROM debian:latest\n{comment}\n\nENV A_TOKEN=abc\nENV B_TOKEN=abc\n"
    report = judged(tmp_path, text)
    assert lines(report, text) == [("floating-tag", 1), ("secret-in-image", 5)]
    assert [one.policy for one in report.suppressed] == ["secret-in-image"]


@pytest.mark.parametrize("rules", ["all", "jsonargsrecommended", "StageNameCasing", ""])
def test_check_comments_that_name_no_rule_of_ours_silence_nothing(
    tmp_path: Path, rules: str
) -> None:
    report = judged(tmp_path, f"# check=skip={rules}\n{FROM}")
    assert report.suppressed == ()


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# trivy:ignore:DS-0001", True),
        ("#trivy:ignore:AVD-DS-0001", True),
        ("# trivy:ignore:DS001", True),
        ("# frozen trivy:ignore:DS001", False),
        ("# trivy:ignore:DS-0002 trivy:ignore:DS-0001", True),
        ("# trivy:ignore:DS-0001\n# trivy:ignore:DS-0026", True),
        ("# trivy:ignore:DS-0001\n# a word", False),
        ("# trivy:ignore:DS-0001\n", False),
        ("# trivy:ignore:DS-0001:exp:2026-06-16", True),
        ("# trivy:ignore:DS-0001:exp:2026-06-15", False),
        ("# trivy:ignore:DS-0001:exp:2026-02-30", False),
        ("# trivy:ignore:DS-0001[stage=a]", False),
        ("# trivy:ignore:*", False),
        ("# trivy:ignore:", False),
        ("# trivy:ignore:DS-0026", False),
    ],
)
def test_comments_of_trivy(tmp_path: Path, comment: str, *, silent: bool) -> None:
    report = judged(tmp_path, f"{comment}\n{FROM}")
    assert [one.silenced_by for one in report.suppressed] == ["trivy"] * silent, comment


def test_a_comment_of_trivy_covers_the_part_of_a_manifest_below_or_before_it(
    tmp_path: Path,
) -> None:
    below = pod("a").replace("  containers:", "  # trivy:ignore:KSV-0013\n  containers:")
    text = "---\n".join([below, pod("b", comment="trivy:ignore:KSV013"), pod("c")])
    report = judged(tmp_path, text, "pods.yaml")
    assert [finding.services for finding in report.findings] == [("c",)]


KICS = "f45ea400-6bbe-4501-9fc7-1c3d75c32067"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"# kics-scan ignore-line\n{FROM}", ["shell-form-start"]),
        (f"# kics-scan ignore-block\n{FROM}", []),
        (f"# kics-scan disable={KICS}\n{FROM}", ["shell-form-start"]),
        (f"# words\n\n# kics-scan disable=0,{KICS.upper()}\n{FROM}", ["shell-form-start"]),
        (f"{FROM}# kics-scan disable={KICS}\n", ["floating-tag", "shell-form-start"]),
        (f"# kics-scan disable=0\n{FROM}", ["floating-tag", "shell-form-start"]),
        (f"# kics-scan ignore\n{FROM}", ["floating-tag", "shell-form-start"]),
        (f"# kics-scan enable={KICS}\n{FROM}", ["floating-tag", "shell-form-start"]),
        (f"# kics-scanner ignore-line\n{FROM}", ["floating-tag", "shell-form-start"]),
        (
            FROM.replace("CMD", "# kics-scan ignore-block\nCMD"),
            ["floating-tag", "shell-form-start"],
        ),
    ],
)
def test_comments_of_kics_in_a_dockerfile(tmp_path: Path, text: str, left: list[str]) -> None:
    report = judged(tmp_path, text)
    assert found(report)[0] == left
    assert {one.silenced_by for one in report.suppressed} <= {"kics"}


@pytest.mark.parametrize(
    ("before", "inside", "silent"),
    [
        ("---\n# kics-scan disable=583053b7-e632-46f0-b989-f81ff8045385\n", "", True),
        ("", "# kics-scan ignore-line\n      ", True),
        ("", "# kics-scan ignore-block\n      ", True),
        ("", f"# kics-scan disable={KICS}\n      ", False),
    ],
)
def test_comments_of_kics_in_a_manifest(
    tmp_path: Path, before: str, inside: str, *, silent: bool
) -> None:
    text = before + pod("a").replace("image:", f"{inside}image:")
    assert found(judged(tmp_path, text, "pod.yaml"))[0] == ["floating-tag"] * (not silent)


def test_an_inline_comment_of_zizmor_covers_its_line(tmp_path: Path) -> None:
    text = f"{pod('a', comment='zizmor: ignore[unpinned-images] frozen')}---\n{pod('b')}"
    report = judged(tmp_path, text, "pods.yaml")
    assert [finding.services for finding in report.findings] == [("b",)]
    assert report.suppressed[0].suppressed == "zizmor's comment ignores unpinned-images: frozen"


def test_a_comment_of_zizmor_without_a_rule_covers_nothing(tmp_path: Path) -> None:
    text = pod("a", comment="zizmor: ignore")
    assert found(judged(tmp_path, text, "pods.yaml")) == (["floating-tag"], [])


POD = """apiVersion: v1
kind: Pod
metadata:
  name: {name}
  annotations: {annotations}
spec:
  containers:
    - name: {name}
      image: nginx:latest # {comment}
"""


def pod(name: str, annotations: str = "{}", comment: str = "-") -> str:
    return POD.format(name=name, annotations=annotations, comment=comment)


@pytest.mark.parametrize(
    ("annotations", "tool"),
    [
        ("{checkov.io/skip1: CKV_K8S_14=frozen}", "checkov"),
        ("{checkov.io/skip: CKV_K8S_14}", "checkov"),
        ("{ignore-check.kube-linter.io/latest-tag: frozen}", "kube-linter"),
        ("{kube-linter.io/ignore-all: frozen}", "kube-linter"),
        ("{kube-score/ignore: container-image-tag}", "kube-score"),
        ("{kube-score/ignore: 'pod-probes, container-image-tag'}", "kube-score"),
        ("{polaris.fairwinds.com/tagNotSpecified-exempt: 'true'}", "polaris"),
    ],
)
def test_an_annotation_silences_its_object(tmp_path: Path, annotations: str, tool: str) -> None:
    text = f"{pod('a')}---\n{pod('b', annotations)}"
    report = judged(tmp_path, text, "pods.yaml")
    assert found(report) == (["floating-tag"], ["floating-tag"])
    assert report.findings[0].owner == "Pod/a (container a)"
    assert report.suppressed[0].silenced_by == tool


@pytest.mark.parametrize(
    "annotations",
    [
        "{checkov.io/skip1: CKV_K8S_8=probes}",
        "{checkov.io/skip1: [CKV_K8S_14]}",
        "{checkov.io/skipped: CKV_K8S_14=x}",
        "{ignore-check.kube-linter.io/no-liveness-probe: x}",
        "{kube-linter.io/ignore-all-of: x}",
        "{kube-score/ignore: pod-probes}",
        "{kube-score/ignore: ''}",
        "{polaris.fairwinds.com/tagNotSpecified-exempt: 'false'}",
        "{polaris.fairwinds.com/cpuLimitsMissing-exempt: 'true'}",
        "{polaris.fairwinds.com/exempt: 'true'}",
    ],
)
def test_other_annotations_silence_nothing(tmp_path: Path, annotations: str) -> None:
    assert found(judged(tmp_path, pod("a", annotations), "pod.yaml")) == (["floating-tag"], [])


def test_annotations_of_the_wrong_shape_silence_nothing(tmp_path: Path) -> None:
    content = pod("a", "[kube-linter.io/ignore-all]")
    assert found(judged(tmp_path, content, "pod.yaml")) == (["unreadable", "floating-tag"], [])


def test_a_comment_of_checkov_covers_the_object_around_it(tmp_path: Path) -> None:
    text = f"{pod('a')}---\n#checkov:skip=CKV_K8S_8,CKV_K8S_14:frozen\n{pod('b')}---\n{pod('c')}"
    report = judged(tmp_path, text, "pods.yaml")
    assert [finding.services for finding in report.findings] == [("a",), ("c",)]
    (one,) = report.suppressed
    assert one.suppressed == "checkov's comment ignores CKV_K8S_14: frozen"


def test_a_comment_of_checkov_covers_a_dockerfile(tmp_path: Path) -> None:
    text = f"{FROM}# checkov:skip=CKV_DOCKER_7: frozen\n"
    assert found(judged(tmp_path, text)) == (["shell-form-start"], ["floating-tag"])


RULE = "service-image-require-explicit-tag"
SERVICES = "services:\n  a:\n    image: nginx # {first}\n  b:\n    # {second}\n    image: redis\n"


@pytest.mark.parametrize(
    ("head", "first", "second", "left"),
    [
        ("", f"dclint disable-line {RULE}", "-", ["b"]),
        ("", "-", f"dclint disable-line no-x {RULE}", ["a"]),
        ("", "dclint disable-line", "-", ["b"]),
        ("", "dclint disable-line no-version-field", "-", ["a", "b"]),
        ("# dclint disable-file\n", "-", "-", []),
        ("---\n\n#  dclint disable\n", "-", "-", []),
        (f"# dclint disable {RULE}\n", "-", "-", []),
        ("# dclint disable no-version-field\n", "-", "-", ["a", "b"]),
        ("", "dclint disable", "dclint disable-file", ["a", "b"]),
    ],
)
def test_comments_of_dclint(
    tmp_path: Path, head: str, first: str, second: str, left: list[str]
) -> None:
    text = head + SERVICES.format(first=first, second=second)
    report = judged(tmp_path, text, "compose.yaml")
    assert [finding.owner for finding in report.findings] == left
    assert {one.silenced_by for one in report.suppressed} <= {"dclint"}


def test_a_comment_above_a_service_is_about_one_line_for_dclint(tmp_path: Path) -> None:
    text = f"services:\n  # dclint disable-line {RULE}\n  a:\n    image: nginx\n"
    assert found(judged(tmp_path, text, "compose.yaml")) == (["floating-tag"], [])


TWO = pod("a").replace("    - name: a", "    - {name: b, image: 'redis:latest'}\n    - name: a")


def test_our_annotation_is_about_one_container_by_its_name(tmp_path: Path) -> None:
    text = TWO.replace("annotations: {}", "annotations: {imd/ignore.b: 'floating-tag: frozen'}")
    report = judged(tmp_path, text, "pod.yaml")
    assert [finding.owner for finding in report.findings] == ["Pod/a (container a)"]
    assert [one.owner for one in report.suppressed] == ["Pod/a (container b)"]


def test_our_annotation_about_a_container_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = TWO.replace("annotations: {}", "annotations: {imd/ignore.c: 'floating-tag: frozen'}")
    report = judged(tmp_path, text, "pod.yaml")
    assert found(report)[0] == ["unused-suppression", "floating-tag", "floating-tag"]


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Pod/a", []),
        ("Pod/a/b", ["Pod/a (container a)"]),
        ("Pod/a (container b)", ["Pod/a (container a)"]),
        ("a", []),
        ("Pod/b", ["Pod/a (container b)", "Pod/a (container a)"]),
    ],
)
def test_the_configuration_silences_a_resource_by_its_name(
    tmp_path: Path, name: str, left: list[str]
) -> None:
    (tmp_path / ".imd.yaml").write_text(
        f"suppressions:\n  - {{path: '*', at: {name}, ids: [floating-tag], reason: frozen}}\n"
    )
    report = judged(tmp_path, TWO, "pod.yaml")
    assert [
        finding.owner for finding in report.findings if finding.policy == "floating-tag"
    ] == left


def unused(report: Report) -> list[str]:
    return [
        finding.message for finding in report.findings if finding.policy == "unused-suppression"
    ]


@pytest.mark.parametrize(
    ("annotation", "silenced", "words"),
    [
        ("'floating-tag: frozen'", True, ""),
        ("'floating-tag: frozen until=2026-06-15'", True, ""),
        ("'floating-tag: frozen until=2026-06-14'", False, "expired"),
        ("'floating-tag:'", False, "reason"),
        ("floating-tag", False, "names no policy"),
        ("'shell-form-start: never'", False, "shell-form-start"),
        ("'flaoting-tag: frozen'", False, "floating-tag"),
    ],
)
def test_our_annotation_follows_the_rules_of_our_comments(
    tmp_path: Path, annotation: str, silenced: bool, words: str
) -> None:
    report = judged(tmp_path, pod("a", f"{{imd/ignore: {annotation}}}"), "pod.yaml")
    assert [one.policy for one in report.suppressed] == ["floating-tag"] * silenced
    assert [words in said for said in unused(report)] == [True] * bool(words)


@pytest.mark.parametrize("number", [2, 16])
def test_the_range_of_checks_that_turn_verification_off_is_whole(number: int) -> None:
    policies = PEERS["checkov"].policies
    assert policies.get(f"CKV2_DOCKER_{number}") is not None
