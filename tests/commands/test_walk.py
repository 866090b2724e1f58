"""`imd fix --interactive` at a real terminal: each finding is shown, asked about once, and only what was decided is written; and `--watch`."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.conftest import Repository
from tests.kit import PATIENCE

FILES = {
    "Dockerfile": "FROM scratch\nCOPY . /app\nCMD node app.js\n",
    "compose.yaml": "services:\n  web:\n    image: nginx:latest\n",
}


def walked(root: Path, answers: str, *words: str) -> tuple[int, str]:
    """Answer the questions of a walk; return its exit code and what the terminal showed."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "immutable_delivery", "fix", "--interactive", *words]
    environ = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    process = subprocess.Popen(
        command, cwd=root, stdin=slave, stdout=slave, stderr=slave, env=environ
    )
    limit = threading.Timer(60 * PATIENCE, process.kill)
    limit.start()
    os.close(slave)
    os.write(master, answers.encode())
    said = b""
    while True:
        try:
            data = os.read(master, 4096)
        except OSError:  # the other side is closed
            break
        if not data:
            break
        said += data
    os.close(master)
    limit.cancel()
    return process.wait(), said.decode().replace("\r\n", "\n")


def test_what_is_decided_is_written_and_nothing_else(repository: Repository) -> None:
    repository.commit(FILES)
    code, said = walked(repository.root, "a\nk\n", "--select", "shell-form-start,floating-tag")
    assert code == 0
    assert '-CMD node app.js\n+CMD ["node", "app.js"]' in said
    assert "'nginx:latest' names whatever was pushed last" in said
    assert (repository.root / "Dockerfile").read_text().endswith('CMD ["node", "app.js"]\n')
    assert (repository.root / "compose.yaml").read_text() == FILES["compose.yaml"]


def test_a_finding_is_suppressed_with_the_reason_that_is_given(repository: Repository) -> None:
    repository.commit(FILES)
    code, _ = walked(repository.root, "s\nthe mirror is frozen\n", "--select", "floating-tag")
    assert code == 0
    assert (
        "    # imd: ignore[floating-tag] the mirror is frozen\n    image:"
        in (repository.root / "compose.yaml").read_text()
    )


def test_without_a_reason_nothing_is_suppressed(repository: Repository) -> None:
    repository.commit(FILES)
    _, said = walked(repository.root, "s\n\n", "--select", "floating-tag")
    assert "A suppression needs a reason; skipped." in said
    assert (repository.root / "compose.yaml").read_text() == FILES["compose.yaml"]


def test_quitting_keeps_what_was_decided_and_asks_no_more(repository: Repository) -> None:
    repository.commit(
        {**FILES, "other/compose.yaml": "services:\n  mail:\n    image: mail:latest\n"}
    )
    code, said = walked(repository.root, "q\n", "--select", "floating-tag")
    assert (code, said.count("What to do?")) == (0, 1)
    assert "Nothing to fix." in said


def test_a_policy_is_explained_and_an_odd_answer_gets_help(repository: Repository) -> None:
    repository.commit(FILES)
    _, said = walked(repository.root, "e\nx\nk\n", "--select", "floating-tag")
    assert "Instead: Write a version and the digest" in said
    assert "s  suppress it, with a reason that you give" in said


def test_without_a_terminal_it_says_what_to_write(repository: Repository) -> None:
    repository.commit(FILES)
    command = [sys.executable, "-m", "immutable_delivery", "fix", "-i"]
    done = subprocess.run(
        command,
        cwd=repository.root,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 2
    assert "`imd fix --apply` writes without asking" in done.stderr


def test_watching_judges_again_when_a_file_is_saved(repository: Repository) -> None:
    repository.commit(FILES)
    command = [
        sys.executable,
        "-m",
        "immutable_delivery",
        "check",
        "--watch",
        "-q",
        "--select",
        "floating-tag",
    ]
    process = subprocess.Popen(
        command, cwd=repository.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    limit = threading.Timer(60 * PATIENCE, process.kill)
    limit.start()
    try:
        until(process, "compose.yaml:3:18")
        (repository.root / ".imd.yaml").write_text("profile: [")
        until(process, "imd: error: .imd.yaml")
        (repository.root / ".imd.yaml").unlink()
        until(process, "compose.yaml:3:18")
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    finally:
        limit.cancel()
        process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], words: str) -> None:
    """Read what a process says until it says these words; it is killed where it never does."""
    assert process.stdout is not None
    said = iter(process.stdout.readline, "")
    assert any(words in line for line in said), words
    next(line for line in said if "watching" in line)
