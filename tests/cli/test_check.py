from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from immutable_delivery import __version__
from immutable_delivery.cli import check as check_command
from immutable_delivery.reporters import FORMATS

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

DIGEST = "sha256:" + "0123456789abcdef" * 4
CLEAN = f'FROM debian:12.8@{DIGEST}\nCMD ["true"]\n'
FLOATING = 'FROM debian:latest\nCMD ["true"]\n'
SERIES = 'FROM debian:12\nCMD ["true"]\n'


def test_clean_is_0(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN)
    result = repository.call("check")
    assert result.code == 0, result
    assert result.out.startswith("No findings\n")
    assert result.err == ""


def test_a_folder_that_is_gone_is_2(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    call = f'rmdir ../gone; "{sys.executable}" -P -m immutable_delivery check'
    done = subprocess.run(
        ["sh", "-c", call], cwd=tmp_path / "gone", capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "is not there any more" in done.stderr


def test_findings_are_1_and_without_a_command_it_checks(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING, other__Dockerfile=CLEAN)
    for arguments in ([], ["check"], ["Dockerfile"], ["--statistics"], ["check", "."]):
        result = repository.call(*arguments)
        assert result.code == 1, arguments
        assert "floating-tag" in result.out
        assert result.err == ""
    assert repository.call("other").code == 0


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (FLOATING, ["--exit-zero"], 0),
        (SERIES, [], 0),
        (SERIES, ["--fail-on", "warning"], 1),
        (SERIES, ["--fail-on", "moving"], 1),
        (SERIES, ["--fail-on", "convergent"], 0),
        (SERIES, ["--fail-on", "divergent"], 0),
        (SERIES, ["--profile", "strict"], 1),
        (FLOATING, ["--select", "partial-tag"], 0),
        (FLOATING, ["--select", "partial-tag,image"], 1),
        (FLOATING, ["--ignore", "image"], 0),
        (FLOATING, ["--ignore", "drift:convergent"], 0),
    ],
)
def test_options_decide_what_fails(
    repository: Repository, text: str, options: list[str], code: int
) -> None:
    repository.write(Dockerfile=text)
    assert repository.call("check", *options).code == code


def test_a_base_that_is_not_resolved_fails_too_where_it_is_asked_to(
    repository: Repository,
) -> None:
    repository.write(Dockerfile='ARG TAG\nFROM debian:${TAG}\nCMD ["true"]\n')
    assert repository.call("check").code == 0
    assert repository.call("check", "--strict-unresolved").code == 1


def test_the_configuration_decides_too(repository: Repository) -> None:
    repository.write(
        Dockerfile=SERIES, **{".imd.yaml": "fail-on: warning\n", "conf__other.yaml": "{}\n"}
    )
    assert repository.call().code == 1
    assert repository.call("--fail-on", "error").code == 0
    assert repository.call("--config", "conf/other.yaml").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["chekc"], "did you mean 'check'?"),
        (["check", "--profle", "strict"], "No such option"),
        (["--profile", "fast"], "'fast' is none of"),
        (["--output-format", "sarf"], "did you mean 'sarif'?"),
        (["--output-format", "json="], "names no file"),
        (["--output-format", "json", "--output-format", "text"], "both go to stdout"),
        (["--output-format", "json=a", "--output-format", "text=./a"], "both go to ./a"),
        (["--output-format", "json=no/such/folder"], "no such file can be written"),
        (["--select", ""], "names no policy"),
        (["--select", "flaoting-tag"], "did you mean 'floating-tag'?"),
        (["--config", "nowhere.yaml"], "nowhere.yaml"),
        (["--config", "/etc/hostname"], "lies outside"),
        (["--today", "tomorrow"], "--today"),
        (["--since", "no-such-rev"], "no-such-rev"),
        (["--staged", "--since", "HEAD"], "exclude each other"),
        (["config", "shwo"], "No such command"),
    ],
)
def test_what_the_caller_has_to_mend_is_2(
    repository: Repository, arguments: list[str], words: str
) -> None:
    repository.write(Dockerfile=FLOATING)
    result = repository.call(*arguments)
    assert result.code == 2, result
    assert words in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({".imd.yaml": "profle: strict\n"}, ".imd.yaml:1:1: unknown key `profle`: do you mean `profile`?"),
        ({".imd.yaml": "ignore: [imge]\n"}, ".imd.yaml:1:10: 'imge' is no policy and no group of policies; did you mean 'image'?"),
        ({".imd.yaml": "params: {floating-tag: {x: 1}}\n"}, "'x' is no parameter"),
        (
            {".imd__policies__own__x.yaml": "id: x\nname: n\nseverity: error\ndrift: none\nwhy: w\nremedy: r\nrules:\n- over: image\n  deny: tga == ''\n  message: m\n"},
            ".imd/policies/own/x.yaml:9:9: 'tga' is no field of 'image'; did you mean 'tag'?",
        ),
    ],
)  # fmt: skip
def test_a_broken_configuration_or_policy_is_2(
    repository: Repository, files: dict[str, str], words: str
) -> None:
    repository.write(Dockerfile=CLEAN, **files)
    result = repository.call()
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_a_fault_of_ours_is_3_and_says_how_to_report_it(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("worse\x1b[2J")

    repository.write(Dockerfile=CLEAN)
    monkeypatch.setattr(check_command, "run", broken)
    result = repository.call()
    assert result.code == 3
    assert "RuntimeError: worse\\x1b[2J" in result.err
    assert f"imd {__version__}" in result.err
    assert "Traceback" not in result.err
    monkeypatch.setenv("IMD_DEBUG", "1")
    assert "Traceback" in repository.call().err


def test_an_interrupt_is_130(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check_command, "run", interrupted)
    assert repository.call().code == 130


def test_zero_files_judged_is_loud(repository: Repository) -> None:
    repository.write(**{"README.txt": "nothing"})
    result = repository.call()
    assert result.code == 0
    assert "0 files were judged" in result.err


def test_an_unreadable_file_always_fails(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN)
    (repository.root / "Containerfile").write_bytes(b"FROM \xff\n")
    result = repository.call("--fail-on", "divergent", "--select", "floating-tag")
    assert result.code == 1
    assert "unreadable" in result.out


def test_several_reports_of_one_run(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    names = [name for name in FORMATS if name != "concise"]
    formats = [part for name in names for part in ("--output-format", f"{name}=r.{name}")]
    result = repository.call("check", "--output-format", "concise", *formats)
    assert result.out.startswith("Dockerfile:1:")
    assert json.loads((repository.root / "r.json").read_text())["findings"]
    assert json.loads((repository.root / "r.sarif").read_text())["runs"][0]["results"]
    assert (repository.root / "r.github").read_text().startswith("::error file=Dockerfile,")
    written = {path.name for path in repository.root.iterdir()}
    assert written == {".git", "Dockerfile", *(f"r.{name}" for name in names)}


def test_a_report_replaces_a_file_as_a_whole(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN, **{"r.json": "old"})
    (repository.root / "r.json").chmod(0o640)
    assert repository.call("--output-format", "json=r.json").code == 0
    assert (repository.root / "r.json").stat().st_mode & 0o777 == 0o640
    json.loads((repository.root / "r.json").read_text())


def test_no_colour_without_a_terminal_and_none_where_it_is_unwanted(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write(Dockerfile=FLOATING)
    assert "\x1b" not in repository.call().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in repository.call().out
    assert "\x1b" not in repository.call("--no-color").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in repository.call().out


def test_a_suppression_with_a_day(repository: Repository) -> None:
    repository.write(
        Dockerfile="# imd: ignore[floating-tag] the mirror is frozen until=2026-06-30\n" + FLOATING
    )
    assert repository.call("--today", "2026-06-30").code == 0
    late = repository.call("--today", "2026-07-01", "--output-format", "concise")
    assert late.code == 1
    assert "unused-suppression" in late.out
    shown = repository.call(
        "--today", "2026-06-30", "--include-suppressed", "--output-format", "concise"
    )
    assert "(suppressed: the mirror is frozen)" in shown.out
    assert shown.code == 0


def test_staged_judges_what_is_staged(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN)
    repository.commit()
    repository.write(Dockerfile=FLOATING)
    repository.git("add", "-A")
    repository.write(Dockerfile=CLEAN)
    assert repository.call("--staged").code == 1
    assert repository.call().code == 0


def test_since_reports_what_has_come(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    repository.commit()
    assert repository.call("--since", "HEAD").code == 0
    repository.write(web__Dockerfile=FLOATING)
    result = repository.call("--since", "HEAD", "--output-format", "concise")
    assert result.out.startswith("web/Dockerfile:1:")
    assert result.code == 1


def test_the_same_input_gives_the_same_bytes(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING, web__Dockerfile=SERIES)
    for name in FORMATS:
        assert (
            repository.call("--output-format", name).out
            == repository.call("--output-format", name).out
        )


def process(*arguments: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        **options,
    )


def test_a_dockerfile_is_judged_without_what_it_does_not_need(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    unwanted = ("ruamel", "jsonschema", "importlib.metadata", "httpx", "tomllib", "unittest")
    script = (
        "import sys; before = set(sys.modules);"  # coverage loads some of its own
        "from immutable_delivery.cli.exits import run; code = run(['check', 'Dockerfile']);"
        f"print([name for name in {unwanted} if name in sys.modules.keys() - before], file=sys.stderr);"
        "sys.exit(code)"
    )
    done = process("-c", script, cwd=repository.root)
    assert (done.returncode, done.stderr) == (1, "[]\n")


@pytest.mark.parametrize("name", FORMATS)
def test_only_the_reporter_that_was_asked_for_is_loaded(repository: Repository, name: str) -> None:
    repository.write(Dockerfile=CLEAN)
    script = (
        "import sys; from immutable_delivery.cli.exits import run;"
        f"run(['check', '--output-format', '{name}=report']);"
        "found = [m.split('.')[2] for m in sys.modules if m.startswith('immutable_delivery.reporters.')];"
        "print(*found)"
    )
    loaded = set(process("-c", script, cwd=repository.root).stdout.split())
    shared = {"json-lines": {"json"}, "rdjsonl": {"rdjson"}, "github": {"concise"}}
    modules = {other.replace("-", "_") for other in FORMATS}
    assert loaded & modules == {name.replace("-", "_")} | shared.get(name, set())


def test_it_runs_as_a_module(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN)
    done = process("-m", "immutable_delivery", "--version", cwd=repository.root)
    assert (done.returncode, done.stdout) == (0, f"imd, version {__version__}\n")


def test_a_reader_that_has_seen_enough_is_no_fault(repository: Repository) -> None:
    repository.write(**{f"d{n}__Dockerfile": FLOATING for n in range(300)})
    command = (
        f'{sys.executable} -m immutable_delivery check --output-format json; echo "code $?" >&2'
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["sh", "-c", f"( {command} ) | head -c 10"],
        cwd=repository.root,
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert done.stderr == "code 1\n"


def test_a_link_to_an_environment_file_that_is_made_later_is_no_fault(
    repository: Repository,
) -> None:
    repository.write(**{"compose.yaml": "services: {a: {image: '$A'}}\n"})
    (repository.root / ".env").symlink_to("made-later.conf")
    repository.commit()
    result = repository.call("--output-format", "concise")
    assert [line.split()[2] for line in result.out.splitlines()] == ["unresolved-image"]


@pytest.mark.parametrize(
    ("options", "configuration", "code"),
    [
        ([], "{}\n", 0),
        (["--strict-unresolved"], "{}\n", 1),
        ([], "strict-unresolved: true\n", 1),
        (["--strict-unresolved"], "strict-unresolved: true\n", 1),
    ],
)
def test_what_is_not_resolved_fails_where_it_is_asked_to(
    repository: Repository, options: list[str], configuration: str, code: int
) -> None:
    compose = "services:\n  web:\n    image: $IMG\n"
    repository.write(**{"compose.yaml": compose, ".imd.yaml": configuration})
    assert repository.call("check", *options).code == code


def test_files_for_development_are_told_apart(repository: Repository) -> None:
    service = "services:\n  web:\n    image: {}\n"
    repository.write(
        **{
            "compose.yaml": service.format(f"debian:12.8@{DIGEST}"),
            "compose.override.yaml": service.format("debian:latest"),
        }
    )
    result = repository.call("check", "--output-format", "json")
    report = json.loads(result.out)
    assert report["summary"]["judged"] == 2
    assert "(1 for development)" in repository.call("check", "--statistics").out
    assert report["summary"]["skipped"] == 0


@pytest.mark.parametrize("options", [[], ["--select", "floating-tag"]])
def test_a_wrong_name_in_the_configuration_is_shown_where_it_stands(
    repository: Repository, options: list[str]
) -> None:
    repository.write(Dockerfile=CLEAN, **{".imd.yaml": "ignore: [floating-tag, nonsense]\n"})
    result = repository.call("check", *options)
    assert result.code == 2
    assert ".imd.yaml:1:24: 'nonsense'" in result.err


def test_a_chart_that_begins_with_a_condition_is_a_template(repository: Repository) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: x}]}\n"
    text = "{{- if .Values.web }}\n" + pod + "{{- end }}\n"
    repository.write(
        **{"Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n", "templates__web.yaml": text}
    )
    result = repository.call(
        "check", "--select", "floating-tag,unreadable", "--output-format", "json"
    )
    assert json.loads(result.out)["findings"] == [], result.out
