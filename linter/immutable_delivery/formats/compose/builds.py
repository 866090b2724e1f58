"""How the image of a service is built."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import isabs

from immutable_delivery.effects.fetches import fetch
from immutable_delivery.facts import Build, Fact, Unread
from immutable_delivery.formats.compose.inline import inline_path
from immutable_delivery.formats.compose.merging import paired
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.references.urls import is_remote
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import scalar


def builds(service: Service) -> Iterator[Build | Fact]:
    """Yield how a service is built: from here, or from what the builder fetches."""
    node = service.build
    if node is None:
        return
    context, dockerfile = scalar(node, "context"), _dockerfile(service, node)
    if context and is_remote(context.text):
        yield fetch(context.written, "build", service.during("build"), context.place)
    elif dockerfile:
        yield _build(service, node, dockerfile)
    else:
        yield _unread(service, node)


def _build(service: Service, node: Mapping, dockerfile: str) -> Build:
    from immutable_delivery.syntax.yaml.canonical import identity  # noqa: PLC0415 (most services are built elsewhere)

    args, target = _args(service, node), scalar(node, "target")
    return Build(
        dockerfile=dockerfile,
        context=service.context,
        target=(target.written.value if target else "") or "",
        args={name: value.value for name, value in args.items()},
        arg_places={name: value.place() for name, value in args.items() if value.text},
        contexts=_contexts(service, node),
        said=identity(node),
        service=service.name,
        image=service.image.text if service.image else "",
        tool="compose",
        deployed=True,
        place=_place(service, node),
    )


def _unread(service: Service, node: Mapping) -> Unread:
    """Return that nobody knows the Dockerfile."""
    named = [scalar(node, "context"), scalar(node, "dockerfile")]
    known = all(one.written.known for one in named if one)
    place = _place(service, node)
    return Unread(
        used_at=place,
        extent=place,
        scope=service.during("build"),
        subject="build",
        reason="its Dockerfile lies outside of this repository"
        if known
        else "only the deployment knows its Dockerfile",
    )


def _dockerfile(service: Service, node: Mapping) -> str:
    """Return the Dockerfile relative to the root; "" where it is not a file of the repository."""
    named, folder = scalar(node, "dockerfile"), service.context
    if scalar(node, "dockerfile_inline"):
        return inline_path(service)
    if folder is None or (named and not named.written.known):
        return ""
    path = named.text if named and named.text else "Dockerfile"
    return "" if isabs(path) else resolve(folder, path) or ""


def _args(service: Service, node: Mapping) -> dict[str, LocatedText]:
    """Return the arguments; one without a value has that of the project's `.env`, else the Dockerfile's own."""
    found: dict[str, LocatedText] = {}
    args = node.get("args")
    for name, (_, value) in paired(args).entries.items() if args else ():
        if not isinstance(value, Scalar):
            continue
        written = service.model.variables.get(name) if value.null else value.written
        if written:
            found[name] = written
    return found


def _contexts(service: Service, node: Mapping) -> dict[str, str | None]:
    contexts = node.get("additional_contexts")
    found = paired(contexts).entries if contexts else {}
    return {name: _context(service, value) for name, (_, value) in found.items()}


def _context(service: Service, value: Node) -> str | None:
    from immutable_delivery.references.contexts import named_context  # noqa: PLC0415 (few builds have one)

    if not isinstance(value, Scalar) or not value.written.known:
        return None
    return named_context(value.text, service.path(value))


def _place(service: Service, node: Mapping) -> Place:
    """Return where the build stands; in the file of the service where several files make it up."""
    return node.place if node.place.file == service.place.file else service.place
