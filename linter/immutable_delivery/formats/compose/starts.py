"""How a service starts, and what the commands that it runs do."""

from __future__ import annotations

from dataclasses import dataclass

from immutable_delivery.facts import Start
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.compose.words import CommandError, split
from immutable_delivery.formats.yamltree import Node, Scalar, Sequence
from immutable_delivery.text import Place
from immutable_delivery.written import Written


@dataclass(frozen=True, slots=True)
class Command:
    """A `command` or `entrypoint`: its words, None where nothing is written."""

    words: tuple[Written, ...]
    place: Place
    extent: Place

    @property
    def argv(self) -> tuple[str, ...] | None:
        """The words; None where a variable hides one."""
        known = all(word.known for word in self.words)
        return tuple(word.text for word in self.words) if known else None

    @property
    def text(self) -> str:
        """The command as one line."""
        return " ".join(word.text for word in self.words)


def command_of(service: Service, name: str) -> Command | None:
    """Return the `command` or `entrypoint` of a service; without words where it is emptied."""
    node = service.node.get(name)
    if node is None or (isinstance(node, Scalar) and node.null):
        return None
    place = node.place.at(node.place.span.start, max(node.end, node.place.span.end))
    return Command(words_of(service, node), place, service.node.extent(name))


def words_of(service: Service, node: Node) -> tuple[Written, ...]:
    """Return the words of a command, whether it is a list or text."""
    if isinstance(node, Sequence):
        return tuple(item.written for item in node.items if isinstance(item, Scalar))
    try:
        return tuple(split(node.written)) if isinstance(node, Scalar) else ()
    except CommandError as error:
        service.reader.trouble(node.place, f"a command of '{service.name}' {error}")
        return ()


def start(service: Service, origin: str, command: Command) -> Start:
    """Return the fact of a `command` or `entrypoint`; Compose starts its words as they are."""
    return Start(
        used_at=command.place,
        extent=command.extent,
        scope=service.scope,
        places=dict.fromkeys(("argv", "text", "form", "dev_server"), command.place),
        origin=origin,
        form="exec",
        argv=command.argv,
        text=command.text,
    )
