"""A role or an accessory as the container that Kamal runs: with `docker run`, on every server of it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.mountoptions import mount_type
from immutable_delivery.containers.spec import (
    CommandSpec,
    ContainerSpec,
    Flag,
    ImageSpec,
    MountSpec,
    Setting,
    VariableSpec,
)
from immutable_delivery.containers.volumes import Volume, VolumeError, short
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import MountType, Origin, Scope, VariableType
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.words import CommandError, split
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, entry_extent
from immutable_delivery.syntax.yaml.query import find, items, pairs, scalar, scalars, text

_ERB = lazy(r"<%=(?:(?!<%|%>)[\s\S])*+%>")
_EXPRESSION = "<%= … %>"


class KamalContainer(Record, frozen=True):
    """One container."""

    key: Scalar
    node: Node
    scope: Scope
    folder: str
    ctx: ParseContext
    shared: Mapping | None = None
    """What roles share: the whole configuration; None for an accessory."""

    def spec(self) -> ContainerSpec:
        """Return what is said of it; what the options of `docker run` do not say, Docker does not do."""
        image = scalar(self.node, "image") if self.shared is None else None
        labels = tuple(self._variables("labels", "label"))
        port = scalar(self.node, "port") or scalar(self.shared, "proxy", "app_port")
        return ContainerSpec(
            used_at=self.key.place,
            extent=entry_extent(self.key, self.node),
            scope=self.scope,
            container_type="service",
            name=f"{self.scope.service}-{self.key.text}" if self.shared else self.scope.service,
            workload="service",
            image=Setting(_known(image).value, image.place) if image else None,
            images=tuple(self._images(image)),
            entrypoint=self._command("options", "entrypoint"),
            arguments=self._command("cmd"),
            others=tuple(self._checks()),
            variables=(*self._environment(), *labels),
            mounts=(*self._mounts(), *self._files(), *self._memory()),
            files=ContainerFiles(self.ctx, None if image else self.folder),
            user=self._option("user"),
            read_only=self._flag("read-only"),
            stdin=self._flag("interactive"),
            tty=self._flag("tty"),
            workdir=self._option("workdir"),
            ports=(port.text,) if port else (),
            labels=tuple(label.name.text for label in labels),
            places={"name": self.key.place},
        )

    def _images(self, image: Scalar | None) -> Iterator[ImageSpec]:
        if image is not None and isinstance(self.node, Mapping):
            yield ImageSpec(_known(image), self.node.extent("image"), image.place)

    def _command(self, *keys: str) -> CommandSpec | None:
        said, holder = scalar(self.node, *keys), find(self.node, *keys[:-1])
        if said is None or not isinstance(holder, Mapping):
            return None
        try:
            words = tuple(split(_known(said)))
        except CommandError as error:
            self.ctx.report(said.place, f"a command of '{self.key.text}' {error}")
            return None
        origin: Origin = "entrypoint" if keys[:-1] else "command"
        return CommandSpec(origin, words, said.place, holder.extent(keys[-1])) if words else None

    def _checks(self) -> Iterator[CommandSpec]:
        said = scalar(self.node, "options", "health-cmd")
        if said is not None:
            yield CommandSpec("probe", (_known(said),), said.place, said.place, "shell", "probe")

    def _environment(self) -> Iterator[VariableSpec]:
        """Yield the variables; those that come from the secrets of whoever deploys have no value here."""
        for node in (find(self.shared, "env"), find(self.node, "env")):
            parted = isinstance(node, Mapping) and node.entries.keys() & {"clear", "secret", "tags"}
            for key, value in pairs(node, "clear") if parted else pairs(node):
                yield _variable(key, value, "env")
            for name in scalars(node, "secret"):
                cut = len(name.text.partition(":")[0])
                yield VariableSpec(name.written.slice(0, cut), None, name.place)

    def _variables(self, section: str, kind: VariableType) -> Iterator[VariableSpec]:
        for node in (self.shared, self.node):
            for key, value in pairs(node, section):
                yield _variable(key, value, kind)

    def _mounts(self) -> Iterator[MountSpec]:
        """Yield `volumes` and `directories`, which Kamal makes on the server."""
        said = (*items(self.shared, "volumes"), *items(self.node, "volumes"))
        for node in said:
            if volume := self._short(node):
                yield self._mount(volume, node, mount_type(volume.kind))
        for node in items(self.node, "directories"):
            if volume := self._short(node):
                yield self._mount(volume, node, "host")

    def _files(self) -> Iterator[MountSpec]:
        """Yield the files of the repository that Kamal puts on the server and mounts."""
        for node in items(self.node, "files"):
            volume = self._short(node)
            if volume and volume.source:
                inside = resolve(self.folder, volume.source.text)
                spec = self._mount(volume, node, "config")
                yield replace(spec, file=volume.source, host_path=inside)

    def _memory(self) -> Iterator[MountSpec]:
        said = scalar(self.node, "options", "tmpfs")
        if said is not None:
            target = said.written.slice(0, len(said.text.partition(":")[0]))
            yield MountSpec("tmpfs", None, target, said.place, Flag(value=False))

    def _short(self, node: Node) -> Volume | None:
        """Read `local:remote:options`, or the same as a mapping."""
        local, remote = scalar(node, "local"), scalar(node, "remote")
        if local is not None and remote is not None:
            read_only = "ro" in text(node, "options").split(",")
            return Volume("bind", _known(local), _known(remote), read_only)
        try:
            return short(_known(node)) if isinstance(node, Scalar) else None
        except VolumeError as error:
            self.ctx.report(node.place, f"a volume of '{self.key.text}' {error}")
            return None

    def _mount(self, volume: Volume, node: Node, kind: MountType) -> MountSpec:
        read_only = Flag(volume.read_only, volume.read_only_at)
        return MountSpec(kind, volume.source, volume.path, node.place, read_only)

    def _option(self, name: str) -> Setting | None:
        said = scalar(self.node, "options", name)
        return Setting(_known(said).value, said.place) if said else None

    def _flag(self, name: str) -> Flag:
        """Return a switch of `docker run`, which is off where nothing stands."""
        said = self._option(name)
        if said is None:
            return Flag(value=False)
        known = (
            {"true": True, "": True, "false": False}.get(said.value)
            if said.value is not None
            else None
        )
        return Flag(known, said.place)


def _variable(key: Scalar, value: Node, kind: VariableType) -> VariableSpec:
    given = _known(value) if isinstance(value, Scalar) else None
    return VariableSpec(key.written, given, entry_extent(key, value), kind)


def _known(node: Scalar) -> LocatedText:
    """Return a text; what its template puts in, only the deployment knows."""
    return filled(node.written, _ERB, lambda _found, own: _hidden(own))


def _hidden(expression: LocatedText) -> LocatedText:
    return replace(unaligned(_EXPRESSION, expression), unresolved=(_EXPRESSION,))
