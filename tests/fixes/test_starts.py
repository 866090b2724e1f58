"""The exec form: only where a shell would do nothing but split the words."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immutable_delivery.fixes.starts import _words

if TYPE_CHECKING:
    from tests.fixes.conftest import Dockerfile, Workshop


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("CMD node a.js", 'CMD ["node", "a.js"]'),
        ("cmd  node a.js  ", 'cmd  ["node", "a.js"]  '),
        ("ENTRYPOINT exec node a.js", 'ENTRYPOINT ["node", "a.js"]'),
        ("CMD node 'a b.js' \"c d\"", 'CMD ["node", "a b.js", "c d"]'),
        ("CMD node '$a\\n' ü", 'CMD ["node", "$a\\\\n", "ü"]'),
        ("CMD node --x=1,2 @scope/a:b", 'CMD ["node", "--x=1,2", "@scope/a:b"]'),
        ("CMD ['node', 'a.js']", 'CMD ["node", "a.js"]'),
        ("CMD [“node”, “a.js”,]", 'CMD ["node", "a.js"]'),
        ('CMD ["node", "a.js",]', 'CMD ["node", "a.js"]'),
    ],
)
def test_the_exec_form_is_written(
    workshop: Workshop, dockerfile: Dockerfile, command: str, expected: str
) -> None:
    fixed = workshop.fixed(dockerfile(f"{command}\n"), "shell-form-start")
    assert fixed == dockerfile(f"{expected}\n")


@pytest.mark.parametrize(
    "command",
    [
        "node $FILE", 'node "$FILE"', "node a.js > log", "a && b", "a | b", "a; b", "a &", "node *.js", "node ~/a.js",
        "A=b node a.js", "cd /x", ". ./env", "source env", "if a", "node a\\ b.js", "node `a`", "node a{b,c}", "node #a",
        "node 'a.js", "exec -a x node", "! node", "set -e", "['node', a.js]", "['node' 'a.js']",
    ],
)  # fmt: skip
def test_what_a_shell_does_more_is_left(
    workshop: Workshop, dockerfile: Dockerfile, command: str
) -> None:
    fix = workshop.fix(dockerfile(f"CMD {command}\n"), "shell-form-start")
    assert "a shell does more here" in fix.reason
    assert not fix.edits


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('ENTRYPOINT node a.js\nCMD ["--x"]\n', "CMD, which has no effect yet"),
        ('ENTRYPOINT ["run"]\nCMD node a.js\n', "ENTRYPOINT would get other arguments"),
        ('SHELL ["pwsh", "-c"]\nCMD node a.js\n', "SHELL says how"),
        ("CMD node \\\n  a.js\n", "no plain text here"),
    ],
)  # fmt: skip
def test_what_means_something_else_is_left(
    workshop: Workshop, dockerfile: Dockerfile, text: str, reason: str
) -> None:
    assert reason in workshop.fix(dockerfile(text), "shell-form-start").reason


def test_arguments_that_a_manifest_gives_make_it_unsafe(workshop: Workshop) -> None:
    files = {
        "Dockerfile": "FROM node:22\nENTRYPOINT node a.js\n",
        "compose.yaml": "services:\n  web:\n    build: .\n",
    }
    assert workshop.fix(files, "shell-form-start").safe
    files["compose.yaml"] += "    command: [--port, '80']\n"
    assert not workshop.fix(files, "shell-form-start").safe


def test_start_commands_without_effect_are_removed_in_their_own_stage_only(
    workshop: Workshop, dockerfile: Dockerfile
) -> None:
    before = dockerfile(
        'CMD ["a"] \n# of a\nCMD ["b"]\nFROM scratch\nCMD ["c"]\nRUN x\ncmd ["d", \\\n  "e"]\nCMD ["f"]'
    )
    assert workshop.fixed(before, "repeated-start-command") == dockerfile(
        '# of a\nCMD ["b"]\nFROM scratch\nRUN x\nCMD ["f"]'
    )


def test_a_command_is_not_the_repeated_entrypoint(
    workshop: Workshop, dockerfile: Dockerfile
) -> None:
    before = dockerfile('ENTRYPOINT ["a"]\nCMD ["b"]\nENTRYPOINT ["c"]\n')
    assert workshop.fixed(before, "repeated-start-command") == dockerfile(
        'CMD ["b"]\nENTRYPOINT ["c"]\n'
    )


PIECES = st.lists(
    st.sampled_from(["a", "B.js", "-x", "1", " ", "  ", "'", '"', "\\", "$", "$A", "*", "~", "=", "#", "é", "\t", "%", "^", ":", "@", ",", "!", "{", "exec ", "&"]),
    max_size=12,
)  # fmt: skip


@settings(max_examples=300)
@given(PIECES)
def test_the_words_are_those_that_a_shell_makes(pieces: list[str]) -> None:
    command = "".join(pieces)
    words = _words(command)
    if not words:
        return
    script = f"set -- {command}\nprintf '%s\\0' \"$@\""
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True, cwd="/")
    shell = done.stdout.decode().split("\0")[:-1]
    assert words == (shell[1:] if shell[0] == "exec" else shell)
