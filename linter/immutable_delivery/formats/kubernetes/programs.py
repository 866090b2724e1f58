"""What a container runs: its program and arguments, its hooks and probes, the scripts that the manifest holds."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.programs import Effects, effects
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec, Values
from immutable_delivery.facts import Origin
from immutable_delivery.formats.kubernetes.variables import expanded
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import find, mapping, scalar, scalars

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_HOOKS = ("postStart", "preStop")
_SCRIPTS = ("script", "source")
"""Where Tekton and Argo Workflows keep a script that the manifest itself holds."""


def command(container: Mapping, origin: Origin, known: Values) -> CommandSpec | None:
    """Return `command` or `args` of a container with their variables filled in."""
    words, listed = _words(container, origin, known), find(container, origin)
    if not words or listed is None:
        return None
    return CommandSpec(origin, words, listed.place, container.extent(origin))


def others(container: Mapping, program: CommandSpec | None, known: Values) -> Iterator[CommandSpec]:
    """Yield scripts, hooks and probes."""
    for key in _SCRIPTS:
        body = scalar(container, key)
        if body is not None:  # without a first line that names one, the command is its interpreter
            shell, extent = program.words[0].text if program else "sh", container.extent(key)
            yield CommandSpec("", (body.written,), body.place, extent, "shell", shell=shell)
    for key in _HOOKS:
        held = mapping(container, "lifecycle", key, "exec")
        if held is not None and (words := _words(held, "command", known)):
            extent = held.extent("command")
            yield CommandSpec("hook", words, extent, extent, phase="hook")
    for key in _PROBES:
        held = mapping(container, key, "exec")
        if held is not None and (words := _words(held, "command", known)):
            extent = held.extent("command")
            yield CommandSpec("probe", words, extent, extent, phase="probe")


def remembered(
    container: Mapping, spec: ContainerSpec, bodies: dict[str, Scalar], workload: Workload
) -> Effects:
    """Return what the commands do, worked out once for all overlays that leave the container alone."""
    texts = tuple((path, id(body)) for path, body in bodies.items())
    image = spec.image.value if spec.image else ""
    key = id(container), image, spec.scope, tuple((spec.values or {}).items()), texts
    if key not in workload.memory:
        workload.memory[key] = (container, tuple(bodies.values())), effects(spec, workload.ctx)
    found: Effects = workload.memory[key][1]
    return found


def _words(node: Mapping, key: str, known: Values) -> tuple[LocatedText, ...]:
    return tuple(expanded(one.written, known) for one in scalars(node, key))
