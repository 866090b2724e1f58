"""Digests for image references: what the repository states elsewhere for the same reference, or what a caller knows."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.facts import Fact, Image
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import DigestOf, FixContext, none
from immutable_delivery.fixes.digests import NoSlotError, Sheet, insert_digest
from immutable_delivery.source.text import Place


def fix(fact: Fact, place: Place, ctx: FixContext) -> Fix:
    """Write the digest behind a reference."""
    image = fact if isinstance(fact, Image) else _image_at(place, ctx)
    digest = ctx.digest_of(image) if image else None
    if image is None or digest is None:
        return none("needs the registry: `imd pin`", "imd pin")
    return pinned(image, digest, ctx)


def pinned(image: Image, digest: str, ctx: FixContext) -> Fix:
    """Return the fix that writes a digest where the reference is decided; whatever else stands there stays."""
    if image.digest:
        return none("a person must write it: another digest stands there")
    try:
        edit = insert_digest(image, digest, Sheet(ctx.texts, ctx.formats))
    except NoSlotError as error:
        return none(f"a person must write it: {error}")
    title = f"Pin {image.text} to its digest"
    return Fix(
        title=title, edits=(edit,), safe=_holds(image.extent, edit.place) or "@" not in edit.text
    )


def stated(facts: Iterable[Fact]) -> DigestOf:
    """Return what tells the digest that the repository states for a reference, where it states just one."""
    known: dict[tuple[str, str], set[str]] = {}
    for fact in facts:
        if isinstance(fact, Image) and fact.name and fact.tag and fact.digest and not fact.problem:
            known.setdefault((fact.name, fact.tag), set()).add(fact.digest)

    def digest_of(image: Image) -> str | None:
        found = known.get((image.name or "", image.tag or "latest"), set())
        return next(iter(found)) if len(found) == 1 and image.tag is not None else None

    return digest_of


def _image_at(place: Place, ctx: FixContext) -> Image | None:
    return next(iter(ctx.kin(Image, _used_at, place)), None)


def _used_at(image: Image) -> Place:
    return image.used_at


def _holds(outer: Place, inner: Place) -> bool:
    """Whether a reference is decided where it is used, and so decides nothing else."""
    return (
        outer.file == inner.file
        and outer.span.start <= inner.span.start
        and inner.span.end <= outer.span.end
    )
