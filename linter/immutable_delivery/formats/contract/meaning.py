"""What a delivery meta file states, as facts: the contract, its images, its build and its start."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from immutable_delivery.facts import Build, Contract, Fact, Image, Problem, Scope, Start
from immutable_delivery.files import folder_of, resolve
from immutable_delivery.formats.images import digest_problem, image_fact
from immutable_delivery.formats.schema import head
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar, Sequence
from immutable_delivery.text import Place
from immutable_delivery.written import Written

_FIELDS = (("name", "service"), ("image", "image"), ("pin", "image"), ("start", "start"))
"""Fields of the contract and the entries that decide them."""

_ORDER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment of a meta file."""

    name: str
    order: int
    digest: Scalar | None
    extent: Place


def contract_fact(root: Node, problems: tuple[Problem, ...]) -> Contract:
    """Return the contract as a whole."""
    entries = root if isinstance(root, Mapping) else Mapping(place=root.place)
    image = _image(entries)
    places = {field: entries.entries[key][1].place for field, key in _FIELDS if entries.get(key)}
    return Contract(
        used_at=places.get("name", head(entries)),
        extent=root.place,
        places=places,
        scope=_scope(entries),
        name=service_of(entries),
        image=image.reference if image else "",
        pin=image.pin if image else "",
        builds=isinstance(entries.get("build"), Mapping),
        start=_argv(entries),
        environment_names=tuple(one.name for one in environments(entries)),
        problems=problems,
    )


def images(root: Mapping) -> Iterator[Image]:
    """Yield the image of the service, and the artifact of each environment that names a digest."""
    image = _image(root)
    if image is not None:
        yield image
    for environment in environments(root):
        if environment.digest is not None:
            yield _artifact(root, environment.digest, environment)


def environments(root: Mapping) -> list[Environment]:
    """Return the environments with a name, in the order in which an artifact passes them."""
    listed = root.get("environments")
    found = []
    for index, item in enumerate(listed.items if isinstance(listed, Sequence) else ()):
        if isinstance(item, Mapping) and (name := _text(item.get("name"))):
            order = _text(item.get("order"))
            position = int(order) if _ORDER.fullmatch(order) else index
            found.append(Environment(name, position, _digest(item.get("digest")), item.place))
    return sorted(found, key=lambda one: one.order)


def _digest(node: Node | None) -> Scalar | None:
    """Return a digest that is one."""
    return node if isinstance(node, Scalar) and not digest_problem(node.text) else None


def build_of(root: Mapping, path: str) -> Build | None:
    """Return how the contract says that the image is built; None where it does not, or builds elsewhere."""
    build, key = root.get("build"), root.key("build")
    if not isinstance(build, Mapping) or key is None:
        return None
    folder = folder_of(path)
    context = resolve(folder, _text(build.get("context")) or ".")
    written = build.get("dockerfile")
    dockerfile = (
        resolve(folder, _text(written)) if _text(written) else resolve(context or "", "Dockerfile")
    )
    if dockerfile is None or context is None:
        return None
    args = build.get("args")
    return Build(
        dockerfile=dockerfile,
        context=context,
        target=_text(build.get("target")),
        args={n: _text(v) for n, v in args.items()} if isinstance(args, Mapping) else {},
        service=service_of(root),
        image=_text(root.get("image")),
        tool="contract",
        deployed=bool(environments(root)),
        place=written.place if isinstance(written, Scalar) else key.place,
    )


def start_facts(root: Mapping) -> Iterator[Fact]:
    """Yield the start command, and what running it does."""
    argv, start = _argv(root), root.get("start")
    if not argv or start is None:
        return
    scope = _scope(root, phase="start")
    yield Start(
        used_at=start.place,
        extent=root.extent("start"),
        places={"argv": start.place, "text": start.place},
        scope=scope,
        origin="start",
        form="exec",
        argv=argv,
        text=shlex.join(argv),
    )


def service_of(root: Mapping) -> str:
    """Return the name of the service, "" where none is stated."""
    return _text(root.get("service"))


def _image(root: Mapping) -> Image | None:
    node = root.get("image")
    if not isinstance(node, Scalar) or not _text(node):
        return None
    return image_fact(
        node.written,
        role="contract",
        scope=_scope(root),
        extent=root.extent("image"),
        built_here=isinstance(root.get("build"), Mapping),
    )


def _artifact(root: Mapping, digest: Scalar, environment: Environment) -> Image:
    """Return the image that runs in an environment: the repository of the service with that digest."""
    image = root.get("image")
    repository = _repository(image.written) if isinstance(image, Scalar) else None
    name = repository or Written.literal(service_of(root), digest.place)
    at = Written.literal("@", digest.place)
    return image_fact(
        Written.joined((name, at, digest.written), digest.place),
        role="contract",
        scope=_scope(root, reaches=(environment.name,)),
        extent=environment.extent,
        used_at=digest.place,
        built_here=isinstance(root.get("build"), Mapping),
    )


def _repository(image: Written) -> Written | None:
    """Return the reference without tag and digest."""
    text = image.text.partition("@")[0]
    colon = text.rfind(":")
    end = colon if colon > text.rfind("/") else len(text)
    return image.slice(0, end) if end else None


def _scope(root: Mapping, phase: str = "build", reaches: tuple[str, ...] = ()) -> Scope:
    here = isinstance(root.get("build"), Mapping)
    return Scope(
        owner=service_of(root),
        service=service_of(root),
        phase=phase,
        layer="application" if here else "middleware",
        environments=reaches,
        deployed=bool(reaches),
    )


def _argv(root: Mapping) -> tuple[str, ...] | None:
    """Return the start command: () where none is stated, None where it is no list of words."""
    start = root.get("start")
    if start is None or (isinstance(start, Scalar) and start.null):
        return ()
    if not isinstance(start, Sequence) or not all(isinstance(item, Scalar) for item in start.items):
        return None
    return tuple(item.text for item in start.items if isinstance(item, Scalar))


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) and not node.null else ""
