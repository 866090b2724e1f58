"""What the jobs of pipelines build images from: links from a job to the Dockerfiles of the repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.effects.artifacts import MadeImage
from immutable_delivery.effects.recipes import Recipe
from immutable_delivery.facts import Build
from immutable_delivery.jobs.spec import JobSpec
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.references.checkouts import from_root
from immutable_delivery.references.images import pieces
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

_HERE = lazy(r"\$(?:\{PWD\}|\(pwd\)|PWD)(?:/|\Z)", re.IGNORECASE)


class Paths(Record, frozen=True):
    """A Dockerfile, and the folder in which it is built, from the root on."""

    dockerfile: str
    context: str


def builds(spec: JobSpec, made: Sequence[MadeImage], kept: Sequence[MadeImage]) -> Iterator[Build]:
    """Yield the builds of a job whose Dockerfile it says in literal words; ``kept`` is what it pushes."""
    recipes = origins(made)
    pushed = [one.recipe or recipes.get(_name(one)) for one in kept]
    found: dict[Place, list[MadeImage]] = {}
    for one in made:
        if one.builds and one.recipe is not None:
            found.setdefault(one.place, []).append(one)
    for place, named in found.items():
        recipe = named[0].recipe
        paths = located(recipe)
        if recipe is not None and paths is not None:
            yield _build(spec, place, named, recipe, paths, pushed=recipe in pushed)


def _build(
    spec: JobSpec,
    place: Place,
    named: list[MadeImage],
    recipe: Recipe,
    paths: Paths,
    *,
    pushed: bool,
) -> Build:
    args = dict(_arguments(recipe))
    written = [one.written for one in named if one.written is not None]
    tags = (pieces(one)["tag"] for one in written)
    repositories = (pieces(one)["repository"] for one in written)
    return Build(
        dockerfile=paths.dockerfile,
        context=paths.context,
        target=recipe.target.text if recipe.target is not None and recipe.target.known else "",
        args={name: value.text for name, value in args.items()},
        arg_places={name: value.place() for name, value in args.items()},
        image=next((one.text for one in written if one.known), ""),
        names=tuple(dict.fromkeys(name.text for name in repositories if name.text)),
        tool="job",
        job=spec.name,
        tags=tuple(dict.fromkeys(tag.text for tag in tags if tag.text)),
        pushed=pushed,
        place=place,
    )


def origins(made: Iterable[MadeImage]) -> Mapping[str, Recipe]:
    """Return what images are built from, by their repositories, those too that they are renamed to."""
    found: dict[str, Recipe] = {}
    for one in made:
        name = _name(one)
        recipe = one.recipe if one.renames is None else found.get(_repository(one.renames))
        if recipe is not None and name:
            found[name] = recipe
    return found


def located(recipe: Recipe | None) -> Paths | None:
    """Return the paths of a build from the root on; None where they are not known, or elsewhere."""
    if recipe is None:
        return None
    context = _path(recipe.folder, recipe.context)
    if context is None:
        return None
    if recipe.file is None:
        return Paths(_joined(context, "Dockerfile"), context)
    beside = _path(context, recipe.file) if recipe.beside else None
    dockerfile = _path(recipe.folder, recipe.file) if beside is None else beside
    return Paths(dockerfile, context) if dockerfile else None


def _path(folder: str | None, written: LocatedText) -> str | None:
    """Return a path from the root on; None for an address, the standard input, what a variable hides."""
    text = written.text.removeprefix("dir://")
    if (rest := from_root(text)) is not None:
        folder, text = "", rest
    elif here := _HERE.match(text):
        text = text[here.end() :] or "."
    if folder is None or "$" in text or "://" in text or text in {"", "-"}:
        return None
    return resolve(folder, text)


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _name(made: MadeImage) -> str:
    return _repository(made.written) if made.written is not None else ""


def _repository(written: LocatedText) -> str:
    return pieces(written)["repository"].text


def _arguments(recipe: Recipe) -> Iterator[tuple[str, LocatedText]]:
    """Yield the arguments that are given in literal words; the others are left to the Dockerfile's own defaults."""
    for one in recipe.args:
        name, equals, _ = one.text.partition("=")
        value = one.slice(len(name) + 1) if equals else None
        if value is not None and value.known:
            yield name, value
