"""Commands of small manifests: how a container that they declare starts, and what that does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.facts import Fact, Form, Origin, Scope, Start
from immutable_delivery.files import read_text, resolve
from immutable_delivery.formats import Surroundings
from immutable_delivery.formats.commands import Interpreter, Program, tables_of
from immutable_delivery.formats.compose.packagejson import package_scripts
from immutable_delivery.formats.shell import is_shell
from immutable_delivery.records import Record, replace
from immutable_delivery.text import Place, Span, Text
from immutable_delivery.written import Written

MAX_SCRIPTS = 10
"""More scripts that run scripts are not followed."""

Values = Mapping[str, Written | None]


class Launch(Record, frozen=True):
    """A command as it is written: its words, or the one string of the shell form."""

    origin: Origin
    words: tuple[Written, ...]
    place: Place
    extent: Place
    form: Form = "exec"

    @property
    def argv(self) -> tuple[str, ...] | None:
        """The words; None where a variable hides one."""
        known = all(word.known for word in self.words)
        return tuple(word.text for word in self.words) if known else None


class Home(Record, frozen=True):
    """What commands are read with: the repository, the folder of it that holds the code, and the environment."""

    around: Surroundings
    folder: str | None = None
    """None where nobody knows where the code comes from."""
    values: Values | None = None


def launched(commands: Sequence[Launch], scope: Scope, home: Home) -> Iterator[Fact]:
    """Yield how a container starts and what that does; a later command gives an earlier one its arguments."""
    if not commands:
        return
    reader = _Reader(home)
    reader.read(commands, scope)
    facts = reader.finish()
    yield from (_start(one, scope) for one in commands[:-1])
    last, server = _start(commands[-1], scope), reader.interpreter.dev_server
    at = {"dev_server": reader.server_at} if server and reader.server_at else {}
    yield replace(last, dev_server=server, script=reader.script, places={**last.places, **at})
    yield from facts


def performed(command: Launch, scope: Scope, home: Home) -> Iterator[Fact]:
    """Yield what a command does that is no start: a hook, a probe."""
    reader = _Reader(home)
    reader.read([command], scope)
    yield from reader.finish()


def entry(commands: Sequence[Launch]) -> tuple[str, ...] | None:
    """Return the words that start a container; None where one is not known."""
    known = [one.argv for one in commands]
    return None if None in known else tuple(word for argv in known if argv for word in argv)


def _start(command: Launch, scope: Scope) -> Start:
    place = command.place
    return Start(
        used_at=place,
        extent=command.extent,
        scope=scope,
        places=dict.fromkeys(("argv", "text", "form", "dev_server"), place),
        origin=command.origin,
        form=command.form,
        argv=command.argv,
        text=" ".join(word.text for word in command.words),
    )


class _Reader:
    """Reads the commands of one container, and the scripts of the repository that they run."""

    def __init__(self, home: Home) -> None:
        self._home = home
        files = home.around.files if home.folder is not None else None
        self.interpreter = Interpreter(
            home.values,
            files=files,
            folder=home.folder or "",
            tables=tables_of(home.around.settings),
        )
        self.script = ""
        self.server_at: Place | None = None
        """The script of package.json that starts the development server, where one does."""

    def read(self, commands: Sequence[Launch], scope: Scope) -> None:
        """Read commands that make one."""
        last = commands[-1]
        words = [word for one in commands for word in one.words]
        if last.form == "shell":
            self.interpreter.script(words[-1], scope, last.extent)
        else:
            self.interpreter.argv(words, scope, last.extent)
        scripts = list(package_scripts(words, lambda: self._text("package.json")))
        if scripts:
            self.interpreter.dev_server = ""
        for script in scripts:
            if not self.interpreter.dev_server:
                self.server_at = script.whole
            self.interpreter.script(script, scope, script.whole, (last.extent,))
        self._follow(last.extent)

    def finish(self) -> list[Fact]:
        """Return what the commands do."""
        facts = self.interpreter.finish()
        for path, found in self.interpreter.texts.items():
            self._home.around.texts.setdefault(path, found)
        return facts

    def _follow(self, extent: Place) -> None:
        done: set[str] = set()
        waiting = self._programs()
        while waiting and len(done) < MAX_SCRIPTS:
            program = waiting.pop(0)
            found = self._text(program.path.text) if _is_script(program) else None
            if found is None or found.path in done:
                continue
            done.add(found.path)
            self.script = self.script or found.path
            before = set(map(id, self._programs()))
            whole = Place(found.path, Span(0, len(found.value)))
            body = Written.literal(found.value, whole)
            self.interpreter.script(body, program.scope, whole, (extent,))
            waiting += [one for one in self._programs() if id(one) not in before]

    def _programs(self) -> list[Program]:
        return [*self.interpreter.programs, *self.interpreter.sourced]

    def _text(self, path: str) -> Text | None:
        folder = self._home.folder
        found = (
            read_text(self._home.around.files, resolve(folder, path))
            if folder is not None
            else None
        )
        if found:
            self._home.around.texts.setdefault(found.path, found)
        return found


def _is_script(program: Program) -> bool:
    return program.path.known and (not program.interpreter or is_shell(program.interpreter))
