"""What decides over an image beside the paths that change: how git checks files out, and what is made before the build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from immutable_delivery.commands.affected.contexts import Taken, taken_path
from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import Input, Recipe
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import folder_of, read_text
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.globs import is_glob

_NAME = ".gitattributes"
_DECIDES = lazy(r"\b(?:text|eol|crlf|filter|ident|working-tree-encoding)\b")
"""The attributes that make other bytes of what git holds."""


def attributes(touched: Iterable[str], states: Sequence[State]) -> list[str]:
    """Return the files of attributes that differ, and may make other bytes of what git holds."""
    found = sorted(path for path in touched if path.rpartition("/")[2] == _NAME)
    return [path for path in found if any(_decides(path, state) for state in states)]


def _decides(path: str, state: State) -> bool:
    text = read_text(state.files, path)
    return text is not None and _DECIDES.search(text.value) is not None


def decides_over(path: str, one: Input) -> bool:
    """Whether what an input takes in lies below a file of attributes, or holds it."""
    if one.folder is None:
        return False
    above, taken = folder_of(path), taken_path(one)
    return (
        not above
        or taken == "."
        or f"{taken}/".startswith(f"{above}/")
        or f"{above}/".startswith(f"{taken}/")
    )


def made_before(recipe: Recipe, taken: Taken) -> Iterator[Input]:
    """Yield what something makes before the build, for it is not here: an instruction fails where it finds nothing.

    Of several sources a pattern may mean nothing; ONBUILD means the context of another build.
    """
    absent: dict[Place, list[Input]] = defaultdict(list)
    found: set[Place] = set()
    for one in recipe.inputs:
        if one.later or not taken.absent(one):
            found.add(one.place)
        else:
            absent[one.place].append(one)
    for place, inputs in absent.items():
        needed = [one for one in inputs if place not in found or not is_glob(one.pattern or "")]
        yield from needed[:1]
