"""The configuration of another tool as ours: what has a counterpart is taken over, the rest is named with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Protocol, cast

from immutable_delivery.commands.migrate.taken import Taken
from immutable_delivery.commands.migrate.writing import Migrated, written
from immutable_delivery.config.trees import Trees
from immutable_delivery.records import Record
from immutable_delivery.source.files import Files
from immutable_delivery.syntax.yaml.schema import Schema

FILES: Mapping[str, tuple[str, ...]] = {
    "hadolint": (".hadolint.yaml", ".hadolint.yml"),
    "zizmor": (".github/zizmor.yml", ".github/zizmor.yaml", "zizmor.yml", "zizmor.yaml"),
    "kube-linter": (".kube-linter.yaml", ".kube-linter.yml"),
    "checkov": (".checkov.yaml", ".checkov.yml"),
}
"""Where each tool looks, in this order. Each has a module of this package."""


class Source(Record, frozen=True):
    """A configuration of another tool."""

    tool: str
    path: str


class Reader(Protocol):
    """A module that reads the configuration of one tool."""

    SCHEMA: dict[str, object]

    def read(self, taken: Taken) -> None:
        """Take over what has a counterpart, and leave the rest with its reason."""


def sources(files: Files) -> Iterator[Source]:
    """Yield the configurations of other tools that a repository has, one a tool."""
    for tool, paths in FILES.items():
        there = (path for path in paths if files.state(path) != "missing")
        if path := next(there, ""):
            yield Source(tool, path)


def migrated(files: Files, wanted: Iterable[Source], **more: str) -> Migrated:
    """Return one configuration that says what the others do, and ``more``; raise ConfigError where one is broken."""
    return written([_taken(files, source) for source in wanted], more)


def _taken(files: Files, source: Source) -> Taken:
    reader = cast("Reader", import_module(f"{__name__}.{source.tool.replace('-', '')}"))
    forest = Trees(files, Schema.of(reader.SCHEMA))
    taken = Taken(tool=source.tool, path=source.path, forest=forest, root=forest.alone(source.path))
    reader.read(taken)
    return taken
