"""What is written in a language that is not read: named, so that nobody takes silence for a clean bill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.effects.execution import script_of
from immutable_delivery.effects.stage import Event, hull
from immutable_delivery.facts import Scope, Unread
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Word, is_shell
from immutable_delivery.syntax.shell.shells import printed, shell_arguments
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Launchers

if TYPE_CHECKING:
    from immutable_delivery.syntax.yaml import Document

CONVERGENT = (
    "recipes, manifests and states are convergent: what they make depends on the machine they meet"
)
"""Why nobody judges what configuration management is told."""
_WINDOWS = {"powershell": "PowerShell", "pwsh": "PowerShell", "cmd": "cmd"}

FOLLOWED = frozenset(("pipeline", "start", "init", "hook", "probe"))
"""When what runs is followed to the programs that it starts."""
_READING = frozenset(("eval", ".", "source"))
"""What reads text into this shell."""


def language_of(program: str) -> str:
    """Return the language that a program reads, for a person; empty for a shell that is read here."""
    name = program.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    return "" if is_shell(name) else _WINDOWS.get(name, name)


def foreign(event: Event) -> Unread | None:
    """Return code in another language that a call holds: PowerShell and cmd in its words, others in here-documents."""
    name = event.call.name.lower().removesuffix(".exe")
    words, role = event.call.words, event.role.interpreter
    if name in _WINDOWS and len(words) > 1 and not _is_script(event):
        return unread(_WINDOWS[name], hull(words[0], words[-1]), event.scope, event.extent)
    if _is_fed_unseen(event):
        said = f"the text that {event.name} runs is made by another program"
        return unread(event.name, event.call.words[0].place, event.scope, event.extent, said)
    if role is None or role.shell or role.sourced or _is_followed(event):
        return None
    bodies = [redirect.body for redirect in event.call.redirects if redirect.body is not None]
    return unread(event.name, bodies[0].used_at, event.scope, event.extent) if bodies else None


def _is_script(event: Event) -> bool:
    """Whether PowerShell is given a file, which who follows programs reads."""
    return event.scope.phase in FOLLOWED and script_of(event) is not None


def _is_followed(event: Event) -> bool:
    """Whether what code starts is looked for by who follows programs."""
    return event.scope.phase in FOLLOWED and known(Launchers).reads(event.name)


def _is_fed_unseen(event: Event) -> bool:
    """Whether a shell reads text that a program has made or changed: `generate | sh`, `echo … | base64 -d | sh`."""
    feeding = _feeding(event)
    if not feeding:
        return False
    piped = event.name not in _READING and feeding == event.inputs
    seen, chain = set[int](), list(feeding)
    while chain:
        one = chain.pop()
        if one.role.fetcher is not None or any(word.calls for word in one.words):
            return False  # a download, or somebody's output
        if "passing" not in one.role.sets and not piped:
            return False
        chain += [other for other in one.inputs if other.number not in seen]
        seen.add(one.number)
    return True


def _feeding(event: Event) -> Sequence[Event]:
    """Return the calls that make all of the text that a shell runs, where that is not followed."""
    if event.name in _READING:
        return _made(event, event.words[0]) if len(event.words) == 1 else ()
    if event.role.interpreter is None or not event.role.interpreter.shell:
        return ()
    arguments = shell_arguments(event.words)
    if word := arguments.script or arguments.file:
        return _made(event, word)
    return () if all(printed(one.call) for one in event.inputs) else event.inputs


def _made(event: Event, word: Word) -> Sequence[Event]:
    whole = word.process == "<" or word.unresolved == (word.text,)
    return event.feeding(word) if whole else ()


def broken(documents: Iterable[Document], scope: Scope) -> Iterator[Unread]:
    """Yield the documents of a here-document that are no YAML."""
    for one in documents:
        if one.problem:
            yield unread("manifest", one.place, scope, one.place, f"it is no YAML: {one.problem}")


def unread(language: str, place: Place, scope: Scope, extent: Place, reason: str = "") -> Unread:
    """Return the fact of something that is not read."""
    reason = reason or f"nothing here reads {language}"
    return Unread(used_at=place, extent=extent, scope=scope, subject=language, reason=reason)
