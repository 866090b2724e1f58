"""An image in the values of a chart: a reference, or its parts under the keys that charts use."""

from __future__ import annotations

from immutable_delivery.containers.spec import ImageSpec, Setting
from immutable_delivery.facts import Role
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import joined
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import with_defaults
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import scalar
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Releases

_REFERENCE = lazy(
    r"[a-z0-9][\w.-]*(?::\d+(?=/))?(?:/[\w.-]+)*(?::[\w.-]+)?(?:@sha256:[0-9a-fA-F]+)?"
)
_VERSIONED = lazy(r"[^:@]*(?::\d+/[^:@]*)?(?::[\w.-]+(?:@.*)?|@.*)")
_PART = lazy(r"[a-z0-9][\w.-]*")
_ALGORITHM = lazy(r"\w+:")


def names_image(key: str) -> bool:
    """Whether a key is one under which charts keep an image: `image`, `initImage`."""
    return key == "image" or key.endswith("Image")


def has_parts(node: Mapping) -> bool:
    """Whether a mapping holds the parts of a reference: a repository, and what fixes it."""
    return _part(node, "repository") is not None and _fixed(node)


def parts_of(node: Mapping, path: str, registry: Scalar | None = None) -> LocatedText | None:
    """Return the reference that parts make; None where the chart decides what fixes it.

    A repository that only the chart knows is named by where the image stands: `<sidecar.image>:1.2`.
    """
    repository = _part(node, "repository") or _named(node, path)
    if not _fixed(node) and not (repository and _VERSIONED.fullmatch(repository.text)):
        return None
    tag, digest = _part(node, "tag"), _part(node, "digest")
    place = (tag or digest or repository or node).place
    name = _name(repository, _part(node, "registry") or registry)
    name = _with_image(name, scalar(node, "image"))
    if name is None:
        hidden = f"<{path}>"
        name = replace(LocatedText.literal(hidden, node.place), unresolved=(hidden,))
    return with_defaults(joined(name, tag.written if tag else None, _digest(digest), place))


def reference_of(node: Scalar, sibling: Scalar | None) -> LocatedText | None:
    """Return the reference that a text is, with the tag beside it; None where the chart decides what fixes it."""
    if not _REFERENCE.fullmatch(node.text) and not node.written.unresolved and "$" not in node.text:
        return None
    whole = _VERSIONED.fullmatch(node.text) is not None
    if not whole and sibling is None:
        return None
    tag = None if whole or sibling is None else sibling.written
    return with_defaults(joined(node.written, tag, None, (sibling or node).place))


def tag_beside(holder: Mapping) -> Scalar | None:
    """Return the tag that stands beside a reference instead of in it."""
    return _part(holder, "tag")


def image_spec(written: LocatedText, node: Node, role: Role, holder: Node | None) -> ImageSpec:
    """Return a reference with its pull policy."""
    keys = known(Releases).pull_policy
    policy = next((one for key in keys if (one := scalar(holder, key))), None)
    return ImageSpec(
        written,
        node.place,
        written.used_at,
        role,
        pull_policy=Setting(policy.text.lower(), policy.place) if policy else None,
    )


def _named(node: Mapping, path: str) -> Scalar | None:
    """Return the repository that stands under `name` in what is called an image."""
    called = names_image(path.rpartition(".")[2])
    found = scalar(node, "name") if called else None
    return found if found is not None and _REFERENCE.fullmatch(found.text) else None


def _with_image(name: LocatedText | None, image: Scalar | None) -> LocatedText | None:
    """Return a name with its last part, where `image` beside the repository says that."""
    if name is None or image is None or not _PART.fullmatch(image.text):
        return name
    slash = LocatedText.literal("/", image.place)
    return LocatedText.joined((name, slash, image.written), name.used_at)


def _fixed(node: Mapping) -> bool:
    return _part(node, "tag") is not None or _part(node, "digest") is not None


def _part(node: Mapping, part: str) -> Scalar | None:
    """Return a part of a reference under the first of its keys that says something."""
    keys: tuple[str, ...] = getattr(known(Releases), part)
    found = (scalar(node, key) for key in keys)
    return next((one for one in found if one is not None and one.text.strip()), None)


def _name(repository: Scalar | None, registry: Scalar | None) -> LocatedText | None:
    if repository is None or registry is None or not registry.text.strip("/"):
        return repository.written if repository else None
    slash = LocatedText.literal("/", registry.place)
    host = registry.written.slice(0, len(registry.text.rstrip("/")))
    return LocatedText.joined((host, slash, repository.written), repository.place)


def _digest(node: Scalar | None) -> LocatedText | None:
    """Return a digest; some charts want it without its algorithm."""
    if node is None or _ALGORITHM.match(node.text) or "$" in node.text or "{" in node.text:
        return node.written if node else None
    return LocatedText.joined(
        (LocatedText.literal("sha256:", node.place), node.written), node.place
    )
