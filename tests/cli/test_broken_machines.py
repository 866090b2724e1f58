"""A broken machine is the caller's to mend: exit code 2 with a word on stderr, and nothing half done."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from immutable_delivery.repository import git

COMMANDS = [
    ["check"],
    ["check", "--output-format", "json"],
    ["fix"],
    ["facts", "Dockerfile"],
    ["policy", "list"],
    ["config", "schema"],
    ["--version"],
    ["check", "--help"],
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path / "root"], check=True)
    (tmp_path / "root/Dockerfile").write_text('FROM nginx:latest\nCMD ["nginx"]\n')
    return tmp_path / "root"


def called(
    root: Path,
    *arguments: str,
    prepare: Callable[[], object] | None = None,
    shell: str = "",
    **environ: str,
) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "immutable_delivery", *arguments]
    if shell:
        command = ["sh", "-c", f'exec "$0" "$@" {shell}', *command]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "IMD_CACHE_DIR": str(root.parent / "cache"), **environ},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=prepare,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_stdout_is_2(root: Path, arguments: list[str]) -> None:
    said = "imd: error: stdout cannot be written: No space left on device\n"
    assert called(root, *arguments, shell=">/dev/full") == (2, "", said)


@pytest.mark.parametrize(
    ("arguments", "lacking"),
    [
        (("check", "-"), "so there is no file to judge on it"),
        (("hook", "pushed"), "where git tells what is pushed"),
        (("hook", "pre-receive"), "where git tells what is pushed"),
    ],
)
def test_a_closed_standard_input_is_2(root: Path, arguments: tuple[str, ...], lacking: str) -> None:
    said = f"imd: error: the standard input is closed, {lacking}\n"
    assert called(root, *arguments, shell="<&-") == (2, "", said)


@pytest.mark.parametrize("arguments", COMMANDS[:5], ids=" ".join)
def test_a_closed_stdout_is_2(root: Path, arguments: list[str]) -> None:
    said = "imd: error: stdout cannot be written: it is closed\n"
    assert called(root, *arguments, shell=">&-") == (2, "", said)


def test_what_goes_to_a_file_needs_no_stdout(root: Path) -> None:
    assert called(root, "check", "--output-format", "json=report.json", shell=">&-")[0] == 1
    assert (root / "report.json").stat().st_size > 0


@pytest.mark.parametrize("shell", ["2>&-", "2>/dev/full"])
def test_without_stderr_the_exit_code_says_it(root: Path, shell: str) -> None:
    assert called(root, "check", shell=shell)[0] == 1
    assert called(root, "check", "nowhere", shell=shell)[0] == 2
    assert called(root, "chekc", shell=shell)[0] == 2
    assert called(root, "check", shell=f"{shell} >/dev/full")[0] == 2


def limited(what: int, size: int) -> Callable[[], object]:
    return partial(resource.setrlimit, what, (size, size))


def test_300_megabytes_are_enough(root: Path) -> None:
    limit = limited(resource.RLIMIT_AS, 300_000_000)
    assert called(root, "check", prepare=limit) == called(root, "check")


def test_too_little_memory_is_2(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from immutable_delivery.cli.exits import run  # noqa: PLC0415 (it reads the streams of now)

    def none_left(*_: object) -> None:
        raise MemoryError

    monkeypatch.chdir(root)
    monkeypatch.setattr(git.Git, "ask", none_left)
    assert run(["check"]) == 2


def test_no_folder_for_temporary_files_is_needed(root: Path) -> None:
    plain = called(root, "check")
    nowhere = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), "/proc/nowhere")
    code = (
        "import tempfile, sys\n"
        "def none(*a, **k): raise FileNotFoundError('no usable temporary directory')\n"
        "tempfile._get_default_tempdir = none\n"
        "from immutable_delivery.__main__ import main\n"
        "sys.argv[1:] = ['check']\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, **nowhere, "IMD_CACHE_DIR": "/proc/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == plain


def test_a_full_disk_leaves_nothing_of_init(root: Path) -> None:
    (root / ".hadolint.yaml").write_text("ignored: [DL3006]\n")
    before = sorted(map(str, root.rglob("*")))
    for size in (10, 300):  # the configuration does not fit, the baseline does not
        code, _, err = called(
            root,
            "init",
            "--yes",
            prepare=limited(resource.RLIMIT_FSIZE, size),
            PYTHONDONTWRITEBYTECODE="1",  # the limit would cut the bytecode of modules short
        )
        assert (code, "cannot be written: File too large" in err) == (2, True)
        assert sorted(map(str, root.rglob("*"))) == before
    assert called(root, "init", "--yes")[0] == 0
