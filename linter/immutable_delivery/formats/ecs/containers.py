"""The containers of a task definition: what runs, what is mounted, what they are given."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

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
from immutable_delivery.facts import ContainerRole, Fact, Form, MountType, Origin, Scope
from immutable_delivery.formats.ecs.values import Reader
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, entry_extent
from immutable_delivery.syntax.yaml.query import pairs


class EcsContainer(Record, frozen=True):
    """One container."""

    family: str
    path: str
    reader: Reader
    node: Mapping
    role: ContainerRole
    volumes: AnyMapping[str, Mapping]
    alone: bool
    ctx: ParseContext

    @property
    def name(self) -> str:
        """Its name in the task."""
        return _text(self.reader.value(self.node, "name"))

    @property
    def scope(self) -> Scope:
        """What all facts of the container share."""
        task = self.family
        scope = Scope(
            owner=task if self.alone or not self.name else f"{task} (container {self.name})",
            service=task,
            phase="init" if self.role == "init" else "start",
            layer="middleware",
            deployed=True,
            manifest=self.path,
        )
        return environment(self.path, self.ctx).reached(scope)

    def facts(self) -> Iterator[Fact]:
        """Yield everything that is said of the container."""
        yield from lower(self.spec(), self.ctx)

    def spec(self) -> ContainerSpec:
        """Return what is said of the container; without a word its root file system can be written to."""
        node, reader = self.node, self.reader
        places = {key: found.place for key in ("name",) if (found := reader.find(node, key))}
        image = self._setting("image")
        return ContainerSpec(
            used_at=places.get("name") or (image.place if image else node.place),
            extent=node.place,
            scope=self.scope,
            container_type=self.role,
            name=self.name,
            workload="task definition",
            image=image,
            images=tuple(self._images()),
            entrypoint=self._command("entryPoint"),
            arguments=self._command("command"),
            others=tuple(self._checks()),
            variables=(*self._environment(), *self._labels()),
            mounts=tuple(self._mounts()),
            files=ContainerFiles(self.ctx),
            user=self._setting("user"),
            read_only=self._flag(node, "readonlyRootFilesystem"),
            stdin=self._flag(node, "interactive"),
            tty=self._flag(node, "pseudoTerminal"),
            workdir=self._setting("workingDirectory"),
            ports=tuple(
                port.text
                for mapping in reader.mappings(node, "portMappings")
                if (port := reader.value(mapping, "containerPort"))
            ),
            labels=tuple(key.text for key, _ in pairs(reader.find(node, "dockerLabels"))),
            places=places,
        )

    def _images(self) -> Iterator[ImageSpec]:
        image, node = self.reader.value(self.node, "image"), self.reader.find(self.node, "image")
        if image is not None and node is not None:
            yield ImageSpec(image, self._extent("image"), node.place, self.role)

    def _command(self, origin: Origin) -> CommandSpec | None:
        words, node = self.reader.values(self.node, origin), self.reader.find(self.node, origin)
        if not words or node is None:
            return None
        return CommandSpec(origin, words, node.place, self._extent(origin))

    def _checks(self) -> Iterator[CommandSpec]:
        check = self.reader.find(self.node, "healthCheck")
        kind, *words = self.reader.values(check, "command") or (None,)
        if kind is not None and words:
            extent = self._extent("healthCheck")
            form: Form = "shell" if kind.text == "CMD-SHELL" else "exec"
            yield CommandSpec("probe", tuple(words), extent, extent, form, "probe")

    def _environment(self) -> Iterator[VariableSpec]:
        for item in self.reader.mappings(self.node, "environment"):
            name = self.reader.value(item, "name")
            if name is not None:
                yield VariableSpec(name, self.reader.value(item, "value"), item.place)

    def _labels(self) -> Iterator[VariableSpec]:
        labels = self.reader.find(self.node, "dockerLabels")
        for key, value in pairs(labels):
            written = self.reader.value(labels, key.text)
            yield VariableSpec(key.written, written, entry_extent(key, value), "label")

    def _mounts(self) -> Iterator[MountSpec]:
        for node in self.reader.mappings(self.node, "mountPoints"):
            target = self.reader.value(node, "containerPath")
            name = self.reader.value(node, "sourceVolume")
            if target is None or name is None:
                continue
            volume = self.volumes.get(name.text)
            host = self.reader.value(volume, "host", "sourcePath")
            kind: MountType = "host" if host else "empty" if self._is_empty(volume) else "volume"
            yield MountSpec(kind, host or name, target, node.place, self._flag(node, "readOnly"))

    def _is_empty(self, volume: Mapping | None) -> bool:
        """Whether a volume begins empty with every task: nothing is said of it but its name."""
        return volume is not None and not any(
            key.text.lower().endswith("configuration") for key, _ in pairs(volume)
        )

    def _setting(self, key: str) -> Setting | None:
        written, node = self.reader.value(self.node, key), self.reader.find(self.node, key)
        return Setting(written.value, node.place) if written and node else None

    def _flag(self, node: Mapping, key: str) -> Flag:
        """Return a switch, which is off where nothing stands."""
        found = self.reader.find(node, key)
        return Flag(self.reader.truth(node, key), found.place if found else None)

    def _extent(self, key: str) -> Place:
        written = self.reader.place(self.node, key)
        return self.node.extent(written.text) if written else self.node.place


def _text(written: LocatedText | None) -> str:
    return written.text if written else ""
