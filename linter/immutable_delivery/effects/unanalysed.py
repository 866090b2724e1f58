"""What is written in a language that is not read: named, so that nobody takes silence for a clean bill."""

from __future__ import annotations

from immutable_delivery.effects.stage import Event, hull
from immutable_delivery.facts import Scope, Unread
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import is_shell

_WINDOWS = {"powershell": "PowerShell", "pwsh": "PowerShell", "cmd": "cmd"}


def language_of(program: str) -> str:
    """Return the language that a program reads, for a person; empty for a shell that is read here."""
    name = program.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    return "" if is_shell(name) else _WINDOWS.get(name, name)


def foreign(event: Event) -> Unread | None:
    """Return code in another language that a call holds: PowerShell and cmd in its words, others in here-documents."""
    name = event.call.name.lower().removesuffix(".exe")
    words, role = event.call.words, event.role.interpreter
    if name in _WINDOWS and len(words) > 1:
        return unread(_WINDOWS[name], hull(words[0], words[-1]), event.scope, event.extent)
    if role is None or role.shell or role.sourced:
        return None
    bodies = [redirect.body for redirect in event.call.redirects if redirect.body is not None]
    return unread(event.name, bodies[0].used_at, event.scope, event.extent) if bodies else None


def unread(language: str, place: Place, scope: Scope, extent: Place, reason: str = "") -> Unread:
    """Return the fact of something that is not read."""
    reason = reason or f"{language} is not analysed"
    return Unread(used_at=place, extent=extent, scope=scope, subject=language, reason=reason)
