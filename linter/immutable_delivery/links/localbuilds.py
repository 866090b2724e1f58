"""Images that a command starts on the machine where another one has built them: `docker build -t app .`, `docker run app`.

What `docker compose build` makes of a service that names no image is called after the project and the service. The project is
mostly the folder of the checkout, so that any name before that of the service may be it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.facts import Build, Command, Fact, Image
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag

_JOINT = lazy(r"(?<=\w)[-_]")


def link_local_builds(facts: Sequence[Fact], builds: Sequence[Build] = ()) -> list[Fact]:
    """Return the facts with ``built_here`` of the images that a machine holds because commands here built them."""
    made = [fact for fact in facts if isinstance(fact, Command) and fact.builds == "image"]
    built = {_named(fact.target) for fact in made if fact.target}
    composed = any("compose" in f"{fact.tool} {fact.verb}" for fact in made)
    services = {
        one.service for one in builds if composed and one.tool == "compose" and not one.image
    }
    return [
        replace(fact, built_here=True)
        if isinstance(fact, Image)
        and fact.local
        and not fact.digest
        and (_named(fact.text) in built or _is_of_service(fact.text, services))
        else fact
        for fact in facts
    ]


def _is_of_service(reference: str, services: set[str]) -> bool:
    """Whether a reference is what Compose calls the image of one of these services: `shop-web`, `shop_web` of its first version."""
    name, tag = name_and_tag(reference)
    if not services or "/" in name or tag not in {"", "latest"}:
        return False
    return any(one in services for one in services_called(name))


def services_called(name: str) -> Iterator[str]:
    """Yield the services whose image Compose may call so."""
    return (name[at.end() :] for at in _JOINT.finditer(name))


def _named(reference: str) -> tuple[str, str]:
    name, tag = name_and_tag(reference)
    return name, tag or "latest"
