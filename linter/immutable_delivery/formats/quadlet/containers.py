"""The container of a unit: how it starts, what it is given, what is mounted into it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Container, Fact, Mount, MountType, Scope
from immutable_delivery.files import folder_of, resolve
from immutable_delivery.formats import Surroundings
from immutable_delivery.formats.declared import mount, mount_type, options, variable
from immutable_delivery.formats.launching import Home, Launch, entry, launched, performed
from immutable_delivery.formats.quadlet.units import Entry, Unit
from immutable_delivery.formats.quadlet.words import entrypoint, expanded, words
from immutable_delivery.patterns import lazy
from immutable_delivery.records import replace
from immutable_delivery.written import Written

_HOST = lazy(r"[./~]|%[A-Za-z]")
_ROOT = frozenset({"root", "0"})
_PLACED = {
    "image": "Image", "user": "User", "read_only_root": "ReadOnly", "name": "ContainerName",
    "workdir": "WorkingDir", "ports": "PublishPort", "labels": "Label",
}  # fmt: skip


def container(unit: Unit, image: str | None, scope: Scope, around: Surroundings) -> Iterator[Fact]:
    """Yield everything that a unit says of its container; ``image`` is what it runs."""
    commands = list(_commands(unit))
    home = Home(around, values=dict(_values(unit)))
    yield _whole(unit, image, commands, scope)
    yield from launched(commands, scope, home)
    check = unit.last("probe")
    if check is not None and check.value.text != "none":
        command = Launch("probe", (check.value,), check.value.whole, check.extent, "shell")
        yield from performed(command, replace(scope, phase="probe"), home)
    for name, value, one in _assignments(unit):
        yield variable(name, value, one.extent, scope)
    yield from _mounts(unit, scope)


def _commands(unit: Unit) -> Iterator[Launch]:
    program, command = unit.last("Entrypoint"), unit.last("Exec")
    if program is not None and (found := entrypoint(program.value)):
        yield Launch("Entrypoint", found, program.value.whole, program.extent)
    if command is not None and (found := expanded(words(command.value))):
        yield Launch("Exec", found, command.value.whole, command.extent)


def _assignments(unit: Unit) -> Iterator[tuple[Written, Written, Entry]]:
    for one in unit.all("Environment"):
        for word in words(one.value):
            name, separator, _ = word.text.partition("=")
            if name and separator:
                yield word.slice(0, len(name)), word.slice(len(name) + 1), one


def _values(unit: Unit) -> Iterator[tuple[str, Written]]:
    return ((name.text, value) for name, value, _ in _assignments(unit))


def _mounts(unit: Unit, scope: Scope) -> Iterator[Mount]:
    for one in unit.all("Volume"):
        yield _mount(unit, *_sections(one.value), one, scope)
    for one in unit.all("Mount"):
        parts = options(one.value)
        if target := parts.get("target"):
            kind = mount_type(parts["type"].text) if "type" in parts else "volume"
            source, said = parts.get("source"), parts.get("readonly")
            inside = source if kind in {"host", "volume"} else None
            flag = said is not None and said.text != "false"
            yield _mount(unit, inside, target, said, one, scope, kind=kind, read_only=flag)
    for one in unit.all("Tmpfs"):
        target = one.value.slice(0, len(one.value.text.partition(":")[0]))
        yield replace(mount("tmpfs", None, target, one.value.whole, scope), extent=one.extent)


def _mount(
    unit: Unit,
    source: Written | None,
    target: Written,
    said: Written | None,
    one: Entry,
    scope: Scope,
    *,
    kind: MountType = "",
    read_only: bool | None = None,
) -> Mount:
    host = kind == "host" or bool(source and _HOST.match(source.text))
    inside = None
    if host and source and source.known and source.text.startswith("."):
        inside = resolve(folder_of(unit.path), source.text)
    if read_only is None:
        read_only = bool(said) and "ro" in said.text.split(",") if said else False
    made = mount(
        "host" if host else kind or "volume",
        source,
        target,
        one.value.whole,
        scope,
        read_only=read_only,
        read_only_at=said.whole if said else None,
        host_path=inside,
        workload="service",
    )
    return replace(made, extent=one.extent)


def _sections(value: Written) -> tuple[Written | None, Written, Written | None]:
    """Cut `source:target:options`; a single path is where a nameless volume goes."""
    first, second, third = [*value.text.split(":", 2), "", ""][:3]
    if not second:
        return None, value.slice(0, len(first)), None
    at = len(first) + 1
    end = at + len(second)
    said = value.slice(end + 1) if third else None
    return value.slice(0, len(first)), value.slice(at, end), said


def _whole(unit: Unit, image: str | None, commands: list[Launch], scope: Scope) -> Container:
    user, named = unit.text("User"), unit.last("Image")
    places = {
        field: found.value.whole for field, key in _PLACED.items() if (found := unit.last(key))
    }
    top = places.get("image") or unit.entries[0].extent
    labels = (word.text.partition("=")[0] for one in unit.all("Label") for word in words(one.value))
    return Container(
        used_at=top,
        extent=top.at(unit.entries[0].extent.span.start, unit.entries[-1].extent.span.end),
        scope=scope,
        places=places,
        container_type="service",
        name=unit.name,
        image=image,
        runs=True,
        starts=None,
        own_start=bool(commands),
        user=user,
        root=user.partition(":")[0] in _ROOT if user else None,
        read_only_root=unit.truth("ReadOnly"),
        ports=tuple(one.value.text for one in unit.all("PublishPort")),
        labels=tuple(labels),
        builds=bool(named and named.value.text.endswith(".build")),
        workdir=unit.text("WorkingDir"),
        entry=entry(commands),
    )
