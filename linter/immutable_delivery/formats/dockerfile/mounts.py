"""RUN --mount: what of the build context lies in the image while an instruction runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.formats.dockerfile.contents import Brought
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.references import flags
from immutable_delivery.formats.dockerfile.state import State

_SOURCES = ("source", "src")
_TARGETS = ("target", "dst", "destination")


def bound(state: State, one: Instruction) -> Iterator[Brought]:
    """Yield what bind mounts bring from the context; ONBUILD means the context of another build."""
    for mount in flags(one, "mount") if state.triggered is None else ():
        options = state.expand(mount)
        fields = _fields(options.text)
        target = _first(fields, _TARGETS)
        if (
            not options.known
            or not target
            or "from" in fields
            or fields.get("type", "bind") != "bind"
        ):
            continue
        for path in state.site.context.find(_first(fields, _SOURCES)):
            yield Brought(state.path(target), path, one.place)


def _fields(options: str) -> Mapping[str, str]:
    pairs = (field.partition("=") for field in options.split(","))
    return {name.strip().lower(): value for name, _, value in pairs}


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")
