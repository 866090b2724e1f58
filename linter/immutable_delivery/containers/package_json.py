"""The scripts of package.json that a command names: `npm start`, `sh -c "yarn && yarn dev"`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.effects.starts import package_script
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Text

if TYPE_CHECKING:
    from immutable_delivery.syntax.yaml import Node

MAX_DEPTH = 3
"""A script that names a script that names a script."""
MAX_WRAPPERS = 5

_RUN = lazy(
    r"(?:^|[;&|\n]|\bexec)\s*((?:\S*/)?(?:npm|yarn|pnpm|bun)\s[^;&|\n]*)",
    needs=("npm", "yarn", "bun"),
)


def package_scripts(
    words: Sequence[LocatedText], find: Callable[[], Node | None], depth: int = MAX_DEPTH
) -> Iterator[LocatedText]:
    """Yield the scripts that a command runs, around each what npm runs with it (`prestart`, `poststart`), and those that they run.

    ``find`` gives the tree of the package.json; it is asked only where the command names a script.
    """
    names = _named(words)
    root = find() if names else None
    if root is None:
        return
    from immutable_delivery.syntax.yaml.query import scalar  # noqa: PLC0415 (most commands name no script)

    seen: set[str] = set()
    for _ in range(depth):
        wanted = [step for name in names for step in (f"pre{name}", name, f"post{name}")]
        new = [step for step in dict.fromkeys(wanted) if step not in seen]
        seen.update(new)
        steps = [step for name in new if (step := scalar(root, "scripts", name))]
        yield from (step.written for step in steps)
        names = [name for step in steps for name in names_in(step.text)]


def _named(words: Sequence[LocatedText]) -> list[str]:
    """Return the scripts that a command names, wrappers before the package manager or not."""
    texts = [word.text for word in words]
    names = [package_script(texts[at:]) for at in range(min(len(texts), MAX_WRAPPERS))]
    names += [name for text in texts for name in names_in(text)]
    return list(filter(None, names))


def names_in(line: str) -> list[str]:
    """Return the scripts that a line of commands names."""
    return list(filter(None, (package_script(run[1].split()) for run in _RUN.finditer(line))))


def root_of(file: Text | None) -> Node | None:
    """Return the tree of a package.json."""
    if file is None:
        return None
    from immutable_delivery.syntax.yaml import documents  # noqa: PLC0415 (as above)

    return next((document.root for document in documents(file)), None)
