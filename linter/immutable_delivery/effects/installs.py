"""Package managers: what each invocation installs, upgrades, refreshes or fetches to run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import dropwhile

from immutable_delivery.effects import rlang
from immutable_delivery.effects.arguments import Arguments, Operand, Option, parse
from immutable_delivery.effects.invocations import Invocation, made
from immutable_delivery.effects.program_tables import Manager, Verb
from immutable_delivery.effects.stage import Event, Stage
from immutable_delivery.facts import Install
from immutable_delivery.records import replace
from immutable_delivery.syntax.shell import Word

_INSTALLING = (["install"], ["add"], ["upgrade"])


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
    option = arguments.given(manager.option_verbs)
    if option is not None:
        yield from _by_option(event, manager, arguments, option, stage)
        return
    if doubtful(arguments):
        arguments.operands = _from_verb(manager, arguments.operands)
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
        yield from _inner(event, arguments.operands[count:], stage)
    if not manager.ends:
        arguments.operands += [Operand(word) for word in arguments.passed]
    yield from made(Invocation(event, manager, verb, arguments, count, verb.words), stage)


def doubtful(arguments: Arguments) -> bool:
    """Whether a variable stands where the verb does: `apt-get "$OPTIONS" upgrade`."""
    return any(_hidden(operand) for operand in arguments.operands[:1])


def _hidden(operand: Operand) -> bool:
    return bool(operand.word.unresolved) and operand.word.text.startswith("$")


def _from_verb(manager: Manager, operands: list[Operand]) -> list[Operand]:
    """Return the operands from the verb on that stands behind variables: they are options, or nothing."""
    verbs = {verb.words for verb in manager.verbs if verb.action}
    behind = list(dropwhile(_hidden, operands))
    return behind if behind and (behind[0].word.text,) in verbs else operands


def unsaid(event: Event) -> bool:
    """Whether only a variable says what a package manager does."""
    manager = event.role.manager
    if not event.name and event.call.words[0].unresolved:
        return [word.text for word in event.words[:1]] in _INSTALLING
    if manager is None or not any(word.unresolved for word in event.words[:3]):
        return False
    arguments = parse(event.words, manager.options)
    if (
        arguments.given(manager.inert)
        or arguments.given(manager.option_verbs)
        or not doubtful(arguments)
    ):
        return False
    verbs = all(verb.words for verb in manager.verbs) and bool(manager.verbs)
    return verbs and doubtful(replace(arguments, operands=_from_verb(manager, arguments.operands)))


def _inner(event: Event, operands: Sequence[Operand], stage: Stage) -> Iterator[Install]:
    """Read what the program installs that a runner starts: `npx playwright install`."""
    if operands:
        name = operands[0].word.text
        name = name[:1] + name[1:].partition("@")[0]
        words = [operand.word for operand in operands[1:]]
        if (manager := stage.tables.manager(name)) is not None:
            yield from _invocation(replace(event, name=name, words=words), manager, stage)


def _delegated(
    event: Event, manager: Manager, other: Manager, verb: Verb, last: Word, stage: Stage
) -> Iterator[Install]:
    """Read `uv pip install` by the rules of pip."""
    words = event.words[event.words.index(last) + 1 :]
    arguments = parse(words, other.options | manager.options)
    if not arguments.given(other.inert):
        plain = Verb(verb.words, "install")
        rules = replace(other, family=manager.family)
        yield from made(Invocation(event, rules, plain, arguments, 0, verb.words, last), stage)


def _verb(manager: Manager, arguments: Arguments, before: int = 0) -> tuple[Verb, int] | None:
    """Return the verb, and how many operands it takes up with those before it."""
    texts = arguments.texts[before:]
    for verb in manager.verbs:
        count = len(verb.words)
        if tuple(texts[:count]) == verb.words and (count or _fits(verb, texts, arguments, manager)):
            if verb.operands == "workspace":  # `yarn workspace web add thing`
                return _verb(manager, arguments, before + count + 1)
            return (verb, before + count) if verb.action or verb.delegate else None
    if not manager.verbs and arguments.given(manager.sources):
        return Verb((), "install", "none"), 0
    return None


def _fits(verb: Verb, texts: list[str], arguments: Arguments, manager: Manager) -> bool:
    """Whether a call without a verb is one: `yarn`, `npx thing`."""
    if verb.manifest:
        return not texts
    return bool(texts or arguments.given(manager.sources | manager.instead | manager.files))


def _by_option(
    event: Event, manager: Manager, arguments: Arguments, option: Option, stage: Stage
) -> Iterator[Install]:
    """Read managers whose verbs are options: `pacman -Syu`, `rpm -i`, `nix-env --upgrade`."""
    command = (option.word.text,)
    for verb in _option_verbs(manager, arguments, option, command):
        yield from made(Invocation(event, manager, verb, arguments, 0, command, option.word), stage)


def _option_verbs(
    manager: Manager, arguments: Arguments, option: Option, command: tuple[str, ...]
) -> Iterator[Verb]:
    action = manager.option_verbs[option.name]
    modifiers = {manager.option_modifiers.get(other.name) for other in arguments.options}
    if "upgrade" in modifiers:
        yield Verb(command, "upgrade", "none")
    elif "refresh" in modifiers and not arguments.operands:
        yield Verb(command, "refresh", "none")
    if arguments.operands or action != "install":
        yield Verb(command, action)
