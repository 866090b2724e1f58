"""Commands that change what runs, build, copy code into volumes, or need sudo."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.facts import Command
from immutable_delivery.formats.commands.arguments import Arguments, parse
from immutable_delivery.formats.commands.rules import Rule
from immutable_delivery.formats.commands.stage import Event, Stage, hull
from immutable_delivery.formats.shell import Word

_THROWAWAY = re.compile(r"(?:^|[/ ])(?:kind|k3d|minikube|microk8s|ctlptl)(?:$|[ -])")
_COPIERS = frozenset(("cp", "rsync", "tar", "bsdtar", "unzip", "install", "mv"))
_LOCAL_RSYNC = re.compile(r"^[\w.-]+@?[\w.-]*:|::|rsync://")


def commands(event: Event, name: str, words: list[Word], stage: Stage, *, other: bool) -> Iterator[Command]:
    """Yield what a call changes or builds; ``other`` says that another fact already tells of its sudo."""
    arguments = parse(words, stage.tables.options(name))
    rule = next((r for r in stage.tables.rules("mutations", name) if r.matches(arguments)), None)
    builder = next((r for r in stage.tables.rules("builders", name) if r.matches(arguments)), None)
    if rule is not None and not (name == "rsync" and not _remote(arguments)):
        yield _command(event, name, arguments, rule, rule.mutates, rule.builds)
    elif builder is not None:
        yield _command(event, name, arguments, builder, "", "code")
    elif event.scope.phase in {"start", "init", "hook"} and (target := _copied_to(name, arguments)):
        yield _command(event, name, arguments, None, "volume", "", target)
    elif event.call.sudo and not other:
        yield _command(event, name, arguments, None, "", "")


def _command(
    event: Event,
    name: str,
    arguments: Arguments,
    rule: Rule | None,
    mutates: str,
    builds: str,
    target: Word | None = None,
) -> Command:
    count = len(rule.words) if rule else 0
    target = target or (_target(rule, arguments, count) if rule else None)
    last = arguments.operands[count - 1].word if count else event.call.words[0]
    verb = " ".join(arguments.texts[:count])
    place = hull(event.call.words[0], last)
    places = {"verb": place, "tool": event.call.words[0].place, "text": hull(event.call.words[0], event.call.words[-1])}
    if target is not None:
        places["target"] = target.place
    options = [option for name_ in (*(rule.options if rule else ()), "--set", "--image") for option in arguments.all((name_,))]
    if options:
        places["option"] = options[0].word.place
    return Command(
        used_at=place,
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places=places,
        tool=name or event.call.words[0].text,
        verb=verb,
        text=event.call.text,
        target=(target.text if target.known else None) if target is not None else "",
        mutates=mutates,
        builds=builds,
        sudo=event.call.sudo,
    )


def _target(rule: Rule, arguments: Arguments, count: int) -> Word | None:
    if not rule.target:
        return None
    first = rule.target[0]
    if not first.lstrip("-").isdigit():
        option = arguments.given(rule.target)
        return option.value if option else None
    index = int(first)
    operands = [operand.word for operand in arguments.operands[count:]]
    return operands[index] if -len(operands) <= index < len(operands) else None


def _remote(arguments: Arguments) -> bool:
    return any(_LOCAL_RSYNC.search(text) for text in arguments.texts)


def _copied_to(name: str, arguments: Arguments) -> Word | None:
    """Return where a start script copies a tree or unpacks an archive to."""
    if name not in _COPIERS:
        return None
    operands = [operand.word for operand in arguments.operands]
    if name in {"tar", "bsdtar"}:
        return _unpacked_to(arguments)
    if name == "unzip":
        option = arguments.given(("-d",))
        return option.value if option else None
    recursive = arguments.given(("-r", "-R", "-a", "--recursive", "--archive", "-d"))
    named = arguments.given(("-t", "--target-directory"))
    if not (recursive or name in {"rsync", "mv"} or any("*" in text for text in arguments.texts)):
        return None
    return named.value if named else operands[-1] if len(operands) > 1 else None


def _unpacked_to(arguments: Arguments) -> Word | None:
    texts = arguments.texts
    extracts = arguments.given(("-x", "--extract", "--get")) or (texts and re.fullmatch(r"[a-zA-Z]*x[a-zA-Z]*", texts[0]))
    folder = arguments.given(("-C", "--directory"))
    return folder.value if extracts and folder else None
