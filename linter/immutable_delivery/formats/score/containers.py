"""The containers of a Score workload: what runs, what is mounted, what they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.containers.environments import environment
from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.lower import lower
from immutable_delivery.containers.spec import (
    CommandSpec,
    ContainerSpec,
    Flag,
    ImageSpec,
    MountSpec,
    Setting,
    VariableSpec,
)
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Origin, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import (
    find,
    is_true,
    mapping,
    pairs,
    scalar,
    scalars,
    text,
)
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

_PLACEHOLDER = lazy(r"\$\$\{|\$\{([^}]*)\}")
_BUILT = "."

_SHAPES: Shapes = {
    "image": "text",
    **dict.fromkeys(("command", "args"), "texts"),
    "variables": "mapping",
    **dict.fromkeys(("volumes", "files"), "mappings|mapping"),
    **dict.fromkeys(("livenessProbe", "readinessProbe"), "mapping"),
}


class ScoreContainer(Record, frozen=True):
    """One container of a workload."""

    root: Node | None
    key: Scalar
    node: Mapping
    path: str
    ctx: ParseContext

    @property
    def name(self) -> str:
        """The name of the workload."""
        return text(self.root, "metadata", "name") or self.key.text

    @property
    def scope(self) -> Scope:
        """What all facts of the container share."""
        every = mapping(self.root, "containers")
        only = every is not None and len(every.entries) == 1
        scope = Scope(
            owner=self.name if only else f"{self.name} (container {self.key.text})",
            service=self.name,
            phase="start",
            layer="application" if self.built else "middleware",
            deployed=True,
            manifest=self.path,
        )
        return environment(self.path, self.ctx).reached(scope)

    @property
    def built(self) -> bool:
        """Whether the image is what the platform builds from here."""
        return text(self.node, "image") == _BUILT

    def facts(self) -> Iterator[Fact | Build]:
        """Yield everything that is said of the container."""
        tell(self.node, _SHAPES, f"containers.{self.key.text}.", self.ctx.report)
        yield from lower(self._spec(), self.ctx)
        yield from self._build()

    def _spec(self) -> ContainerSpec:
        """Return what is said of the container; user, file system and terminal are for the platform to say."""
        image, place = scalar(self.node, "image"), self.key.place
        reference = image if image and not self.built else None
        named = image.place if image else place
        return ContainerSpec(
            used_at=place,
            extent=yaml.entry_extent(self.key, self.node),
            scope=self.scope,
            name=self.name if self.built else self.key.text,
            image=Setting(_filled(reference, self.name).value, named) if reference else None,
            images=tuple(self._images(reference)),
            entrypoint=self._command("command"),
            arguments=self._command("args"),
            others=tuple(self._probes()),
            variables=tuple(self._variables()),
            mounts=(*self._volumes(), *self._files()),
            files=ContainerFiles(self.ctx, folder_of(self.path) if self.built else None),
            builds=self.built,
            places={"name": place, "image": named},
        )

    def _images(self, image: Scalar | None) -> Iterator[ImageSpec]:
        if image is not None:
            extent = self.node.extent("image")
            yield ImageSpec(_filled(image, self.name), extent, image.place)

    def _variables(self) -> Iterator[VariableSpec]:
        for key, value in pairs(self.node, "variables"):
            extent = yaml.entry_extent(key, value)
            yield VariableSpec(key.written, self.filled(value), extent)

    def filled(self, value: Node) -> LocatedText | None:
        """Return a text with what the file itself says put in."""
        return _filled(value, self.name) if isinstance(value, Scalar) else None

    def _command(self, origin: Origin) -> CommandSpec | None:
        listed = find(self.node, origin)
        words = tuple(_filled(one, self.name) for one in scalars(self.node, origin))
        if not words or listed is None:
            return None
        return CommandSpec(origin, words, listed.place, self.node.extent(origin))

    def _probes(self) -> Iterator[CommandSpec]:
        for key in ("livenessProbe", "readinessProbe"):
            probe = find(self.node, key, "exec")
            words = tuple(one.written for one in scalars(probe, "command"))
            if words and isinstance(probe, Mapping):
                extent = probe.extent("command")
                yield CommandSpec("probe", words, extent, extent, phase="probe")

    def _build(self) -> Iterator[Build]:
        """Yield how the image is built, where a Dockerfile lies beside the file."""
        folder = folder_of(self.path)
        dockerfile = resolve(folder, "Dockerfile")
        image = scalar(self.node, "image")
        if self.built and image and dockerfile and self.ctx.files.state(dockerfile) != "missing":
            yield Build(
                dockerfile=dockerfile,
                context=folder,
                service=self.name,
                tool="score",
                deployed=True,
                place=image.place,
            )

    def _volumes(self) -> Iterator[MountSpec]:
        for target, node, extent in _targets(self.node.get("volumes")):
            source = scalar(node, "source")
            name = _resource(source.written) if source else None
            read_only = is_true(node, "readOnly") or is_true(node, "read_only")
            yield MountSpec("volume", name, target.written, extent.place, Flag(read_only))

    def _files(self) -> Iterator[MountSpec]:
        for target, node, extent in _targets(self.node.get("files")):
            source = scalar(node, "source")
            yield MountSpec(
                "config",
                source.written if source else None,
                target.written,
                extent.place,
                Flag(value=True),
                host_path=resolve(folder_of(self.path), source.text) if source else None,
            )


def _targets(node: Node | None) -> Iterator[tuple[Scalar, Mapping, Node]]:
    """Yield target, entry and the statement of what is mounted: a list, or since 2025 a mapping by target."""
    if isinstance(node, Sequence):
        for item in node.items:
            target = scalar(item, "target")
            if isinstance(item, Mapping) and target is not None:
                yield target, item, item
    for key, value in pairs(node):
        if isinstance(value, Mapping):
            yield key, value, value


def _resource(source: LocatedText) -> LocatedText:
    """Return the name of the volume: `${resources.data}` asks for the resource `data`."""
    found = _PLACEHOLDER.fullmatch(source.text)
    if found is None or not (found[1] or "").startswith("resources."):
        return source
    return source.slice(found.start(1) + len("resources."), found.end(1))


def _filled(node: Scalar, name: str) -> LocatedText:
    """Return a text whose placeholders are put in; what a platform provides is missing."""
    return filled(node.written, _PLACEHOLDER, lambda found, own: _given(found, own, name))


def _given(found: re.Match[str], own: LocatedText, name: str) -> LocatedText | None:
    if found[1] is None:
        return unaligned("${", own)
    return unaligned(name, own) if found[1] == "metadata.name" else None
