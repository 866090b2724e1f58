"""What the commands of a service do: its start command, its health check, its hooks, the scripts that they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import join, normpath

from immutable_delivery.containers.entrypoints import with_program
from immutable_delivery.containers.package_json import package_scripts
from immutable_delivery.facts import Fact, Phase
from immutable_delivery.files import read_text
from immutable_delivery.formats.commands import Interpreter, tables_of
from immutable_delivery.formats.compose.mounts import contents
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.compose.starts import Command, start, words_of
from immutable_delivery.formats.compose.values import truth
from immutable_delivery.formats.compose.variables import environment, from_files
from immutable_delivery.formats.lookup import mapping, mappings, text
from immutable_delivery.formats.yamltree import Node, Scalar
from immutable_delivery.formats.yamltree import Sequence as Items
from immutable_delivery.records import replace
from immutable_delivery.text import Place, Span, Text
from immutable_delivery.written import Written

MAX_SCRIPTS = 10
"""More scripts that run scripts are not followed."""

_HOOKS: dict[str, Phase] = {"pre_start": "init", "post_start": "hook", "pre_stop": "hook"}


def programs(
    service: Service, commands: Sequence[Command], mounted: dict[str, str]
) -> Iterator[Fact]:
    """Yield how a service starts and what its commands do.

    ``mounted`` gives, per path in the container, the path of the repository that is mounted there.
    """
    yield from _started(service, commands, mounted)
    check = mapping(service.node, "healthcheck")
    if check is not None and not truth(check.get("disable")):
        yield from _checked(service, check.get("test"), check.extent("test"), mounted)
    for key, phase in _HOOKS.items():
        for hook in mappings(service.node, key):
            command = hook.get("command")
            runner = _Runner(service, mounted, phase)
            if command is not None:
                runner.argv(words_of(service, command), hook.extent("command"))
            yield from runner.finish()


def _started(
    service: Service, commands: Sequence[Command], mounted: dict[str, str]
) -> Iterator[Fact]:
    """Yield the start command: where both are written, `command` gives `entrypoint` its arguments."""
    if not commands:
        return
    runner = _Runner(service, mounted, "start")
    words = [word for one in commands for word in one.words]
    if commands[0].origin == "command" and service.image is not None:
        words = with_program(service.image.text, words)
    runner.argv(words, commands[-1].extent)
    facts = list(runner.finish())
    yield from (start(service, one) for one in commands[:-1])
    last = start(service, commands[-1])
    yield replace(last, dev_server=runner.dev_server, script=runner.script)
    yield from facts


def _checked(
    service: Service, test: Node | None, extent: Place, mounted: dict[str, str]
) -> Iterator[Fact]:
    runner = _Runner(service, mounted, "probe")
    if isinstance(test, Scalar) and not test.null:
        runner.script_of(test.written, extent)
    elif isinstance(test, Items):
        words = words_of(service, test)
        kind = words[0].text if words else ""
        if kind == "CMD":
            runner.argv(words[1:], extent)
        elif kind == "CMD-SHELL" and len(words) > 1:
            runner.script_of(words[1], extent)
    yield from runner.finish()


class _Runner:
    """Interprets commands of one service in one phase, and the scripts of the repository that they run."""

    def __init__(self, service: Service, mounted: dict[str, str], phase: Phase) -> None:
        self._service = service
        self._mounted = mounted
        self._contents = contents(service)
        self._scope = service.during(phase)
        self._files = service.reader.around.files
        known = {name: value for name, (_, value) in environment(service).items()}
        self._interpreter = Interpreter(
            {**from_files(service), **known},
            files=self._files,
            folder=service.context or "",
            locate=self._locate,
            tables=tables_of(service.reader.around.settings),
        )
        self.script = ""

    @property
    def dev_server(self) -> str:
        """The development server that was started."""
        return self._interpreter.dev_server

    def argv(self, words: Sequence[Written], extent: Place) -> None:
        """Read a command that is words."""
        if not words:
            return
        self._interpreter.argv(words, self._scope, extent)
        for script in package_scripts(words, self._package):
            self._interpreter.script(script, self._scope, script.whole, (extent,))
        self._follow(extent)

    def script_of(self, body: Written, extent: Place) -> None:
        """Read a command that is shell."""
        self._interpreter.script(body, self._scope, extent)
        self._follow(extent)

    def finish(self) -> Iterator[Fact]:
        """Yield what the commands do."""
        facts = self._interpreter.finish()
        for path, found in self._interpreter.texts.items():
            self._service.reader.around.texts.setdefault(path, found)
        yield from facts

    def _follow(self, extent: Place) -> None:
        """Read the scripts of the repository that were run, and those that they run."""
        done: set[Place] = set()
        waiting = self._interpreter.programs + self._interpreter.sourced
        while waiting and len(done) < MAX_SCRIPTS:
            program = waiting.pop(0)
            body = self._body(program.path)
            if body is None or body.whole in done:
                continue
            done.add(body.whole)
            before = len(self._interpreter.programs), len(self._interpreter.sourced)
            self._interpreter.script(body, program.scope, body.whole, (extent,))
            waiting += self._interpreter.programs[before[0] :]
            waiting += self._interpreter.sourced[before[1] :]

    def _body(self, program: Written) -> Written | None:
        """Return the text of a script: one that the project writes into the container, or a file of the repository."""
        if program.text in self._contents:
            return self._contents[program.text].written
        found = self._text(self._path(program))
        if found is None:
            return None
        self.script = self.script or found.path
        return Written.literal(found.value, Place(found.path, Span(0, len(found.value))))

    def _package(self) -> Text | None:
        return self._text(self._locate("package.json") or self._beside("package.json"))

    def _path(self, program: Written) -> str | None:
        if not program.known:
            return None
        return self._locate(program.text) or self._beside(program.text)

    def _locate(self, path: str) -> str | None:
        """Return the file of the repository that is mounted at a path of the container."""
        folder = text(self._service.node, "working_dir")
        wanted = normpath(join(folder or "/", path))
        for target, source in self._mounted.items():
            if wanted == target or wanted.startswith(f"{target.rstrip('/')}/"):
                found = normpath(f"{source or '.'}/{wanted[len(target) :].lstrip('/')}")
                if self._files.state(found) in {"tracked", "untracked"}:
                    return found
        return None

    def _beside(self, path: str) -> str | None:
        """Return the file of the build context that a relative path most likely is a copy of."""
        context = self._service.context
        if context is None or path.startswith(("/", "~", "..")):
            return None
        found = normpath(f"{context or '.'}/{path}")
        return found if self._files.state(found) in {"tracked", "untracked"} else None

    def _text(self, path: str | None) -> Text | None:
        found = read_text(self._files, path)
        if found:
            self._service.reader.around.texts.setdefault(found.path, found)
        return found
