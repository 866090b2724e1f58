"""Where reports go: stdout, or files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from immutable_delivery.cli.completing import files, item
from immutable_delivery.cli.terminal import Terminal
from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record, replace
from immutable_delivery.reporters import FORMATS, Options
from immutable_delivery.source.escape import nearest, shown

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Target(Record, frozen=True):
    """A format, and the file that it goes to; empty for stdout."""

    format: str
    file: str = ""


class TargetType(click.ParamType[Target]):
    """`FORMAT` or `FORMAT=FILE`."""

    name = "format[=file]"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return formats; behind a sign the shell knows the files."""
        if "=" in incomplete:
            return files(ctx, param, incomplete)
        return [item(name, who) for name, who in FORMATS.items() if name.startswith(incomplete)]

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Target:
        """Return the target that the words name."""
        if isinstance(value, Target):
            return value
        name, equals, file = str(value).partition("=")
        if name not in FORMATS:
            near = nearest(name, FORMATS)
            hint = f"; did you mean '{near}'?" if near else f"; there are {', '.join(FORMATS)}"
            self.fail(f"'{name}' is no format{hint}", param, ctx)
        if equals and not file:
            self.fail(f"'{value}' names no file", param, ctx)
        return Target(name, file)


def usual(*, quiet: bool = False) -> tuple[Target, ...]:
    """Return how to report where nobody says it: for a person, and in a workflow of GitHub as annotations too."""
    person = Target("concise" if quiet else "text")
    workflow = os.environ.get("GITHUB_ACTIONS") == "true"
    return (person, Target("github")) if workflow else (person,)


def directed(targets: Sequence[Target], file: str) -> tuple[Target, ...]:
    """Return the targets, the one report among them that has no file with this one."""
    if not file:
        return tuple(targets)
    bare = [target for target in targets if not target.file and target.format != "github"]
    if len(bare) != 1:
        raise UsageError(f"--output {shown(file)}: it takes one report; write FORMAT=FILE for each")
    return tuple(replace(t, file=file) if t == bare[0] else t for t in targets)


def checked(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return where to report; refuse two reports in one place and files that cannot be written."""
    targets = tuple(targets) or (Target("text"),)
    if targets == usual():
        return targets
    places = [os.path.realpath(target.file) if target.file else "" for target in targets]
    for index, place in enumerate(places):
        if place in places[:index]:
            both = f"{targets[places.index(place)].format} and {targets[index].format}"
            where = (
                shown(targets[index].file)
                or f"stdout: write one to a file, as {targets[index].format}=FILE"
            )
            raise UsageError(f"{both} both go to {where}")
        if place and (Path(place).is_dir() or not Path(place).parent.is_dir()):
            raise UsageError(f"{shown(targets[index].file)}: no such file can be written")
    for target in targets:
        if target.file and Path(target.file).is_file():
            _refuse_input(target.file)
    return targets


def _refuse_input(file: str) -> None:
    from immutable_delivery.cli.inputs import refuse_input  # noqa: PLC0415 (few reports go to a file that is there)

    refuse_input(file)


def options_for(target: Target, *, color: bool, **wanted: bool) -> Options:
    """Return how to render: as the terminal can where a person looks, plain in a file."""
    if target.file:
        return Options(**wanted)
    terminal = Terminal(sys.stdout)
    return Options(
        color=color and terminal.color,
        links=color and terminal.links,
        width=terminal.width,
        **wanted,
    )


def seen(patch: str) -> str:
    """Return a patch as it is for programs; for a person without what a terminal would obey."""
    if not sys.stdout.isatty():
        return patch
    lines = patch.replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\t\n" else shown(c) for c in lines)


def write(target: Target, text: str) -> None:
    """Write a report; what no UTF-8 can hold (bytes of file names) as escapes."""
    data = text.encode("utf-8", "backslashreplace")
    if not target.file:
        _to_stdout(data)
        return
    try:
        _to_file(Path(os.path.realpath(target.file)), data)
    except OSError as error:
        raise UsageError(f"{shown(target.file)} cannot be written: {error.strerror}") from error


def _to_stdout(data: bytes) -> None:
    sys.stdout.flush()
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # who reads has seen enough
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _to_file(path: Path, data: bytes) -> None:
    if path.exists() and not path.is_file():  # a pipe, a terminal
        path.write_bytes(data)
        return
    from immutable_delivery.edits.write import replace_whole  # noqa: PLC0415 (few reports go to a file)

    replace_whole(path, data)
