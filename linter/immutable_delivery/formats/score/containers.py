"""The containers of a Score workload: what runs, what is mounted, what they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.facts import Build, Container, Fact, Mount, Scope
from immutable_delivery.files import folder_of, resolve
from immutable_delivery.formats import Surroundings, yamltree
from immutable_delivery.formats.declared import mount, variable
from immutable_delivery.formats.environments import environment
from immutable_delivery.formats.images import image_fact
from immutable_delivery.formats.interpolation import unaligned
from immutable_delivery.formats.launching import Home, Launch, entry, launched, performed
from immutable_delivery.formats.lookup import find, is_true, mapping, pairs, scalar, scalars, text
from immutable_delivery.formats.placeholders import filled
from immutable_delivery.formats.shapes import Shapes, tell
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar, Sequence
from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.written import Written

_PLACEHOLDER = lazy(r"\$\$\{|\$\{([^}]*)\}")
_BUILT = "."

_SHAPES: Shapes = {
    "image": "text",
    **dict.fromkeys(("command", "args"), "texts"),
    "variables": "mapping",
    **dict.fromkeys(("volumes", "files"), "mappings|mapping"),
    **dict.fromkeys(("livenessProbe", "readinessProbe"), "mapping"),
}


class One(Record, frozen=True):
    """One container of a workload."""

    root: Node | None
    key: Scalar
    node: Mapping
    path: str
    around: Surroundings

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
        return environment(self.path, self.around).reached(scope)

    @property
    def built(self) -> bool:
        """Whether the image is what the platform builds from here."""
        return text(self.node, "image") == _BUILT

    def facts(self) -> Iterator[Fact | Build]:
        """Yield everything that is said of the container."""
        tell(self.node, _SHAPES, f"containers.{self.key.text}.", self.around.report)
        values = {key.text: self.filled(value) for key, value in pairs(self.node, "variables")}
        home = Home(self.around, folder_of(self.path) if self.built else None, values)
        commands = list(self._commands())
        yield self._whole(commands)
        image = scalar(self.node, "image")
        if image is not None and not self.built:
            yield image_fact(
                _filled(image, self.name),
                role="container",
                scope=self.scope,
                extent=self.node.extent("image"),
                used_at=image.place,
            )
        yield from self._build()
        yield from launched(commands, self.scope, home)
        yield from self._probes(home)
        for key, value in pairs(self.node, "variables"):
            extent = yamltree.entry_extent(key, value)
            yield variable(key.written, values[key.text], extent, self.scope)
        yield from self._mounts()

    def filled(self, value: Node) -> Written | None:
        """Return a text with what the file itself says put in."""
        return _filled(value, self.name) if isinstance(value, Scalar) else None

    def _commands(self) -> Iterator[Launch]:
        for origin in ("command", "args"):
            listed = find(self.node, origin)
            words = tuple(_filled(one, self.name) for one in scalars(self.node, origin))
            if words and listed is not None:
                yield Launch(origin, words, listed.place, self.node.extent(origin))

    def _probes(self, home: Home) -> Iterator[Fact]:
        for key in ("livenessProbe", "readinessProbe"):
            probe = find(self.node, key, "exec")
            words = tuple(one.written for one in scalars(probe, "command"))
            if words and isinstance(probe, Mapping):
                extent = probe.extent("command")
                command = Launch("probe", words, extent, extent)
                yield from performed(command, replace(self.scope, phase="probe"), home)

    def _whole(self, commands: list[Launch]) -> Container:
        image = scalar(self.node, "image")
        place = self.key.place
        return Container(
            used_at=place,
            extent=yamltree.entry_extent(self.key, self.node),
            scope=self.scope,
            places={"name": place, "image": image.place if image else place},
            container_type="container",
            name=self.name if self.built else self.key.text,
            image="" if image is None or self.built else _filled(image, self.name).value,
            runs=True,
            starts=True if commands and commands[0].origin == "command" else None,
            own_start=bool(commands),
            builds=self.built,
            entry=entry(commands),
        )

    def _build(self) -> Iterator[Build]:
        """Yield how the image is built, where a Dockerfile lies beside the file."""
        folder = folder_of(self.path)
        dockerfile = resolve(folder, "Dockerfile")
        image = scalar(self.node, "image")
        if self.built and image and dockerfile and self.around.files.state(dockerfile) != "missing":
            yield Build(
                dockerfile=dockerfile,
                context=folder,
                service=self.name,
                tool="score",
                deployed=True,
                place=image.place,
            )

    def _mounts(self) -> Iterator[Mount]:
        for target, node, extent in _targets(self.node.get("volumes")):
            source = scalar(node, "source")
            yield mount(
                "volume",
                _resource(source.written) if source else None,
                target.written,
                extent.place,
                self.scope,
                read_only=is_true(node, "readOnly") or is_true(node, "read_only"),
            )
        for target, node, extent in _targets(self.node.get("files")):
            source = scalar(node, "source")
            inside = resolve(folder_of(self.path), source.text) if source else None
            written = source.written if source else None
            yield mount(
                "config",
                written,
                target.written,
                extent.place,
                self.scope,
                read_only=True,
                host_path=inside,
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


def _resource(source: Written) -> Written:
    """Return the name of the volume: `${resources.data}` asks for the resource `data`."""
    found = _PLACEHOLDER.fullmatch(source.text)
    if found is None or not (found[1] or "").startswith("resources."):
        return source
    return source.slice(found.start(1) + len("resources."), found.end(1))


def _filled(node: Scalar, name: str) -> Written:
    """Return a text whose placeholders are put in; what a platform provides is missing."""
    return filled(node.written, _PLACEHOLDER, lambda found, own: _given(found, own, name))


def _given(found: re.Match[str], own: Written, name: str) -> Written | None:
    if found[1] is None:
        return unaligned("${", own)
    return unaligned(name, own) if found[1] == "metadata.name" else None
