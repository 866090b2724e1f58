"""Reads the commands of one build stage or container in order, and says what they do once all are read."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.context import Inside
from immutable_delivery.effects.artifacts import MadeImage, made_images
from immutable_delivery.effects.clones import Clones
from immutable_delivery.effects.images import NamedImage, images
from immutable_delivery.effects.installs import installs, unsaid
from immutable_delivery.effects.layers import Layers
from immutable_delivery.effects.modules import program
from immutable_delivery.effects.mutations import commands, converging, making
from immutable_delivery.effects.packageurls import package_fetches
from immutable_delivery.effects.programs import Program, called, programs_of
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.settings import fixes_sources, settings
from immutable_delivery.effects.stage import Event, Locate, Stage, hull, nest
from immutable_delivery.effects.starts import dev_server_of
from immutable_delivery.effects.tables import Tables, load
from immutable_delivery.effects.throwaway import ENGINE, Run, settle
from immutable_delivery.effects.unanalysed import FOLLOWED, foreign, language_of, unread
from immutable_delivery.effects.written import Written
from immutable_delivery.facts import Command, Fact, Fetch, Install, Scope, Source, Unread
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.files import Files
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.shell import Shell, Word, runs
from immutable_delivery.syntax.shell.outside import NOTHING, Outside, Seen
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Launchers

if TYPE_CHECKING:
    from immutable_delivery.effects.taint import Taint

_SHEBANG = lazy(
    r"#![ \t]*(?:\S*/)?(?:env|with-contenv)(?:[ \t]+-\S+)*[ \t]+(?:\S*/)?(\S+)|#![ \t]*(?:\S*/)?(\S+)",
    needs=("#!",),
)
_REPEATED = 50
"""So many facts at one place are compared; a loop that makes more makes the same."""


class Interpreter:
    """One build stage or container: its commands in order, and what they come to."""

    def __init__(
        self,
        variables: Mapping[str, LocatedText | None] | None = None,
        files: Files | None = None,
        folder: str = "",
        shell: str = "sh",
        *,
        locate: Locate | None = None,
        tables: Tables | None = None,
    ) -> None:
        self.variables: dict[str, LocatedText | None] = {}
        self.shell = shell
        self.programs: list[Program] = []
        """What is run by its path or through an interpreter, for callers who can follow it."""
        self.sourced: list[Program] = []
        """Scripts that are read into the shell."""
        self.tasks: list[Program] = []
        """Calls of programs that run what a file of recipes says (`make deploy`), for callers who read such files."""
        self.images: list[NamedImage] = []
        """The images that commands name, for callers who know what a container is."""
        self.made: list[MadeImage] = []
        """The images that commands build and push."""
        self.dev_server = ""
        """The first development server that is started."""
        self._stage = Stage(tables or load(), files, folder, locate)
        self._events: list[Event] = []
        self._layer = 0
        self._facts: list[Fact] = []
        self._taint: Taint | None = None
        self._clones = Clones()
        self._written = Written()
        self._changes: list[tuple[Command, Event]] = []
        self._taken: list[tuple[Source, Event]] = []
        self._fed: list[tuple[Inside, Event]] = []
        self.run = Run()
        self.outside: Outside = NOTHING
        """The scripts that commands read in, for callers who can find them."""
        for name, value in (variables or {}).items():
            self.assign(name, value)

    @property
    def texts(self) -> Mapping[str, Text]:
        """Files of the repository that facts point into."""
        return self._stage.texts

    @property
    def written(self) -> Mapping[str, LocatedText]:
        """What commands wrote from here-documents, by path."""
        return self._written.texts

    @property
    def folder(self) -> str:
        """The folder of the repository that relative paths start from."""
        return self._stage.folder

    @folder.setter
    def folder(self, value: str) -> None:
        self._stage.folder = value

    @property
    def snapshot(self) -> bool | None:
        """Whether the package repositories are fixed by their date."""
        return self._stage.snapshot

    @snapshot.setter
    def snapshot(self, value: bool | None) -> None:
        self._stage.snapshot = value

    def script(
        self,
        text: LocatedText,
        scope: Scope,
        extent: Place | None,
        related: tuple[Place, ...] = (),
        *,
        escape: str = "\\",
        hidden: tuple[str, ...] = (),
        arguments: Sequence[LocatedText] | None = None,
        path: LocatedText | None = None,
        folder: str | None = "",
        shell: str = "",
        seen: Seen | None = None,
    ) -> None:
        """Read a script of the shell, called by a path in a folder, with arguments; one that names another interpreter is not analysed.

        Without ``extent`` every command is a statement of its own. ``hidden`` are the parts of it that somebody else fills in
        before a shell reads it, as they are written. ``shell`` is the program that reads it, where that is another one than usual.
        """
        match = _SHEBANG.match(text.text)
        language = language_of((match[1] or match[2]) if match else shell or self.shell)
        if language:
            translated = _translated(text, hidden, language, scope)
            if translated is None and scope.phase in FOLLOWED and known(Launchers).reads(language):
                place = extent or text.used_at
                code = Program(text, place, scope, is_last=False, interpreter=language, inline=True)
                self.programs.append(code)
                return
            if translated is None:
                self._facts.append(unread(language, text.used_at, scope, extent or text.used_at))
                return
            text, hidden = replace(translated, unresolved=()), translated.unresolved
        own: dict[str, LocatedText | None] = {"0": path, "BASH_SOURCE": path} if path else {}
        given = ChainMap(own, self.variables)
        wrappers = self._stage.tables.wrappers
        around = folder, self.outside, seen
        ran = runs.run(text, given, wrappers, escape, hidden, arguments, *around)
        self._read(ran, scope, extent, related, text.used_at)

    def argv(
        self,
        words: Sequence[LocatedText],
        scope: Scope,
        extent: Place,
        related: tuple[Place, ...] = (),
    ) -> None:
        """Read an exec form: the words of one program."""
        shell = Shell(self.variables, self._stage.tables.wrappers)
        shell.call([Word.of(word) for word in words])
        self._read(shell, scope, extent, related, extent)

    def layer(self) -> None:
        """Begin another layer: the next RUN."""
        self._layer += 1

    def assign(self, name: str, value: LocatedText | None) -> None:
        """Set a variable for the commands that follow: ENV, ARG; None where the value is unknown."""
        self.variables[name] = value
        self._stage.environment[name] = value.value if value is not None else None
        if name == ENGINE:
            self.run.engine = value.text if value is not None else ""

    def forget(self, name: str) -> None:
        """Take a variable away again."""
        self.variables.pop(name, None)
        self._stage.environment.pop(name, None)

    def add(self, fact: Fetch, path: str) -> None:
        """Take in a download that no command makes, and the file that it goes to: Dockerfile's ADD.

        What becomes of it (checked, unpacked, run) is in the fact that :meth:`finish` returns.
        """
        self._downloads().add(fact, path, len(self._events))

    def leave(self, program: Program, reason: str) -> None:
        """Name a script that the caller does not follow."""
        place = program.path.used_at
        self._facts.append(unread("sh", place, program.scope, program.extent, reason))

    def deployed(self, *, passing: bool) -> list[Inside]:
        """Return what commands are given on their input and deploy to where it stays; ``passing``: the machine goes with the run."""
        return [held for held, event in self._fed if self.run.keeps(event, passing=passing)]

    def finish(self) -> list[Fact]:
        """Return what the commands do, in the order in which they are written."""
        layers = Layers(self._events, self._facts, self._stage.tables)
        known = settle(self._facts, self._changes, self.run)
        facts = [layers.settled(fact) for fact in known]
        facts += self._taint.finish() if self._taint else ()
        facts += (clone.fact for clone in self._clones.found)
        facts += (self.run.reached(source, event) for source, event in self._taken)
        return _unique(facts)

    def _read(
        self,
        ran: runs.Ran | Shell,
        scope: Scope,
        extent: Place | None,
        related: tuple[Place, ...],
        whole: Place,
    ) -> None:
        if ran.incomplete:
            reason = "what is too long or nested too deep is not analysed"
            self._facts.append(unread("sh", extent or whole, scope, extent or whole, reason))
        first, tables = len(self._events), self._stage.tables
        events: list[Event] = []
        for call in ran.calls:
            name, words = program(call, tables)
            statement = extent or hull(call.words[0], call.words[-1])
            place = scope, statement, related, self._layer, events
            event = Event(call, name, words, tables.role(name), first + call.number, *place)
            events.append(event)
        final = next((event for event in reversed(events) if not event.call.captured), None)
        if final is not None:
            final.last = True
        nest(events)
        self._events += events
        for event in events:
            self._event(event)

    def _event(self, event: Event) -> None:
        stage = self._stage
        if fixes_sources(event, stage):
            stage.snapshot = True
        installed = [one for one in installs(event, stage) if self._news(one)]
        fetched = [fetch for install in installed for fetch in package_fetches(install)]
        self._facts += (*settings(event, stage), *installed, *fetched)
        if event.name == "git":
            self._clones.read(event, stage)
            stage.cloned |= dict.fromkeys(one.folder for one in self._clones.found[-1:])
        if self._taint or event.role.fetcher:
            self._downloads().read(event)
        self._written.read(event)
        self._change(event, told=bool(installed))
        self.images += images(event, stage)
        self.made += made_images(event, stage)
        if event.call.through is None and (taken := event.rule("taken")) is not None:
            self._take(event, taken)
        if unsaid(event):
            self._facts.append(_unsaid(event))
        self._facts += [one for one in (foreign(event), converging(event)) if one is not None]
        if "task_runners" in event.role.sets and event.call.through is None:
            self.tasks.append(called(event))
        away = event.call.through is not None and event.scope.phase == "pipeline"
        for ran in programs_of(event) if not away else ():
            (self.sourced if ran.sourced else self.programs).append(ran)
        if not self.dev_server:
            self.dev_server = dev_server_of(event.call, event.name, event.words, stage.tables)

    def _downloads(self) -> Taint:
        """Return who follows downloads, from the first on."""
        if self._taint is None:
            from immutable_delivery.effects.taint import Taint  # noqa: PLC0415 (many images download nothing)

            self._taint = Taint()
        return self._taint

    def _change(self, event: Event, *, told: bool) -> None:
        """Read what a call changes, and what it makes for this run."""
        found = [] if self._plays_here(event) else list(commands(event, told=told))
        made = self.run.read(event)
        if made == "cluster" and not found:
            found = [making(event, made)]
        self._changes += ((command, event) for command in found)
        self._facts += found

    def _plays_here(self, event: Event) -> bool:
        """Whether a call runs playbooks for its own machine alone."""
        if event.name != "ansible-playbook" or self._stage.files is None:
            return False
        from immutable_delivery.effects.plays import runs_here  # noqa: PLC0415 (few run playbooks)

        return runs_here(event, self._stage)

    def _take(self, event: Event, rule: Rule) -> None:
        """Read what a call takes from elsewhere, itself on this machine."""
        from immutable_delivery.effects import sources  # noqa: PLC0415 (most runs take nothing)

        taken = (
            *sources.sources(event, rule, self._stage),
            *sources.cloned(event, rule, self._stage, self._clones),
        )
        self._taken += ((source, event) for source in taken)
        self._fed += (
            (held, event) for held in sources.documents(event, rule, self._stage, self._written)
        )

    def _news(self, install: Install) -> bool:
        """Whether an install is not told yet: a node that is entered at start is changed, however often (`if apt … elif yum`)."""
        if (
            not install.through
            or install.scope.phase in {"build", "pipeline"}
            or not _adds(install)
        ):
            return True
        told = (one for one in self._facts if isinstance(one, Install) and _adds(one))
        return install.places["through"] not in {one.places.get("through") for one in told}


def _translated(
    text: LocatedText, hidden: tuple[str, ...], language: str, scope: Scope
) -> LocatedText | None:
    """Return the commands of PowerShell in pipelines and on machines as a shell reads them; None for other scripts."""
    away = scope.phase in {"pipeline", "boot"} or scope.machine
    if language != "PowerShell" or not away:
        return None
    from immutable_delivery.syntax.powershell import as_shell  # noqa: PLC0415 (few scripts are PowerShell)

    return as_shell(text, hidden)


def _adds(install: Install) -> bool:
    return install.action in {"install", "upgrade"}


def _unique(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts in the order of their places, without those that a loop or function repeats."""
    found: list[Fact] = []
    seen: dict[tuple[type, Place], list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.extent, fact.used_at)):
        same = seen.setdefault((type(fact), fact.used_at), [])
        if len(same) < _REPEATED and fact not in same:
            same.append(fact)
            found.append(fact)
    return found


def _unsaid(event: Event) -> Unread:
    """Return a call of which only a variable says what it installs."""
    words = event.call.words
    reason = f"a variable says what `{event.call.text}` does"
    place = hull(words[0], words[-1])
    return unread(event.name or words[0].text, place, event.scope, event.extent, reason)
