"""What a delivery meta file states, as facts: the contract itself, its build and its start."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.lower import parts
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Contract, Fact, Problem
from immutable_delivery.formats.contract.artifacts import environments, image_of
from immutable_delivery.formats.contract.entries import argv_of, builds, scope_of, text_of
from immutable_delivery.formats.contract.sentences import sentences
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.canonical import identity
from immutable_delivery.syntax.yaml.nodes import head

_FIELDS = (("name", "service"), ("image", "image"), ("pin", "image"), ("start", "start"))
"""Fields of the contract and the entries that decide them."""


def contract_fact(root: Node, problems: tuple[Problem, ...], path: str) -> Contract:
    """Return the contract as a whole; ``path`` is the file's own."""
    entries = root if isinstance(root, Mapping) else Mapping(place=root.place)
    image = image_of(entries)
    places = {field: _place(entries, key) for field, key in _FIELDS if entries.key(key)}
    places.setdefault("name", head(root))
    return Contract(
        used_at=root.place,
        extent=root.place,
        places=places,
        scope=scope_of(entries),
        name=text_of(entries.get("service")),
        image=image.reference if image else "",
        pin=image.pin if image else "",
        builds=builds(entries),
        start=argv_of(entries),
        stages=tuple(one.name for one in environments(entries)),
        problems=problems,
        sentences=sentences(entries, folder_of(path)),
    )


def _place(entries: Mapping, key: str) -> Place:
    """Return the place of a value, or of its key where nothing is written."""
    name, value = entries.entries[key]
    return value.place if value.place.span.start < value.place.span.end else name.place


def build_of(root: Mapping, path: str) -> Build | None:
    """Return how the image is built; None where the contract does not say so, or means a place outside."""
    build, key = root.get("build"), root.key("build")
    if not isinstance(build, Mapping) or key is None:
        return None
    folder, written = folder_of(path), build.get("dockerfile")
    context = resolve(folder, text_of(build.get("context")) or ".")
    named = resolve(folder, text_of(written)) if text_of(written) else None
    dockerfile = named if text_of(written) else resolve(context or "", "Dockerfile")
    if dockerfile is None or context is None:
        return None
    args = build.get("args")
    return Build(
        dockerfile=dockerfile,
        context=context,
        target=text_of(build.get("target")),
        args={n: text_of(v) for n, v in args.items()} if isinstance(args, Mapping) else {},
        said=identity(build),
        service=text_of(root.get("service")),
        image=text_of(root.get("image")),
        tool="contract",
        deployed=bool(environments(root)),
        place=written.place if isinstance(written, Scalar) else key.place,
    )


def start_facts(root: Mapping, path: str, ctx: ParseContext) -> Iterator[Fact]:
    """Yield the start command and what running it does."""
    start = root.get("start")
    if not argv_of(root) or not isinstance(start, Sequence):
        return
    words = tuple(item.written for item in start.items if isinstance(item, Scalar))
    spec = ContainerSpec(
        used_at=start.place,
        extent=root.extent("start"),
        scope=scope_of(root, phase="start"),
        entrypoint=CommandSpec("start", words, start.place, root.extent("start")),
        files=ContainerFiles(ctx, folder_of(path)),
    )
    yield from parts(spec, ctx)
