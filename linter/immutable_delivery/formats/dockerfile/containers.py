"""A stage as a whole: what it has at its end, and what it lacks."""

from __future__ import annotations

import re

from immutable_delivery.facts import Container, Repeated
from immutable_delivery.formats.dockerfile.applications import application, purposes
from immutable_delivery.formats.dockerfile.contents import Brought
from immutable_delivery.formats.dockerfile.context import joined
from immutable_delivery.formats.dockerfile.shells import words_of
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.source.text import Place
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Purposes


def container(state: State) -> Container:
    """Return the fact of a stage."""
    stage = state.stage
    repeated = _repeated(state)
    arrived, words = application(state), purposes(state)
    hidden, volume = _volume_over_code(state)
    places = {"image": stage.start.words[0].used_at, **_places(state), **repeated[1]}
    if volume:
        places["volume_over_code"] = volume
    return Container(
        used_at=stage.start.rest.used_at if stage.start.rest else stage.start.place,
        extent=stage.start.place,
        places=places,
        scope=state.scope,
        container_type="stage",
        name=stage.name or str(stage.index),
        image=state.base.value,
        starts=_starts(state),
        own_start=bool(state.start),
        adds_code=state.adds_code,
        application=arrived.path,
        tool=arrived.tool,
        purposes=words,
        attended=not known(Purposes).attended.isdisjoint(words),
        repeated=repeated[0],
        user=state.user.value if state.user else "",
        root=_root(state),
        ports=tuple(state.ports),
        labels=tuple(state.labels),
        onbuild=state.onbuild is not None,
        volume_over_code=hidden,
        dockerfile=state.site.document.path,
        stage=stage.name or str(stage.index),
        last=state.site.plan.target is stage,
        workdir=state.workdir if state.workdir.startswith("/") else None,
        entry=entry(state),
        entrypoint=_half(state, "ENTRYPOINT"),
        code=_code(state),
        built=tuple(
            content.target
            for content in state.contents
            if content.code and content.source is None is content.body
        ),
        volumes=tuple(state.volumes),
    )


def _code(state: State) -> tuple[tuple[str, str], ...]:
    found = [
        (content.target, content.source) for content in state.contents if content.source is not None
    ]
    return tuple(
        (target, source) for target, source in dict.fromkeys(found) if target.startswith("/")
    )


def entry(state: State) -> tuple[str, ...] | None:
    """Return the words that start what is built from the stage, as far as the file says; None for the base's."""
    entrypoint = state.start.get("ENTRYPOINT")
    words = _half(state, "ENTRYPOINT")
    if entrypoint is None or entrypoint.json:
        words += _half(state, "CMD")
    return words or None


def _half(state: State, name: str) -> tuple[str, ...]:
    """Return the words of ENTRYPOINT or CMD as they are run."""
    one = state.start.get(name)
    if one is None:
        return ()
    texts = tuple(word.text for word in one.words)
    return texts if one.json else (*words_of(state), *texts)


def _starts(state: State) -> bool | None:
    if any(one.words for one in state.start.values()):
        return True
    return False if state.base.text == "scratch" else None


def _root(state: State) -> bool | None:
    if state.user is None:
        return True if state.base.text == "scratch" else None
    name = state.user.text.partition(":")[0]
    if not state.user.known and "$" in name:
        return None
    return name.lower() == "root" or re.fullmatch(r"0+", name) is not None


def _repeated(state: State) -> tuple[Repeated, dict[str, Place]]:
    """Return the instruction that the stage has several of, and the place of the last one without effect."""
    names: tuple[Repeated, ...] = ("CMD", "ENTRYPOINT")
    for name in names:
        found = [one for one in state.own if one.name == name]
        if len(found) > 1:
            return name, {"repeated": found[-2].place}
    return "", {}


def _places(state: State) -> dict[str, Place]:
    found: dict[str, Place] = {}
    if state.user:
        found["user"] = found["root"] = state.user.place()
    if state.ports:
        found["ports"] = state.ports.get("22") or next(iter(state.ports.values()))
    if state.labels:
        found["labels"] = next(iter(state.labels.values()))
    if state.onbuild:
        found["onbuild"] = state.onbuild
    return found


def _volume_over_code(state: State) -> tuple[str, Place | None]:
    for volume, place in state.volumes.items():
        if any(content.code and _hides(state, volume, content) for content in state.contents):
            return volume, place
    return "", None


def _hides(state: State, volume: str, brought: Brought) -> bool:
    """Whether a volume lies over what was copied: the same path, one above it, or a folder that was copied with it."""
    if volume == brought.target or brought.target.startswith(f"{volume.rstrip('/')}/"):
        return True
    folder = "" if brought.target == "/" else brought.target
    inside = volume[len(folder) + 1 :] if volume.startswith(f"{folder}/") else ""
    if not inside or brought.source is None:
        return False
    context = state.site.context
    return context.kind(brought.source) == "folder" and bool(
        context.kind(joined(brought.source, inside))
    )
