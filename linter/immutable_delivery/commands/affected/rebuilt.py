"""Whether a change rebuilds an image: what it takes in, how it is built, what it is built on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.commands.affected.answer import Kind, Reason
from immutable_delivery.commands.affected.artifacts import Artifacts, Built
from immutable_delivery.commands.affected.bases import BuildingOn
from immutable_delivery.commands.affected.checkouts import attributes, decides_over, made_before
from immutable_delivery.commands.affected.contexts import Taken, first_difference
from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import Input
from immutable_delivery.source.text import Place

_MOST = 3
"""So many reasons are told of one image."""


class Rebuilt:
    """Compares the images of two states."""

    def __init__(self, before: State, after: State, touched: frozenset[str]) -> None:
        self._before, self.after = before, after
        self._touched = touched
        self.old, self.new = Artifacts(before), Artifacts(after)
        self._was = Taken(before, touched, after)
        self._is = Taken(after, touched, before)
        self._attributes = attributes(touched, (before, after))

    def reasons(self) -> list[list[Reason]]:
        """Return why each image of the newer state is rebuilt; nothing where it is not."""
        found = [list(self._of(one))[:_MOST] for one in self.new.all]
        waiting = [index for index, reasons in enumerate(found) if reasons]
        building = BuildingOn(self.new.all)
        while waiting:
            for index, kind, text in building.on(waiting.pop()):
                if not found[index]:
                    found[index] = [self._at(kind, text, self.new.all[index].recipe.place)]
                    waiting.append(index)
        return found

    def removed(self) -> tuple[str, ...]:
        """Return the Dockerfiles that only the older state builds."""
        gone = self.old.by_dockerfile.keys() - self.new.by_dockerfile.keys()
        return tuple(sorted(path for path in gone if path not in self.after.inputs))

    def _of(self, one: Built) -> Iterator[Reason]:
        was = self._counterpart(one)
        if was is None:
            yield self._at("new", "nothing built this before", one.recipe.place)
            return
        yield from self._otherwise(was, one)
        yield from self._ignored(was, one)
        yield from self._taken(was, one)
        yield from self._checked_out(one)
        yield from self._unknown(one)

    def _counterpart(self, one: Built) -> Built | None:
        """Return how the same image was built: of the same Dockerfile, the one that is most like it."""
        olds = self.old.by_dockerfile.get(one.recipe.dockerfile, ())
        return max(olds, key=lambda old: _likeness(old, one), default=None)

    def _unknown(self, one: Built) -> Iterator[Reason]:
        if one.recipe.context is None:
            text = (
                "its build context is not in this repository, so nobody can tell what changes there"
            )
            yield self._at("unknown", text, next(iter(one.recipe.builds), one.recipe.place))
        for each in one.recipe.inputs:
            if each.folder is None and not each.main:
                text = f"it takes '{each.text}' from a context that is not in this repository"
                yield self._at("unknown", text, each.place)
        for each in made_before(one.recipe, self._is) if self._touched else ():
            text = f"'{each.text}' is not in this repository: what makes it before the build, nobody here can tell"
            yield self._at("unknown", text, each.place)

    def _checked_out(self, one: Built) -> Iterator[Reason]:
        """Yield what git may check out otherwise, though its bytes are the same."""
        for path in self._attributes:
            for each in one.recipe.inputs:
                if decides_over(path, each):
                    text = f"{path} differs, which decides how what it takes in is checked out"
                    yield self._at("file", text, each.place, path)
                    return

    def _otherwise(self, was: Built, one: Built) -> Iterator[Reason]:
        """Yield what says otherwise how it is built."""
        old, new = was.recipe, one.recipe
        place = next(iter(new.builds), new.place)
        if step := _first_other(old.steps, new.steps):
            yield self._at("instruction", "an instruction that it is built by differs", step)
        if old.context != new.context:
            text = f"its build context is {new.context or '.'}, no more {old.context or '.'}"
            yield self._at("context", text, place)
        for name in sorted({name for name, _ in set(old.args) ^ set(new.args)})[:1]:
            yield self._at("argument", f"the build argument {name} is given otherwise", place)
        elsewhere = old.target != new.target or was.said != one.said or _taking(was) != _taking(one)
        if elsewhere:
            yield self._at("definition", "what says how it is built differs", place)

    def _ignored(self, was: Built, one: Built) -> Iterator[Reason]:
        """Yield what an ignore file lets in or keeps out that it did not before."""
        for each in one.recipe.inputs:
            folder = each.folder
            if folder is None or (each.main and was.recipe.context != folder):
                continue
            old, new = self._was.ignore(was.recipe, folder), self._is.ignore(one.recipe, folder)
            if old.path == new.path and new.path not in self._touched:
                continue
            taken = self._is.all(one.recipe, each)
            if path := first_difference(taken, self._was.all(was.recipe, each)):
                name = new.path or old.path
                into = "takes in" if path in taken else "takes in no more"
                yield Reason("ignore file", f"{name} differs, so that it {into} {path}", path, name)
                return

    def _taken(self, was: Built, one: Built) -> Iterator[Reason]:
        """Yield the paths that it takes in and that changed."""
        seen: set[str] = set()
        for taken, built in ((self._is, one), (self._was, was)):
            for each in built.recipe.inputs:
                path = taken.by(built.recipe, each)
                if path is not None and path not in seen:
                    seen.add(path)
                    yield self._input(each, path)
        for each in one.recipe.inputs:
            if self._touched and self._is.takes_git(one.recipe, each):
                text = "it takes in .git, which every commit changes: a .dockerignore has to leave that out"
                yield self._at("file", text, each.place, ".git")
                return

    def _input(self, each: Input, path: str) -> Reason:
        if each.pattern is None:
            text = f"it may take in {path}: only the build knows what '{each.text}' is"
            return self._at("unknown", text, each.place, path)
        return self._at("file", f"it takes in {path}", each.place, path)

    def _at(self, kind: Kind, text: str, place: Place, path: str = "") -> Reason:
        return Reason(kind, text, path, place.file, self.line(place))

    def line(self, place: Place) -> int:
        """Return the line of a place."""
        return self.after.line(place) or self._before.line(place)


def _taking(one: Built) -> list[tuple[str | None, str | None]]:
    """Return what an image is told to take in, and what it is built on."""
    paths = [(each.folder, each.pattern) for each in one.recipe.inputs]
    return [*paths, *((None, image) for image in one.recipe.images)]


def _likeness(old: Built, one: Built) -> tuple[bool, ...]:
    was, new = old.recipe, one.recipe
    target, context = was.target == new.target, was.context == new.context
    return (
        target and context and was.args == new.args,
        target,
        context,
        was.args == new.args,
        old.said == one.said,
    )


def _first_other(
    old: Sequence[tuple[str, Place]], new: Sequence[tuple[str, Place]]
) -> Place | None:
    """Return the first instruction that is not what it was; the last one where some are gone from the end."""
    for (was, _), (text, place) in zip(old, new, strict=False):
        if was != text:
            return place
    if len(new) > len(old):
        return new[len(old)][1]
    return (new or old)[-1][1] if len(new) < len(old) else None
