"""The shell scripts that git starts: they find imd again, and never let anything pass because they do not."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

HOOKS = {
    "pre-commit": "staged",
    "pre-merge-commit": "staged",
    "pre-push": "pushed",
    "pre-receive": "pre-receive",
}
"""The command that judges for each of git's hooks."""

KEPT = ".before-imd"
"""What the name of a hook that was there before ends with, while ours runs it first."""

_MARK = "# imd hook"
_TOLD = {"pre-push", "pre-receive"}
"""Hooks that read what is pushed: whoever runs first must leave it for the next."""


def script(name: str, *, chained: bool) -> str:
    """Return the script of a hook; ``chained``: it runs the one that was there before first."""
    return "\n".join(_lines(name, chained=chained)) + "\n"


def is_ours(path: Path) -> bool:
    """Tell whether a script is one of these, and no link to one."""
    try:
        return not path.is_symlink() and f"\n{_MARK}".encode() in path.read_bytes()[:100]
    except OSError:  # it is not there, or no file
        return False


def _lines(name: str, *, chained: bool) -> Iterator[str]:
    python = shlex.quote(Path(sys.executable).as_posix())
    call, given = f'hook {HOOKS[name]} "$@"', ""
    yield "#!/bin/sh"
    yield f"{_MARK} {name}: `imd hook install` wrote it, `imd hook uninstall` takes it away."
    if chained and name in _TOLD:
        given = "given | "
        yield "told=$(cat)"
        yield """given() { [ -z "$told" ] || printf '%s\\n' "$told"; }"""
    if chained:
        yield f'[ ! -x "$0{KEPT}" ] || {given}"$0{KEPT}" "$@" || exit'
    yield f"python={python}"
    # -P: a folder of the repository must not be imported in the place of imd
    yield 'if "$python" -P -c "import immutable_delivery_hooks" 2>/dev/null; then'
    yield f'  {given}"$python" -P -m immutable_delivery {call}'
    yield "elif command -v imd >/dev/null; then"
    yield f"  {given}imd {call}"
    yield "else"
    yield (
        '  echo "imd: error: neither $python nor the PATH has imd, so nothing was judged: install it and run'
        ' \\`imd hook install\\`, or remove $0" >&2'
    )
    yield "  exit 2"
    yield "fi"
