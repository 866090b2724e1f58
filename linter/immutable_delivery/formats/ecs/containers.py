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
from immutable_delivery.formats.ecs.values import find, key, mappings, truth, value, values
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Scalar, entry_extent
from immutable_delivery.syntax.yaml.query import pairs


class EcsContainer(Record, frozen=True):
    """One container."""

    family: str
    path: str
    node: Mapping
    role: ContainerRole
    volumes: AnyMapping[str, Mapping]
    alone: bool
    ctx: ParseContext

    @property
    def name(self) -> str:
        """Its name in the task."""
        return _text(value(self.node, "name"))

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
        node = self.node
        places = {name: found.place for name in ("name",) if (found := find(node, name))}
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
                for mapping in mappings(node, "portMappings")
                if (port := value(mapping, "containerPort"))
            ),
            labels=tuple(name.text for name, _ in pairs(find(node, "dockerLabels"))),
            places=places,
        )

    def _images(self) -> Iterator[ImageSpec]:
        image, node = value(self.node, "image"), find(self.node, "image")
        if image is not None and node is not None:
            yield ImageSpec(image, self._extent("image"), node.place, self.role)

    def _command(self, origin: Origin) -> CommandSpec | None:
        words, node = values(self.node, origin), find(self.node, origin)
        if not words or node is None:
            return None
        return CommandSpec(origin, words, node.place, self._extent(origin))

    def _checks(self) -> Iterator[CommandSpec]:
        check = find(self.node, "healthCheck")
        kind, *words = values(check, "command") or (None,)
        if kind is not None and words:
            extent = self._extent("healthCheck")
            form: Form = "shell" if kind.text == "CMD-SHELL" else "exec"
            yield CommandSpec("probe", tuple(words), extent, extent, form, "probe")

    def _environment(self) -> Iterator[VariableSpec]:
        for item in mappings(self.node, "environment"):
            name = value(item, "name")
            if name is not None:
                yield VariableSpec(name, value(item, "value"), item.place)

    def _labels(self) -> Iterator[VariableSpec]:
        labels = find(self.node, "dockerLabels")
        for name, said in pairs(labels):
            written = said.written if isinstance(said, Scalar) else None
            yield VariableSpec(name.written, written, entry_extent(name, said), "label")

    def _mounts(self) -> Iterator[MountSpec]:
        for node in mappings(self.node, "mountPoints"):
            target = value(node, "containerPath")
            name = value(node, "sourceVolume")
            if target is None or name is None:
                continue
            volume = self.volumes.get(name.text)
            host = value(volume, "host", "sourcePath")
            kind: MountType = "host" if host else "empty" if self._is_empty(volume) else "volume"
            yield MountSpec(kind, host or name, target, node.place, self._flag(node, "readOnly"))

    def _is_empty(self, volume: Mapping | None) -> bool:
        """Whether a volume begins empty with every task: nothing is said of it but its name."""
        return volume is not None and not any(
            name.text.lower().endswith("configuration") for name, _ in pairs(volume)
        )

    def _setting(self, name: str) -> Setting | None:
        written, node = value(self.node, name), find(self.node, name)
        return Setting(written.value, node.place) if written and node else None

    def _flag(self, node: Mapping, name: str) -> Flag:
        """Return a switch, which is off where nothing stands."""
        found = find(node, name)
        return Flag(truth(node, name), found.place if found else None)

    def _extent(self, name: str) -> Place:
        written = key(self.node, name)
        return self.node.extent(written.text) if written else self.node.place


def _text(written: LocatedText | None) -> str:
    return written.text if written else ""
