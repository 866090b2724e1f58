"""The scripts of package.json that a start command names: `npm start`, `yarn dev`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.effects.starts import package_script
from immutable_delivery.formats.dockerfile.jsonwords import json_string
from immutable_delivery.formats.dockerfile.lines import Line
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import read_text
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text

MAX_DEPTH = 3
"""A script that names a script that names a script."""

_RUN = lazy(r"(?:^|[;&|\n]|\bexec)\s*((?:\S*/)?(?:npm|yarn|pnpm|bun)\s[^;&|\n]*)")
_SCRIPTS = lazy(r'"scripts"\s*:\s*\{([^{}]*)\}')
_ENTRY = lazy(r'"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\\x00-\x1f]|\\.)*)"')


def package_scripts(state: State, argv: Sequence[str], text: str) -> Iterator[LocatedText]:
    """Yield the scripts that an exec form or a line of shell runs, what npm runs before each (`prestart`), and those that they run."""
    names = [*_named(argv), *_named_in(text)]
    found = state.locate("package.json") if names else None
    file = read_text(state.site.ctx.files, found[1]) if found else None
    if file is None:
        return
    state.site.ctx.texts.setdefault(file.path, file)
    scripts = _scripts(file)
    for _ in range(MAX_DEPTH):
        wanted = dict.fromkeys(step for name in names for step in (f"pre{name}", name))
        steps = [scripts.pop(name) for name in wanted if name in scripts]
        yield from steps
        names = [name for step in steps for name in _named_in(step.text)]


def _named(argv: Sequence[str]) -> list[str]:
    """Return the script that an exec form runs, wrappers before the package manager or not."""
    names = (package_script(argv[start:]) for start in range(min(len(argv), 5)))
    return list(filter(None, names))


def _named_in(text: str) -> list[str]:
    return list(filter(None, (package_script(run[1].split()) for run in _RUN.finditer(text))))


def _scripts(file: Text) -> dict[str, LocatedText]:
    block = _SCRIPTS.search(file.value)
    if block is None:
        return {}
    whole = LocatedText.literal(file.value, Place(file.path, Span(0, len(file.value))))
    line = Line.of(whole)
    entries = _ENTRY.finditer(file.value, block.start(1), block.end(1))
    return {entry[1]: json_string(line, entry.start(2), entry.end(2)) for entry in entries}
