"""What a platform runs by its file: containers of images, or of what it builds from this repository."""

from __future__ import annotations

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
from immutable_delivery.facts import Build, Fact, Phase, Resource, Scope
from immutable_delivery.formats.apps.shapes import Keys, Shape
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.machines.commands import MachineCommands
from immutable_delivery.records import Record, replace
from immutable_delivery.references.charts import of_version
from immutable_delivery.references.images import image_fact
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence, entry_extent
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import find, items, mapping, pairs, scalar, scalars, text

_NAME = lazy(r"\$\{\w+\}")
_OWN_IMAGE = frozenset({"custom", "docker", "image"})
"""Run times by which a platform takes an image of yours."""


def containers(root: Mapping, path: str, shape: Shape, ctx: ParseContext) -> Iterator[Fact | Build]:
    """Yield the facts of every container of a file, and how the platform builds those that it builds."""
    for keys in shape.services:
        held = find(root, *keys)
        for node in held.items if isinstance(held, Sequence) else [held]:
            if isinstance(node, Mapping):
                one = _Service(node, root, path, shape, ctx)
                yield from one.facts()


class _Service(Record, frozen=True):
    node: Mapping
    root: Mapping
    path: str
    shape: Shape
    ctx: ParseContext

    @property
    def name(self) -> str:
        found = scalar(self.node, *self.shape.name)
        return found.text if found else self.path

    @property
    def scope(self) -> Scope:
        image = self._image()
        scope = Scope(
            owner=self.name,
            service=self.name,
            phase="start",
            layer="middleware" if image else "application",
            deployed=True,
            manifest=self.path,
        )
        return environment(self.path, self.ctx).reached(scope)

    def facts(self) -> Iterator[Fact | Build]:
        """Yield the container, one for each process that has a command of its own."""
        named = mapping(self.node, *self.shape.named) if self.shape.named else None
        if named is None or not named.entries:
            yield from lower(self._spec(), self.ctx)
        for key, value in pairs(named):
            command = _command(key, value)
            if command is not None:
                spec = self._spec()
                scope = replace(spec.scope, owner=f"{self.name} (process {key.text})")
                yield from lower(
                    replace(spec, scope=scope, arguments=command, name=key.text), self.ctx
                )
        yield from self._build()
        yield from self._builders()
        yield from self._built()
        yield from self._runtime()

    def _spec(self) -> ContainerSpec:
        image, at = self._image(), head(self.node)
        folder = folder_of(self.path)
        return ContainerSpec(
            used_at=at,
            extent=self.node.place,
            scope=self.scope,
            name=self.name,
            workload="service",
            image=Setting(image.written.value, image.written.used_at) if image else None,
            images=(image,) if image else (),
            arguments=self._first(self.shape.command),
            others=tuple(self._hooks()),
            variables=tuple(self._variables()),
            mounts=tuple(self._mounts()),
            files=ContainerFiles(self.ctx, None if image else folder),
            builds=image is None,
        )

    def _image(self) -> ImageSpec | None:
        for keys in self.shape.image:
            holder, found = find(self.node, *keys[:-1]), scalar(self.node, *keys)
            if found is not None and isinstance(holder, Mapping):
                return ImageSpec(found.written, holder.extent(keys[-1]), found.place)
        return self._parted() if self.shape.parts else None

    def _parted(self) -> ImageSpec | None:
        """Return a reference that is written in parts."""
        key, *names = self.shape.parts
        held = mapping(self.node, key)
        registry, repository, tag, digest = (scalar(held, name) for name in names)
        if held is None or repository is None:
            return None
        parts = [repository.written]
        if registry is not None:
            parts[:0] = [registry.written, unaligned("/", registry.written)]
        host = dict(self.shape.hosts).get(text(held, "registry_type"), "")
        if host:
            hidden = tuple(found[0] for found in _NAME.finditer(host))
            parts.insert(0, replace(unaligned(f"{host}/", parts[0]), unresolved=hidden))
        for mark, part in ((":", tag), ("@", digest)):
            if part is not None:
                parts += [unaligned(mark, part.written), part.written]
        return ImageSpec(LocatedText.joined(parts, repository.place), held.place, repository.place)

    def _first(self, places: tuple[Keys, ...], phase: Phase | None = None) -> CommandSpec | None:
        for keys in places:
            holder = find(self.node, *keys[:-1])
            if isinstance(holder, Mapping) and keys[-1] in holder.entries:
                found = _command(*holder.entries[keys[-1]])
                if found is not None:
                    return replace(found, phase=phase)
        return None

    def _hooks(self) -> Iterator[CommandSpec]:
        for keys in self.shape.hooks:
            found = self._first((keys,), "hook")
            if found is not None:
                yield found

    def _variables(self) -> Iterator[VariableSpec]:
        for keys in self.shape.variables:
            held = find(self.node, *keys)
            for key, value in pairs(held):
                text = value.written if isinstance(value, Scalar) else None
                yield VariableSpec(key.written, text, entry_extent(key, value))
            for one in held.items if isinstance(held, Sequence) else []:
                name = scalar(one, "key") or scalar(one, "name")
                said = scalar(one, "value")
                if name is not None:
                    yield VariableSpec(name.written, said.written if said else None, one.place)

    def _mounts(self) -> Iterator[MountSpec]:
        for one in items(self.node, *self.shape.mounts) if self.shape.mounts else ():
            source, target = scalar(one, "HostDirectory"), scalar(one, "ContainerDirectory")
            if source is not None and target is not None:
                yield MountSpec(
                    "host", source.written, target.written, one.place, Flag(value=False)
                )

    def _builders(self) -> Iterator[Fact]:
        """Yield the images by which the platform builds: what they bring becomes part of the service."""
        scope = replace(self.scope, phase="build", layer="os", deployed=False)
        for keys in self.shape.builders:
            for said in (scalar(self.node, *keys), *scalars(self.node, *keys)):
                if said is not None and said.text:
                    yield image_fact(said.written, role="base", scope=scope, extent=said.place)

    def _built(self) -> Iterator[Fact]:
        """Yield what the commands do by which the platform builds."""
        scope = replace(self.scope, phase="build", deployed=False)
        run = MachineCommands(scope, self.ctx, {}, folder=folder_of(self.path))
        for keys in self.shape.building:
            for said in (scalar(self.node, *keys), *scalars(self.node, *keys)):
                if said is not None:
                    run.script(said.written, said.place)
        yield from run.finish(self.node.place) if self.shape.building else ()

    def _build(self) -> Iterator[Build]:
        """Yield how the platform builds images from the Dockerfiles that are named."""
        named = [scalar(self.node, *keys) for keys in self.shape.dockerfile]
        held = mapping(self.node, *self.shape.dockerfiles) if self.shape.dockerfiles else None
        named += [value for _, value in pairs(held) if isinstance(value, Scalar)]
        for found in named:
            folder = folder_of(self.path)
            said = scalar(self.node, *self.shape.context) if self.shape.context else None
            context = resolve(folder, said.text) if said else folder
            dockerfile = resolve(folder, found.text) if found else None
            if found is not None and dockerfile:
                yield Build(
                    dockerfile=dockerfile,
                    context=context,
                    service=self.name,
                    tool=self.shape.platform,
                    place=found.place,
                )

    def _runtime(self) -> Iterator[Resource]:
        """Yield the run time that the platform gives: what it is of is written in its name, or beside it."""
        named = scalar(self.node, *self.shape.runtime) if self.shape.runtime else None
        if named is None or not named.text or named.text in _OWN_IMAGE:
            return
        said = (scalar(self.node, *keys) for keys in self.shape.versions)
        version = next((one for one in said if one is not None), None)
        yield Resource(
            used_at=named.place,
            extent=named.place,
            places={"pin": (version or named).place},
            scope=replace(self.scope, layer="middleware"),
            resource_type="runtime",
            name=f"{named.text} {version.text}" if version else named.text,
            pin="exact" if version and of_version(version.text) == "exact" else "partial",
            choice=self.shape.platform,
        )


def _is_text(node: Node) -> bool:
    return isinstance(node, Scalar) and len(node.text.split()) > 1


def _command(key: Scalar, node: Node) -> CommandSpec | None:
    """Return a command: a text is for the shell, a list is the words of a program, or one text for the shell."""
    extent = entry_extent(key, node)
    if isinstance(node, Mapping):
        inner = node.entries.get("command")
        return _command(*inner) if inner is not None else None
    if isinstance(node, Sequence) and len(node.items) == 1 and _is_text(node.items[0]):
        node = node.items[0]
    if isinstance(node, Scalar) and node.text and not node.null:
        return CommandSpec("command", (node.written,), node.place, extent, "shell")
    words = (
        tuple(one.written for one in node.items if isinstance(one, Scalar))
        if isinstance(node, Sequence)
        else ()
    )
    return CommandSpec("command", words, node.place, extent) if words else None
