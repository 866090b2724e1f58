"""Start commands that start nothing: the whole command waits, or is a shell that nobody types into."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from immutable_delivery.effects.starts import started
from immutable_delivery.facts import Idle
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.shell import Call
from immutable_delivery.syntax.shell.shells import shell_arguments
from immutable_delivery.tables import known, subjects

_MAY_BE = lazy(
    r"\b(?:sleep|tail|cat|read|pause|wait|\w*sh|powershell|cmd)\b|\bwhile\b|\buntil\b",
    needs=("sleep", "tail", "cat", "read", "pause", "wait", "sh", "cmd", "while", "until"),
)
_ENDLESS = lazy(
    r"\bwhile\s+(?:true|:|1|\[+\s*(?:1|true)\s*\]+|sleep\s+\S+)\s*[;\n]|\buntil\s+false\b|\bfor\s*\(\(\s*;\s*;\s*\)\)"
)
_FILLED_IN = lazy(r"\$\(([A-Za-z_][\w.-]*)\)", needs=("$(",))
"""A variable that Kubernetes fills in; a shell would read a command."""
_FOR_EVER = lazy(r"inf\w*|\d+(?:\.\d+)?d|\d{4,}s?|\d{3,}m|\d{2,}h")
"""What nobody sleeps who has something to do: a thousand seconds, a hundred minutes, ten hours, a day."""


def idle(argv: Sequence[str]) -> Idle:
    """Return how a command starts nothing: it `waits`, or it is a `shell`; "" where any part of it works or is not known."""
    if not any(_MAY_BE.search(word) for word in argv):
        return ""
    shell = started(argv)
    endless = any(_ENDLESS.search(word) for word in argv)
    left = [_of(call, endless=endless) for call in working(shell.calls)]
    if shell.incomplete or not left or "" in left:
        return "waits" if endless and not left and not shell.incomplete else ""
    return "waits" if "waits" in left else "shell"


def works(argv: Sequence[str]) -> bool:
    """Return whether a command starts a program that does something, whatever the variables in it hold."""
    shell = started([_FILLED_IN.sub(r"${\1}", word) for word in argv])
    names = (call.name for call in working(shell.calls))
    return any(name and "$" not in name and not _may_wait(name) for name in names)


def _may_wait(name: str) -> bool:
    """Whether its arguments decide if a program waits."""
    words = known(subjects.Idle)
    return name in {"sleep", "tail"} | words.waiting | words.shells | words.wrappers


def working(calls: Sequence[Call]) -> Iterator[Call]:
    """Yield the calls that do something: not the shell around a script, not what only prints or prepares."""
    for call in calls:
        carries = _is_shell(call) and shell_arguments(call.arguments).script is not None
        if not carries and not _is_quiet(call):
            yield call


def _is_quiet(call: Call) -> bool:
    written = [redirect.target.text for redirect in call.outputs]
    return call.name in known(subjects.Idle).quiet and not set(written) - {"/dev/null"}


def _of(call: Call, *, endless: bool) -> Idle:
    words = known(subjects.Idle)
    if call.outputs or call.inputs or set(call.wrappers) - words.wrappers:
        return ""
    texts = [word.text for word in call.arguments]
    if _is_shell(call):
        return "" if [text for text in texts if not text.startswith("-")] else "shell"
    return "waits" if _waits(call.name, texts, words, endless=endless) else ""


def _waits(name: str, texts: Sequence[str], words: subjects.Idle, *, endless: bool) -> bool:
    operands = [text for text in texts if not text.startswith("-")]
    if name == "sleep":
        return endless or (bool(operands) and _FOR_EVER.fullmatch(operands[0]) is not None)
    if name == "tail":
        follows = any(re.match(r"-\w*[fF]|--follow", text) for text in texts)
        return follows and bool(words.devices & set(operands))
    return name in words.waiting and not set(operands) - {"$!", "${!}"}


def _is_shell(call: Call) -> bool:
    return call.name in known(subjects.Idle).shells
