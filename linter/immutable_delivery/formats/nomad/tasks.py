"""The tasks of a job: what each runs, is given and fetches."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.environments import environment
from immutable_delivery.containers.lower import lower
from immutable_delivery.containers.spec import (
    CommandSpec,
    ContainerSpec,
    Flag,
    ImageSpec,
    Setting,
    VariableSpec,
)
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.fetches import fetch
from immutable_delivery.facts import ContainerRole, Fact, Origin, Phase, Scope, VariableType
from immutable_delivery.formats.nomad.blocks import every, find, groups, jobs, named
from immutable_delivery.formats.nomad.mounts import FOLDERS, Mounts
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.hcl.blocks import listed
from immutable_delivery.syntax.hcl.values import Values
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, entry_extent
from immutable_delivery.syntax.yaml.query import pairs
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

_TRANSPORT = lazy(r"(?:https?|docker)://")
_FILE = lazy(r"(?:oci|dir|docker-archive|oci-archive|containers-storage):")
"""Images that come out of a file of the machine."""
_WHEN: dict[str, tuple[ContainerRole, Phase]] = {
    "prestart": ("init", "init"), "poststart": ("container", "hook"), "poststop": ("container", "hook"),
}  # fmt: skip
_TASK: Shapes = {"driver": "text", "user": "text", "config": "mapping"}
_CONFIG: Shapes = dict.fromkeys(("image", "command"), "text")


def tasks(root: Node | None, path: str, ctx: ParseContext) -> Iterator[Task]:
    """Yield the tasks of a file."""
    values = Values(root, FOLDERS)
    for label, job in jobs(root):
        held = [(group, *task) for group in groups(job) for task in named(group, "task")]
        for group, name, node in held:
            scope = Scope(
                owner=label.text,
                service=label.text,
                layer="middleware",
                deployed=True,
                manifest=path,
            )
            owner = label.text if len(held) == 1 else f"{label.text} (task {name.text})"
            yield Task(job, group, name, node, values, ctx, replace(scope, owner=owner))


class Task(Record, frozen=True):
    """One task."""

    job: Mapping
    group: Mapping
    name: Scalar
    node: Mapping
    values: Values
    ctx: ParseContext
    around: Scope

    @property
    def when(self) -> tuple[ContainerRole, Phase]:
        """What the task is beside the others of its group, and when it runs."""
        if self._flag(self.node, "lifecycle", "sidecar").value:
            return "sidecar", "start"
        hook = self._text(self.node, "lifecycle", "hook")
        return _WHEN.get(hook.text if hook else "", ("container", "start"))

    @property
    def scope(self) -> Scope:
        """What all facts of the task share."""
        scope = replace(self.around, phase=self.when[1])
        return environment(scope.manifest, self.ctx).reached(scope)

    def facts(self) -> Iterator[Fact]:
        """Yield everything that is said of the task."""
        tell(self.node, _TASK, f"{self.name.text}.", self.ctx.report)
        tell(find(self.node, "config"), _CONFIG, f"{self.name.text}.config.", self.ctx.report)
        spec = self.spec()
        yield from lower(spec, self.ctx)
        yield from self._artifacts(contained=spec.image is not None)

    def spec(self) -> ContainerSpec:
        """Return what is said of the task: a container where it has an image, else a process of the machine."""
        config, image = find(self.node, "config"), self._text(self.node, "config", "image")
        mounts = Mounts(self.node, self.group, self.values, self.ctx)
        mounted = tuple(mounts)
        return ContainerSpec(
            used_at=self.name.place,
            extent=self.node.place,
            scope=self.scope,
            container_type=self.when[0],
            name=self.name.text,
            workload="DaemonSet" if self._is_everywhere() else "",
            image=self._setting("config", "image"),
            images=tuple(self._images(image)),
            entrypoint=self._command("entrypoint") if image else self._command("command"),
            arguments=self._command("command", "args") if image else self._command("args"),
            others=tuple(self._checks()),
            variables=(*self._variables("env", find(self.node, "env")), *self._labels()),
            mounts=mounted,
            files=mounts.files(mounted),
            user=self._setting("user"),
            read_only=self._flag(config, "readonly_rootfs") if image else None,
            stdin=self._flag(config, "interactive"),
            tty=self._flag(config, "tty"),
            workdir=self._setting("config", "work_dir") or self._setting("config", "working_dir"),
            ports=tuple(self._ports()),
            labels=tuple(label.name.text for label in self._labels()),
            places={"name": self.name.place},
        )

    def _is_everywhere(self) -> bool:
        """Whether every machine runs it, as a DaemonSet does elsewhere."""
        kind = find(self.job, "type")
        return isinstance(kind, Scalar) and kind.text in {"system", "sysbatch"}

    def _images(self, image: LocatedText | None) -> Iterator[ImageSpec]:
        node = find(self.node, "config", "image")
        if image is None or node is None or _FILE.match(image.text):
            return
        reference = image.slice(found.end()) if (found := _TRANSPORT.match(image.text)) else image
        pulled = find(self.node, "config", "force_pull")
        always = self._flag(self.node, "config", "force_pull").value and pulled
        policy = Setting("always", pulled.place) if always and pulled else None
        extent = self._extent("image")
        yield ImageSpec(reference, extent, node.place, self.when[0], pull_policy=policy)

    def _command(self, *keys: Origin) -> CommandSpec | None:
        """Return the words that stand under the keys, one behind the other."""
        said = [key for key in keys if listed(find(self.node, "config", key))]
        nodes = [self.values.node(find(self.node, "config", key)) for key in said]
        words = tuple(self._words(nodes))
        if not words:
            return None
        place = self._extent(said[-1])
        return CommandSpec(said[-1], words, words[0].used_at if len(said) > 1 else place, place)

    def _words(self, nodes: list[Node | None]) -> Iterator[LocatedText]:
        for node in nodes:
            for word in listed(node):
                if isinstance(word, Scalar):
                    yield self.values.written(word)

    def _checks(self) -> Iterator[CommandSpec]:
        """Yield the scripts that services check their health with."""
        for check in (
            one for service in every(self.node, "service") for one in every(service, "check")
        ):
            words = tuple(self._words([find(check, "command"), find(check, "args")]))
            if words:
                yield CommandSpec("probe", words, check.place, check.place, phase="probe")

    def _variables(self, kind: VariableType, node: Node | None) -> Iterator[VariableSpec]:
        for held in listed(self.values.node(node)):
            for key, value in pairs(held):
                text = self.values.written(value) if isinstance(value, Scalar) else None
                yield VariableSpec(key.written, text, entry_extent(key, value), kind)

    def _labels(self) -> Iterator[VariableSpec]:
        return self._variables("label", find(self.node, "config", "labels"))

    def _ports(self) -> Iterator[str]:
        """Yield the ports in the container that the labels of the group stand for."""
        wanted = {word.text for word in self._words([find(self.node, "config", "ports")])}
        for network in every(self.group, "network"):
            for label, port in named(network, "port"):
                number = self._text(port, "to") or self._text(port, "static")
                if label.text in wanted and number:
                    yield number.text

    def _artifacts(self, *, contained: bool) -> Iterator[Fact]:
        """Yield what is fetched before the start; for a process of the machine, a checked archive is what an image is elsewhere."""
        for node in every(self.node, "artifact"):
            source, ref = self._text(node, "source"), self._text(node, "options", "ref")
            if source is None:
                continue
            if ref is not None:
                sign = "&" if "?" in source.text else "?"
                parts = (source, unaligned(f"{sign}ref=", ref), ref)
                source = LocatedText.joined(parts, source.used_at)
            checked = self._text(node, "options", "checksum") is not None
            unpacks = contained or not checked
            yield fetch(
                source, "artifact", self.scope, node.place, checked=checked, unpacks=unpacks
            )

    def _text(self, node: Node | None, *keys: str) -> LocatedText | None:
        found = find(node, *keys)
        return self.values.written(found) if isinstance(found, Scalar) and found.text else None

    def _setting(self, *keys: str) -> Setting | None:
        found, node = self._text(self.node, *keys), find(self.node, *keys)
        return Setting(found.value, node.place) if found and node else None

    def _flag(self, node: Node | None, *keys: str) -> Flag:
        """Return a switch, which is off where nothing stands."""
        found, said = self._text(node, *keys), find(node, *keys)
        known = {"true": True, "false": False}.get(found.text) if found else False
        return Flag(known, said.place if found and said else None)

    def _extent(self, key: str) -> Place:
        config = find(self.node, "config")
        return config.extent(key) if isinstance(config, Mapping) else self.node.place
