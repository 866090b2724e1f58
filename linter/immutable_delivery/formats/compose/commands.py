"""The commands of a service: its start, its health check, its hooks."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.spec import CommandSpec
from immutable_delivery.facts import Form, Origin, Phase
from immutable_delivery.formats.compose.reading import truth
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.words import CommandError, split
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import mapping, mappings, scalars

_HOOKS: dict[str, Phase] = {"pre_start": "init", "post_start": "hook", "pre_stop": "hook"}

_FORMS: dict[str, Form] = {"CMD": "exec", "CMD-SHELL": "shell"}


def command(service: Service, key: Origin) -> CommandSpec | None:
    """Return the `entrypoint` or `command`: Compose starts its words as they are. None where it is emptied."""
    node = service.node.get(key)
    words = _words(service, node)
    if node is None or not words:
        return None
    return CommandSpec(key, words, node.place, service.node.extent(key))


def others(service: Service) -> Iterator[CommandSpec]:
    """Yield the health check and the hooks."""
    check = mapping(service.node, "healthcheck")
    if check is not None and not truth(check.get("disable")):
        yield from _check(check)
    for key, phase in _HOOKS.items():
        for hook in mappings(service.node, key):
            node = hook.get("command")
            if node is not None and (words := _words(service, node)):
                yield CommandSpec("hook", words, node.place, hook.extent("command"), phase=phase)


def _check(check: Mapping) -> Iterator[CommandSpec]:
    """Yield the health check: text is for a shell, the first word of a list says what the others are for."""
    test, extent = check.get("test"), check.extent("test")
    if isinstance(test, Scalar) and not test.null:
        yield CommandSpec("probe", (test.written,), extent, extent, "shell", "probe")
        return
    kind, *words = scalars(check, "test") or (None,)
    form = _FORMS.get(kind.text) if kind else None
    if form and words:
        said = tuple(word.written for word in (words if form == "exec" else words[:1]))
        yield CommandSpec("probe", said, extent, extent, form, "probe")


def _words(service: Service, node: Node | None) -> tuple[LocatedText, ...]:
    """Return the words of a command, whether it is a list or text."""
    if isinstance(node, Sequence):
        return tuple(item.written for item in node.items if isinstance(item, Scalar))
    if not isinstance(node, Scalar) or node.null:
        return ()
    try:
        return tuple(split(node.written))
    except CommandError as error:
        service.reader.trouble(node.place, f"a command of '{service.name}' {error}")
        return ()
