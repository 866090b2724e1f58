"""Configurations of kube-linter, checkov and zizmor as ours; hadolint's is tried where the command line is."""

from __future__ import annotations

import pytest

from immutable_delivery.commands.migrate import FILES, Source, migrated, sources
from immutable_delivery.commands.migrate.writing import Migrated
from immutable_delivery.config import Config
from immutable_delivery.config.read import load
from immutable_delivery.errors import ConfigError
from immutable_delivery.policy.model import builtin
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.suppressions import names

KUBE_LINTER = """\
checks:
  addAllBuiltIn: true
  include: [latest-tag, no-liveness-probe]
  exclude: [docker-sock, writable-host-mount, unset-cpu-requirements]
  ignorePaths: ["./vendor/**", "**/testdata/**", "charts/x.yaml", "~/elsewhere/**", "/etc/**"]
customChecks: []
"""
CHECKOV = """\
skip-check: [CKV_DOCKER_3, "CKV2_DOCKER_*", CKV_K8S_8, LOW]
soft-fail-on: CKV_K8S_14,CKV_K8S_22
hard-fail-on:
  - CKV_K8S_43
  - CKV_DOCKER_7
skip-path: [vendor/, "^generated/.*$"]
framework: [dockerfile]
soft-fail: true
compact: true
evaluate-variables: true
"""
ZIZMOR = """\
rules:
  unpinned-images:
    ignore: [ci.yml, "release.yml:12", "release.yml:12:3"]
    config: {}
  unpinned-uses:
    disable: true
"""


def read(made: Migrated) -> Config:
    """Read a configuration back as a run does, names and parameters checked."""
    config = load(MemoryFiles({".imd.yaml": made.text}))
    policies = builtin()
    config.check_names(names(policies))
    config.check_params({policy.id: policy.params for policy in policies})
    return config


def of(tool: str, text: str) -> Migrated:
    path = FILES[tool][0]
    return migrated(MemoryFiles({path: text}), [Source(tool, path)])


def reasons(made: Migrated) -> dict[str, str]:
    """Return the reasons by what is left, places taken off."""
    parts = (line.split(": ", 2) for line in made.left)
    return {what: why for _, what, why in parts}


def test_kube_linter() -> None:
    made = of("kube-linter", KUBE_LINTER)
    config = read(made)
    assert config.selection.ignore == ("runtime-socket", "host-path")
    assert config.paths.fixtures == ("vendor", "testdata", "*/testdata", "charts/x.yaml")
    assert "- host-path # writable-host-mount; it means sensitive-host-mounts too" in made.text
    left = reasons(made)
    assert set(left) == {
        "latest-tag", "no-liveness-probe", "unset-cpu-requirements", "~/elsewhere/**", "/etc/**",
        "addAllBuiltIn", "customChecks",
    }  # fmt: skip
    assert "imd judges it as floating-tag" in left["latest-tag"]
    assert left["unset-cpu-requirements"] == "no policy of imd means the same"


def test_checkov() -> None:
    made = of("checkov", CHECKOV)
    config = read(made)
    assert set(config.selection.ignore) == {
        "runs-as-root",
        "sudo-in-image",
        "integrity-check-bypassed",
    }
    assert config.selection.severity == {
        "missing-digest": "error", "floating-tag": "error", "writable-root": "warning",
    }  # fmt: skip
    assert config.paths.fixtures == ("vendor",)
    left = reasons(made)
    assert "the checks" in left["LOW"]
    assert left["CKV_K8S_14,CKV_K8S_22"].startswith(
        "floating-tag is of severity error already, for CKV_DOCKER_7"
    )
    assert "regular expression" in left["^generated/.*$"]
    assert set(left) >= {"CKV_K8S_8", "framework", "soft-fail", "compact", "evaluate-variables"}


def test_zizmor_holds_for_workflows_alone() -> None:
    made = of("zizmor", ZIZMOR)
    config = read(made)
    assert config.selection.ignore == ()
    (rule,) = config.selection.per_path
    assert rule.paths == (".github/workflows/ci.yml",)
    assert set(rule.ignore) == {"floating-tag", "partial-tag", "missing-digest"}
    left = reasons(made)
    assert "by a comment" in left["release.yml:12"]
    assert left["unpinned-uses"] == "no policy of imd means the same"
    everywhere = read(of("zizmor", "rules: {unpinned-images: {disable: true}}\n"))
    assert everywhere.selection.per_path[0].paths == (".github/workflows",)
    assert (
        read(of("zizmor", "rules: {unpinned-images: {disable: false}}\n")).selection.per_path == ()
    )


def test_several_tools_are_one_configuration() -> None:
    files = MemoryFiles(
        {
            ".hadolint.yaml": "ignored: [DL3002]\noverride: {warning: [DL3007]}\nfailure-threshold: error\n",
            ".kube-linter.yaml": KUBE_LINTER,
            ".checkov.yml": CHECKOV,
            ".github/zizmor.yaml": ZIZMOR,
        }
    )
    found = list(sources(files))
    assert [(one.tool, one.path) for one in found] == [
        ("hadolint", ".hadolint.yaml"), ("zizmor", ".github/zizmor.yaml"),
        ("kube-linter", ".kube-linter.yaml"), ("checkov", ".checkov.yml"),
    ]  # fmt: skip
    made = migrated(files, found, baseline=".imd-baseline.json")
    config = read(made)
    assert config.selection.severity["floating-tag"] == "warning"  # the first is heard
    assert any("floating-tag is of severity warning already" in line for line in made.left)
    assert len(config.selection.ignore) == len(set(config.selection.ignore))
    assert set(config.paths.fixtures) == {"vendor", "testdata", "*/testdata", "charts/x.yaml"}
    assert (config.fail_on, config.baseline) == ("error", ".imd-baseline.json")


@pytest.mark.parametrize("tool", FILES)
@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n", "checks:\nrules:\nskip-check:\n"])
def test_nothing_to_take_over(tool: str, text: str) -> None:
    assert read(of(tool, text)).selection == load(MemoryFiles({})).selection


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("kube-linter", "checks: [latest-tag]\n"),
        ("kube-linter", "checks: {exclude: latest-tag}\n"),
        ("checkov", "skip-check: {a: b}\n"),
        ("checkov", "skip-check: [[a]]\n"),
        ("zizmor", "rules: [a]\n"),
        ("zizmor", "rules: {unpinned-images: {disable: often}}\n"),
        ("zizmor", "rules: {unpinned-images: {ignore: x}}\n"),
        ("checkov", "skip-check: [\n"),
    ],
)
def test_broken_file_is_refused_with_its_place(tool: str, text: str) -> None:
    with pytest.raises(ConfigError, match=rf"{FILES[tool][0]}:\d+:\d+"):
        of(tool, text)
