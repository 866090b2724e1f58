"""The commands that the words of a start come to: what a shell, `exec` or `tini` only starts."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.effects.starts import started
from immutable_delivery.syntax.shell import Call
from immutable_delivery.syntax.shell.shells import is_shell, shell_arguments


def called(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the commands, their programs without folders; none where a part is not understood."""
    shell = started(words)
    if shell.incomplete:
        return []
    return [_words(call) for call in shell.calls if not _carries(call)]


def _carries(call: Call) -> bool:
    """Whether a call is the shell around a script that is read itself."""
    return is_shell(call.name) and shell_arguments(call.arguments).script is not None


def _words(call: Call) -> tuple[str, ...]:
    return (call.name, *(word.text for word in call.arguments))
