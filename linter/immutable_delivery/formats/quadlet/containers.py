"""The container of a unit: how it starts, what it is given, what is mounted into it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.mountoptions import mount_type, options
from immutable_delivery.containers.spec import (
    CommandSpec,
    ContainerSpec,
    Flag,
    MountSpec,
    Setting,
    VariableSpec,
)
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import MountType, Scope
from immutable_delivery.formats.quadlet.words import entrypoint, expanded, words
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.systemd import Entry, Unit

_HOST = lazy(r"[./~]|%[A-Za-z]")
_PLACED = {
    "image": "Image", "name": "ContainerName", "ports": "PublishPort", "labels": "Label", "builds": "Image",
}  # fmt: skip


def container(unit: Unit, image: str | None, scope: Scope, ctx: ParseContext) -> ContainerSpec:
    """Return what a unit says of its container; ``image`` is what it runs, through the unit that brings it."""
    named = unit.last("Image")
    places = {
        field: found.value.used_at for field, key in _PLACED.items() if (found := unit.last(key))
    }
    top = places.get("image") or unit.entries[0].extent
    labels = tuple(_labels(unit))
    return ContainerSpec(
        used_at=top,
        extent=top.at(unit.entries[0].extent.span.start, unit.entries[-1].extent.span.end),
        scope=scope,
        container_type="service",
        name=unit.name,
        workload="service",
        image=Setting(image, named.value.used_at) if named and image != "" else None,
        entrypoint=_entrypoint(unit),
        arguments=_arguments(unit),
        others=tuple(_checks(unit)),
        variables=(*_environment(unit), *labels),
        mounts=tuple(_mounts(unit)),
        files=ContainerFiles(ctx),
        user=_setting(unit, "User"),
        read_only=_flag(unit, "ReadOnly"),
        workdir=_setting(unit, "WorkingDir"),
        ports=tuple(one.value.text for one in unit.all("PublishPort")),
        labels=tuple(label.name.text for label in labels),
        builds=bool(named and named.value.text.endswith(".build")),
        places=places,
    )


def _entrypoint(unit: Unit) -> CommandSpec | None:
    said = unit.last("Entrypoint")
    found = entrypoint(said.value) if said else []
    return (
        CommandSpec("Entrypoint", tuple(found), said.value.used_at, said.extent)
        if said and found
        else None
    )


def _arguments(unit: Unit) -> CommandSpec | None:
    said = unit.last("Exec")
    found = expanded(words(said.value)) if said else ()
    return (
        CommandSpec("Exec", tuple(found), said.value.used_at, said.extent)
        if said and found
        else None
    )


def _checks(unit: Unit) -> Iterator[CommandSpec]:
    said = unit.last("HealthCmd")
    if said is not None and said.value.text != "none":
        whole = said.value.used_at
        yield CommandSpec("probe", (said.value,), whole, said.extent, "shell", "probe")


def _environment(unit: Unit) -> Iterator[VariableSpec]:
    for one in unit.all("Environment"):
        for word in words(one.value):
            name, separator, _ = word.text.partition("=")
            if name and separator:
                value = word.slice(len(name) + 1)
                yield VariableSpec(word.slice(0, len(name)), value, one.extent)


def _labels(unit: Unit) -> Iterator[VariableSpec]:
    for one in unit.all("Label"):
        for word in words(one.value):
            name, _, _ = word.text.partition("=")
            value = word.slice(len(name) + 1)
            yield VariableSpec(word.slice(0, len(name)), value, one.extent, "label")


def _mounts(unit: Unit) -> Iterator[MountSpec]:
    for one in unit.all("Volume"):
        named, path, modes = _sections(one.value)
        read_only = bool(modes and "ro" in modes.text.split(","))
        flag = Flag(read_only, modes.used_at if modes else None)
        yield _mount(unit, "", named, path, flag, one)
    for one in unit.all("Mount"):
        parts = options(one.value)
        if target := parts.get("target"):
            kind = mount_type(parts["type"].text) if "type" in parts else "volume"
            source = parts.get("source") if kind in {"host", "volume"} else None
            said = parts.get("readonly")
            flag = Flag(said is not None and said.text != "false", said.used_at if said else None)
            yield _mount(unit, kind, source, target, flag, one)
    for one in unit.all("Tmpfs"):
        target = one.value.slice(0, len(one.value.text.partition(":")[0]))
        yield MountSpec("tmpfs", None, target, one.extent, Flag(value=False), one.value.used_at)


def _mount(
    unit: Unit,
    kind: MountType,
    source: LocatedText | None,
    target: LocatedText,
    read_only: Flag,
    entry: Entry,
) -> MountSpec:
    host = kind == "host" or bool(source and _HOST.match(source.text))
    inside = None
    if host and source and source.known and source.text.startswith("."):
        inside = resolve(folder_of(unit.path), source.text)
    name = "host" if host else kind or "volume"
    return MountSpec(
        name, source, target, entry.extent, read_only, entry.value.used_at, host_path=inside
    )


def _sections(value: LocatedText) -> tuple[LocatedText | None, LocatedText, LocatedText | None]:
    """Cut `source:target:options`; a single path is where a nameless volume goes."""
    first, second, third = [*value.text.split(":", 2), "", ""][:3]
    if not second:
        return None, value.slice(0, len(first)), None
    at = len(first) + 1
    end = at + len(second)
    said = value.slice(end + 1) if third else None
    return value.slice(0, len(first)), value.slice(at, end), said


def _setting(unit: Unit, key: str) -> Setting | None:
    said = unit.last(key)
    return Setting(said.value.value, said.value.used_at) if said else None


def _flag(unit: Unit, key: str) -> Flag:
    """Return a switch, which is off where nothing stands."""
    said = unit.last(key)
    return Flag(unit.truth(key), said.value.used_at if said else None)
