"""Package managers: what each invocation installs, upgrades, refreshes or fetches to run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from immutable_delivery.facts import Install, Package
from immutable_delivery.formats.commands import rlang
from immutable_delivery.formats.commands.arguments import Arguments, Operand, parse
from immutable_delivery.formats.commands.bypasses import bypasses
from immutable_delivery.formats.commands.listed import listed
from immutable_delivery.formats.commands.packages import packages, versioned
from immutable_delivery.formats.commands.records import Manager, Verb
from immutable_delivery.formats.commands.stage import Event, Stage, hull
from immutable_delivery.formats.shell import Word
from immutable_delivery.text import Place


def installs(event: Event, stage: Stage) -> Iterator[Install]:
    """Yield what a call does as a package manager: usually one fact, or none."""
    if event.name in rlang.PROGRAMS:
        yield from rlang.installs(event, stage)
    elif event.role.manager is not None:
        yield from _invocation(event, event.role.manager, stage)


def _invocation(event: Event, manager: Manager, stage: Stage) -> Iterator[Install]:
    arguments = parse(event.words, manager.options)
    if arguments.given(manager.inert):
        return
    if manager.option_verbs:
        yield from _by_options(event, manager, arguments, stage)
    found = _verb(manager, arguments)
    if found is None:
        return
    verb, count = found
    delegate = stage.tables.manager(verb.delegate) if verb.delegate else None
    if delegate is not None:
        last = arguments.operands[count - 1].word
        yield from _delegated(event, manager, delegate, verb, last, stage)
        return
    if verb.action == "run":
        arguments = parse(event.words, manager.options, stop=count + 1)
    if not manager.ends:
        arguments.operands += [Operand(word) for word in arguments.passed]
    yield from _made(Invocation(event, manager, verb, arguments, count, verb.words), stage)


def _delegated(
    event: Event, manager: Manager, other: Manager, verb: Verb, last: Word, stage: Stage
) -> Iterator[Install]:
    """Read `uv pip install` by the rules of pip."""
    words = event.words[event.words.index(last) + 1 :]
    arguments = parse(words, other.options | manager.options)
    if not arguments.given(other.inert):
        plain = Verb(verb.words, "install")
        rules = replace(other, family=manager.family)
        yield from _made(Invocation(event, rules, plain, arguments, 0, verb.words, last), stage)


def _verb(manager: Manager, arguments: Arguments) -> tuple[Verb, int] | None:
    """Return the verb, and how many operands it takes up."""
    texts = arguments.texts
    for verb in manager.verbs:
        count = len(verb.words)
        if tuple(texts[:count]) == verb.words and (count or _fits(verb, texts, arguments, manager)):
            return (verb, count) if verb.action or verb.delegate else None
    if not manager.verbs and arguments.given(manager.sources):
        return Verb((), "install", "none"), 0
    return None


def _fits(verb: Verb, texts: list[str], arguments: Arguments, manager: Manager) -> bool:
    """Whether a call without a verb is one: `yarn`, `npx thing`."""
    if verb.manifest:
        return not texts
    return bool(texts or arguments.given(manager.sources) or arguments.given(manager.instead))


def _by_options(
    event: Event, manager: Manager, arguments: Arguments, stage: Stage
) -> Iterator[Install]:
    """Read managers whose verbs are options: `pacman -Syu`, `rpm -i`, `dpkg --install`."""
    option = arguments.given(manager.option_verbs)
    if option is None:
        return
    modifiers = {manager.option_modifiers.get(other.name) for other in arguments.options}
    word = (option.word.text,)
    action = "upgrade" if "upgrade" in modifiers else "refresh"
    if action in modifiers and (action == "upgrade" or not arguments.operands):
        yield from _made(
            Invocation(event, manager, Verb(word, action, "none"), arguments, 0, word), stage
        )
    if arguments.operands:
        yield from _made(
            Invocation(event, manager, Verb(word, "install"), arguments, 0, word), stage
        )


@dataclass(frozen=True, slots=True)
class Invocation:
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


def _made(invocation: Invocation, stage: Stage) -> Iterator[Install]:
    event, manager, verb = invocation.event, invocation.manager, invocation.verb
    arguments, count = invocation.arguments, invocation.count
    named = packages(manager, verb, arguments, count) or _implied(invocation)
    files = listed(manager, verb, arguments, count, stage, event.call)
    from_manifest = _from_manifest(invocation) and not named and not files.named
    if verb.action in {"install", "run"} and not (named or files.named or from_manifest):
        return
    lock, manifest = _lock(manager, arguments, stage, event) if from_manifest else ("", "")
    options = _Options(manager, arguments, stage, event)
    place = invocation.place
    first = {"packages": named[0].place} if named else {}
    yield Install(
        used_at=place,
        extent=event.extent,
        related=(*event.related, *files.places),
        scope=event.scope,
        places={"command": place, "action": place, **first, **options.places},
        manager=event.name,
        ecosystem=manager.ecosystem,
        action="install" if verb.action == "upgrade" and named else verb.action,
        command=" ".join((event.name, *invocation.command)),
        packages=(*files.constrained(named), *files.packages),
        frozen=verb.frozen or options.frozen or (manager.honours and bool(lock)),
        hashed=options.hashed or files.hashed,
        snapshot=stage.snapshot or options.snapshot,
        lock_file=lock,
        bypassed_checks=(*options.bypassed, *files.bypassed),
        sudo=event.call.sudo,
        reads=(*files.reads, *([manifest] if manifest and not lock else [])),
    )


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


def _lock(manager: Manager, arguments: Arguments, stage: Stage, event: Event) -> tuple[str, str]:
    """Return the lock file and the manifest that lie where the manager looks."""
    option = arguments.given(manager.folder)
    folder = f"{option.value.text}/" if option and option.value else ""
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
        self.hashed = arguments.given(manager.hashes) is not None
        self.snapshot = arguments.given(manager.snapshots) is not None
        checks = bypasses(arguments, manager.bypass)
        self.bypassed = checks.names
        if checks.place is not None:
            self.places["bypassed_checks"] = checks.place
