"""What a start script copies or unpacks: whether it goes into a volume, and whether it is code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from posixpath import join, normpath

from immutable_delivery.facts import Command, Container, Fact, Mount
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.links.code import (
    CodeFolders,
    holds_state,
    program_below,
    served_by,
)
from immutable_delivery.links.services import by_service
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import Files

_SETTINGS = lazy(r"/(?:conf|config|data)(?:\.d)?\Z")
"""Folders that a first start fills with what is edited later, whatever language it is written in."""


def link_volumes(facts: Sequence[Fact], files: Files) -> list[Fact]:
    """Return the facts with ``volume``, ``volume_type`` and ``code`` of every command that moves files filled in."""
    if not any(isinstance(fact, Command) and fact.mutates == "files" for fact in facts):
        return list(facts)
    ctx = _Around(facts, files)
    return [
        ctx.linked(fact) if isinstance(fact, Command) and fact.mutates == "files" else fact
        for fact in facts
    ]


class _Around:
    """The containers and mounts of a repository."""

    def __init__(self, facts: Sequence[Fact], files: Files) -> None:
        containers = [fact for fact in facts if isinstance(fact, Container)]
        self._stages = [
            container for container in containers if container.container_type == "stage"
        ]
        self._built = by_service(self._stages)
        self._own = {
            (container.manifest, container.scope.owner): container
            for container in containers
            if container.container_type != "stage"
        }
        self._mounts = [
            fact for fact in facts if isinstance(fact, Mount) and not fact.scope.development
        ]
        self._code = CodeFolders(files)

    def linked(self, command: Command) -> Command:
        """Return a command with what it writes into, and why that is code."""
        containers = list(self._containers(command))
        workdir = next((container.workdir for container in containers if container.workdir), None)
        target = _absolute(command.target, workdir)
        volume = self._volume(command, containers, target) if target else None
        if target is None or volume is None:
            return command
        sources = [path for source in command.sources if (path := _absolute(source, workdir))]
        code = self._evidence(volume, target, sources, containers)
        name = volume.source or volume.target or ""
        return replace(command, volume_type=volume.mount_type, volume=name, code=code)

    def _containers(self, command: Command) -> Iterator[Container]:
        """Yield the container that the command runs in, and the stages that its image comes from."""
        scope = command.scope
        if scope.dockerfile:
            yield from (
                stage
                for stage in self._stages
                if stage.dockerfile == scope.dockerfile and (stage.scope.owner == scope.owner)
            )
        elif own := self._own.get((command.manifest, scope.owner)):
            yield own
            yield from (one for one in self._built.get(scope.service, ()) if one.last)

    def _volume(
        self, command: Command, containers: Iterable[Container], target: str
    ) -> Mount | None:
        """Return the mount that a path lies in, the innermost; a volume of the image where nothing is mounted."""
        mounted = [
            mount for mount in self._mounts if _reaches(mount, command) and _holds(mount, target)
        ]
        declared = [
            Mount(
                used_at=container.used_at, extent=container.extent, mount_type="volume", target=path
            )
            for container in containers
            for path in container.volumes
        ]
        found = mounted or [one for one in declared if _holds(one, target)]
        return max(found, key=lambda one: len(normpath(one.target or "")), default=None)

    def _evidence(
        self, volume: Mount, target: str, sources: Sequence[str], containers: Sequence[Container]
    ) -> str:
        for one in [*containers, *self._sharing(volume)]:
            if program := program_below(target, one):
                return f"'{program}' starts from there"
        if holds_state(target) or _SETTINGS.search(target):
            return ""
        for one in containers:
            if any(_within(home, target) for home in served_by(one.image)):
                return f"'{name_and_tag(one.image or '')[0]}' serves what lies there"
        for one in containers:
            if copied := self._copied(sources, one):
                return f"the Dockerfile copies '{copied}'"
        return ""

    def _copied(self, sources: Sequence[str], stage: Container) -> str:
        """Return what of the code that was copied into an image lies in one of these paths."""
        for path in sources:
            for inside, source in stage.code:
                if _within(inside, path) and self._code.holds_source(source):
                    return source or "."
                part = join(source, path[len(inside) :].lstrip("/"))
                if _within(path, inside) and self._code.holds_source(part):
                    return part
            for inside in stage.built:
                if _within(inside, path):
                    return inside
        return ""

    def _sharing(self, volume: Mount) -> Iterator[Container]:
        """Yield the containers of the same manifest that the volume is mounted into at the same path."""
        for mount in self._mounts:
            same = (mount.manifest, mount.mount_type, mount.source, mount.target)
            own = self._own.get((mount.manifest, mount.scope.owner))
            if own and same == (volume.manifest, volume.mount_type, volume.source, volume.target):
                yield own


def _reaches(mount: Mount, command: Command) -> bool:
    """Whether a mount is one of the container that a command runs in; for an image any of its services'."""
    if command.scope.dockerfile:
        return bool(set(mount.scope.services) & set(command.scope.services))
    return (mount.manifest, mount.scope.owner) == (command.manifest, command.scope.owner)


def _holds(mount: Mount, path: str) -> bool:
    return bool(mount.target) and _within(path, normpath(mount.target or ""))


def _within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; everything lies in the root, which tells nothing."""
    path, folder = normpath(path), normpath(folder)
    return folder != "/" and (path == folder or path.startswith(f"{folder}/"))


def _absolute(path: str | None, workdir: str | None) -> str | None:
    if path is None:
        return None
    found = normpath(join(workdir or "", path))
    return found if found.startswith("/") else None
