"""Tasks: the containers that they start, the images that they pull, the scripts that they run, what they check out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from immutable_delivery.containers.lower import image, lower
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
from immutable_delivery.containers.volumes import VolumeError, short
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.fetches import fetch
from immutable_delivery.facts import Fact, Origin, Scope, Source
from immutable_delivery.formats.ansible.clusters import objects_of, release_of
from immutable_delivery.formats.ansible.modules import BLOCKS, bare, included, is_role
from immutable_delivery.formats.ansible.packages import (
    ECOSYSTEMS,
    arguments,
    bypassed,
    installed,
)
from immutable_delivery.formats.ansible.variables import Values, filled_in
from immutable_delivery.jobs.scripts import Scripts
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.references.git import of_ref
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.words import CommandError, split
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence, documents, entry_extent
from immutable_delivery.syntax.yaml.query import items, pairs, scalar, text

MAX_DEPTH = 20
"""Blocks in blocks."""

_PARAMETERS = lazy(
    r"(?:\s+(?:chdir|creates|removes|executable|warn|stdin)=(?:\"[^\"]*\"|'[^']*'|\S+))+\s*\Z"
)
"""What a command that is one text is told beside it."""
_HEAD = "HEAD"
_GIT = "git::"


class Tasks(Record, frozen=True):
    """The tasks of a play or a role."""

    ctx: ParseContext
    scope: Scope
    values: Values
    reaches: bool = True
    """Whether other machines than the own one are changed."""
    built: frozenset[str] = frozenset()
    """The names of images that tasks here build."""

    def facts(self, node: Node | None, depth: int = 0) -> Iterator[Fact]:
        """Yield what a list of tasks does, blocks included."""
        for task in items(node) if node is not None else ():
            if not isinstance(task, Tree) or depth > MAX_DEPTH:
                continue
            for key in BLOCKS:
                yield from self.facts(task.get(key), depth + 1)
            yield from self._included(task, depth)
            for module, value in pairs(task):
                name = bare(module.text)
                does = _MODULES.get(name)
                if name in ECOSYSTEMS:
                    yield from self.packages(task, arguments(value), name)
                elif does is Tasks.script:
                    yield from does(self, task, value)
                elif does is not None:
                    yield from does(self, task, arguments(value))

    def _included(self, task: Tree, depth: int) -> Iterator[Fact]:
        """Yield what tasks of another file do; those of a role are read with it."""
        for path in included(task, task.place.file):
            held = None if is_role(path, self.ctx.files) else self.ctx.text(path)
            for document in documents(held) if held is not None else ():
                yield from self.facts(document.root, depth + 1)

    def container(self, task: Tree, node: Node) -> Iterator[Fact]:
        """Yield the container that a task starts."""
        reference = scalar(node, "image")
        if not isinstance(node, Tree) or reference is None or text(node, "state") == "absent":
            return
        name = scalar(node, "name")
        written = self._text(reference)
        shown = self._text(name).text if name else text(task, "name") or "container"
        scope = replace(self.scope, owner=shown, service=shown, phase="start", layer="middleware")
        at = (name or reference).place
        yield from lower(
            ContainerSpec(
                used_at=at,
                extent=node.place,
                scope=scope,
                name=shown,
                workload="service",
                image=Setting(written.value, reference.place),
                images=(self._image(written, node.extent("image"), reference.place),),
                entrypoint=self._command(node, "entrypoint"),
                arguments=self._command(node, "command"),
                variables=tuple(self._environment(node)),
                mounts=tuple(self._mounts(node)),
                user=self._setting(node, "user"),
                read_only=Flag(text(node, "read_only") in {"true", "yes"}, node.place),
                places={"name": at},
            ),
            self.ctx,
        )

    def _image(self, written: LocatedText, extent: Place, at: Place) -> ImageSpec:
        own = name_and_tag(written.text)[0] in self.built
        return ImageSpec(written, extent, at, built_here=own)

    def pulled(self, _task: Tree, node: Node) -> Iterator[Fact]:
        """Yield the image that a task pulls; one that it builds or loads is not taken from a registry."""
        name, tag = scalar(node, "name"), scalar(node, "tag")
        if (
            name is None
            or not isinstance(node, Tree)
            or text(node, "source") not in {"", "pull"}
            or node.get("build") is not None
            or text(node, "state") == "absent"
        ):
            return
        written = self._text(name)
        if tag is not None and ":" not in written.text.rpartition("/")[2]:
            parts = (written, unaligned(":", self._text(tag)), self._text(tag))
            written = LocatedText.joined(parts, name.place)
        yield image(
            ImageSpec(written, node.extent("name"), name.place), replace(self.scope, phase="start")
        )

    def script(self, task: Tree, node: Node) -> Iterator[Fact]:
        """Yield what a command does on the machine."""
        said = (
            node if isinstance(node, Scalar) else scalar(node, "cmd") or scalar(node, "_raw_params")
        )
        if said is not None and said.text:
            scripts = Scripts(self.ctx, {}, checked_out=False)
            command = self._text(said)
            told = _PARAMETERS.search(command.text)
            command = command.slice(0, told.start()) if told else command
            scripts.script(command, self.scope, task.place, folder=None)
            yield from scripts.finish()

    def checkout(self, task: Tree, node: Node) -> Iterator[Fact]:
        """Yield what a task checks out: onto hosts that run it is where they are deployed from, without a version its HEAD of that day."""
        repo, version = scalar(node, "repo"), scalar(node, "version")
        if repo is None:
            return
        address = self._text(repo)
        said = self._text(version) if version is not None else unaligned(_HEAD, address)
        if self.scope.phase == "pipeline" and self.reaches:
            yield self._deployed(replace(address, used_at=repo.place), said, version, task)
            return
        parts = (unaligned(_GIT, address), address, unaligned("?ref=", said), said)
        address = LocatedText.joined(parts, repo.place)
        yield fetch(replace(address, used_at=repo.place), "git", self.scope, task.place)

    def _deployed(
        self, address: LocatedText, said: LocatedText, version: Scalar | None, task: Tree
    ) -> Source:
        at = version.place if version is not None else address.used_at
        return Source(
            used_at=at,
            extent=task.place,
            scope=self.scope,
            places={"url": address.used_at, "ref": said.place() if version else at, "pin": at},
            source_type="git",
            url=address.value,
            ref="" if version is None else said.value,
            pin="none" if version is None else of_ref(said.text) if said.known else None,
        )

    def download(self, task: Tree, node: Node) -> Iterator[Fact]:
        """Yield what a task downloads."""
        url = scalar(node, "url")
        if url is not None:
            checked = scalar(node, "checksum") is not None
            found = fetch(self._text(url), "get_url", self.scope, task.place, checked=checked)
            checks, where = bypassed(node)
            yield replace(found, bypassed_checks=checks, places={**found.places, **where})

    def unpacked(self, task: Tree, node: Node) -> Iterator[Fact]:
        """Yield what a task downloads and unpacks."""
        source = scalar(node, "src")
        if source is not None and "://" in source.text:
            found = fetch(self._text(source), "unarchive", self.scope, task.place)
            yield replace(found, unpacked=True)

    def objects(self, _task: Tree, node: Node) -> Iterator[Fact]:
        """Yield what a task writes into a cluster."""
        if isinstance(node, Tree):
            yield from objects_of(node, self.values, self.scope, self.ctx)

    def release(self, _task: Tree, node: Node) -> Iterator[Fact]:
        """Yield the chart that a task releases."""
        if isinstance(node, Tree):
            yield from release_of(node, self.values, self.scope)

    def packages(self, task: Tree, node: Node, module: str) -> Iterator[Fact]:
        """Yield the packages that a task installs."""
        fill = partial(filled_in, values=self.values)
        yield from installed(module, node, fill, self.scope, task)

    def _text(self, node: Scalar) -> LocatedText:
        return filled_in(node.written, self.values)

    def _setting(self, node: Tree, key: str) -> Setting | None:
        found = scalar(node, key)
        return Setting(self._text(found).value, found.place) if found else None

    def _command(self, node: Tree, key: Origin) -> CommandSpec | None:
        said = node.get(key)
        if isinstance(said, Sequence):
            words = tuple(self._text(one) for one in said.items if isinstance(one, Scalar))
        elif isinstance(said, Scalar) and not said.null:
            words = _words(self._text(said))
        else:
            words = ()
        extent = node.extent(key)
        return CommandSpec(key, words, said.place, extent) if words and said is not None else None

    def _environment(self, node: Tree) -> Iterator[VariableSpec]:
        for key, value in pairs(node, "env"):
            known = (
                self._text(value) if isinstance(value, Scalar) and value.tag != "!vault" else None
            )
            yield VariableSpec(key.written, known, entry_extent(key, value))

    def _mounts(self, node: Tree) -> Iterator[MountSpec]:
        for one in (*items(node, "volumes"), *items(node, "volume")):
            if not isinstance(one, Scalar):
                continue
            try:
                volume = short(self._text(one))
            except VolumeError:
                continue
            flag = Flag(volume.read_only, volume.read_only_at)
            yield MountSpec(mount_type(volume.kind), volume.source, volume.path, one.place, flag)
        for held in items(node, "mounts"):
            source, target = scalar(held, "source"), scalar(held, "target")
            if target is not None:
                kind = mount_type(text(held, "type") or "volume")
                read_only = Flag(text(held, "read_only") in {"true", "yes"}, held.place)
                yield MountSpec(
                    kind,
                    self._text(source) if source else None,
                    self._text(target),
                    held.place,
                    read_only,
                )


def _words(written: LocatedText) -> tuple[LocatedText, ...]:
    """Return the words of a command that is written as one text; the text itself where it cannot be cut."""
    try:
        return tuple(split(written))
    except CommandError:
        return (written,)


_Does = Callable[[Tasks, Tree, Node], Iterator[Fact]]
_MODULES: Mapping[str, _Does] = {
    **dict.fromkeys(
        ("docker_container", "podman_container", "docker_swarm_service"), Tasks.container
    ),
    **dict.fromkeys(("docker_image", "docker_image_pull", "podman_image"), Tasks.pulled),
    **dict.fromkeys(("shell", "command", "raw"), Tasks.script),
    "git": Tasks.checkout,
    "get_url": Tasks.download,
    "unarchive": Tasks.unpacked,
    "k8s": Tasks.objects,
    "helm": Tasks.release,
}
"""What reads the modules, without their collections."""
