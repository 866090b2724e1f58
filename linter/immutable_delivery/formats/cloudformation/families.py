"""Which templates are read together: a nested stack goes with those that give it values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from immutable_delivery.errors import MissingError, UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, folder_of, resolve
from immutable_delivery.source.ties import Ties

_NESTED = lazy(
    rb"[\"']?(?:TemplateURL|Location)[\"']?[ \t]*:[ \t]*[\"']?([\w./-]+\.(?:ya?ml|json|template))"
)


def families(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the templates that stacks tie to each other, in the order of their first one."""
    ties = Ties()
    for path in paths:
        for inner in _named(path, files):
            ties.tie(path, inner)
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        found[ties.root(path)].append(path)
    yield from found.values()


def _named(path: str, files: Files) -> Iterator[str]:
    try:
        data = files.read(path)
    except (MissingError, UnreadableError):
        return
    for found in _NESTED.finditer(data):
        inner = resolve(folder_of(path), found[1].decode("utf-8", "replace"))
        if inner:
            yield inner
