"""Put hooks where git looks for them, and take them away again: never over what somebody else put there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from os.path import lexists  # pathlib follows links
from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.repository.git import Git
from immutable_delivery.source.escape import shown
from immutable_delivery_hooks.folders import hooks_folder
from immutable_delivery_hooks.hook_managers import Manager, writer_of
from immutable_delivery_hooks.scripts import HOOKS, KEPT, is_ours, script

_DEFAULTS = {False: ("pre-commit", "pre-merge-commit", "pre-push"), True: ("pre-receive",)}
"""By whether the repository is bare."""


def install(git: Git, names: Sequence[str] = (), *, chain: bool = False) -> list[str]:
    """Write hooks, all of them or none, and return what was done; ``chain`` keeps others and runs them first."""
    if reasons := refusals(git, names, chain=chain):
        raise UsageError("\n".join(reasons))
    done = []
    with ExitStack() as undoing:
        for path in _paths(git, names):
            new = not is_ours(path)
            done.append(_write(path))
            if new:
                undoing.callback(_remove, path)
        undoing.pop_all()
    return done


def refusals(git: Git, names: Sequence[str] = (), *, chain: bool = False) -> list[str]:
    """Return why hooks cannot be written, nothing where they can."""
    return [reason for path in _paths(git, names) if (reason := _refusal(path, chain=chain))]


def installed(git: Git) -> bool:
    """Tell whether all hooks are there that a repository gets by default."""
    return all(is_ours(path) for path in _paths(git, ()))


def _paths(git: Git, names: Sequence[str]) -> list[Path]:
    folder = hooks_folder(git)
    return [folder / name for name in names or _DEFAULTS[git.bare]]


def uninstall(git: Git, names: Sequence[str] = ()) -> list[str]:
    """Remove our hooks, put back what they kept, and return what was done."""
    folder = hooks_folder(git)
    ours = [path for path in (folder / name for name in names or HOOKS) if is_ours(path)]
    return [_remove(path) for path in ours] or [f"no hook of imd is in {shown(str(folder))}"]


def _refusal(path: Path, *, chain: bool) -> str:
    """Return why a hook cannot be written, empty where it can."""
    if is_ours(path) or not lexists(path):
        return ""
    name, command = path.name, HOOKS[path.name]
    there = f"{shown(str(path))} is there already"
    if writer := _writer(path):
        file = writer.files[0]
        return f"{there}; {writer.name} wrote it: add imd to {file} (`imd init --only hooks` shows how)"
    if not chain:
        return f"{there}; --chain keeps it and runs it first, or call `imd hook {command}` in it yourself"
    return f"{there}, and so is {name}{KEPT}: remove one of them" if lexists(_kept(path)) else ""


def _writer(path: Path) -> Manager | None:
    try:
        return writer_of(path.read_bytes())
    except OSError:  # a link to nothing
        return None


def _write(path: Path) -> str:
    kept = _kept(path)
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        others = lexists(path) and not is_ours(path)
        with _beside(path, script(path.name, chained=others or lexists(kept))) as beside:
            if others:
                path.rename(kept)
            beside.replace(path)
    first = f", after {kept.name}" if lexists(kept) else ""
    return f"installed: {shown(str(path))} runs `imd hook {HOOKS[path.name]}`{first}"


@contextmanager
def _beside(path: Path, text: str) -> Iterator[Path]:
    """Give a hook that is whole, to be renamed; what is left of one that is not goes."""
    beside = path.with_name(f".{path.name}.imd")
    try:
        beside.write_bytes(os.fsencode(text))
        beside.chmod(0o755)
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _remove(path: Path) -> str:
    kept = _kept(path)
    with _told(path):
        if lexists(kept):
            kept.replace(path)
            return f"restored: {shown(str(path))} is what it was before imd"
        path.unlink()
    return f"removed: {shown(str(path))}"


def _kept(path: Path) -> Path:
    return path.with_name(f"{path.name}{KEPT}")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from error
