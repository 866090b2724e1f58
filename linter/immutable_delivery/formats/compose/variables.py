"""The environment and the labels of a service."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.spec import VariableSpec
from immutable_delivery.facts import VariableType
from immutable_delivery.formats.compose.merging import paired
from immutable_delivery.formats.compose.reading import Environment
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, scalar, text

Entry = tuple[Scalar, LocatedText | None]
"""A name, and its value; None where only the one who starts the service knows it."""


def environment(service: Service) -> dict[str, Entry]:
    """Return what `environment` says; a name alone takes its value from the project's `.env`."""
    node = service.node.get("environment")
    entries = paired(node).entries if node else {}
    return {
        name: (key, _value(service, name, value))
        for name, (key, value) in entries.items()
        if isinstance(value, Scalar)
    }


def _value(service: Service, name: str, value: Scalar) -> LocatedText | None:
    return service.model.variables.get(name) if value.null else value.written


def from_files(service: Service, key: str = "env_file") -> Environment:
    """Return what the environment files of a service say, the later ones counting more."""
    node = service.node.get(key)
    found: Environment = {}
    for entry in node.items if isinstance(node, Sequence) else [node]:
        path = scalar(entry, "path") if isinstance(entry, Mapping) else entry
        if not isinstance(path, Scalar) or path.null or not path.written.known:
            continue
        file = resolve(service.folder(path), path.text)
        if file is not None:
            raw = text(entry, "format") == "raw"
            found |= service.reader.environment(file, raw=raw)
    return found


def variables(service: Service) -> Iterator[VariableSpec]:
    """Yield the environment and the labels."""
    own = environment(service)
    for key, value in own.values():
        yield _variable("env", key.written, value)
    for name, given in from_files(service).items():
        if name not in own:
            yield _variable("env", LocatedText.literal(name, given.used_at), given)
    for where in (("labels",), ("deploy", "labels")):
        node = find(service.node, *where)
        for key, text_of in paired(node).entries.values() if node else ():
            written = text_of.written if isinstance(text_of, Scalar) else None
            yield _variable("label", key.written, written)


def _variable(kind: VariableType, name: LocatedText, value: LocatedText | None) -> VariableSpec:
    place = name.used_at
    end = value.used_at if value and value.used_at.file == place.file else place
    whole = place.at(place.span.start, max(place.span.end, end.span.end))
    return VariableSpec(name, value, whole, kind, used_at=whole)


def label_names(service: Service) -> tuple[str, ...]:
    """Return the names of the labels of the container."""
    node: Node | None = service.node.get("labels")
    return tuple(paired(node).entries) if node else ()
