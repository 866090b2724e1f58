"""The jobs of a pipeline, each with what it extends, refers to and gets by default."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.formats.gitlab.includes import merged
from immutable_delivery.formats.gitlab.variables import expanded, variables
from immutable_delivery.jobs.matrix import combinations
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    Setting,
    StepSpec,
    Values,
    pipeline_scope,
)
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence, entry_extent
from immutable_delivery.syntax.yaml.query import find, items, mappings, pairs, scalar
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

MAX_ANCESTORS = 11
"""GitLab refuses a longer chain of `extends`."""
MAX_NESTING = 10
"""References to references, and lists in lists."""
_KEYWORDS = frozenset({
    "default", "include", "stages", "types", "variables", "workflow", "image", "services", "before_script", "after_script",
    "cache", "spec",
})  # fmt: skip
"""What stands at the top and is no job."""
_DEFAULTS = ("image", "services", "before_script", "after_script")
_SHAPES: Shapes = {
    "image": "text|mapping", "services": "list", "variables": "mapping", "environment": "text|mapping", "script": "text|list",
    "before_script": "text|list", "after_script": "text|list",
}  # fmt: skip


class Pipeline(Record, frozen=True):
    """One pipeline, with everything that it includes."""

    root: Mapping
    path: str
    ctx: ParseContext

    def jobs(self) -> Iterator[JobSpec]:
        """Yield the jobs; hidden ones that no job is made of say what they say, too."""
        tell(self.root, {"default": "mapping", "variables": "mapping"}, "", self.ctx.report)
        used: set[str] = set()
        named = [
            (key, node)
            for key, node in self.root.entries.values()
            if key.text not in _KEYWORDS and isinstance(node, Mapping)
        ]
        seen = [(key, node) for key, node in named if not key.text.startswith(".")]
        for key, node in seen:
            yield self._job(key, self._extended(node, used))
        for key, node in named:
            if key.text.startswith(".") and key.text not in used:
                yield replace(self._job(key, self._extended(node, used)), whole=False)

    def _extended(self, node: Mapping, used: set[str]) -> Mapping:
        """Return a job with what it extends and refers to."""
        return self._referred(self._laid(node, used), used)

    def _laid(self, node: Mapping, used: set[str], depth: int = 0) -> Mapping:
        """Return a job laid over those that it extends: the last one named lies uppermost."""
        found = Mapping(place=node.place)
        said = node.get("extends")
        for parent in said.items if isinstance(said, Sequence) else [said]:
            name = parent.text if isinstance(parent, Scalar) else ""
            above = self.root.get(name)
            if isinstance(above, Mapping) and depth < MAX_ANCESTORS:
                used.add(name)
                found = merged(found, self._laid(above, used, depth + 1))
        return merged(found, node)

    def _referred(self, node: Mapping, used: set[str], depth: int = 0) -> Mapping:
        """Return a mapping with what it takes from jobs by `!reference`."""
        entries = {
            name: (key, self._resolved(value, used, depth))
            for name, (key, value) in node.entries.items()
        }
        return replace(node, entries=entries)

    def _resolved(self, node: Node, used: set[str], depth: int = 0) -> Node:
        if isinstance(node, Scalar) or depth > MAX_NESTING:
            return node
        if isinstance(node, Mapping):
            return self._referred(node, used, depth + 1)
        if node.tag == "!reference":
            found = self._named([one.text for one in node.items if isinstance(one, Scalar)], used)
            return node if found is None else self._resolved(found, used, depth + 1)
        held = [self._resolved(one, used, depth + 1) for one in node.items]
        return replace(node, items=held)

    def _named(self, keys: list[str], used: set[str]) -> Node | None:
        """Return what a reference names: a part of a job, with what that extends."""
        held = self.root.get(keys[0]) if keys else None
        used.update(keys[:1])
        return find(self._laid(held, used), *keys[1:]) if isinstance(held, Mapping) else held

    def _job(self, key: Scalar, node: Mapping) -> JobSpec:
        tell(node, _SHAPES, f"{key.text}.", self.ctx.report)
        whole = self._with_defaults(node)
        values = {**variables(self.root), **variables(node)}
        environment = self._environment(whole, values)
        return JobSpec(
            used_at=key.place,
            extent=entry_extent(key, node) if node.place.file == key.place.file else key.place,
            scope=pipeline_scope(self.path, key.text, environment.value if environment else None),
            name=key.text,
            environment=environment,
            variables={**values, **dict.fromkeys(_of_matrix(node))},
            images=tuple(_images(whole, "image", values)),
            services=tuple(_images(whole, "services", values)),
            steps=tuple(_steps(whole)),
        )

    def _with_defaults(self, node: Mapping) -> Mapping:
        """Return a job with what `default:` says, or the top of the file, and it does not."""
        inherit = find(node, "inherit", "default")
        if isinstance(inherit, Scalar) and inherit.text == "false":
            return node
        named = {one.text for one in items(inherit) if isinstance(one, Scalar)}
        wanted = [key for key in _DEFAULTS if not named or key in named]
        entries = dict(node.entries)
        for holder in (self.root.get("default"), self.root):
            for key in wanted:
                if isinstance(holder, Mapping) and key in holder.entries and key not in entries:
                    name, value = holder.entries[key]
                    entries[key] = (name, self._resolved(value, set()))
        return replace(node, entries=entries)

    def _environment(self, node: Mapping, values: Values) -> Setting | None:
        said = scalar(node, "environment") or scalar(node, "environment", "name")
        if said is None:
            return None
        written = expanded(said.written, values)
        return Setting(written.value, said.place)


def _images(node: Mapping, key: str, values: Values) -> Iterator[ImageSpec]:
    """Yield the images of a job, or of what runs beside it: a name, or a mapping with one."""
    said = node.get(key)
    for one in said.items if isinstance(said, Sequence) else [said]:
        name = one if isinstance(one, Scalar) and not one.null else scalar(one, "name")
        if name is None:
            continue
        extent = node.extent(key) if not isinstance(said, Sequence) else _place(one, name)
        for given in _matrix(node, name.text) or [{}]:
            yield ImageSpec(expanded(name.written, {**values, **given}), extent, name.place)


def _place(node: Node | None, name: Scalar) -> Place:
    return node.place if node is not None else name.place


def _matrix(node: Mapping, text: str) -> list[dict[str, LocatedText]]:
    """Return what the axes of a job give the variables that a text names; none where it names none of them."""
    found: list[dict[str, LocatedText]] = []
    for entry in mappings(node, "parallel", "matrix"):
        axes = {
            key.text: [one.written for one in _listed(value) if isinstance(one, Scalar)]
            for key, value in pairs(entry)
            if key.text in text
        }
        found += combinations(axes, same=lambda one, other: one.text == other.text)
    return found


def _of_matrix(node: Mapping) -> Iterator[str]:
    for entry in mappings(node, "parallel", "matrix"):
        yield from (key.text for key, _ in pairs(entry))


def _steps(node: Mapping) -> Iterator[StepSpec]:
    """Yield the scripts: what comes before and the script share a shell, what comes after has its own."""
    for key in ("before_script", "script", "after_script"):
        lines = tuple(one.written for one in _flat(node.get(key)))
        if lines:
            extent = node.extent(key)
            yield StepSpec(used_at=extent, extent=extent, name=key, scripts=lines)


def _flat(node: Node | None, depth: int = 0) -> Iterator[Scalar]:
    """Yield the lines of a script; lists stand in it where anchors and references put them."""
    for one in _listed(node):
        if isinstance(one, Scalar):
            if not one.null:
                yield one
        elif isinstance(one, Sequence) and depth < MAX_NESTING:
            yield from _flat(one, depth + 1)


def _listed(node: Node | None) -> list[Node]:
    if isinstance(node, Sequence):
        return node.items
    return [] if node is None else [node]
