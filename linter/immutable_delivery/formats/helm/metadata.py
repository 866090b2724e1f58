"""Chart.yaml, and the requirements.yaml of older charts."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import mapping, mappings, scalar, scalars, text

OLD = "v1"
"""The `apiVersion` of charts that name what they need in requirements.yaml."""


class Import(Record, frozen=True):
    """Values of a dependency that its parent takes over."""

    child: str
    parent: str


class Dependency(Record, frozen=True, kw_only=True):
    """A chart that another one needs."""

    name: str
    place: Place
    node: Mapping
    version: str = ""
    repository: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()
    alias: str = ""
    imports: tuple[Import, ...] = ()

    @property
    def local(self) -> bool:
        """Whether it lies in this repository and nobody else's."""
        return not self.repository or self.repository.startswith("file://")


class Metadata(Record, frozen=True, kw_only=True):
    """What a chart says of itself."""

    root: Mapping
    name: str
    version: str = ""
    api_version: str = OLD
    library: bool = False
    dependencies: tuple[Dependency, ...] = field(default_factory=tuple)

    @property
    def app_version(self) -> Scalar | None:
        """The version of what is in it."""
        return scalar(self.root, "appVersion")


def metadata(root: Mapping, requirements: Mapping | None = None) -> Metadata:
    """Return what a Chart.yaml says; a requirements.yaml beside it says what it needs, whatever its age."""
    version = text(root, "apiVersion") or OLD
    said = requirements is not None and "dependencies" in requirements.entries
    held = requirements if said and requirements is not None else root
    return Metadata(
        root=root,
        name=text(root, "name"),
        version=text(root, "version"),
        api_version=version,
        library=text(root, "type").lower() == "library",
        dependencies=tuple(_dependencies(held)),
    )


def _dependencies(holder: Mapping) -> Iterator[Dependency]:
    for node in mappings(holder, "dependencies"):
        name = scalar(node, "name")
        if name is not None:
            yield Dependency(
                name=name.text,
                place=name.place,
                node=node,
                version=text(node, "version"),
                repository=text(node, "repository"),
                condition=text(node, "condition").strip(),
                tags=tuple(one.text for one in scalars(node, "tags")),
                alias=text(node, "alias"),
                imports=tuple(_imports(node)),
            )


def _imports(node: Mapping) -> Iterator[Import]:
    found: Node | None = node.get("import-values")
    for item in getattr(found, "items", ()) if not isinstance(found, Mapping | Scalar) else ():
        if isinstance(item, Scalar):
            yield Import(f"exports.{item.text}", ".")
        elif mapping(item) is not None:
            yield Import(text(item, "child"), text(item, "parent"))
