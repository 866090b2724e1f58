"""Whether all who speak of a service start it by the same command: the meta file, the Dockerfile, the manifests."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from immutable_delivery.facts import Container, Contract, Fact, Service, Stated
from immutable_delivery.links.lockfile import Lock
from immutable_delivery.links.startcommands import Places, Stages, Words, whole
from immutable_delivery.records import Record, replace

_RUN = frozenset({"container", "service"})


class Known(Record, frozen=True):
    """What the repository says of start commands, and what registries said of bases."""

    stages: Stages
    places: Places
    lock: Lock


class _Said(Record, frozen=True):
    """A command, and what may be compared with it."""

    stated: Stated
    words: Words
    """The whole command; empty where a part of it is not known."""
    appended: bool = False
    """Whether a manifest only adds words to the image's own program."""
    developing: bool = False

    def is_of(self, other: _Said) -> bool:
        """Whether it is the command that another one states; more arguments may follow."""
        wanted = _plain(other.words)
        return _equal(_plain(self.words)[: len(wanted)], wanted)


def commands_of(service: Service, members: Sequence[Fact], known: Known) -> tuple[Stated, ...]:
    """Return every command that is stated for a service; each that differs tells from what."""
    spoken, made = list(_spoken(members)), list(_made(service, known))
    run = list(_run(service, members, known))
    if len(spoken) == 1:
        first, judged = spoken[0], [*made, *run]
    elif len(made) == 1 and _runs_alone(service, run):
        first, judged = made[0], [one for one in run if not one.appended]
    else:
        return _joined(one.stated for one in (*spoken, *made, *run))
    known_ones = (one for one in judged if one.words and not one.developing)
    apart = {id(one) for one in known_ones if not one.is_of(first)}
    said = (
        _against(one.stated, first.stated) if id(one) in apart else one.stated
        for one in (*spoken, *made, *run)
    )
    return _joined(said)


def _joined(said: Iterable[Stated]) -> tuple[Stated, ...]:
    """Say once what several environments are told in one place."""
    found: dict[Stated, tuple[str, ...]] = {}
    for one in said:
        same = replace(one, environments=())
        found[same] = tuple(dict.fromkeys((*found.get(same, ()), *one.environments)))
    return tuple(replace(one, environments=names) for one, names in found.items())


def _against(one: Stated, other: Stated) -> Stated:
    return replace(one, instead_of=other.text, against=other.said_by, related=(other.place,))


def _runs_alone(service: Service, run: Sequence[_Said]) -> bool:
    """Whether one thing runs what is made, and no other service does: several share an image to start it differently."""
    return len({one.stated.said_by for one in run}) == 1 and not any(
        made.shared for made in service.makes
    )


def _spoken(members: Sequence[Fact]) -> Iterator[_Said]:
    """Yield what meta files state."""
    for one in members:
        if isinstance(one, Contract) and one.start:
            place = one.place_of("start")
            yield _Said(
                Stated(said_by=place.file, text=shlex.join(one.start), place=place), one.start
            )


def _made(service: Service, known: Known) -> Iterator[_Said]:
    """Yield what the Dockerfiles state."""
    for made in service.makes:
        stage = known.stages.delivered.get((made.dockerfile, ""))
        words = whole(stage, stage, known.lock) if stage and stage.own_start else None
        if stage and words:
            place = known.places.last(stage)
            stated = Stated(said_by=made.dockerfile, text=_line(words), place=place)
            yield _Said(stated, words)


def _run(service: Service, members: Sequence[Fact], known: Known) -> Iterator[_Said]:
    """Yield what manifests state for the containers that run what is made, or for all where nothing is made here."""
    dockerfiles = {name: made.dockerfile for made in service.makes for name in made.images}
    for one in members:
        if not isinstance(one, Container) or one.container_type not in _RUN or not one.own_start:
            continue
        stage = known.stages.run_by(one, dockerfiles)
        words = whole(one, stage, known.lock)
        if one.entry and (stage or not service.makes or not one.image):
            appended = not one.entrypoint and bool(stage and stage.entrypoint)
            yield _Said(_stated(one, words, known), words or (), appended, one.scope.development)


def _stated(container: Container, words: Words | None, known: Known) -> Stated:
    """Return what a manifest states; where nobody knows the program of the image, its arguments alone."""
    behind = f"(the image's program) {shlex.join(container.entry or ())}"
    return Stated(
        said_by=container.scope.owner,
        text=_line(words) if words else behind,
        whole=words is not None,
        environments=container.scope.environments,
        place=known.places.last(container),
    )


def _line(words: Words) -> str:
    """Return a command as one line: of the shell form the script alone."""
    script = words[2:] if words[1:2] == ("-c",) else ()
    return script[0] if len(script) == 1 else shlex.join(words)


def _equal(one: Words, other: Words) -> bool:
    """Whether two commands may be the same: what a variable holds nobody here knows."""
    return len(one) == len(other) and all(
        "$" in first + second or first == second for first, second in zip(one, other, strict=True)
    )


def _plain(words: Words) -> Words:
    """Return the command that a shell or a wrapper only starts: `node server.js` of `sh -c 'exec node server.js'`."""
    from immutable_delivery.effects.called import called  # noqa: PLC0415 (few services state two commands)

    calls = called(words)
    return calls[0] if len(calls) == 1 else words
