"""What developers run beside their code: databases and brokers of another series than those of the other environments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Deployed, Fact, Service
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Products, Tags

_VERSION = lazy(r"v?([0-9]+(?:\.[0-9]+)*)(?![0-9a-z])")
Series = tuple[str, ...]


class Elsewhere(Record, frozen=True):
    """The databases and brokers of all environments that are not for development."""

    of_service: Mapping[tuple[str, str], Sequence[Deployed]]
    agreed: Mapping[str, Sequence[Deployed]]
    """By product, one of those that all services run, where all are of one series."""

    @classmethod
    def of(cls, services: Iterable[Service]) -> Elsewhere:
        """Return those that services run, by service and product."""
        own: dict[tuple[str, str], list[Deployed]] = defaultdict(list)
        every: dict[str, dict[Series, Deployed]] = defaultdict(dict)
        for service in sorted(services, key=lambda one: one.name):
            for image in service.images:
                product = _product(image)
                series = _series(image) if product and not image.development else ()
                if series:
                    own[service.name, product].append(image)
                    every[product][series] = image
        return cls(
            own, {name: [*found.values()] for name, found in every.items() if len(found) == 1}
        )

    def compared(self, service: Service) -> Service:
        """Return a service whose images for development say what runs instead of them."""
        images = tuple(
            replace(one, production=self._other(service.name, one)) if one.development else one
            for one in service.images
        )
        return replace(service, images=images)

    def _other(self, name: str, image: Deployed) -> str:
        """Return what runs elsewhere, where nothing of the same series does; what services do differently tells nothing."""
        product, own = _product(image), _series(image)
        others = self.of_service.get((name, product)) or self.agreed.get(product, ())
        differs = own and others and not any(_agree(own, _series(one)) for one in others)
        return others[-1].image if differs else ""


def are_compared_alike(services: Iterable[Service], facts: Iterable[Fact]) -> bool:
    """Whether complete services say what they say of their images for development beside those of these facts too."""
    kept = list(services)
    elsewhere = Elsewhere.of([*kept, *(one for one in facts if isinstance(one, Service))])
    return all(elsewhere.compared(one) == one for one in kept)


def _product(image: Deployed) -> str:
    """Return the database or broker that an image is; empty for what is none."""
    return known(Products).by_name.get(image.name.rpartition("/")[2], "")


def _series(image: Deployed) -> Series:
    """Return the part of a version that a new release of the same series keeps; empty where the tag tells none."""
    name, tag = name_and_tag(image.image)
    found = _VERSION.match(tag)
    exact = known(Tags).exact_components.get(name.rpartition("/")[2], 3)
    return tuple(found[1].split(".")[: max(exact - 1, 1)]) if found else ()


def _agree(one: Series, other: Series) -> bool:
    """Whether two may be of one series: as far as both say it."""
    return all(first == second for first, second in zip(one, other, strict=False))
