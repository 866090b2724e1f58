"""The images that a job builds, pushes and deploys: one for each repository, with all the tags that it gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from immutable_delivery.effects import MadeImage, NamedImage
from immutable_delivery.facts import Artifact, Command, Fact, Pin
from immutable_delivery.references.images import image_fact, name_and_tag, pieces
from immutable_delivery.references.pushed import pushed_pin
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

_REGISTRIES = frozenset(("registry", "docker.io/library/registry", "distribution/distribution"))
_LADDER: Sequence[Pin] = get_args(Pin)[:5]


def built(made: Sequence[MadeImage], *, tagged: bool) -> tuple[Artifact, ...]:
    """Return the images that commands build."""
    return _artifacts((one for one in made if one.builds), tagged=tagged)


def pushed(
    made: Sequence[MadeImage], started: Sequence[NamedImage], *, tagged: bool
) -> tuple[Artifact, ...]:
    """Return the images that commands push; a registry of the job's own machine, or one that it starts, keeps nothing."""
    own = {port for one in started for port in _served(one)}
    kept = (one for one in made if one.pushes and _port(one) not in own)
    return _artifacts(kept, tagged=tagged)


def _served(started: NamedImage) -> Iterator[str]:
    """Yield the ports of this machine at which a container serves as a registry."""
    if started.options is None or name_and_tag(started.written.text)[0] not in _REGISTRIES:
        return
    for option in started.options.all(("-p", "--publish")):
        outside = option.value.text.rpartition(":")[0] if option.value is not None else ""
        if outside:
            yield outside.rpartition(":")[2]


def _port(made: MadeImage) -> str:
    host = pieces(made.written)["repository"].text.partition("/")[0] if made.written else ""
    return host.rpartition(":")[2]


def deployed(facts: Iterable[Fact]) -> tuple[Artifact, ...]:
    """Return the images that commands put into workloads."""
    return tuple(
        Artifact(
            image=None,
            text=fact.deploys,
            pin=_PINS.get(fact.deployment),
            place=fact.place_of("deploys"),
        )
        for fact in facts
        if isinstance(fact, Command) and fact.deploys
    )


_PINS: dict[str, Pin] = {"moving": "alias", "fixed": "exact"}


def _artifacts(made: Iterable[MadeImage], *, tagged: bool) -> tuple[Artifact, ...]:
    named: dict[str, list[LocatedText]] = {}
    nameless: list[Place] = []
    for one in made:
        if one.written is None:
            nameless.append(one.place)
        elif not image_fact(
            one.written, role="pipeline", scope=one.scope, extent=one.place
        ).machine_registry:
            named.setdefault(pieces(one.written)["repository"].text, []).append(one.written)
    several = tuple(_artifact(references, tagged=tagged) for references in named.values())
    return (*several, *(Artifact(image=None, pin=None, place=place) for place in nameless[:1]))


def _artifact(references: list[LocatedText], *, tagged: bool) -> Artifact:
    cut = [pieces(one) for one in references]
    repository = cut[0]["repository"]
    pins = [pushed_pin(one, tagged=tagged) for one in references]
    first = cut[0]["tag"] if cut[0]["tag"].text else repository
    return Artifact(
        image=repository.value,
        key=repository.text,
        tags=tuple(dict.fromkeys(one["tag"].text for one in cut if one["tag"].text)),
        text=references[0].text,
        pin=_best(pins),
        place=first.place(),
    )


def _best(pins: Sequence[Pin | None]) -> Pin | None:
    """Return the best pin; None where one that is not known could be better than those that move."""
    known = [pin for pin in pins if pin in _LADDER]
    best = min(known, key=_LADDER.index, default=None)
    fixed = best in {"digest", "exact"}
    return best if fixed or None not in pins else None
