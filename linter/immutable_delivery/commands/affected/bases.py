"""Which images build on others that are built here: by the name that something gives those, else by that of their folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.commands.affected.answer import Kind
from immutable_delivery.commands.affected.artifacts import Built, named
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import OfficialImages

BuiltOn = tuple[int, Kind, str]
"""An image that builds on another, what kind of reason that is, and the reason."""
Maker = tuple[int, bool]
"""An image, and whether something says that it is called so."""


class BuildingOn:
    """The images of a state, by what they build on."""

    def __init__(self, every: Sequence[Built]) -> None:
        self._on: dict[int, list[BuiltOn]] = defaultdict(list)
        self._open = {index for index, one in enumerate(every) if one.recipe.open}
        self._names = named(every) if self._open else []
        makers = _makers(every)
        for index, one in enumerate(every):
            for reference in one.recipe.images:
                for maker, said in _made_by(reference, makers):
                    how = "is built here too" if said else "may be built here, by its name"
                    text = f"{reference}, which it builds on, {how}"
                    self._on[maker].append((index, "base", text))

    def on(self, changed: int) -> Iterator[BuiltOn]:
        """Yield what builds on an image, or may: of what only the build knows, each image once."""
        yield from self._on.get(changed, ())
        for index in sorted(self._open - {changed}):
            self._open.discard(index)
            text = f"only the build knows what it builds on: it may be {self._names[changed]}, which is rebuilt"
            yield index, "unknown", text


def _makers(every: Sequence[Built]) -> Mapping[str, list[Maker]]:
    """Return who makes an image of a name."""
    found: dict[str, list[Maker]] = defaultdict(list)
    for index, one in enumerate(every):
        for build in one.builds:
            for name in {_repository(build.image), build.service} - {""}:
                found[name].append((index, True))
        for name in _looks(one.recipe.dockerfile):
            found[f"*/{name}"].append((index, False))
    return found


def _looks(dockerfile: str) -> set[str]:
    """Return what an image looks to be called: `base/Dockerfile`, `Dockerfile.base`."""
    folder, _, file = dockerfile.lower().rpartition("/")
    return {folder.rpartition("/")[2], file.replace("dockerfile", "").strip("._-")} - {""}


def _made_by(reference: str, makers: Mapping[str, Sequence[Maker]]) -> Sequence[Maker]:
    """Return who makes an image here; one by digest is made already, and what Docker publishes is not meant by a folder's name."""
    if "@" in reference:
        return ()
    name = _repository(reference)
    official = "/" not in name and name in known(OfficialImages).names
    last = name.rpartition("/")[2].lower()
    return makers.get(name) or (() if official else makers.get(f"*/{last}", ()))


def _repository(reference: str) -> str:
    """Return the familiar name of an image without tag and digest."""
    return name_and_tag(reference)[0]
