"""Commands that start nothing: the whole of them waits, or is a shell."""

from __future__ import annotations

import pytest

from immutable_delivery.effects.idle import idle, works
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Idle


@pytest.mark.parametrize(
    "script",
    [
        "sleep infinity", "sleep inf", "exec sleep infinity", "sleep 1000", "sleep 86400s", "sleep 1d", "sleep 2.5d", "sleep 100m",
        "sleep 10h", "tail -f /dev/null", "tail -F /dev/zero", "tail --follow /dev/random", "tail -n 0 -f /dev/urandom",
        "while true; do sleep 5; done", "while :; do sleep $DELAY; done", "while [ 1 ]; do sleep 30; done", "until false; do sleep 1; done",
        "while sleep 3600; do :; done", "for ((;;)); do sleep 2; done", "while :; do :; done",
        "trap 'exit 0' TERM; sleep infinity & wait $!", "echo started && tail -f /dev/null", "cat", "read", "wait", "pause",
        "cd /app; export A=b; umask 022; set -e; date; printf x; true; sleep inf", "sleep 1d || sleep 2d", "echo a > /dev/null; cat",
    ],
)  # fmt: skip
def test_whatever_only_waits_is_idle(script: str) -> None:
    assert idle(["sh", "-c", script]) == "waits"


@pytest.mark.parametrize(
    "argv",
    [
        "bash", "/bin/sh", "sh -i", "bash -l", "bash --login", "tini -- bash", "dumb-init zsh", "env A=b ash", "gosu app dash",
        "su-exec app ksh", "catatonit -- fish", "docker-init -- pwsh", "nice powershell", "cmd", "exec bash",
    ],
)  # fmt: skip
def test_a_shell_that_nobody_types_into_is_idle(argv: str) -> None:
    assert idle(argv.split()) == "shell"


@pytest.mark.parametrize(
    "script",
    [
        "server & sleep infinity", "server; tail -f /dev/null", "sleep 30", "sleep 999", "sleep 30m", "sleep 9h", "sleep",
        "tail -f /var/log/app.log", "tail /dev/null", "cat /etc/motd", "wait 12", "sleep $DELAY",
        "while true; do date >> /data/x; sleep 5; done", "while true; do curl x; sleep 5; done",
        "echo a | tee x; sleep infinity", "yes | sleep infinity", "tail -f /dev/null > log",
        "$PROGRAM; sleep infinity", "timeout 5 sleep infinity", "bash start.sh", ". ./start.sh; sleep infinity",
        'if [ -n "$X" ]; then server; fi; sleep infinity', "echo done", "",
    ],
)  # fmt: skip
def test_what_does_something_or_may_do_it_is_not(script: str) -> None:
    assert idle(["sh", "-c", script]) == ""


@pytest.mark.parametrize(
    "argv", [["tini", "--"], ["sh", "start.sh"], ["sh", "-c", "node a.js"], []]
)
def test_an_init_without_a_program_expects_one(argv: list[str]) -> None:
    assert idle(argv) == ""


def test_a_shell_behind_words_is_idle_too() -> None:
    assert idle(["sh", "-c", "echo hello; exec bash"]) == "shell"
    assert idle(["sh", "-c", "sleep infinity; bash"]) == "waits"


QUIET = "echo printf set trap cd export unset date : true false umask ulimit [ test exit kill sync whoami id hostname pwd uname"


def test_every_word_of_the_table_is_reviewed() -> None:
    words = known(Idle)
    for quiet in QUIET.split():
        tail, word = (" ]" if quiet == "[" else ""), ":" if quiet == "trap" else "x"
        assert idle(["sh", "-c", f"{quiet} {word}{tail}; sleep infinity"]) == "waits", quiet
        written = idle(["sh", "-c", f"{quiet} {word}{tail} > /data/x; sleep infinity"])
        assert quiet in {"export", "unset"} or written == "", quiet
    wrappers = "tini dumb-init catatonit docker-init env exec gosu su-exec setpriv nice command"
    shells = "sh bash ash dash zsh ksh fish pwsh powershell cmd"
    assert words.quiet == set(QUIET.split())
    assert words.wrappers == set(wrappers.split())
    assert words.shells == set(shells.split())
    assert words.waiting | words.devices == {
        "cat", "read", "pause", "wait", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("pause", True), ("image-puller", True), ("pre-pull", True), ("prepull-node", True), ("prepuller", True), ("pre-puller", True),
        ("volume_placeholder", True), ("keepalive", True), ("keep-alive-web", True), ("web", False), ("pauses", False), ("unpause", False),
    ],
)  # fmt: skip
def test_names_that_only_hold_a_place(name: str, holds: bool) -> None:
    assert bool(known(Idle).holds_a_place.search(name)) is holds
    assert len(known(Idle).placeholders) == 9


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["/proxy", "-instances=$(NAME)=tcp:5432"], True),
        (["sh", "-c", "serve --namespace=$(NAMESPACE) --port ${PORT}"], True),
        (["tini", "--", "serve", "$PORT"], True),
        (["sh", "-c", "sleep $DELAY; exec serve"], True),
        (["$PROGRAM", "--port", "80"], False),
        (["$(PROGRAM)"], False),
        (["sh", "-c", "$(COMMAND)"], False),
        (["sh", "-c", "${COMMAND}"], False),
        (["sh", "$SCRIPT"], False),
        (["tini", "--", "$PROGRAM"], False),
        (["env", "A=$B"], False),
        (["sleep", "$DELAY"], False),
        (["tail", "-f", "$LOG"], False),
        (["sh", "-c", "echo $A; sleep infinity"], False),
    ],
)
def test_what_variables_hide_may_not_matter(argv: list[str], expected: bool) -> None:
    assert works(argv) == expected
