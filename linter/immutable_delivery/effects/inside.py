"""What a command does where it runs: on a host (`ssh`), in a container (`kubectl exec`)."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.effects.arguments import Arguments, parse
from immutable_delivery.effects.stage import Event
from immutable_delivery.facts import Effect
from immutable_delivery.syntax.shell.shells import shell_arguments

_NOWHERE = frozenset(("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"))
_PASSING = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108 (what commands say of other machines)
_LOOKING = frozenset(("--version", "--help", "version", "help", "-V"))


def effect(event: Event) -> Effect:
    """Return what a call does by the commands that it runs elsewhere."""
    return effect_of(event.inner)


def effect_of(events: Sequence[Event]) -> Effect:
    """Return what commands do together: one that changes something decides, then one that nobody knows."""
    found = {_single(event) for event in events}
    order: tuple[Effect, ...] = ("changes", "unknown", "enters", "reads")
    return next((one for one in order if one in found), "")


def _single(event: Event) -> Effect:
    role = event.role
    if any(one.body is None and not _passing(one.target.text) for one in event.call.outputs):
        return "changes"
    if role.interpreter is not None and role.interpreter.shell:
        return _of_shell(event)
    arguments = event.arguments
    asked = bool(event.words) and all(word.text in _LOOKING for word in event.words)
    if asked or event.rule("reading") is not None:
        return "reads"
    return _of_program(event, arguments)


def _passing(path: str) -> bool:
    """Whether what lies at a path is gone tomorrow."""
    return path in _NOWHERE or path.startswith(_PASSING)


def _only_passing(arguments: Arguments) -> bool:
    """Whether a program touches nothing but such paths: `rm -rf /tmp/x`."""
    return bool(arguments.texts) and all(map(_passing, arguments.texts))


def _of_shell(event: Event) -> Effect:
    """Return what a shell does: what a script in its words runs are calls of their own."""
    given = shell_arguments(event.words)
    if given.script is not None:
        return "reads"
    return "unknown" if given.file is not None or event.call.inputs else "enters"


def _of_program(event: Event, arguments: Arguments) -> Effect:
    role = event.role
    if "changing" in role.sets:
        return "reads" if _only_passing(arguments) else "changes"
    if role.manager is not None or event.name == "git":
        return "changes"
    if role.fetcher is not None:
        return "changes" if _keeps(event) else "reads"
    changing = (rule.mutates for rule in role.rules.get("mutations", ()) if rule.matches(arguments))
    return "changes" if any(changing) else "unknown"


def _keeps(event: Event) -> bool:
    """Whether a program that fetches keeps what comes: wget into a file, curl where an option says so."""
    fetcher = event.role.fetcher
    if fetcher is None:
        return False
    arguments = parse(event.words, fetcher.options)
    if arguments.given(fetcher.inert):
        return False
    output = arguments.value(fetcher.output)
    if output is not None:
        return output.text not in {"-", *_NOWHERE}
    return fetcher.writes or arguments.given(fetcher.keeps) is not None
