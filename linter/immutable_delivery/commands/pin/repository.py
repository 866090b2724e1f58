"""The image references of a repository, and what is known of the places that decide them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.facts import Fact, Image, Source
from immutable_delivery.fixes.digests import Sheet
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.pipeline.run import examine_in
from immutable_delivery.pipeline.settings import Request, Settings, settings_of
from immutable_delivery.records import Record
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.repository.discover import Tree
from immutable_delivery.repository.scope import open_scope
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import LinkedFiles
from immutable_delivery.source.text import Place

_ACCEPTABLE = {"floating-tag", "partial-tag", "missing-digest"}
"""The policies that a pin mends; who suppresses one of them wants no pin."""
_UNPINNED = {"exact", "partial", "alias", "none"}


class Repository(Record, frozen=True):
    """A repository as it is, and what the caller asks about."""

    tree: Tree
    settings: Settings
    request: Request
    examined: Examined
    names: frozenset[str]
    """The images that the caller names; empty: all."""
    places: frozenset[Place] = frozenset()
    """The places that the caller asks about; empty: all of the files that are asked about."""

    @property
    def sheet(self) -> Sheet:
        """The texts and formats of all files."""
        return sheet_of(self.examined)

    @property
    def images(self) -> list[Image]:
        """Every reference to an image, whether or not the caller asks about it; stages of a build are none."""
        return [
            image for image in images_of(self.examined) if not image.stage_problem and image.text
        ]

    @property
    def max_age(self) -> int:
        """The days that a pinned image may be old; 0 for any age."""
        policy = next(one for one in self.settings.policies if one.id == "missing-digest")
        own = self.settings.config.selection.params.get(policy.id, {})
        return int({**policy.params, **own}["max_age"])

    def asked(self) -> Iterator[Image]:
        """Yield the references that the caller asks about."""
        for image in self.images:
            if self.asks(image, image.used_at, place_of(image)) and self._named(image):
                yield image

    def asks(self, fact: Fact, *where: Place) -> bool:
        """Whether the caller asks about a fact that stands there."""
        if self.places:
            return not self.places.isdisjoint((fact.used_at, *fact.places.values()))
        return any(self.tree.covers(place.file) for place in where)

    def takes(self, name: str) -> bool:
        """Whether something is taken from a repository of this name."""
        facts = self.examined.facts
        return any(isinstance(one, Source) and name.partition("@")[0] == one.url for one in facts)

    def _named(self, image: Image) -> bool:
        name, tag = name_and_tag(image.text)
        return not self.names or not self.names.isdisjoint({name, f"{name}:{tag}", image.text})

    def again(self, files: LinkedFiles) -> Examined:
        """Read and judge other files in the same way."""
        return examine_in(files, self.settings, self.tree, self.request)


def open_repository(
    start: Path, arguments: Sequence[str], today: date, config: str = ""
) -> Repository:
    """Read the repository around ``start``; an argument is a path, or the name of an image."""
    paths = tuple(one for one in arguments if os.path.lexists(start / one))
    names = frozenset(one for one in arguments if one not in paths)
    request = Request(paths=paths, profile="strict", config=config, today=today)
    tree = open_scope(start, paths=paths).tree
    settings = settings_of(tree, request, start)
    examined = examine_in(tree.files, settings, tree, request)
    found = Repository(tree, settings, request, examined, names)
    for name in sorted(names):
        alone = Repository(tree, settings, request, examined, frozenset({name}))
        if next(alone.asked(), None) is None and not alone.takes(name):
            raise UsageError(
                f"'{shown(name)}' is no path, and no image or action that is named here"
            )
    return found


def sheet_of(examined: Examined) -> Sheet:
    """Return the texts and formats of the files that were read."""
    inputs = examined.project.inputs.values()
    formats = {one.path: one.format for one in inputs if not one.skipped}
    return Sheet(examined.project.texts, formats)


def images_of(examined: Examined) -> list[Image]:
    """Return every image fact, in an order that an edit of digests does not change."""
    return [fact for fact in examined.facts if isinstance(fact, Image)]


def unpinned(image: Image) -> bool:
    """Whether a reference has no digest and could have one; what a variable hides might, and what is none is to be told."""
    wants = not image.digest and image.pin in {*_UNPINNED, None}
    return not image.built_here and (wants or image.pin == "malformed")


def accepted(repository: Repository) -> set[Place]:
    """Return the places of the references that a suppression lets float."""
    return {one.place for one in repository.examined.suppressed if one.policy in _ACCEPTABLE}


def place_of(image: Image) -> Place:
    """Return where a reference is decided: its tag, else its name."""
    return image.place_of("digest", "tag", "repository", "reference")
