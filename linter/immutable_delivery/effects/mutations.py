"""Commands that change what runs, build, copy files when a container starts, or need sudo."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.stage import Event, hull
from immutable_delivery.effects.transfers import COPYING, carried, transfer
from immutable_delivery.effects.unanalysed import CONVERGENT, unread
from immutable_delivery.facts import Built, Command, Effect, Mutation, Unread
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.syntax.shell import Word

_SECTIONS = frozenset(("mutations", "builders", "migrators"))
_STARTING = frozenset(("start", "init", "hook"))
_REPLICAS = lazy(
    r"""\s*\{\s*["']?spec["']?\s*:\s*\{\s*["']?replicas["']?\s*:\s*(?:\$\{\w+\}|[^{},:])+\}\s*\}\s*"""
    r"""|\s*\[\s*\{[^{}\[\]]*["']/spec/replicas["'](?:\$\{\w+\}|[^{}\[\]])*\}\s*\]\s*"""
)
_SHOWN = 60
"""So many characters of a script are shown."""


def commands(event: Event, *, told: bool) -> Iterator[Command]:
    """Yield what a call changes or builds; ``told`` says that another fact already tells of its sudo."""
    rules = event.role.rules
    copies = event.scope.phase in _STARTING and event.name in COPYING
    if not (copies or event.call.sudo or not _SECTIONS.isdisjoint(rules)):
        return
    if _is_told(event):
        return
    arguments = event.arguments
    rule = event.rule("mutations")
    if rule is not None and rule.converges and event.scope.phase == "build":
        return  # a part of what is built
    if rule is not None and _concerns(rule, arguments):
        yield _deploying(
            _command(event, arguments, rule, rule.mutates, rule.builds), rule, arguments
        )
    elif (rule := event.rule("builders")) is not None:
        yield _command(event, arguments, rule, builds="code")
    elif event.scope.phase in _STARTING and event.rule("migrators") is not None:
        yield replace(_command(event, arguments, None), migrates=True)
    elif copies and (moved := transfer(event, arguments)):
        command = _command(event, arguments, None, "files", target=moved.target)
        yield replace(command, target=moved.path, sources=moved.sources)
    elif event.call.sudo and not told:
        yield _command(event, arguments, None)


def converging(event: Event) -> Unread | None:
    """Return a run of configuration management that builds an image; what Ansible does is read elsewhere."""
    rule = event.rule("mutations") if event.scope.phase == "build" else None
    if rule is None or rule.converges in {"", "Ansible"}:
        return None
    words = event.call.words
    return unread(rule.converges, hull(words[0], words[-1]), event.scope, event.extent, CONVERGENT)


def making(event: Event, made: str) -> Command:
    """Return a call that makes something for its own run."""
    return replace(_command(event, event.arguments, None), makes=made)


def _is_told(event: Event) -> bool:
    """Whether a command that runs this one elsewhere tells what it does (`ssh`, `kubectl exec`)."""
    return event.outer is not None and "mutations" in event.outer.role.rules


def _concerns(rule: Rule, arguments: Arguments) -> bool:
    """Whether what a call concerns is what its rule is about: `cp` into a container, not out of it."""
    if rule.scales and _only_scales(rule, arguments):
        return False
    if not rule.where:
        return True
    target = _target(rule, arguments, len(rule.words))
    return target is not None and re.search(rule.where, target.text) is not None


def _only_scales(rule: Rule, arguments: Arguments) -> bool:
    """Whether a patch says nothing but how many replicas run."""
    patch = arguments.value(rule.scales)
    return patch is not None and _REPLICAS.fullmatch(patch.text) is not None


def _command(
    event: Event,
    arguments: Arguments,
    rule: Rule | None,
    mutates: Mutation = "",
    builds: Built = "",
    target: Word | None = None,
) -> Command:
    words = event.call.words
    count = len(rule.words) if rule else 0
    target = target or (_target(rule, arguments, count) if rule else None)
    place = hull(words[0], arguments.operands[count - 1].word) if count else words[0].place
    places = {"verb": place, "tool": words[0].place, "text": hull(words[0], words[-1])}
    if target is not None:
        places["target"] = target.place
    return Command(
        used_at=place,
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places=places,
        tool=event.name or words[0].text,
        verb=" ".join(arguments.texts[:count]),
        text=_line(event.call.text),
        target=(target.text if target.known else None) if target is not None else "",
        mutates=mutates,
        builds=builds,
        sudo=event.call.sudo,
        effect=_effect(event, rule, arguments) if mutates else "",
        deployment=rule.deployment if rule else "",
    )


def _line(text: str) -> str:
    """Return what a person is told of a command: of one that holds a script of many lines the beginning of its first."""
    first, more, _ = text.strip().partition("\n")
    return f"{first[:_SHOWN].rstrip()} …" if more else first


def _effect(event: Event, rule: Rule | None, arguments: Arguments) -> Effect:
    if rule is None:
        return "changes"
    if rule.runs:
        from immutable_delivery.effects.inside import effect  # noqa: PLC0415 (most runs enter nothing)

        return effect(event)
    copies = rule.mutates == "host" and rule.where
    return carried(arguments, len(rule.words)) if copies else "changes"


def _deploying(command: Command, rule: Rule, arguments: Arguments) -> Command:
    """Return the command with what it puts in, where it may name that."""
    if not rule.sets:
        return command
    from immutable_delivery.effects.deployments import deploying  # noqa: PLC0415 (most runs deploy nothing)

    return deploying(command, rule, arguments)


def _target(rule: Rule, arguments: Arguments, count: int) -> Word | None:
    if not rule.target:
        return None
    first = rule.target[0]
    if not first.lstrip("-").isdigit():
        return arguments.value(rule.target)
    index = int(first)
    operands = [operand.word for operand in arguments.operands[count:]]
    return operands[index] if -len(operands) <= index < len(operands) else None
