"""`imd fix --interactive` in a terminal that draws: what a person sees and types, screen by screen."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from tests.components import program
from tests.conftest import Repository
from tests.kit import PATIENCE

FILES = {
    "Dockerfile": "FROM scratch\nCOPY . /app\nCMD node app.js\n",
    "compose.yaml": "services:\n  web:\n    image: nginx:latest\n",
    "other/compose.yaml": "services:\n  mail:\n    image: mail:latest\n",
}
SELECTED = "--select shell-form-start,floating-tag"


class Terminal:
    """A tmux of its own, with one window."""

    def __init__(self, folder: Path, socket: Path) -> None:
        self._command = [program("tmux"), "-S", str(socket), "-f", "/dev/null"]
        self._tmux(
            "new-session", "-d", "-x", "100", "-y", "50", "-c", str(folder), "env PS1='$ ' sh"
        )

    def _tmux(self, *words: str) -> str:
        done = subprocess.run([*self._command, *words], capture_output=True, text=True, check=True)
        return done.stdout

    def type(self, text: str, *keys: str) -> None:
        """Type a text, and press keys after it."""
        if text:
            self._tmux("send-keys", "-l", text)
        if keys:
            self._tmux("send-keys", *keys)

    @property
    def screen(self) -> str:
        """What is shown."""
        return self._tmux("capture-pane", "-p", "-J")

    def wait(self, words: str) -> str:
        """Wait until something is shown, and return all that is."""
        end = monotonic() + 15 * PATIENCE
        while words not in self.screen:
            assert monotonic() < end, self.screen
            sleep(0.05)
        return self.screen

    def fix(self, *words: str) -> None:
        """Begin a walk; its exit code is shown behind it."""
        command = shlex.join([sys.executable, "-m", "immutable_delivery", "fix", "-i", *words])
        self.type(f"clear; {command}; echo ended $?", "Enter")

    def close(self) -> None:
        self._tmux("kill-server")


@pytest.fixture
def terminal(repository: Repository, tmp_path: Path) -> Iterator[Terminal]:
    repository.commit(FILES)
    found = Terminal(repository.root, tmp_path / "tmux")
    yield found
    found.close()


def test_findings_are_walked_through_as_a_person_decides(
    repository: Repository, terminal: Terminal
) -> None:
    terminal.fix(*SELECTED.split())
    screen = terminal.wait("Apply? [a,s,k,e,q,?]")
    assert "-CMD node app.js" in screen
    assert '+CMD ["node", "app.js"]' in screen
    terminal.type("?", "Enter")
    terminal.wait("e  explain the policy")
    terminal.type("e", "Enter")
    terminal.wait("Instead: ")
    terminal.type("a", "Enter")
    screen = terminal.wait("What to do? [s,k,e,q,?]")
    assert "'nginx:latest' names whatever was pushed last" in screen
    terminal.type("s", "Enter")
    terminal.wait("Why may it stay?")
    terminal.type("der Spiegel ist eingefrorem", "BSpace")
    terminal.type("n – é🐳", "Enter")
    terminal.wait("'mail:latest'")
    terminal.type("k", "Enter")
    screen = terminal.wait("ended 0")
    assert "Traceback" not in screen
    assert (repository.root / "Dockerfile").read_text().endswith('CMD ["node", "app.js"]\n')
    reason = "# imd: ignore[floating-tag] der Spiegel ist eingefroren – é🐳\n"
    assert reason in (repository.root / "compose.yaml").read_text()
    assert (repository.root / "other/compose.yaml").read_text() == FILES["other/compose.yaml"]


@pytest.mark.parametrize("key", ["C-c", "C-d"])
def test_who_breaks_off_keeps_what_was_decided(
    repository: Repository, terminal: Terminal, key: str
) -> None:
    terminal.fix(*SELECTED.split())
    terminal.wait("Apply? [")
    terminal.type("a", "Enter")
    terminal.wait("What to do?")
    terminal.type("", key)
    screen = terminal.wait("ended ")
    assert "Traceback" not in screen
    assert (repository.root / "Dockerfile").read_text().endswith('CMD ["node", "app.js"]\n')
    assert (repository.root / "compose.yaml").read_text() == FILES["compose.yaml"]
