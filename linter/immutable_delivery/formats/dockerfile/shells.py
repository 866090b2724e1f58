"""The shell of a stage: what SHELL says, else what its base has."""

from __future__ import annotations

import re
from posixpath import basename

from immutable_delivery.formats.dockerfile.references import flag
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.shell import is_shell

_WINDOWS_IMAGE = lazy(
    r"mcr\.microsoft\.com/(?:windows|dotnet/framework)(?:/|:|@|\Z)"
    r"|[^@]*:[^@]*(?:nanoserver|windowsservercore|windows-ltsc\d+)",
    re.IGNORECASE,
    needs=("windows", "nanoserver", "framework"),
)


def shell_of(state: State) -> str:
    """Return the program that reads the shell form, also where another one starts it (`conda run bash -c`)."""
    words = words_of(state)
    return next((word for word in words if is_shell(basename(word))), words[0])


def words_of(state: State) -> tuple[str, ...]:
    """Return the words of the shell."""
    if state.shell:
        return state.shell
    return ("cmd", "/S", "/C") if _on_windows(state) else ("/bin/sh", "-c")


def _on_windows(state: State) -> bool:
    platform = flag(state.stage.start, "platform")
    asked = platform is not None and platform.text.startswith("windows")
    return asked or _WINDOWS_IMAGE.match(state.base.text) is not None
