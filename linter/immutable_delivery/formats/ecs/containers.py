"""The containers of a task definition: what runs, what is mounted, what they are given."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery.facts import Container, ContainerRole, Fact, Form, Mount, Origin, Scope
from immutable_delivery.formats import Surroundings
from immutable_delivery.formats.declared import mount, variable
from immutable_delivery.formats.ecs.values import Reader
from immutable_delivery.formats.environments import environment
from immutable_delivery.formats.images import image_fact
from immutable_delivery.formats.launching import Home, Launch, entry, launched, performed
from immutable_delivery.formats.lookup import pairs
from immutable_delivery.formats.yamltree import Mapping, Node
from immutable_delivery.records import Record, replace
from immutable_delivery.text import Place
from immutable_delivery.written import Written

_ROOT = frozenset({"root", "0"})


class One(Record, frozen=True):
    """One container."""

    family: str
    path: str
    reader: Reader
    node: Mapping
    role: ContainerRole
    volumes: AnyMapping[str, Mapping]
    alone: bool
    around: Surroundings

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
        return environment(self.path, self.around).reached(scope)

    def facts(self) -> Iterator[Fact]:
        """Yield everything that is said of the container."""
        image = self.reader.value(self.node, "image")
        commands = list(self._commands())
        values = {name.text: value for name, value, _ in self._environment()}
        home = Home(self.around, values=values)
        yield self._whole(image, commands)
        if image is not None:
            extent, scope = self._extent("image"), self.scope
            at = _at(self.reader.find(self.node, "image"), extent)
            yield image_fact(image, role=self.role, scope=scope, extent=extent, used_at=at)
        yield from launched(commands, self.scope, home)
        yield from self._checked(home)
        for name, value, extent in self._environment():
            yield variable(name, value, extent, self.scope)
        yield from self._mounts()

    def _commands(self) -> Iterator[Launch]:
        origins: tuple[Origin, ...] = ("entryPoint", "command")
        for origin in origins:
            words = self.reader.values(self.node, origin)
            if words:
                extent = self._extent(origin)
                place = _at(self.reader.find(self.node, origin), extent)
                yield Launch(origin, words, place, extent)

    def _checked(self, home: Home) -> Iterator[Fact]:
        check = self.reader.find(self.node, "healthCheck")
        kind, *words = self.reader.values(check, "command") or (None,)
        if kind is None or not words:
            return
        extent = self._extent("healthCheck")
        form: Form = "shell" if kind.text == "CMD-SHELL" else "exec"
        command = Launch("probe", tuple(words), extent, extent, form)
        yield from performed(command, replace(self.scope, phase="probe"), home)

    def _environment(self) -> Iterator[tuple[Written, Written | None, Place]]:
        for item in self.reader.mappings(self.node, "environment"):
            name = self.reader.value(item, "name")
            if name is not None:
                yield name, self.reader.value(item, "value"), item.place

    def _mounts(self) -> Iterator[Mount]:
        for node in self.reader.mappings(self.node, "mountPoints"):
            target = self.reader.value(node, "containerPath")
            name = self.reader.value(node, "sourceVolume")
            if target is None or name is None:
                continue
            volume = self.volumes.get(name.text)
            host = self.reader.value(volume, "host", "sourcePath")
            read_only = self.reader.find(node, "readOnly")
            made = mount(
                "host" if host else "empty" if self._is_empty(volume) else "volume",
                host or name,
                target,
                node.place,
                self.scope,
                read_only=self.reader.truth(node, "readOnly"),
                read_only_at=read_only.place if read_only else None,
                workload="task definition",
            )
            yield replace(made, related=(host.whole,)) if host else made

    def _is_empty(self, volume: Mapping | None) -> bool:
        """Whether a volume begins empty with every task: nothing is said of it but its name."""
        return volume is not None and not any(
            key.text.lower().endswith("configuration") for key, _ in pairs(volume)
        )

    def _whole(self, image: Written | None, commands: list[Launch]) -> Container:
        node, reader = self.node, self.reader
        user = reader.value(node, "user")
        place = next(iter(self._places().values()), node.place)
        ports = (
            reader.value(one, "containerPort") for one in reader.mappings(node, "portMappings")
        )
        return Container(
            used_at=place,
            extent=node.place,
            scope=self.scope,
            places=self._places(),
            container_type=self.role,
            name=self.name,
            image=image.value if image else "",
            runs=True,
            starts=None,
            own_start=bool(commands),
            user=user.value if user else "",
            root=user.text.partition(":")[0] in _ROOT if user and user.known else None,
            read_only_root=reader.truth(node, "readonlyRootFilesystem"),
            ports=tuple(port.text for port in ports if port),
            labels=tuple(key.text for key, _ in pairs(reader.find(node, "dockerLabels"))),
            stdin=bool(reader.truth(node, "interactive")),
            tty=bool(reader.truth(node, "pseudoTerminal")),
            workdir=_text(reader.value(node, "workingDirectory")),
            entry=entry(commands),
        )

    def _places(self) -> dict[str, Place]:
        keys = {
            "name": "name", "image": "image", "user": "user", "root": "user", "stdin": "interactive",
            "read_only_root": "readonlyRootFilesystem", "tty": "pseudoTerminal",
        }  # fmt: skip
        found = {field: self.reader.find(self.node, key) for field, key in keys.items()}
        return {field: value.place for field, value in found.items() if value is not None}

    def _extent(self, key: str) -> Place:
        written = self.reader.place(self.node, key)
        return self.node.extent(written.text) if written else self.node.place


def _at(node: Node | None, default: Place) -> Place:
    return node.place if node is not None else default


def _text(written: Written | None) -> str:
    return written.text if written else ""
