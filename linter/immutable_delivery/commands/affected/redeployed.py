"""Which services a change redeploys, and where: those whose image is rebuilt, and those whose manifests differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.commands.affected.answer import Artifact, Reason, Redeploy
from immutable_delivery.commands.affected.clones import cloned
from immutable_delivery.commands.affected.deciding import undetermined
from immutable_delivery.commands.affected.objects import Objects
from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import (
    Applied,
    Container,
    Contract,
    Fact,
    Image,
    Mount,
    Variable,
)
from immutable_delivery.source.files import below

Where = tuple[str, str]
"""A service and an environment."""
_AS_WHOLES = frozenset({"kubernetes", "compose", "chart", "dockerfile"})
"""Formats whose objects are told as wholes, and the one that deploys nothing."""
_MOST = 3


class Redeployed:
    """Compares what two states deploy."""

    def __init__(self, before: State, after: State, touched: frozenset[str]) -> None:
        self._before, self._after, self._touched = before, after, touched
        self._sorted = sorted(touched)
        self._found: dict[Where, dict[Reason, None]] = {}
        self._of: dict[str, list[Where]] = defaultdict(list)

    def all(self, artifacts: Sequence[Artifact]) -> tuple[Redeploy, ...]:
        """Return every service in every environment, with why it is redeployed."""
        old, new = _places(self._before.deployed), _places(self._after.deployed)
        for where in sorted(new):
            self._found[where] = {}
            self._of[where[0]].append(where)
        self._images(artifacts)
        self._variables()
        self._objects()
        for state in (self._after, self._before):
            self._files(state)
        self._digests()
        self._templates()
        for fact, why in undetermined(self._before, self._after, self._sorted):
            self._may_differ(fact, why)
        for fact, why in cloned(self._after, self._sorted):
            self._may_differ(fact, why)
        running = {fact.scope.service for fact in self._after.facts if fact.scope.deployed}
        gone = [where for where in sorted(old - new) if where[0] not in running]
        here = [
            Redeploy(*where, affected=bool(why), reasons=tuple(why)[:_MOST])
            for where, why in self._found.items()
        ]
        return (*here, *(Redeploy(*where, affected=True, reasons=(_GONE,)) for where in gone))

    def _images(self, artifacts: Sequence[Artifact]) -> None:
        for one in artifacts:
            if one.affected:
                for service in one.services:
                    why = Reason(
                        "image", f"its image {one.name} is rebuilt", one.dockerfile, one.dockerfile
                    )
                    self._tell(service, None, why)

    def _objects(self) -> None:
        """Tell which objects say something else than they did."""
        if self._before.applied is self._after.applied:
            return
        old, new = Objects(self._before), Objects(self._after)
        for key in sorted(old.known.keys() | new.known.keys()):
            was, now = old.known.get(key, []), new.known.get(key, [])
            if sorted(one.said for one in was) != sorted(one.said for one in now):
                self._object((now or was)[0], new if now else old, gone=not now)

    def _object(self, one: Applied, objects: Objects, *, gone: bool) -> None:
        state = self._before if gone else self._after
        if state.local(one.manifest, development=one.development):
            return
        line = state.line(one.place)
        for service in objects.services(one):
            told = one.owner if "/" in one.owner else f"service {one.owner}"
            verb = "is gone" if gone else "differs"
            why = Reason("manifest", f"{told} {verb}", one.place.file, one.place.file, line)
            self._tell(service, one.environment, why)

    def _files(self, state: State) -> None:
        """Tell which files that changed are mounted, or say something of a service in a format that is not compared object by object."""
        for fact in state.deployed:
            for path in sorted(self._deciding(fact, state)):
                what = "mounts" if isinstance(fact, Mount) else "is described in"
                file, line = fact.used_at.file, state.line(fact.used_at)
                self._tell_of(fact, Reason("manifest", f"it {what} {path}", path, file, line))

    def _deciding(self, fact: Fact, state: State) -> Iterator[str]:
        if isinstance(fact, Mount) and fact.host_path:
            yield from below(self._sorted, fact.host_path)
        if isinstance(fact, Contract) or state.format(fact.manifest) in _AS_WHOLES:
            return
        files = {fact.used_at.file, fact.manifest, *(place.file for place in fact.places.values())}
        for path in files & self._touched:
            if state.format(path) not in _AS_WHOLES:
                yield path

    def _variables(self) -> None:
        """Tell where a file of variables gives another value, or none any more."""
        if self._before.facts is self._after.facts:
            return
        old, new = _variables(self._before.deployed), _variables(self._after.deployed)
        for key, one in new.items():
            if key not in old or old[key].value != one.value:
                self._variable(one, self._after, "has another value")
        for key in sorted(old.keys() - new.keys()):
            self._variable(old[key], self._before, "is gone")

    def _variable(self, one: Variable, state: State, what: str) -> None:
        place = one.place_of("value")
        text, file = f"its variable {one.name} {what}", place.file
        self._tell_of(one, Reason("manifest", text, file, file, state.line(place)))

    def _templates(self) -> None:
        """Tell which charts changed that nothing here releases: by their own values an object is the same, by others it may not be."""
        charts: dict[str, list[Fact]] = defaultdict(list)
        for fact in self._after.facts:
            if fact.scope.defaults and fact.scope.deployed and fact.scope.service:
                charts[fact.scope.chart].append(fact)
        for chart, facts in charts.items():
            start = "" if chart == "." else f"{chart}/"
            changed = list(below(self._sorted, start.removesuffix("/")))
            shared = [
                path
                for path in changed
                if path.startswith(f"{start}templates/") and _is_partial(path)
            ]
            values = [path for path in changed if path.startswith(f"{start}values")]
            calm = not any(
                self._found[where] for one in facts for where in self._of.get(one.scope.service, ())
            )
            for fact in facts:
                own = [fact.used_at.file] if fact.used_at.file in self._touched else []
                for path in (*own, *shared, *(values if calm else ())):
                    text = f"it may differ by the values of its release, which are not here: {path} changed"
                    self._may_differ(fact, Reason("unknown", text, path, path, 0))

    def _may_differ(self, fact: Fact, why: Reason) -> None:
        """Note why a service may differ, where nothing else is known of it."""
        for where in self._of.get(fact.scope.service, ()):
            reasons = self._found[where]
            if all(reason.kind == "unknown" for reason in reasons):
                reasons[why] = None

    def _digests(self) -> None:
        """Tell where a contract names another digest."""
        old, new = _contracted(self._before.facts), _contracted(self._after.facts)
        for (service, environment), image in new.items():
            was = old.get((service, environment))
            if was is not None and was.digest != image.digest:
                file, line = image.used_at.file, self._after.line(image.used_at)
                why = Reason("manifest", "its contract names another digest", file, file, line)
                self._tell(service, environment, why)

    def _tell_of(self, fact: Fact, why: Reason) -> None:
        """Note why the service of a fact is redeployed, in the environments of that."""
        for environment in fact.scope.environments or ("",):
            self._tell(fact.scope.service, environment, why)

    def _tell(self, service: str, environment: str | None, why: Reason) -> None:
        """Note why a service is redeployed: in one environment, or in all where that is None."""
        for where in self._of.get(service, ()):
            if environment is None or where[1] == environment:
                self._found[where][why] = None


_GONE = Reason("manifest", "it is no longer deployed")


def _is_partial(path: str) -> bool:
    return path.rpartition("/")[2].startswith("_")


def _variables(facts: Iterable[Fact]) -> Mapping[tuple[str, ...], Variable]:
    """Return the environment of everything that is deployed."""
    return {
        (fact.manifest, fact.scope.owner, fact.name, *fact.scope.environments): fact
        for fact in facts
        if isinstance(fact, Variable)
    }


def _places(facts: Iterable[Fact]) -> frozenset[Where]:
    """Return the services that run, each with its environments."""
    return frozenset(
        (fact.scope.service, environment)
        for fact in facts
        if isinstance(fact, Container)
        for environment in fact.scope.environments or ("",)
    )


def _contracted(facts: Iterable[Fact]) -> Mapping[Where, Image]:
    return {
        (fact.scope.service, environment): fact
        for fact in facts
        if isinstance(fact, Image) and fact.role == "contract"
        for environment in fact.scope.environments
    }
