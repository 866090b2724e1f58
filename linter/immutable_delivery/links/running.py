"""What each environment runs of a service, in the order in which an artifact passes through them."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.facts import Contract, Deployed, Fact, Image
from immutable_delivery.links.services import MAIN
from immutable_delivery.records import Record
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments


class Order(Record, frozen=True):
    """In which order an artifact passes through environments: as the meta file says, the configuration, else by convention."""

    described: tuple[str, ...] = ()
    configured: tuple[str, ...] = ()

    @classmethod
    def of(cls, facts: Iterable[Fact], configured: tuple[str, ...]) -> Order:
        """Return the order of a service; where several meta files speak for it, none is believed."""
        said = {fact.stages for fact in facts if isinstance(fact, Contract) and fact.stages}
        return cls(next(iter(said)) if len(said) == 1 else (), configured)

    def place(self, name: str) -> tuple[int, int] | None:
        """Return who orders an environment, and its number there: of one kind the smaller comes first; None where nobody does."""
        for kind, names in enumerate((self.described, self.configured)):
            if name in names:
                return kind, names.index(name)
        rank = _rank(name)
        return None if rank is None else (2, rank)

    def passes(self, image: Deployed) -> bool:
        """Whether an artifact passes where an image runs; a developer's machine is no environment, unless somebody says so."""
        said = (*self.described, *self.configured)
        return not image.development or image.environment in said

    def position(self, name: str) -> tuple[int, int, str]:
        """Return what sorts environments for a person; those of which nobody knows come last."""
        return *(self.place(name) or (3, 0)), name


def _rank(name: str) -> int | None:
    """Return how far from a developer an environment of this name is; None where the name does not tell."""
    words = known(Environments).ranked
    return next((words[part] for part in (name.lower(), *_parts(name)) if part in words), None)


def _parts(name: str) -> list[str]:
    return name.lower().replace("_", "-").split("-")


def images_of(facts: Iterable[Fact], order: Order) -> tuple[Deployed, ...]:
    """Return what runs, each image once for every environment that runs it; a manifest tells it before a meta file does."""
    found: dict[tuple[str, str], Deployed] = {}
    running = (one for one in facts if isinstance(one, Image) and one.role in MAIN)
    for fact in sorted(running, key=lambda one: (one.role == "contract", one.used_at)):
        for name in (fact.scope.environments or ("",)) if fact.scope.deployed else ():
            found.setdefault((name, fact.text), _deployed(fact, name))
    keys = sorted(found, key=lambda key: (order.position(key[0]), key[1]))
    return tuple(found[key] for key in keys)


def _deployed(image: Image, environment: str) -> Deployed:
    return Deployed(
        environment=environment,
        development=image.scope.development,
        image=image.text,
        name=image.name or "",
        digest=image.digest or "",
        owner=image.scope.owner,
        place=image.place_of("digest", "tag", "reference"),
    )
