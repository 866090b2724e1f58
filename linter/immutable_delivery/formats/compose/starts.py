"""How a service starts, and what the commands that it runs do."""

from __future__ import annotations

from immutable_delivery.facts import Origin, Start
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.compose.words import CommandError, split
from immutable_delivery.formats.yamltree import Node, Scalar, Sequence
from immutable_delivery.records import Record
from immutable_delivery.text import Place
from immutable_delivery.written import Written


class Command(Record, frozen=True):
    """A `command` or `entrypoint`."""

    origin: Origin
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


def commands_of(service: Service) -> list[Command]:
    """Return the entrypoint and the command of a service, those that are written and not emptied."""
    found = []
    for name in ("entrypoint", "command"):
        node = service.node.get(name)
        if node is not None and (words := words_of(service, node)):
            found.append(Command(name, words, node.place, service.node.extent(name)))
    return found


def words_of(service: Service, node: Node) -> tuple[Written, ...]:
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


def start(service: Service, command: Command) -> Start:
    """Return the fact of a `command` or `entrypoint`; Compose starts its words as they are."""
    return Start(
        used_at=command.place,
        extent=command.extent,
        scope=service.scope,
        places=dict.fromkeys(("argv", "text", "form", "dev_server"), command.place),
        origin=command.origin,
        form="exec",
        argv=command.argv,
        text=command.text,
    )
