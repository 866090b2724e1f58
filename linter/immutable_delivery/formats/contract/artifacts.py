"""The image of a delivery meta file, and the artifact of each of its environments."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Image
from immutable_delivery.formats.contract.entries import builds, items_of, scope_of, text_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.references.images import digest_problem, image_fact
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar

_ORDER = lazy(r"[0-9]{1,9}")


class Environment(Record, frozen=True):
    """One environment of a meta file."""

    name: str
    order: int
    digest: Scalar | None
    extent: Place


def environments(root: Mapping) -> list[Environment]:
    """Return the environments with a name, in the order in which an artifact passes them."""
    found = []
    for index, item in enumerate(items_of(root.get("environments"))):
        if isinstance(item, Mapping) and (name := text_of(item.get("name"))):
            order = text_of(item.get("order"))
            position = int(order) if _ORDER.fullmatch(order) else index
            found.append(Environment(name, position, _digest(item.get("digest")), item.place))
    return sorted(found, key=lambda one: one.order)


def image_of(root: Mapping) -> Image | None:
    """Return the image of the service; None where it names none."""
    node = root.get("image")
    if not isinstance(node, Scalar) or not text_of(node):
        return None
    return image_fact(
        node.written,
        role="contract",
        scope=scope_of(root),
        extent=root.extent("image"),
        built_here=builds(root),
    )


def artifacts(root: Mapping) -> Iterator[Image]:
    """Yield the artifact of each environment that names a digest."""
    for environment in environments(root):
        if environment.digest is not None:
            yield _artifact(root, environment.digest, environment)


def _artifact(root: Mapping, digest: Scalar, environment: Environment) -> Image:
    """Return the repository of the service with the digest of the environment."""
    image = root.get("image")
    repository = _repository(image.written) if isinstance(image, Scalar) else None
    name = repository or LocatedText.literal(text_of(root.get("service")), digest.place)
    at = LocatedText.literal("@", digest.place)
    return image_fact(
        LocatedText.joined((name, at, digest.written), digest.place),
        role="contract",
        scope=scope_of(root, environments=(environment.name,)),
        extent=environment.extent,
        used_at=digest.place,
        built_here=builds(root),
    )


def _digest(node: Node | None) -> Scalar | None:
    """Return a digest that is one."""
    return node if isinstance(node, Scalar) and not digest_problem(node.text) else None


def _repository(image: LocatedText) -> LocatedText | None:
    """Return the reference without tag and digest."""
    text = image.text.partition("@")[0]
    colon = text.rfind(":")
    end = colon if colon > text.rfind("/") else len(text)
    return image.slice(0, end) if end else None
