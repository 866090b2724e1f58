"""Package managers: what each invocation installs, upgrades, refreshes or fetches to run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from immutable_delivery.facts import Install, Package
from immutable_delivery.formats.commands import rlang
from immutable_delivery.formats.commands.arguments import Arguments, Option, parse
from immutable_delivery.formats.commands.listed import Listed, listed
from immutable_delivery.formats.commands.packages import packages
from immutable_delivery.formats.commands.stage import Event, Stage, hull
from immutable_delivery.formats.commands.tables import Manager, Verb
from immutable_delivery.formats.shell import Word
from immutable_delivery.text import Place


def installs(event: Event, name: str, words: list[Word], stage: Stage) -> Iterator[Install]:
    """Yield what a call does as a package manager: usually one fact, or none."""
    if name in rlang.PROGRAMS:
        yield from rlang.installs(event, words, stage)
        return
    manager = stage.tables.manager(name)
    if manager is None:
        return
    yield from _invocation(event, name, manager, words, stage)


def _invocation(
    event: Event, name: str, manager: Manager, words: list[Word], stage: Stage
) -> Iterator[Install]:
    arguments = parse(words, manager.options)
    if arguments.given(manager.inert):
        return
    if manager.option_verbs:
        yield from _by_options(event, name, manager, arguments, stage)
        if not manager.verbs:
            return
    found = _verb(manager, arguments)
    if found is None:
        return
    verb, count = found
    if verb.delegate and (other := stage.tables.manager(verb.delegate)) is not None:
        inner = words[words.index(arguments.operands[count - 1].word) + 1 :]
        plain = Verb(("install",), "install")
        delegated = parse(inner, other.options)
        if not delegated.given(other.inert):
            yield from _made(event, name, replace(other, family=manager.family), plain, delegated, 0, stage, verb.words)
        return
    if verb.action == "run":
        arguments = parse(words, manager.options, stop=count + 1)
    yield from _made(event, name, manager, verb, arguments, count, stage, verb.words)


def _verb(manager: Manager, arguments: Arguments) -> tuple[Verb, int] | None:
    """Return the verb, and how many operands it takes up."""
    texts = arguments.texts
    for verb in manager.verbs:
        count = len(verb.words)
        if tuple(texts[:count]) == verb.words and (count or _fits(verb, texts, arguments, manager)):
            return (verb, count) if verb.action else None
    if not manager.verbs and arguments.given(manager.sources):
        return Verb((), "install", "none"), 0
    return None


def _fits(verb: Verb, texts: list[str], arguments: Arguments, manager: Manager) -> bool:
    """Whether a call without a verb is one: `yarn`, `npx thing`."""
    if verb.manifest:
        return not texts
    return bool(texts) or arguments.given(manager.sources) is not None


def _by_options(
    event: Event, name: str, manager: Manager, arguments: Arguments, stage: Stage
) -> Iterator[Install]:
    """Read managers whose verbs are options: `pacman -Syu`, `rpm -i`, `dpkg --install`."""
    option = arguments.given(manager.option_verbs)
    modifiers = {manager.option_modifiers[o.name] for o in arguments.options if o.name in manager.option_modifiers}
    if option is None and not (modifiers and "-S" in manager.option_verbs):
        return
    words = (option.word.text,) if option else ()
    for action in ("refresh", "upgrade"):
        if action in modifiers and (action == "upgrade" or ("upgrade" not in modifiers and not arguments.operands)):
            yield from _made(event, name, manager, Verb(words, action, "none"), arguments, 0, stage, words)
    if option is not None and arguments.operands:
        verb = Verb(words, "install")
        yield from _made(event, name, manager, verb, arguments, 0, stage, words)


def _made(
    event: Event,
    name: str,
    manager: Manager,
    verb: Verb,
    arguments: Arguments,
    count: int,
    stage: Stage,
    command: tuple[str, ...],
) -> Iterator[Install]:
    call = event.call
    named = [package for package, _ in packages(manager, verb, arguments, count)]
    files = listed(manager, verb, arguments, count, stage, call)
    from_manifest = verb.manifest and not named and not files.named and len(arguments.operands) <= count + (verb.operands == "none") * 99
    if verb.action in {"install", "run"} and not (named or files.named or from_manifest):
        return
    action = "install" if verb.action == "upgrade" and named else verb.action
    lock, manifest = _lock(manager, arguments, stage, event) if from_manifest or verb.frozen else ("", "")
    if from_manifest and not lock and manifest:
        files.reads.append(manifest)
    options = _Options(manager, arguments, stage, event)
    place = _place(event, arguments, count)
    yield Install(
        used_at=place,
        extent=event.extent,
        related=(*event.related, *files.places),
        scope=event.scope,
        places={"command": place, "action": place, **_package_places(named), **options.places},
        manager=name,
        ecosystem=manager.ecosystem,
        action=action,
        command=" ".join((name, *command)),
        packages=tuple(files.constrained(named)) + tuple(files.packages),
        frozen=verb.frozen or options.frozen or (manager.honours and bool(lock)),
        hashed=options.hashed or files.hashed,
        snapshot=stage.snapshot or options.snapshot,
        lock_file=lock,
        bypassed_checks=(*options.bypassed, *files.bypassed),
        sudo=call.sudo,
        reads=tuple(files.reads),
    )


def _package_places(named: list[Package]) -> dict[str, Place]:
    return {"packages": named[0].place} if named else {}


def _place(event: Event, arguments: Arguments, count: int) -> Place:
    """Return where the manager and its verb are written."""
    first = event.call.words[0]
    return hull(first, arguments.operands[count - 1].word) if count else first.place


def _lock(
    manager: Manager, arguments: Arguments, stage: Stage, event: Event
) -> tuple[str, str]:
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
        bypassed = arguments.all(manager.bypass)
        self.bypassed = tuple(dict.fromkeys(bypass_text(option) for option in bypassed))
        if bypassed:
            self.places["bypassed_checks"] = bypassed[0].word.place


def bypass_text(option: Option) -> str:
    """Return an option as one would name it: `--nogpgcheck`, `-o Acquire::…=true`."""
    joined = option.value is not None and "=" in option.word.text
    if option.value is None or joined:
        return option.word.text if joined else option.name
    return option.name if option.name.startswith("--") and "=" not in option.value.text else f"{option.name} {option.value.text}"


__all__ = ["Listed", "bypass_text", "installs"]
