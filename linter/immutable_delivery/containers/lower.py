"""From what a format says of a container to facts: with `mounts` the only maker of Container, Image, Start, Mount and Variable."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from immutable_delivery.containers.mounts import mount
from immutable_delivery.containers.programs import Effects, effects, hook_effects
from immutable_delivery.containers.secrets import is_placeholder, secret_variable
from immutable_delivery.containers.spec import (
    CommandSpec,
    ContainerSpec,
    Flag,
    ImageSpec,
    Setting,
    VariableSpec,
)
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Command, Container, Fact, Image, Scope, Start, Variable
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import image_fact
from immutable_delivery.source.text import Place

_ROOT = lazy(r"root|0+", re.IGNORECASE)


def lower(spec: ContainerSpec, ctx: ParseContext, done: Effects | None = None) -> Iterator[Fact]:
    """Yield everything that is said of a container; ``done`` is what its commands do, where somebody remembers it."""
    yield container(spec)
    yield from parts(spec, ctx, done)


def parts(spec: ContainerSpec, ctx: ParseContext, done: Effects | None = None) -> Iterator[Fact]:
    """Yield everything but the container as a whole, for formats that describe only parts of one."""
    run = effects(spec, ctx) if done is None else done
    hooks = hook_effects(spec, ctx) if done is None else []
    for reference in spec.images:
        yield image(reference, spec.scope)
    yield from starts(spec, run)
    for entry in spec.variables:
        yield _shared(entry, spec.scope, ctx)
    for one in spec.mounts:
        yield mount(one, spec.scope, workload=spec.workload, started=run.started)
    yield from (*_replicated(run.facts, spec), *hooks)


def _replicated(facts: list[Fact], spec: ContainerSpec) -> Iterator[Fact]:
    """Yield what is done, with how many do so at once; nobody else does where a container ends with changing a schema."""
    for fact in facts:
        if isinstance(fact, Command) and (fact.migrates or spec.replicas != 1):
            ends = fact.migrates and fact.scope.phase == "start" and _only_migrates(spec)
            yield replace(fact, replicas=0 if ends else spec.replicas)
        else:
            yield fact


def _only_migrates(spec: ContainerSpec) -> bool:
    from immutable_delivery.effects.migrating import only_migrates  # noqa: PLC0415 (few containers do)

    return only_migrates(_entry(spec) or ())


def container(spec: ContainerSpec) -> Container:
    """Return the fact of a container as a whole."""
    return Container(
        used_at=spec.used_at,
        extent=spec.extent,
        scope=spec.scope,
        places={**spec.places, **_places(spec)},
        container_type=spec.container_type,
        name=spec.name,
        image=_text(spec.image),
        runs=True,
        starts=True if spec.entrypoint else None,
        own_start=bool(spec.starts) or any(not command.phase for command in spec.others),
        user=_text(spec.user),
        root=_is_root(spec),
        refuses_root=spec.user is None
        and spec.refuses_root is not None
        and spec.refuses_root.value is True,
        read_only_root=spec.read_only.value if spec.read_only else None,
        ports=spec.ports,
        labels=spec.labels,
        stdin=_is_on(spec.stdin),
        tty=_is_on(spec.tty),
        builds=spec.builds,
        watches=spec.watches,
        workdir=_text(spec.workdir),
        entry=_entry(spec),
        works=_works(spec),
        entrypoint=spec.entrypoint.run if spec.entrypoint else (),
    )


def starts(spec: ContainerSpec, run: Effects) -> Iterator[Start]:
    """Yield how a container starts: a fact per command; the last one carries what all of them come to."""
    for command in spec.starts[:-1]:
        yield start(command, spec.scope)
    for command in spec.starts[-1:]:
        last = start(command, spec.scope)
        at = {"dev_server": run.dev_server_at} if run.dev_server and run.dev_server_at else {}
        yield replace(
            last,
            dev_server=run.dev_server,
            script=run.script,
            folders=tuple(dict.fromkeys(run.folders)),
            places={**last.places, **at},
        )


def image(spec: ImageSpec, scope: Scope) -> Image:
    """Return the fact of a reference."""
    said = {"pull_policy": spec.pull_policy, "platform": spec.platform}
    fact = image_fact(
        spec.written,
        role=spec.role,
        scope=replace(scope, phase=spec.phase) if spec.phase else scope,
        extent=spec.extent,
        used_at=spec.used_at,
        built_here=spec.built_here,
        local=spec.local,
        unpinned_from=spec.unpinned_from,
        **{field: _text(setting) for field, setting in said.items()},
    )
    places = {field: setting.place for field, setting in said.items() if setting}
    return replace(fact, places={**fact.places, **places}) if places else fact


def _shared(spec: VariableSpec, scope: Scope, ctx: ParseContext) -> Variable:
    """Return an entry of the environment; overlays that leave it alone have the same one."""
    key = spec, scope
    if key not in ctx.made:
        ctx.made[key] = variable(spec, scope)
    found: Variable = ctx.made[key]
    return found


def variable(spec: VariableSpec, scope: Scope) -> Variable:
    """Return an entry of the environment, a label or an annotation."""
    name, value = spec.name, spec.value
    known = None if value is None else value.value
    here = value is not None and value.used_at.file == spec.extent.file
    used_at = spec.used_at or (value.used_at if here and value is not None else name.used_at)
    decided = (
        value.place() if value is not None and value.segments else spec.used_at or name.used_at
    )
    return Variable(
        used_at=used_at,
        extent=spec.extent,
        scope=scope,
        places={"name": name.used_at, "value": decided},
        variable_type=spec.kind,
        name=name.text,
        value=known,
        secret=secret_variable(name.text, known) if known and spec.kind != "label" else "",
        literal=known is not None
        and here
        and decided.file == spec.extent.file
        and not is_placeholder(name.text, known),
    )


def start(command: CommandSpec, scope: Scope) -> Start:
    """Return the fact of a command, without what it comes to."""
    place, texts = command.place, [word.text for word in command.words]
    return Start(
        used_at=place,
        extent=command.extent,
        scope=scope,
        places=dict.fromkeys(("argv", "text", "form", "dev_server"), place),
        origin=command.origin,
        form=command.form,
        argv=command.argv,
        text=texts[-1] if command.form == "shell" else shlex.join(texts),
    )


def _entry(spec: ContainerSpec) -> tuple[str, ...] | None:
    """Return the words that start a container; None where one is not known. A script that the manifest holds is the program."""
    held = [command for command in spec.others if not command.phase]
    known = [command.run for command in held[:1] or spec.starts]
    return None if None in known else tuple(word for argv in known if argv for word in argv)


def _works(spec: ContainerSpec) -> bool:
    """Return whether a command of which a variable hides a part starts a program all the same."""
    if not spec.starts or _entry(spec) is not None:
        return False
    from immutable_delivery.effects.idle import works  # noqa: PLC0415 (few commands hold such variables)

    words = [word.text for command in spec.starts for word in command.words]
    shell = [spec.starts[0].shell, "-c"] if spec.starts[0].form == "shell" else []
    return works([*shell, *words])


def _is_root(spec: ContainerSpec) -> bool | None:
    """Whether it runs as root: by its user, or because the engine refuses that; without either only the image knows."""
    if spec.user is not None and spec.user.value:
        return _ROOT.fullmatch(spec.user.value.partition(":")[0]) is not None
    refused = spec.refuses_root is not None and spec.refuses_root.value
    return False if refused else None


def _places(spec: ContainerSpec) -> dict[str, Place]:
    said: dict[str, Setting | Flag | None] = {
        "image": spec.image, "user": spec.user, "root": spec.user or spec.refuses_root, "read_only_root": spec.read_only,
        "stdin": spec.stdin, "tty": spec.tty, "workdir": spec.workdir,
    }  # fmt: skip
    return {field: one.place for field, one in said.items() if one and one.place is not None}


def _text(setting: Setting | None) -> str | None:
    return setting.value if setting else ""


def _is_on(flag: Flag | None) -> bool:
    return bool(flag and flag.value)
