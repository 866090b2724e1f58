"""Which files are a chart's: its own settings, values and templates, and those of the charts in it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.environments import conventional
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, below, folder_of, is_file
from immutable_delivery.syntax.yaml import roots
from immutable_delivery.syntax.yaml.query import mappings, text

FILE = "Chart.yaml"
_HOLDER = "charts"
_TEMPLATE = lazy(r"templates/(?:[^/]+/)*[^/]+\.(?:ya?ml|tpl|json)\Z")
_VALUES = lazy(
    r"(?:values(?:[-_.][\w.-]+)?|[\w.-]+[-_.]values)\.ya?ml\Z|(?:values|environments?|envs?)/[\w.-]+\.ya?ml\Z"
)
_OWN = lazy(r"(?:values|requirements)\.yaml\Z")


def is_values(name: str) -> bool:
    """Whether a file, by its path in the chart, holds values of one environment."""
    return (
        _VALUES.match(name) is not None and not _OWN.match(name) and bool(conventional(name).name)
    )


def enclosed(path: str, files: Files) -> Iterator[tuple[str, str]]:
    """Yield the files that belong to the chart of a Chart.yaml, each with why it is not judged."""
    folder = folder_of(path)
    why = "vendored" if _is_foreign(folder, files) else ""
    yield path, why
    start = f"{folder}/" if folder else ""
    for one in below(files.paths, folder):
        name = one.removeprefix(start)
        if _TEMPLATE.match(name) or _OWN.match(name) or is_values(name):
            yield one, why


def top_of(path: str, files: Files) -> str | None:
    """Return the folder of the outermost chart that a file is part of; None where it is in none."""
    folder: str | None = folder_of(path)
    while folder and not is_file(files, f"{folder}/{FILE}"):
        folder = folder_of(folder)
    if not folder and not is_file(files, FILE):
        return None
    while (above := _above(folder or "", files)) is not None:
        folder = above
    return folder


def _above(folder: str, files: Files) -> str | None:
    """Return the folder of the chart that holds one directly."""
    holder = folder_of(folder)
    if holder.rpartition("/")[2] != _HOLDER:
        return None
    above = folder_of(holder)
    return above if is_file(files, f"{above}/{FILE}" if above else FILE) else None


def _is_foreign(folder: str, files: Files) -> bool:
    """Whether the chart that holds this one has it from a repository of charts."""
    above = _above(folder, files)
    if above is None:
        return False
    if _is_foreign(above, files):
        return True
    path = f"{above}/{FILE}" if above else FILE
    own = f"{folder}/{FILE}"
    names = {text(root, "name") for root in roots(own, files.read(own))}
    needs = [
        need for root in roots(path, files.read(path)) for need in mappings(root, "dependencies")
    ]
    return any(
        text(need, "name") in names
        and text(need, "repository")
        and not text(need, "repository").startswith("file://")
        for need in needs
    )
