"""Services of several repositories that are one delivery: one makes the image that another runs, by its name or by its digest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.findings import ServiceReport
from immutable_delivery.records import Record, replace
from immutable_delivery.references.images import name_and_tag

Named = Mapping[str, Sequence[str]]


class Links(Record, frozen=True):
    """The services with what they are linked with, and what is ambiguous, for a person."""

    services: tuple[ServiceReport, ...]
    doubts: tuple[str, ...]


def linked(repositories: Sequence[Sequence[ServiceReport]]) -> Links:
    """Link the services of repositories; what several make links none of them."""
    home = {one.name: number for number, found in enumerate(repositories) for one in found}
    services = [one for found in repositories for one in found]
    makers = _makers(services)
    pairs, doubts = set[tuple[str, str]](), set[str]()
    for service in services:
        for key in _run(service):
            found = [one for one in makers.get(key, ()) if home[one] != home[service.name]]
            if len(found) == 1:
                pairs |= {(service.name, found[0]), (found[0], service.name)}
            elif found:
                doubts.add(f"'{key}' is made by {', '.join(found)}: nothing is linked by it")
    beside: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        beside[one].add(other)
    told = (replace(one, linked=tuple(sorted(beside.get(one.name, ())))) for one in services)
    return Links(tuple(told), tuple(sorted(doubts)))


def _makers(services: Iterable[ServiceReport]) -> Named:
    """Return the services that make something, by its repository and by the digests that they state of it."""
    found: dict[str, list[str]] = defaultdict(list)
    for service in services:
        digests = (_digest(image) for image in service.images if service.makes)
        for key in {*service.makes, *digests} - {""}:
            found[key].append(service.name)
    return found


def _run(service: ServiceReport) -> Iterator[str]:
    """Yield what a service that is not made here can be found by: the repository, else the digest, of each image."""
    for image in () if service.makes else service.images:
        yield name_and_tag(image)[0]
        if digest := _digest(image):
            yield digest


def _digest(image: str) -> str:
    return image.partition("@")[2]
