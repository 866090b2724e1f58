"""Which files may decide what a manifest leaves open: an output of a module, a variable that something fills in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from immutable_delivery.commands.affected.answer import Reason
from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import Fact, Image
from immutable_delivery.source.files import above, folder_of

_SETTLED = frozenset({"compose", "chart", "dockerfile"})
"""Formats of which all is read that gives a value; what else there is comes from outside."""
_COMPARED = frozenset({"kubernetes"})
"""Formats whose own files are compared object by object, so that only others can decide."""
_FOR_PEOPLE = (".md", ".rst", ".adoc", "LICENSE", "NOTICE")


def undetermined(
    before: State, after: State, touched: Sequence[str]
) -> Iterator[tuple[Fact, Reason]]:
    """Yield the images that nobody here knows, where a file changed that may decide which they are, and that as a reason."""
    deciding = _Deciding(before, after, touched)
    for fact in after.deployed:
        if isinstance(fact, Image) and fact.unresolved and (path := deciding.path(fact)):
            text = (
                f"which image it runs nobody here can tell: {path} changed, which may decide that"
            )
            place = fact.used_at
            yield fact, Reason("unknown", text, path, place.file, after.line(place))


class _Deciding:
    """The files that changed, by the format whose values they may decide: its own, and what lies in or below their folders."""

    def __init__(self, before: State, after: State, touched: Sequence[str]) -> None:
        inputs = {**before.inputs, **after.inputs}
        self._formats = {path: one.format for path, one in inputs.items()}
        self._touched = [path for path in touched if not path.endswith(_FOR_PEOPLE)]
        self._folders: dict[str, set[str]] = defaultdict(set)
        for path, name in self._formats.items():
            self._folders[name].add(folder_of(path))
        self._first: dict[str, str] = {}

    def path(self, fact: Fact) -> str:
        """Return the first that may decide what a fact leaves open; empty where none does."""
        name = self._formats.get(fact.manifest, "")
        if not name or name in _SETTLED:
            return ""
        if name not in self._first:
            found = (path for path in self._touched if self._decides(path, name))
            self._first[name] = next(found, "")
        return self._first[name]

    def _decides(self, path: str, name: str) -> bool:
        own = self._formats.get(path, "")
        if own == name:
            return name not in _COMPARED
        return own != "dockerfile" and self._lies_with(path, self._folders[name])

    def _lies_with(self, path: str, folders: set[str]) -> bool:
        """Whether a path lies in or below one of these folders; below the root lies everything, so there only what is beside."""
        return folder_of(path) in folders or any(one in folders for one in above(path) if one)
