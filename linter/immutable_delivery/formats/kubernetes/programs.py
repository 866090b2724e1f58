"""What a container runs: its start command, its hooks and probes, and what the shell in them does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as AnyMapping

from immutable_delivery.facts import Fact, Scope, Start
from immutable_delivery.formats.commands import Interpreter
from immutable_delivery.formats.kubernetes.variables import Values, expanded
from immutable_delivery.formats.kubernetes.workload import Workload, during
from immutable_delivery.formats.lookup import find, scalar, scalars
from immutable_delivery.formats.yamltree import Mapping, Scalar
from immutable_delivery.text import Place
from immutable_delivery.written import Written

Scripts = AnyMapping[str, tuple[Scalar, Mapping]]

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_HOOKS = ("postStart", "preStop")
_SHEBANG = re.compile(r"#!\s*\S*?(?:/env\s+(?:-S\s+)?)?(?:\S*/)?(?:ba|da|a|k|z)?sh\b")


def words(container: Mapping, known: Values) -> tuple[list[Written], list[Written]]:
    """Return command and args of a container with their variables filled in."""
    found = [
        [expanded(one.written, known) for one in scalars(container, key)]
        for key in ("command", "args")
    ]
    return found[0], found[1]


def start(container: Mapping, known: Values, scope: Scope, scripts: Scripts) -> Start | None:
    """Return how the container starts, where the manifest says it."""
    command, args = words(container, known)
    if not command and not args:
        return None
    every = [*command, *args]
    origin = "command" if command else "args"
    listed = find(container, origin)
    place = listed.place if listed is not None else container.place
    return Start(
        used_at=place,
        extent=container.extent(origin),
        places={"argv": place, "text": place},
        scope=scope,
        origin=origin,
        form="exec",
        argv=tuple(word.text for word in every) if all(word.known for word in every) else None,
        text=shlex.join(word.text for word in every),
        script=next(iter(named(every, scripts)), ""),
    )


def remembered(
    container: Mapping, known: Values, workload: Workload, scope: Scope, scripts: Scripts
) -> Iterable[Fact]:
    """Return what :func:`runs` yields, worked out once for all overlays that leave it alone."""
    values = tuple((name, None if value is None else value.text) for name, value in known.items())
    key = (
        id(container),
        scope,
        values,
        tuple((path, id(body)) for path, (body, _) in scripts.items()),
    )
    if key not in workload.memory:
        found = tuple(runs(container, known, scope, scripts))
        workload.memory[key] = (container, scripts), found
    return workload.memory[key][1]


def runs(container: Mapping, known: Values, scope: Scope, scripts: Scripts) -> Iterator[Fact]:
    """Yield what starting, hooks and probes of the container do."""
    command, args = words(container, known)
    body = scalar(container, "script")
    if command or args:
        origin = "command" if command else "args"
        yield from _argv([*command, *args], known, scope, container.extent(origin), scripts)
    if body is not None:
        yield from _script(body.written, known, scope, container.extent("script"))
    for key in _HOOKS:
        yield from _exec(
            container, ("lifecycle", key, "exec"), known, during(scope, "hook"), scripts
        )
    for key in _PROBES:
        yield from _exec(container, (key, "exec"), known, during(scope, "probe"), scripts)


def named(every: Sequence[Written], scripts: Scripts) -> list[str]:
    """Return the mounted scripts that the words of a command name."""
    if not scripts:
        return []
    line = " ".join(word.text for word in every)
    return [
        path for path in scripts if re.search(rf"(?<![\w./-]){re.escape(path)}(?![\w./-])", line)
    ]


def _exec(
    container: Mapping, path: tuple[str, ...], known: Values, scope: Scope, scripts: Scripts
) -> Iterator[Fact]:
    holder = find(container, *path)
    if isinstance(holder, Mapping):
        every = [expanded(one.written, known) for one in scalars(holder, "command")]
        yield from _argv(every, known, scope, holder.extent("command"), scripts)


def _argv(
    every: list[Written], known: Values, scope: Scope, extent: Place, scripts: Scripts
) -> Iterator[Fact]:
    if not every:
        return
    interpreter = Interpreter(known)
    interpreter.argv(every, scope, extent)
    yield from interpreter.finish()
    for path in named(every, scripts):
        body, _ = scripts[path]
        if path.endswith((".sh", ".bash")) or _SHEBANG.match(body.text):
            yield from _script(body.written, known, scope, body.place)


def _script(body: Written, known: Values, scope: Scope, extent: Place) -> Iterator[Fact]:
    interpreter = Interpreter(known)
    interpreter.script(body, scope, extent)
    yield from interpreter.finish()
