"""What the terminal that a report goes to can do: colours, links, columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

_WIDEST = 100
_NARROWEST = 60
_LINKING = {
    "TERM_PROGRAM": {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "zed"},
    "TERM": {"xterm-kitty", "alacritty", "foot", "xterm-ghostty", "wezterm"},
    "WT_SESSION": None,
    "KONSOLE_VERSION": None,
    "DOMTERM": None,
}  # fmt: skip
"""Variables of terminals that follow links in escape sequences, and their values; None: any."""
_VTE = 5000
"""The first version of GNOME's terminals whose links do not crash them."""


class Terminal:
    """A stream, and the variables that say what reads it."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._seen = stream.isatty() and environ.get("TERM") != "dumb"
        self.person = stream.isatty()

    @property
    def color(self) -> bool:
        """Whether to colour: `NO_COLOR` and `FORCE_COLOR` have their say."""
        forced = bool(self._environ.get("FORCE_COLOR"))
        return (self._seen or forced) and not self._environ.get("NO_COLOR")

    @property
    def links(self) -> bool:
        """Whether links in escape sequences (OSC 8) are followed; `FORCE_HYPERLINK` has its say."""
        asked = self._environ.get("FORCE_HYPERLINK")
        if asked:
            return asked != "0"
        return self._seen and "TMUX" not in self._environ and self._follows()

    def _follows(self) -> bool:
        version = self._environ.get("VTE_VERSION", "")
        if version.isascii() and version.isdigit():
            return int(version) >= _VTE
        return any(
            name in self._environ and (values is None or self._environ[name] in values)
            for name, values in _LINKING.items()
        )

    @property
    def width(self) -> int:
        """How many columns a line may have; nobody reads prose across a whole screen."""
        if not self.person:
            return _WIDEST
        from shutil import get_terminal_size  # noqa: PLC0415 (only a person has a terminal)

        return min(max(get_terminal_size().columns, _NARROWEST), _WIDEST)
