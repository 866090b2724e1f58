"""Which manifests have to be read together: those that kustomizations tie to each other, and those of a folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from immutable_delivery.formats.kustomize.model import FILE_NAMES
from immutable_delivery.source.files import Files, folder_of
from immutable_delivery.source.ties import Ties


def together(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the files of each family, in the order of their first one."""
    ties = Ties()
    folders = {folder_of(path) for path in paths if path.rpartition("/")[2] in FILE_NAMES}
    if folders:
        from immutable_delivery.formats.kustomize.graph import Graph  # noqa: PLC0415 (many repositories have none)
        from immutable_delivery.formats.kustomize.repository import Repository  # noqa: PLC0415 (as above)

        repository = Repository(files, {}, {})
        graph = Graph(repository, sorted(folders), lambda _place, _reason: None)
        for folder in graph.order:
            for used in graph.uses(folder):
                ties.tie(_family(folder), used)
    tied = set(ties.known())
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        own = path if path in tied else _family(folder_of(path))
        found[ties.root(own)].append(path)
    yield from found.values()


def _family(folder: str) -> str:
    """Return what stands for a folder: no file has such a name."""
    return f"{folder}/"
