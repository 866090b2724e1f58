"""Runs in the environment of a project (`uv run`): what they install first, of which only the whole image tells more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.effects.arguments import parse
from immutable_delivery.effects.invocations import Invocation
from immutable_delivery.effects.stage import Stage
from immutable_delivery.facts import Install, Package
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.packages import READERS
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.shell import Word

_METADATA = lazy(r"^# /// script[ \t]*\n((?:#(?: .*)?\n)+?)# ///[ \t]*$", re.MULTILINE)
_REQUIREMENT = lazy(r"[\"']([^\"'\n]+)[\"']")
_DEPENDENCIES = lazy(r"dependencies\s*=\s*\[([^\]]*)\]")


def project_runs(invocation: Invocation, stage: Stage) -> Iterator[Install]:
    """Yield a run that completes its environment, unless it is told to take that as it is."""
    event, manager = invocation.event, invocation.manager
    arguments = parse(event.words, manager.options, stop=invocation.count + 1)
    started = arguments.operands[invocation.count :]
    as_it_is = stage.switched_on(manager.as_it_is_env, event.call)
    if not started or as_it_is or arguments.given(manager.as_it_is | manager.inert):
        return
    needed = _needed(started[0].word, invocation, stage)
    project = _copied("pyproject.toml", invocation, stage)
    place = invocation.place
    lean = arguments.given(manager.lean) is not None or stage.set_to(manager.lean_env, event.call)
    yield Install(
        used_at=place,
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places={"command": place, "action": place},
        manager=event.name,
        ecosystem=manager.ecosystem,
        action="run",
        command=" ".join((event.name, *invocation.command)),
        packages=needed,
        snapshot=stage.snapshot,
        fetches=True if needed else None,
        sudo=event.call.sudo,
        reads=(project,) if project else (),
        lean=lean,
    )


def _copied(name: str, invocation: Invocation, stage: Stage) -> str | None:
    """Return a file of the folder where the run starts, as far as it is known to lie there."""
    folder = invocation.event.call.folder or "."
    return stage.locate(f"{folder}/{name}") if stage.locate is not None else None


def _needed(script: Word, invocation: Invocation, stage: Stage) -> tuple[Package, ...]:
    """Return what a script says that it needs, in its own metadata: an environment is made for it at each start."""
    path = stage.path(invocation.event.call, script.text) if script.known else None
    text = stage.read(path) if path else None
    return tuple(_packages(text)) if text is not None else ()


def _packages(text: Text) -> Iterator[Package]:
    metadata = _METADATA.search(text.value)
    listed = _DEPENDENCIES.search(metadata[1]) if metadata else None
    if metadata is None or listed is None:
        return
    for found in _REQUIREMENT.finditer(listed[1]):
        start = metadata.start(1) + listed.start(1) + found.start(1)
        spec = READERS["pep508"](found[1])
        if spec is not None:
            place = Place(text.path, Span(start, start + len(found[1])))
            yield Package(
                name=spec.name, version=spec.version, pin=spec.pin, spec=found[1], place=place
            )
