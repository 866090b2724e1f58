"""Images that are built here in a way that nobody can read: they count as affected, and say why."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.commands.affected.answer import Artifact, Reason
from immutable_delivery.commands.affected.artifacts import owners_of
from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import Fact, Fetch, File, Unread
from immutable_delivery.source.files import folder_of

_TEMPLATE = "template: "
_DESCRIBES = "dockerfile"


def unknown(state: State, names: frozenset[str]) -> Iterator[Artifact]:
    """Yield an image for each build that is not known; ``names`` are taken."""
    seen = set(names)
    for name, dockerfile, services, why in (*_unread(state), *_builds(state), *_others(state)):
        own = name if name not in seen else f"{name} ({why.file}:{why.line})"
        if own not in seen:
            seen.add(own)
            yield Artifact(
                name=own,
                dockerfile=dockerfile,
                context=None,
                services=services,
                affected=True,
                unknown=True,
                reasons=(why,),
            )


_Found = tuple[str, str, tuple[str, ...], Reason]


def _unread(state: State) -> Iterator[_Found]:
    """Yield the Dockerfiles that cannot be read, and templates of some."""
    for fact in state.facts:
        if isinstance(fact, File) and fact.problem and fact.format == _DESCRIBES:
            yield _of_file(fact.path, f"{fact.path} cannot be read: it {fact.problem}", state)
    for path, one in sorted(state.inputs.items()):
        if one.format == _DESCRIBES and one.skipped.startswith(_TEMPLATE):
            yield _of_file(path, f"{path} is a template, which nobody here fills in", state)


def _of_file(path: str, text: str, state: State) -> _Found:
    services = {one.service for one in state.builds if one.dockerfile == path and one.service}
    return path, path, tuple(sorted(services)), Reason("unknown", text, "", path, 1)


def _builds(state: State) -> Iterator[_Found]:
    """Yield the builds of which the context or the Dockerfile is not here."""
    for fact in state.facts:
        if isinstance(fact, Unread) and fact.subject == "build":
            yield _of_fact(fact, f"nobody here knows how it is built: {fact.reason}", state)
        elif isinstance(fact, Fetch) and fact.tool == "build" and fact.pin != "digest":
            url = fact.url or "an address that only the build knows"
            yield _of_fact(fact, f"its build context is {url}, which may be of any time", state)


def _others(state: State) -> Iterator[_Found]:
    """Yield what is built without a Dockerfile: by Jib, ko, buildpacks, a script."""
    owners = owners_of(state.facts)
    told = {fact.used_at for fact in state.facts if isinstance(fact, Unread)}
    for build in state.builds:
        if not build.dockerfile and build.place not in told:
            place = build.place
            service = owners.get((folder_of(place.file), build.service), build.service)
            text = (
                f"{build.tool} builds it without a Dockerfile: nobody here knows what that takes in"
            )
            why = Reason("unknown", text, "", place.file, state.line(place))
            yield service or build.image, "", (service,) if service else (), why


def _of_fact(fact: Fact, text: str, state: State) -> _Found:
    place, name = fact.used_at, fact.scope.service or fact.scope.owner
    why = Reason("unknown", text, "", place.file, state.line(place))
    return name, "", fact.scope.services, why
