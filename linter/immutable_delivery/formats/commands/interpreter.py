"""Reads the commands of one build stage or container in order, and says what they do once all are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from immutable_delivery.facts import Fact, Fetch, Install, Scope
from immutable_delivery.files import Files
from immutable_delivery.formats.commands.clones import Clones
from immutable_delivery.formats.commands.execution import script_of
from immutable_delivery.formats.commands.installs import installs
from immutable_delivery.formats.commands.modules import program
from immutable_delivery.formats.commands.mutations import commands
from immutable_delivery.formats.commands.packageurls import package_fetches
from immutable_delivery.formats.commands.settings import fixes_sources, settings
from immutable_delivery.formats.commands.stage import Event, Locate, Stage
from immutable_delivery.formats.commands.starts import dev_server_of
from immutable_delivery.formats.commands.tables import Tables, load
from immutable_delivery.formats.commands.taint import Taint
from immutable_delivery.formats.shell import Shell, Word, is_shell
from immutable_delivery.text import Place, Text
from immutable_delivery.written import Written

_SHEBANG = re.compile(
    r"#![ \t]*(?:\S*/)?env(?:[ \t]+-\S+)*[ \t]+(?:\S*/)?(\S+)|#![ \t]*(?:\S*/)?(\S+)"
)
_INSTALLING = frozenset(
    ("make", "rosdep", "ansible-playbook", "playwright", "mk-build-deps", "tasksel", "npx", "gdebi")
)
_SCRIPT = re.compile(r"[^/]*\.(?:sh|bash|py|js|mjs|cjs|ts|rb|pl|php)")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is run by its path, or a script that an interpreter is given."""

    path: Written
    extent: Place
    scope: Scope
    is_last: bool
    """Whether it is the last command of what was read: what the script ends in."""
    interpreter: str = ""
    """The interpreter that runs it; empty where it is run itself."""


class Interpreter:
    """One build stage or container: its commands in order, and what they come to."""

    def __init__(
        self,
        variables: Mapping[str, Written | None] | None = None,
        files: Files | None = None,
        folder: str = "",
        shell: str = "sh",
        *,
        locate: Locate | None = None,
        tables: Tables | None = None,
    ) -> None:
        self.variables = dict(variables or {})
        self.shell = shell
        self.programs: list[Program] = []
        """What is run by its path or through an interpreter, for callers who can follow it."""
        self.sourced: list[Program] = []
        """Scripts that are read into the shell."""
        self.not_analysed: list[Place] = []
        """Statements of a shell that is none, or beyond what is read."""
        self.dev_server = ""
        """The first development server that is started."""
        self._stage = Stage(tables or load(), files, folder, locate)
        for name, value in self.variables.items():
            self._stage.environment[name] = value.value if value is not None else None
        self._events: list[Event] = []
        self._layer = 0
        self._facts: list[Fact] = []
        self._taint = Taint()
        self._clones = Clones()

    @property
    def texts(self) -> Mapping[str, Text]:
        """Files of the repository that facts point into."""
        return self._stage.texts

    @property
    def snapshot(self) -> bool | None:
        """Whether the package repositories are fixed by their date."""
        return self._stage.snapshot

    @snapshot.setter
    def snapshot(self, value: bool | None) -> None:
        self._stage.snapshot = value

    def script(
        self,
        text: Written,
        scope: Scope,
        extent: Place,
        related: tuple[Place, ...] = (),
        *,
        escape: str = "\\",
    ) -> None:
        """Read a script of the shell."""
        if not is_shell(self._language(text)):
            self.not_analysed.append(extent)
            return
        shell = Shell(self.variables, self._stage.tables.wrappers)
        shell.run(text, escape)
        self._read(shell, scope, extent, related)

    def argv(
        self, words: Sequence[Written], scope: Scope, extent: Place, related: tuple[Place, ...] = ()
    ) -> None:
        """Read an exec form: the words of one program."""
        shell = Shell(self.variables, self._stage.tables.wrappers)
        shell.call([Word.of(word) for word in words])
        self._read(shell, scope, extent, related)

    def layer(self) -> None:
        """Begin another layer: the next RUN."""
        self._layer += 1

    def assign(self, name: str, value: Written | None) -> None:
        """Set a variable for the commands that follow: ENV, ARG; None where the value is unknown."""
        self.variables[name] = value
        self._stage.environment[name] = value.value if value is not None else None

    def add(self, fact: Fetch, path: str) -> None:
        """Take in a download that no command makes, and the file that it goes to: Dockerfile's ADD."""
        self._taint.add(fact, path, len(self._events))

    def finish(self) -> list[Fact]:
        """Return what the commands do, in the order in which they are written."""
        facts = [self._settled(fact) if isinstance(fact, Install) else fact for fact in self._facts]
        facts += self._taint.finish()
        facts += (clone.fact for clone in self._clones.found)
        return _unique(facts)

    def _language(self, text: Written) -> str:
        match = _SHEBANG.match(text.text)
        name = (match[1] or match[2]) if match else self.shell
        return name.rpartition("/")[2]

    def _read(self, shell: Shell, scope: Scope, extent: Place, related: tuple[Place, ...]) -> None:
        if shell.incomplete:
            self.not_analysed.append(extent)
        first = len(self._events)
        events: list[Event] = []
        for call in shell.calls:
            name, words = program(call, self._stage.tables)
            role = self._stage.tables.role(name)
            number = first + call.number
            events.append(
                Event(call, name, words, role, number, scope, extent, related, self._layer, events)
            )
        final = next((event for event in reversed(events) if not event.call.captured), None)
        if final is not None:
            final.last = True
        self._events += events
        for event in events:
            self._event(event)

    def _event(self, event: Event) -> None:
        stage = self._stage
        if fixes_sources(event, stage):
            stage.snapshot = True
        made: list[Fact] = list(installs(event, stage))
        made += [
            fetch for fact in made if isinstance(fact, Install) for fetch in package_fetches(fact)
        ]
        self._facts += (*settings(event, stage), *made)
        if event.name == "git":
            self._clones.read(event, stage)
        self._taint.read(event)
        self._facts += commands(event, told=bool(made))
        self._programs(event)
        if not self.dev_server:
            self.dev_server = dev_server_of(event.call, event.name, event.words, stage.tables)

    def _programs(self, event: Event) -> None:
        """Note what is run by its path, or given to an interpreter."""
        role, word = event.role, event.call.words[0]
        if role.interpreter is not None:
            script = script_of(event)
            if script is not None:
                into = self.sourced if role.interpreter.sourced else self.programs
                into.append(_program(event, script, event.name))
            return
        known = role.manager is not None or role.fetcher is not None or event.name == "git"
        named = "/" in word.text or _SCRIPT.fullmatch(word.text) is not None
        if not word.calls and (named or (event.last and not known)):
            self.programs.append(_program(event, word))

    def _settled(self, fact: Install) -> Install:
        """Return a refresh with whether it stands alone in its layer."""
        if fact.action != "refresh":
            return fact
        return replace(fact, alone=not self._followed(fact))

    def _followed(self, fact: Install) -> bool:
        """Whether the layer of a refresh uses the index, or runs something that may."""
        layer = {event.layer for event in self._events if event.extent == fact.extent}
        events = [event for event in self._events if event.layer in layer]
        extents = {event.extent for event in events}
        others = [one for one in self._facts if isinstance(one, Install) and one.extent in extents]
        if any(one.action != "refresh" and self._uses(one, fact) for one in others):
            return True
        words = (event.call.words[0].text for event in events)
        return any(word.startswith((".", "$")) for word in words) or any(
            event.name in _INSTALLING for event in events
        )

    def _uses(self, other: Install, refresh: Install) -> bool:
        """Whether an install may use what a refresh fetched."""
        managers = [self._stage.tables.manager(one.manager) for one in (other, refresh)]
        families = {manager.family for manager in managers if manager is not None}
        return other.ecosystem != "os" or len(families) == 1


def _program(event: Event, word: Word, interpreter: str = "") -> Program:
    return Program(word.written, event.extent, event.scope, event.last, interpreter)


def _unique(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts in the order of their places, without those that a loop or function repeats."""
    found: list[Fact] = []
    seen: dict[tuple[type, Place], list[Fact]] = {}
    for fact in sorted(
        facts, key=lambda fact: (fact.extent.file, fact.extent.span.start, fact.used_at)
    ):
        same = seen.setdefault((type(fact), fact.used_at), [])
        if fact not in same:
            same.append(fact)
            found.append(fact)
    return found
