"""Playbooks that a command runs: whether their plays change another host than the one that runs them."""

from __future__ import annotations

from posixpath import dirname, join

from immutable_delivery.effects.stage import Event, Stage
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence, documents
from immutable_delivery.syntax.yaml.query import items, text

_HERE = frozenset(("localhost", "127.0.0.1", "::1"))
_WORKING = ("$PWD/", "${PWD}/", "$(pwd)/", "./")


def runs_here(event: Event, stage: Stage) -> bool:
    """Whether every play of the playbooks that a call names is for the machine that it runs on."""
    named = [_read(event, operand.word.text, stage) for operand in event.arguments.operands]
    return bool(named) and all(one is not None and _is_local(one) for one in named)


def _read(event: Event, path: str, stage: Stage) -> Text | None:
    """Return a playbook: from where the call runs, or beside the script that holds it."""
    written = _mounted(event, path)
    beside = join(dirname(event.call.words[0].place.file), written)
    found = stage.path(event.call, written) or stage.path(event.call, beside)
    return stage.read(found) if found is not None else None


def _mounted(event: Event, path: str) -> str:
    """Return the path here of a file of a container: the one that starts it mounts its folder (`-v $PWD/plays:/plays`)."""
    starting = [one for one in event.siblings if event.call.words[0] in one.call.words[1:]]
    for word in (word for one in starting for word in one.call.words):
        source, _, target = word.text.partition(":")
        target = target.partition(":")[0].rstrip("/")
        if target[:1] == "/" and path.startswith(f"{target}/"):
            here = next((source[len(one) :] for one in _WORKING if source.startswith(one)), source)
            return f"{here}{path[len(target) :]}"
    return path


def _is_local(playbook: Text) -> bool:
    plays = [play for one in documents(playbook) if not one.problem for play in items(one.root)]
    return bool(plays) and all(isinstance(play, Mapping) and _is_here(play) for play in plays)


def _is_here(play: Mapping) -> bool:
    hosts = play.get("hosts")
    return hosts is not None and (text(play, "connection") == "local" or _names(hosts) <= _HERE)


def _names(hosts: Node) -> set[str]:
    entries = hosts.items if isinstance(hosts, Sequence) else [hosts]
    return {one.text if isinstance(one, Scalar) else "" for one in entries}
