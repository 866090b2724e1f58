"""What a shell completes, as the script asks for it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.cli.exits import run

if TYPE_CHECKING:
    from tests.cli.conftest import Repository


def completed(
    line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> list[str]:
    """Return what is offered for the last word of a line."""
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    monkeypatch.setenv("_IMD_COMPLETE", "bash_complete")
    capfd.readouterr()
    with pytest.raises(SystemExit):
        run([])
    return capfd.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("imd pol", "plain,policy"),
        ("imd Doc", "file,Doc"),
        ("imd check Doc", "file,Doc"),
        ("imd fix Doc", "file,Doc"),
        ("imd pin Doc", "file,Doc"),
        ("imd Dockerfile oth", "file,oth"),
        ("imd check --config .im", "file,.im"),
        ("imd check --select flo", "plain,floating-tag"),
        ("imd check --ignore floating-tag,dri", "plain,floating-tag,drift:divergent"),
        ("imd check --select buil", "plain,build"),
        ("imd check --profile l", "plain,lax"),
        ("imd check -f sar", "plain,sarif"),
        ("imd check -f sarif=ou", "file,sarif=ou"),
        ("imd check --since rel", "plain,release"),
        ("imd check --config-from HE", "plain,HEAD"),
        ("imd explain lockf", "plain,lockfile-ignored"),
        ("imd policy show lockf", "plain,lockfile-ignored"),
        ("imd check --fail-on div", "plain,divergent"),
        ("imd completion pow", "plain,powershell"),
    ],
)
def test_words_are_completed(
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    line: str,
    offered: str,
) -> None:
    repository.write(**{".imd.yaml": "profiles:\n  lax: {ignore: [floating-tag]}\n"})
    repository.commit()
    repository.git("branch", "release")
    assert offered in completed(line, monkeypatch, capfd)


def test_a_broken_configuration_completes_to_what_is_known(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    repository.write(**{".imd.yaml": "a: [\n"})
    found = completed("imd check --profile ", monkeypatch, capfd)
    assert found == ["plain,default", "plain,strict"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_has_its_script(repository: Repository, shell: str) -> None:
    result = repository.call("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert "_IMD_COMPLETE" in result.out


def test_bash_reads_its_script(repository: Repository) -> None:
    script = repository.call("completion", "bash").out
    done = subprocess.run(
        ["bash", "-c", f"{script}\ncomplete -p imd"], capture_output=True, text=True, check=True
    )
    assert "_imd_completion" in done.stdout


def test_policies_as_data_and_as_pages(repository: Repository) -> None:
    listed = json.loads(repository.call("policy", "list", "-f", "json").out)
    one = next(policy for policy in listed if policy["id"] == "floating-tag")
    assert (one["severity"], one["drift"]) == ("error", "convergent")
    table = repository.call("policy", "list", "-f", "markdown").out
    assert "| floating-tag | default error" in table
    shown = json.loads(repository.call("explain", "DL3007", "-f", "json").out)
    assert shown["counterparts"]["hadolint"] == ["DL3006", "DL3007"]
    assert any(example["bad"] and example["fixed"] for example in shown["examples"])
    page = repository.call("policy", "show", "floating-tag", "-f", "markdown").out
    assert page.startswith("# floating-tag: Image reference that can move\n")
    assert "\n## Instead\n" in page
    text = repository.call("policy", "show", "floating-tag").out
    prose = text.partition("What it rejects")[0]
    assert max(map(len, prose.splitlines())) <= 100
