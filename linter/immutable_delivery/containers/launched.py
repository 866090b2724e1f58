"""Containers that commands start (`docker run`), and images that they name: lowered as any format's are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.containers.files import NOWHERE, ContainerFiles
from immutable_delivery.containers.lower import image, lower, parts
from immutable_delivery.containers.mountoptions import mount_type, options
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
from immutable_delivery.effects.arguments import Arguments, Option
from immutable_delivery.effects.images import NamedImage
from immutable_delivery.facts import Fact, MountType, Role, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import familiar_name
from immutable_delivery.references.images import parts as cut
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText

_HERE = lazy(
    r"(?:\$\(?\{?(?:PWD|CURDIR|GITHUB_WORKSPACE|CI_PROJECT_DIR|BITBUCKET_CLONE_DIR|WORKSPACE)\}?\)?|\$\(pwd\)|`pwd`"
    r"|\$\(shell pwd\)|\$\{\{ *github\.workspace *\}\})(?=[/:]|\Z)"
)
"""How commands name the folder that they run in."""
_DETACHED = frozenset(("-d", "--detach"))
_TYPES: dict[str, MountType] = {"bind": "host", "npipe": "host", "volume": "volume", "": ""}
MAX_IMAGES = 2_000


def launched(
    named: Sequence[NamedImage], ctx: ParseContext, *, passing: bool = False
) -> Iterator[Fact]:
    """Yield what is said of the images that commands name, and of the containers that they start.

    ``passing``: the machine goes with the run, so that no container of it goes on running.
    """
    for one in named[:MAX_IMAGES]:
        if one.starts and one.options is not None:
            yield from _started(one, one.options, ctx, passing=passing and not one.remote)
        else:
            yield image(_image(one), one.scope)


def _image(one: NamedImage) -> ImageSpec:
    return ImageSpec(one.written, extent=one.extent, role="pipeline")


def _started(
    one: NamedImage, given: Arguments, ctx: ParseContext, *, passing: bool
) -> Iterator[Fact]:
    """Yield a container that goes on running, or what is said of one that does something and goes."""
    stays = (one.remote or not passing) and (one.starts == "service" or _stays(given))
    scope = _reached(one, one.scope, stays=stays)
    service = stays and scope.phase != "pipeline"
    spec = _spec(one, given, replace(scope, owner=_name(one, given) or scope.owner), ctx)
    yield from lower(spec, ctx) if service else parts(spec, ctx)


def _reached(one: NamedImage, scope: Scope, *, stays: bool) -> Scope:
    """Return the scope of a container: on another machine it is deployed; on that of a job it goes when the job ends."""
    if scope.phase != "pipeline" or not stays:
        return scope
    return replace(scope, phase="start", deployed=one.remote)


def _stays(given: Arguments) -> bool:
    """Whether a container is started that nobody waits for, or that comes back by itself."""
    restart = given.value(("--restart",))
    again = restart is not None and restart.text != "no"
    return again or any(
        option.name in _DETACHED and not _is_off(option) for option in given.options
    )


def _is_off(option: Option) -> bool:
    return option.value is not None and option.value.text == "false"


def _name(one: NamedImage, given: Arguments) -> str:
    """Return what the container is called: by its name, else by its image."""
    said = given.value(("--name",))
    if said is not None and said.known:
        return said.text
    if not one.written.known:
        return ""
    return (familiar_name(cut(one.written.text)[0]) or "").rpartition("/")[2]


def _spec(one: NamedImage, given: Arguments, scope: Scope, ctx: ParseContext) -> ContainerSpec:
    name = given.value(("--name",))
    mounts = tuple(_mounts(one, given))
    inside = {m.target.text: m.host_path for m in mounts if m.host_path is not None and m.target}
    return ContainerSpec(
        used_at=one.place,
        extent=one.extent,
        scope=scope,
        container_type="service",
        name=scope.owner,
        workload="service",
        image=Setting(one.written.value, one.written.used_at),
        images=(replace(_image(one), role=_role(scope), local=not one.remote),),
        entrypoint=_entrypoint(one, given),
        arguments=_arguments(one),
        variables=tuple(_variables(one, given)),
        mounts=mounts,
        files=ContainerFiles(ctx, None, mounted=inside) if inside else NOWHERE,
        user=_setting(given, "-u", "--user"),
        read_only=_flag(given, "--read-only"),
        stdin=_flag(given, "-i", "--interactive"),
        tty=_flag(given, "-t", "--tty"),
        workdir=_setting(given, "-w", "--workdir"),
        ports=tuple(_values(given, "-p", "--publish")),
        places={"name": name.place} if name is not None else {},
    )


def _role(scope: Scope) -> Role:
    return "pipeline" if scope.phase == "pipeline" else "container"


def _entrypoint(one: NamedImage, given: Arguments) -> CommandSpec | None:
    said = given.value(("--entrypoint",))
    if said is None or not said.text:
        return None
    return CommandSpec("entrypoint", (said.written,), said.place, one.extent)


def _arguments(one: NamedImage) -> CommandSpec | None:
    if not one.command:
        return None
    first, last = one.command[0].used_at, one.command[-1].used_at
    same = first.file == last.file and first.span.start <= last.span.end
    place = first.at(first.span.start, last.span.end) if same else first
    return CommandSpec("command", one.command, place, one.extent)


def _variables(one: NamedImage, given: Arguments) -> Iterator[VariableSpec]:
    for value in given.values(("-e", "--env")):
        if "=" in value.text:
            written = value.written
            at = written.text.index("=")
            yield VariableSpec(written.slice(0, at), written.slice(at + 1), one.extent)


def _mounts(one: NamedImage, given: Arguments) -> Iterator[MountSpec]:
    for value in given.values(("-v", "--volume")):
        if found := _volume(one, value.written):
            yield found
    for value in given.values(("--mount",)):
        if found := _long(one, value.written):
            yield found


def _volume(one: NamedImage, written: LocatedText) -> MountSpec | None:
    written = here(written)
    try:
        volume = short(written)
    except VolumeError:
        return None
    kind = _TYPES.get(volume.kind, "volume")
    flag = Flag(volume.read_only, volume.read_only_at)
    return _mount(one, kind, volume.source, volume.path, flag, written)


def _long(one: NamedImage, written: LocatedText) -> MountSpec | None:
    said = options(written)
    target = said.get("target")
    if target is None:
        return None
    kind = mount_type(said["type"].text) if "type" in said else "volume"
    source = here(said["source"]) if kind in {"host", "volume"} and "source" in said else None
    only = said.get("readonly")
    flag = Flag(only is not None and only.text != "false", only.used_at if only else None)
    return _mount(one, kind, source, target, flag, written)


def _mount(
    one: NamedImage,
    kind: MountType,
    source: LocatedText | None,
    target: LocatedText,
    read_only: Flag,
    written: LocatedText,
) -> MountSpec:
    inside = None
    relative = source is not None and source.known and not source.text.startswith(("/", "~"))
    if (
        kind == "host"
        and source is not None
        and relative
        and one.folder is not None
        and not one.remote
    ):
        inside = resolve("" if one.folder == "." else one.folder, source.text)
    return MountSpec(kind, source, target, one.extent, read_only, written.used_at, host_path=inside)


def here(written: LocatedText) -> LocatedText:
    """Return a path in which the folder that the command runs in is `.`: `$PWD/src` is `./src`."""
    match = _HERE.match(written.text)
    if match is None:
        return written
    rest = written.slice(match.end())
    place = written.place(0, match.end())
    left = tuple(name for name in rest.unresolved if name in rest.text)
    dot = LocatedText.literal(".", place)
    return LocatedText.joined((dot, replace(rest, unresolved=left)), written.used_at)


def _setting(given: Arguments, *names: str) -> Setting | None:
    said = given.value(names)
    return Setting(said.written.value, said.place) if said is not None else None


def _flag(given: Arguments, *names: str) -> Flag:
    """Return a switch, which is off where nothing stands."""
    said = next((one for one in given.options if one.name in names), None)
    return Flag(said is not None and not _is_off(said), said.word.place if said else None)


def _values(given: Arguments, *names: str) -> Iterator[str]:
    yield from (value.text for value in given.values(names))
