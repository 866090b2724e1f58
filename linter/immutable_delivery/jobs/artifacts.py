"""The images that a job builds, pushes and deploys: one for each repository, with all the tags that it gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from immutable_delivery.effects.artifacts import MadeImage
from immutable_delivery.effects.images import NamedImage
from immutable_delivery.effects.recipes import Recipe
from immutable_delivery.facts import Artifact, Command, Fact, Pin
from immutable_delivery.jobs.builds import located, origins
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import image_fact, name_and_tag, pieces
from immutable_delivery.references.pushed import pushed_pin
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

_REGISTRIES = frozenset(("registry", "docker.io/library/registry", "distribution/distribution"))
_OUTPUT = lazy(r"\b(?:needs|steps|jobs)\.([\w-]+)\.outputs\.")
_LADDER: Sequence[Pin] = get_args(Pin)[:5]


def built(made: Sequence[MadeImage], *, tagged: bool) -> tuple[Artifact, ...]:
    """Return the images that commands build."""
    return _artifacts((one for one in made if one.builds), made, tagged=tagged)


def pushed(
    made: Sequence[MadeImage], started: Sequence[NamedImage], *, tagged: bool
) -> tuple[Artifact, ...]:
    """Return the images that commands push."""
    return _artifacts(kept(made, started), made, tagged=tagged)


def kept(made: Iterable[MadeImage], started: Iterable[NamedImage]) -> list[MadeImage]:
    """Return what is pushed; a registry of the job's own machine, or one that it starts, keeps nothing."""
    own = {port for one in started for port in _served(one)}
    return [one for one in made if one.pushes and _port(one) not in own and not _passes(one)]


def _passes(made: MadeImage) -> bool:
    """Whether an image is pushed to the machine that pushes it."""
    if made.written is None:
        return False
    image = image_fact(made.written, role="pipeline", scope=made.scope, extent=made.place)
    return image.machine_registry


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


def deployed(facts: Iterable[Fact], *, tagged: bool) -> tuple[Artifact, ...]:
    """Return the images that commands put into workloads which outlive the run."""
    return tuple(
        _deployed(fact, tagged=tagged)
        for fact in facts
        if isinstance(fact, Command) and fact.image and fact.throwaway != "yes"
    )


def _deployed(fact: Command, *, tagged: bool) -> Artifact:
    place = fact.place_of("deploys")
    written = LocatedText.unaligned(fact.image, place, fact.unknown)
    one = _artifact([written], place, tagged=tagged)
    return replace(one, maker=next(_makers(fact.unknown), ""))


def _makers(unknown: Iterable[str]) -> Iterator[str]:
    """Yield the jobs and steps of which a reference takes an output."""
    yield from (found[1] for one in unknown if (found := _OUTPUT.search(one)))


def _artifacts(
    made: Iterable[MadeImage], every: Iterable[MadeImage], *, tagged: bool
) -> tuple[Artifact, ...]:
    """Return images by their repositories; ``every`` command of the job tells what they are built from."""
    recipes = origins(every)
    named: dict[str, list[MadeImage]] = {}
    nameless: list[Place] = []
    for one in made:
        if one.written is None:
            nameless.append(one.place)
        elif not _passes(one):
            named.setdefault(pieces(one.written)["repository"].text, []).append(one)
    several = tuple(
        replace(
            _artifact([one.written for one in same if one.written], tagged=tagged),
            dockerfile=_dockerfile(recipes.get(name)),
            pin=_best([pushed_pin(one, tagged=tagged) for one in _names(same, name)]),
        )
        for name, same in named.items()
    )
    return (*several, *(Artifact(image=None, pin=None, place=place) for place in nameless[:1]))


def _names(made: Iterable[MadeImage], repository: str) -> Iterator[LocatedText]:
    """Yield every name that an image has in its repository: what is pushed, and what that is copied from there."""
    for one in made:
        for written in (one.written, one.renames):
            if written is not None and pieces(written)["repository"].text == repository:
                yield written


def _dockerfile(recipe: Recipe | None) -> str:
    paths = located(recipe)
    return paths.dockerfile if paths is not None else ""


def _artifact(
    references: Sequence[LocatedText], place: Place | None = None, *, tagged: bool
) -> Artifact:
    cut = [pieces(one) for one in references]
    repository = cut[0]["repository"]
    first = cut[0]["tag"] if cut[0]["tag"].text else repository
    return Artifact(
        image=repository.value or None,
        key=repository.text,
        tags=tuple(dict.fromkeys(one["tag"].text for one in cut if one["tag"].text)),
        text=references[0].text,
        pin=_best([pushed_pin(one, tagged=tagged) for one in references]),
        place=place or first.place(),
    )


def _best(pins: Sequence[Pin | None]) -> Pin | None:
    """Return the best pin; None where one that is not known could be better than those that move."""
    known = [pin for pin in pins if pin in _LADDER]
    best = min(known, key=_LADDER.index, default=None)
    fixed = best in {"digest", "exact"}
    return best if fixed or None not in pins else None
