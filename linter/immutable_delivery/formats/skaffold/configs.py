"""The configurations of a repository, and which of them run together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from immutable_delivery.formats.kustomize.jsonpatch import patched
from immutable_delivery.formats.kustomize.model import Refused
from immutable_delivery.records import Record
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.syntax.yaml import Mapping, Node
from immutable_delivery.syntax.yaml.query import items, mappings, scalars, text, with_entry, written


class Config(Record, frozen=True):
    """One document of a Skaffold file."""

    path: str
    root: Mapping

    @property
    def folder(self) -> str:
        """The folder that its paths are relative to."""
        return folder_of(self.path)

    def variants(self) -> Iterator[Mapping]:
        """Yield what it says: by itself, and with each of its profiles."""
        yield self.root
        for profile in mappings(self.root, "profiles"):
            yield profile
            changed = _patched(self.root, items(profile, "patches"))
            if changed is not None:
                yield changed


def together(configs: Sequence[Config]) -> Iterable[list[Config]]:
    """Return the groups of configurations that require one another."""
    parent = list(range(len(configs)))

    def find(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    by_path: dict[str, list[int]] = defaultdict(list)
    for number, config in enumerate(configs):
        by_path[config.path].append(number)
    for number, config in enumerate(configs):
        for required in mappings(config.root, "requires"):
            for other in _required(config, required, by_path, configs):
                parent[find(other)] = find(number)
    groups: dict[int, list[Config]] = defaultdict(list)
    for number, config in enumerate(configs):
        groups[find(number)].append(config)
    return groups.values()


def _required(
    config: Config, required: Mapping, by_path: dict[str, list[int]], configs: Sequence[Config]
) -> Iterator[int]:
    if required.get("git") is not None:
        return
    names = {scalar.text for scalar in scalars(required, "configs")}
    path = resolve(config.folder, text(required, "path")) if text(required, "path") else config.path
    for candidate in (
        (path, f"{path}/skaffold.yaml", f"{path}/skaffold.yml") if path is not None else ()
    ):
        for number in by_path.get(candidate.lstrip("/"), ()):
            if not names or text(configs[number].root, "metadata", "name") in names:
                yield number


def _patched(root: Mapping, patches: list[Node]) -> Mapping | None:
    """Return the configuration with the patches of a profile; None where there are none or they do not fit."""
    if not patches:
        return None
    try:
        return patched(root, [_with_verb(patch) for patch in patches])
    except Refused:
        return None


def _with_verb(patch: Node) -> Node:
    if isinstance(patch, Mapping) and not text(patch, "op"):
        return with_entry(patch, "op", written("replace", patch.place))
    return patch
