"""Which scripts a command runs, and those that they run in turn: followed here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, join, normpath
from typing import TYPE_CHECKING

from immutable_delivery.containers.files import Body, FileView
from immutable_delivery.containers.supervisors import commands_in, schedule_of, supervised
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.effects.programs import Program
from immutable_delivery.effects.unanalysed import FOLLOWED
from immutable_delivery.facts import Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.references.checkouts import from_root
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import is_shell, is_unread_shell
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Launchers

if TYPE_CHECKING:
    from immutable_delivery.syntax.launches import Command

MAX_SCRIPTS = 50
"""So many scripts one command may run, those that scripts run included; each further one is named, not followed."""

_SHEBANG = lazy(r"#![ \t]*(?:\S*/)?([\w.+-]+)(?:[ \t]+(?:-\S+[ \t]+)*(?:\S*/)?([\w.+-]+))?")
_SHELL_FILE = lazy(r"(?:\A|/)[^./]+\Z|\.(?:sh|bash|ash|ksh|zsh)\Z")
_POWERSHELL = ".ps1"
_POWERSHELLS = frozenset(("pwsh", "powershell"))
_SCRIPT = lazy(r"\.(?:sh|bash)\Z|\A\.{1,2}/", needs=(".",))
_OF_CLUSTERS = lazy(
    r"cluster|kube|(?:\A|[^a-z])kind(?:[^a-z]|\Z)|k3[ds]|microk8s|minikube|e2e|infra|provision|bootstrap",
    re.IGNORECASE,
)
"""What scripts are called that make a cluster."""
_ENVIRONMENTS = frozenset(("env", "with-contenv"))
_BINARY = lazy(r"\x7fELF|MZ")
_PASSES = lazy(r"\$\{?[@*1-9]")
_EVERYTHING = lazy(r"(/[^*?\[\]]+)/[^/]*\*[^/]*", needs=("*",))
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_MAX_PATH = 20
_FUNCTION = lazy(r"^[\w:.-]+[ \t]*\(\)[ \t]*\{", re.MULTILINE)
_DISPATCH = lazy(r'^(?:time[ \t]+)?"\$\{?[@*1][^"\n]*"(?:[ \t]+"\$@")?[ \t]*$', re.MULTILINE)


class Followed(Record):
    """The scripts that following a command has led to."""

    scripts: list[str] = field(default_factory=list)
    """Paths in the repository of those that were read."""
    started: list[str] = field(default_factory=list)
    """Paths in the container of all of them, whatever their language."""
    folders: list[str] = field(default_factory=list)
    """Folders of the container of which everything is run: `for f in /hooks/*; do "$f"; done`."""
    read: int = 0
    """How many scripts were read."""


Ran = set[tuple[Place, tuple[str, ...]]]
"""Scripts that were run, with the arguments that make a difference."""


def follow(
    interpreter: Interpreter,
    view: FileView,
    place: Place,
    since: tuple[int, int] = (0, 0),
    ran: Ran | None = None,
) -> Followed:
    """Read the scripts that were run or sourced since, and those that they run; ``place`` leads to them.

    What is in ``ran`` is not read again, and what is read is added.
    """
    followed = Followed()
    seen: set[Place] = set()
    ran = set() if ran is None else ran
    waiting = _run_since(interpreter, since)
    while waiting:
        program = waiting.pop(0)
        if program.inline:
            since = reached(interpreter)
            _read_inline(program, interpreter, place)
            waiting += _run_since(interpreter, since)
            continue
        body = _body(program, view, interpreter)
        since = reached(interpreter)
        if body is None:
            followed.folders += _folders(program)
            if _SCRIPT.search(program.path.text) and _OF_CLUSTERS.search(program.path.text):
                interpreter.run.unknown = interpreter.run.unknown or program.path.text
            if program.interpreter in _POWERSHELLS and program.scope.phase in FOLLOWED:
                interpreter.leave(program, f"'{program.path.text}' does not lie here")
            for told, extent, later in _supervised(program, view, seen):
                scope = replace(program.scope, phase="hook") if later else program.scope
                interpreter.script(told, scope, extent, (place,))
        else:
            followed.started.append(program.path.text)
            run = body.text.used_at, _passed(program, body)
            if run not in ran:
                ran.add(run)
                _read(program, body, interpreter, followed, place)
        waiting += _run_since(interpreter, since)
    return followed


def _passed(program: Program, body: Body) -> tuple[str, ...]:
    """Return the arguments of a script that runs what it is given; none where they make no difference."""
    if not _PASSES.search(body.text.text):
        return ()
    return tuple(word.text for word in program.arguments)


def _read(
    program: Program,
    body: Body,
    interpreter: Interpreter,
    followed: Followed,
    place: Place,
) -> None:
    """Read a script, or what a program in another language starts; one script too many is named."""
    if reason := _unread(program, body):
        interpreter.leave(program, reason)
    if body.unread:
        return
    if not is_followed(program, body):
        for command in _launched(program, body):
            _run(interpreter, command, program.scope, place)
    elif followed.read == MAX_SCRIPTS:
        interpreter.leave(program, f"'{program.path.text}' is one script too many to be read")
    else:
        followed.read += 1
        followed.scripts += [body.path] if body.path else []
        given = None if program.sourced else program.arguments
        interpreter.script(
            body.text, program.scope, body.extent, (place,),
            arguments=given, path=_called(program, body), folder=program.folder,
            shell="pwsh" if is_powershell(program, body) else "sh", seen=program.seen,
        )  # fmt: skip


def _called(program: Program, body: Body) -> LocatedText | None:
    """Return the path by which a script is called, as its `$0` and `BASH_SOURCE`; None where nobody knows.

    It stands where the script begins, so that another call of it by the same path is the same.
    """
    path, start = program.path, body.text.used_at.span.start
    known = path.known and "/" in path.text
    return LocatedText.literal(path.text, body.text.used_at.at(start, start)) if known else None


def _read_inline(program: Program, interpreter: Interpreter, place: Place) -> None:
    """Read what code in the words of a call starts; name code that starts what it does not say."""
    if program.scope.phase == "build":
        return
    started = list(_launched(program, Body(program.path)))
    for command in started:
        _run(interpreter, command, program.scope, place)
    if not started and known(Launchers).starts(_plain(program.interpreter), program.path.text):
        interpreter.leave(program, f"code for {program.interpreter} starts other programs")


def _plain(program: str) -> str:
    """Return the name of a program without its version: `python3.12`."""
    return program.rstrip("0123456789.")


def _body(program: Program, view: FileView, interpreter: Interpreter) -> Body | None:
    """Return the text of a program: a file that the container sees, or one that a command wrote."""
    name, texts = program.path.text, interpreter.written
    if not program.path.known and from_root(name) is None:
        return None
    name = name.replace("\\", "/") if name.endswith(_POWERSHELL) else name
    written = texts.get(name)
    if written is None and "/" not in name:
        written = next((text for path, text in texts.items() if basename(path) == name), None)
    body = found(name, program.folder, view) or (Body(written) if written else None)
    return body if body or "/" in name else _in_path(name, view, interpreter)


def found(name: str, folder: str | None, view: FileView) -> Body | None:
    """Return the text of a path that is named in a folder; None where nobody knows one."""
    inside = normpath(join(folder, name)) if folder else name
    body = view.body(inside) if inside != name and from_root(name) is None else None
    return body or view.body(name)


def _in_path(name: str, view: FileView, interpreter: Interpreter) -> Body | None:
    """Return a program that is called by its name alone, from where the shell looks for it."""
    path = interpreter.variables.get("PATH")
    folders = [*(path.text.split(":") if path else ()), *_PATH]
    found = (view.body(f"{folder}/{name}") for folder in folders[:_MAX_PATH] if folder[:1] == "/")
    return next((body for body in found if body is not None), None)


def _folders(program: Program) -> list[str]:
    """Return the folder of which a loop, or `run-parts`, runs whatever lies there."""
    if basename(program.path.text) == "run-parts":
        return [one.text.rstrip("/") for one in program.arguments[-1:] if one.text[:1] == "/"]
    match = _EVERYTHING.fullmatch(program.path.text) if program.path.known else None
    return [match[1]] if match else []


def _supervised(
    program: Program, view: FileView, seen: set[Place]
) -> Iterator[tuple[LocatedText, Place, bool]]:
    """Yield what a program that starts others is told to start and was not seen yet, each with its statement, and whether it runs later."""
    for path, body in supervised(program, view):
        text = body.text.text
        later = schedule_of(path, text) is not None
        script = is_shell_file(text, path) and not later
        for command in (body.text,) if script else commands_in(path, body.text):
            if command.used_at not in seen and len(seen) < MAX_SCRIPTS:
                seen.add(command.used_at)
                yield command, body.extent or command.used_at, later


def _launched(program: Program, body: Body) -> Iterator[Command]:
    """Yield the commands that a program in another language starts, where it runs with the container."""
    words = known(Launchers).by_word
    name = _plain(program.interpreter or language_of(body.text.text))
    ending = (body.path or program.path.text).rpartition(".")[2]
    language = words.get(name) or words.get(ending)
    if language and program.scope.phase != "build":
        from immutable_delivery.syntax.launches import launches  # noqa: PLC0415 (rarely needed)

        yield from launches(body.text, language)


def _run(interpreter: Interpreter, command: Command, scope: Scope, place: Place) -> None:
    """Read a command of a program; ``place`` leads to it."""
    if isinstance(command, LocatedText):
        interpreter.script(command, scope, command.used_at, (place,), shell="sh")  # noqa: S604 (it is read, not run)
    else:
        interpreter.argv(command, scope, command[0].used_at, (place,))


def reached(interpreter: Interpreter) -> tuple[int, int]:
    """Return how many programs an interpreter knows of, run and sourced."""
    return len(interpreter.programs), len(interpreter.sourced)


def _run_since(interpreter: Interpreter, since: tuple[int, int]) -> list[Program]:
    return [*interpreter.programs[since[0] :], *interpreter.sourced[since[1] :]]


def _unread(program: Program, body: Body) -> str:
    """Return why a script is not read; empty for one that is, and for a program that is no script."""
    name, language = program.path.text, program.interpreter or language_of(body.text.text)
    if is_unread_shell(language) and not is_powershell(program, body):
        return f"'{name}' is written for {language}, which is not analysed"
    if not is_shell_script(program, body) or _BINARY.match(body.text.text):
        return ""
    if body.unread:
        return f"'{name}' {body.unread}"
    dispatches = is_task_runner(body.text.text)
    return f"'{name}' runs those of its functions that its arguments name" if dispatches else ""


def is_followed(program: Program, body: Body) -> bool:
    """Whether a program is a script for a shell, and tells by itself what it runs."""
    if is_powershell(program, body):
        return True
    return is_shell_script(program, body) and not is_task_runner(body.text.text)


def is_powershell(program: Program, body: Body) -> bool:
    """Whether PowerShell reads a program: by what runs it, else by its name."""
    given = program.interpreter in _POWERSHELLS
    return given or (body.path or program.path.text).endswith(_POWERSHELL)


def is_shell_script(program: Program, body: Body) -> bool:
    """Whether a shell reads a program: one that is given it, else the one of its first line, else by its name here."""
    if program.sourced or program.interpreter:
        return program.sourced or is_shell(program.interpreter)
    return is_shell_file(body.text.text, body.path or program.path.text)


def is_shell_file(text: str, name: str) -> bool:
    """Whether a file that is run by its path is for a shell: by its first line, else by its name."""
    if language := language_of(text):
        return is_shell(language)
    return not text.startswith("#!") and _SHELL_FILE.search(name) is not None


def language_of(text: str) -> str:
    """Return the program that the first line of a script names; empty where it names none."""
    shebang = _SHEBANG.match(text)
    if shebang is None:
        return ""
    return shebang[2] if shebang[1] in _ENVIRONMENTS and shebang[2] else shebang[1]


def is_task_runner(text: str) -> bool:
    """Whether a script runs those of its functions that its arguments name: which ones, it does not tell."""
    return bool(_DISPATCH.search(text)) and len(_FUNCTION.findall(text)) > 1
