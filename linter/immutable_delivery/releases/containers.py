"""Containers that values write out as Kubernetes does, or nearly so: command, arguments, environment, hooks."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Held

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.lower import lower
from immutable_delivery.containers.spec import (
    CommandSpec,
    ContainerSpec,
    Flag,
    MountSpec,
    Setting,
    VariableSpec,
)
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import ContainerRole, Fact, Origin, Phase, Scope, Workload
from immutable_delivery.records import Record, field, replace
from immutable_delivery.releases.images import image_spec, parts_of, reference_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, pairs, scalar, text

_HOOKS: tuple[tuple[str, Phase], ...] = (("postStart", "hook"), ("preStop", "hook"))
_PROBES = ("startup", "liveness", "readiness")


class Written(Record, frozen=True, kw_only=True):
    """A container as values write it."""

    node: Mapping
    name: str
    named_at: Scalar | None
    role: ContainerRole
    scope: Scope
    ctx: ParseContext
    path: str
    """Where it stands in the values: what to call an image of which only the chart knows the name."""
    workload: Workload = "custom"
    mounts: tuple[MountSpec, ...] = ()
    texts: Held[str, Scalar] = field(default_factory=dict)
    """Texts that the values put into it, by their path in it."""
    pod: Mapping | None = None
    """What belongs to all containers of its pod."""


def listed(
    holder: Mapping, key: str, role: ContainerRole, scope: Scope, ctx: ParseContext
) -> Iterator[Fact]:
    """Yield the facts of a list of containers."""
    for node in mappings(holder, key):
        name = scalar(node, "name")
        if find(node, "image") is not None:
            yield from facts(
                Written(
                    node=node,
                    name=name.text if name else key,
                    named_at=name,
                    role=role,
                    scope=scope,
                    ctx=ctx,
                    path=f"{key}.{name.text if name else ''}",
                )
            )


def facts(one: Written) -> Iterator[Fact]:
    """Yield the facts of a container."""
    scope = replace(
        one.scope,
        owner=f"{one.scope.owner} (container {one.name})",
        phase="init" if one.role == "init" else "start",
    )
    yield from lower(_spec(one, scope), one.ctx)


def _spec(one: Written, scope: Scope) -> ContainerSpec:
    node, image = one.node, _image(one)
    directory = scalar(node, "workingDir")
    held = {name.text: value for name, value, _ in _environment(node)}
    return ContainerSpec(
        used_at=(one.named_at or node).place,
        extent=node.place,
        scope=scope,
        container_type=one.role,
        name=one.name,
        workload=one.workload,
        image=Setting(image.value, image.used_at) if image else None,
        images=(image_spec(image, find(node, "image") or node, one.role, _policy(node)),)
        if image
        else (),
        entrypoint=_command(node, "command"),
        arguments=_command(node, "args"),
        others=tuple(_others(node)),
        variables=tuple(_variables(node)),
        values=held,
        mounts=one.mounts,
        files=ContainerFiles(one.ctx, texts=one.texts),
        user=_security(one, "runAsUser"),
        refuses_root=_refusal(one),
        read_only=_flag(scalar(node, "securityContext", "readOnlyRootFilesystem")),
        stdin=_flag(scalar(node, "stdin")),
        tty=_flag(scalar(node, "tty")),
        workdir=Setting(directory.text, directory.place) if directory else None,
        places={"name": one.named_at.place} if one.named_at else {},
    )


def _image(one: Written) -> LocatedText | None:
    held = find(one.node, "image")
    if isinstance(held, Mapping):
        return parts_of(held, f"{one.path}.image")
    if not isinstance(held, Scalar) or held.null:
        return None
    return (
        reference_of(held, scalar(one.node, "tag") or scalar(one.node, "imageTag")) or held.written
    )


def _policy(node: Mapping) -> Mapping:
    return mapping(node, "image") or node


def _command(node: Mapping, origin: Origin) -> CommandSpec | None:
    """Return a command: a list of words, or the one word that a text is."""
    held = find(node, origin)
    words = tuple(_words(held))
    return CommandSpec(origin, words, held.place, node.extent(origin)) if words and held else None


def _words(held: object) -> Iterator[LocatedText]:
    listed_ = held.items if isinstance(held, Sequence) else [held]
    yield from (one.written for one in listed_ if isinstance(one, Scalar) and not one.null)


def _others(node: Mapping) -> Iterator[CommandSpec]:
    for key, phase in _HOOKS:
        yield from _run(mapping(node, "lifecycle", key, "exec"), "hook", phase)
    for key in _PROBES:
        for held in (
            mapping(node, f"{key}Probe", "exec"),
            mapping(node, "probes", key, "spec", "exec"),
        ):
            yield from _run(held, "probe", "probe")


def _run(held: Mapping | None, origin: Origin, phase: Phase) -> Iterator[CommandSpec]:
    words = tuple(_words(find(held, "command")))
    if held is not None and words:
        extent = held.extent("command")
        yield CommandSpec(origin, words, extent, extent, phase=phase)


Entry = tuple[LocatedText, LocatedText | None, Mapping | None]


def _environment(node: Mapping) -> Iterator[Entry]:
    """Yield the variables: from a list of names and values, or from a mapping."""
    for entry in mappings(node, "env"):
        name, value = scalar(entry, "name"), scalar(entry, "value")
        if name is not None:
            yield name.written, value.written if value else None, entry
    for key, held in pairs(node, "env"):
        inner = find(held, "value") if isinstance(held, Mapping) else held
        yield key.written, inner.written if isinstance(inner, Scalar) else None, None


def _variables(node: Mapping) -> Iterator[VariableSpec]:
    for name, value, entry in _environment(node):
        extent = entry.place if entry is not None else (value or name).used_at
        yield VariableSpec(name, value, extent, used_at=(value or name).used_at)


def _security(one: Written, key: str) -> Setting | None:
    """Return a setting of the container, else of its pod."""
    found = scalar(one.node, "securityContext", key) or scalar(one.pod, "securityContext", key)
    if found is None:
        return None
    return Setting(found.text if found.text.isdecimal() else None, found.place)


def _refusal(one: Written) -> Flag | None:
    key = "runAsNonRoot"
    found = scalar(one.node, "securityContext", key) or scalar(one.pod, "securityContext", key)
    return _flag(found) if found is not None else None


def _flag(found: Scalar | None) -> Flag:
    """Return a switch, which is off where nothing stands."""
    if found is None:
        return Flag(value=False)
    return Flag(found.text == "true" if found.written.known else None, found.place)


__all__ = ["Written", "facts", "listed", "text"]
