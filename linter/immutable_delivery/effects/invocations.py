"""One invocation of a package manager: its packages, its lock file, what it freezes and leaves unchecked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import basename, join

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.bypasses import bypasses
from immutable_delivery.effects.packages import packages, versioned
from immutable_delivery.effects.program_tables import Manager, Verb
from immutable_delivery.effects.requirement_files import requirement_files
from immutable_delivery.effects.stage import Event, Stage, hull
from immutable_delivery.facts import Install, Package
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Word

_HEAD = 1000
"""Where in a lock file its format is told."""


class Invocation(Record, frozen=True):
    """A package manager, what it is told to do, and with what."""

    event: Event
    manager: Manager
    verb: Verb
    arguments: Arguments
    count: int
    """How many operands the verb takes up."""
    command: tuple[str, ...]
    """The verb as written."""
    last: Word | None = None
    """The last word of the verb, where it is no operand."""

    @property
    def place(self) -> Place:
        """Where the manager and its verb are written."""
        first = self.event.call.words[0]
        last = self.arguments.operands[self.count - 1].word if self.count else self.last
        return hull(first, last) if last is not None else first.place

    @property
    def verb_place(self) -> Place:
        """Where the verb is written, or would be."""
        if not self.count:
            end = self.event.call.words[0].place
            return end.at(end.span.end, end.span.end)
        operands = self.arguments.operands
        return hull(operands[0].word, operands[self.count - 1].word)


def made(invocation: Invocation, stage: Stage) -> Iterator[Install]:
    """Yield what an invocation does, where it does anything."""
    event, manager, verb = invocation.event, invocation.manager, invocation.verb
    arguments, count = invocation.arguments, invocation.count
    named = packages(manager, verb, arguments, count) or _implied(invocation)
    named = _locked(invocation, named, stage)
    files = requirement_files(manager, verb, arguments, count, stage, event.call)
    if verb.project and not (named or files.named):
        from immutable_delivery.effects.project_runs import project_runs  # noqa: PLC0415 (rare)

        yield from project_runs(invocation, stage)
        return
    from_manifest = _from_manifest(invocation) and not named and not files.named
    if verb.action in {"install", "run"} and not (named or files.named or from_manifest):
        return
    lock, manifest = _lock(manager, arguments, stage, event) if from_manifest else ("", "")
    options = _Options(manager, arguments, stage, event)
    frozen = verb.frozen or options.frozen or (manager.honours and bool(lock))
    if manifest and not lock and not frozen:
        files.read_manifest(manifest, stage)
    place = invocation.place
    form = "" if frozen or not lock else _frozen_form(invocation, lock, stage)
    first = {"packages": named[0].place} if named else {}
    through = event.call.through
    entered = {"through": through.place} if through else {}
    verbs = {"frozen_form": invocation.verb_place} if form else {}
    yield Install(
        used_at=place,
        extent=event.extent,
        related=(*event.related, *files.places),
        scope=event.scope,
        places={"command": place, "action": place, **first, **verbs, **entered, **options.places},
        manager=event.name,
        ecosystem=manager.ecosystem,
        action="install" if verb.action == "upgrade" and named else verb.action,
        command=" ".join((event.name, *invocation.command)),
        packages=(*files.constrained(named), *files.packages),
        frozen=frozen,
        hashed=options.hashed or files.hashed,
        snapshot=stage.snapshot or options.snapshot,
        lock_file=lock,
        bypassed_checks=(*options.bypassed, *files.bypassed),
        fetches=_fetches(invocation, named),
        sudo=event.call.sudo,
        through=through.text if through else "",
        reads=tuple(files.reads),
        frozen_form=form,
        lean=options.lean,
        partly=arguments.given(manager.partly) is not None,
        lock_present=bool(form) and _lock_present(invocation, lock, stage),
    )


def _fetches(invocation: Invocation, named: Sequence[Package]) -> bool | None:
    """Return whether what is run comes from the network each time; None where it may be installed."""
    manager, verb = invocation.manager, invocation.verb
    if verb.action != "run" or all(package.local for package in named):
        return False
    if (" ".join(verb.words) or "~") not in manager.looks:
        return True
    sure = invocation.arguments.given(manager.fetching) or any(package.version for package in named)
    return True if sure else None


def _implied(invocation: Invocation) -> list[Package]:
    """Return the package that a verb means without naming it: `mix local.hex`."""
    name = invocation.verb.name
    version = invocation.arguments.given(invocation.manager.version)
    if not name:
        return []
    given = version.value if version and version.value else None
    package = Package(name=name, pin="none", spec=name, place=invocation.place)
    return [package if given is None else versioned(package, given)]


def _from_manifest(invocation: Invocation) -> bool:
    """Whether a call that names no package takes what a manifest lists."""
    verb, operands = invocation.verb, invocation.arguments.operands
    return verb.manifest and (verb.operands == "none" or len(operands) <= invocation.count)


def _locked(invocation: Invocation, named: list[Package], stage: Stage) -> list[Package]:
    """Return what is named; where the image holds the lock file, that says the versions."""
    held = invocation.verb.locked and any(
        _lock_present(invocation, stage.path(invocation.event.call, name) or "", stage)
        for name in invocation.manager.locks
    )
    return [
        replace(package, pin="exact") if held and package.pin == "none" else package
        for package in named
    ]


def _frozen_form(invocation: Invocation, lock: str, stage: Stage) -> str:
    """Return what to write for the verb to get just what the lock says; empty where nothing is certain."""
    manager, verb = invocation.manager, " ".join(invocation.verb.words)
    forms = manager.frozen_forms.get(verb, "")
    if invocation.arguments.given(manager.thaws):
        return ""
    if isinstance(forms, str):
        return forms
    text = stage.read(lock)
    return next((form for mark, form in forms.items() if text and mark in text.value[:_HEAD]), "")


def _lock_present(invocation: Invocation, lock: str, stage: Stage) -> bool:
    """Whether the image is known to hold the lock file where the command looks for it."""
    folder = invocation.event.call.folder or "."
    path = join(folder, _folder(invocation.manager, invocation.arguments), basename(lock))
    return stage.locate is not None and stage.locate(path) == lock


def _folder(manager: Manager, arguments: Arguments) -> str:
    option = arguments.given(manager.folder)
    return f"{option.value.text}/" if option and option.value else ""


def _lock(manager: Manager, arguments: Arguments, stage: Stage, event: Event) -> tuple[str, str]:
    """Return the lock file and the manifest that lie where the manager looks."""
    folder = _folder(manager, arguments)
    locks = (stage.path(event.call, folder + name) for name in manager.locks)
    manifests = (stage.path(event.call, folder + name) for name in manager.manifest)
    return next(filter(None, locks), ""), next(filter(None, manifests), "")


class _Options:
    """What the options of an invocation say of freezing and checking."""

    def __init__(self, manager: Manager, arguments: Arguments, stage: Stage, event: Event) -> None:
        self.places: dict[str, Place] = {}
        frozen = arguments.given(manager.freezes)
        set_on = stage.switched_on(manager.freezes_env, event.call)
        self.frozen = frozen is not None or set_on or not stage.settings.isdisjoint(manager.names)
        set_so = stage.set_to(manager.lean_env, event.call)
        self.lean = arguments.given(manager.lean) is not None or set_so
        self.hashed = arguments.given(manager.hashes) is not None
        self.snapshot = arguments.given(manager.snapshots) is not None
        checks = bypasses(arguments, manager.bypass)
        self.bypassed = checks.names
        if checks.place is not None:
            self.places["bypassed_checks"] = checks.place
