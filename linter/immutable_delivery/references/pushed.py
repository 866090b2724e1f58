"""How much a tag fixes under which a pipeline pushes: also one that the pipeline makes of its commit, its run or a version."""

from __future__ import annotations

import re
from collections.abc import Iterable

from immutable_delivery.facts import Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.images import pieces, reference_pin
from immutable_delivery.source.located import LocatedText
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import PipelineValues

_NAME = lazy(r"[A-Za-z_][\w.-]*")


def pushed_pin(written: LocatedText, *, tagged: bool = False) -> Pin | None:
    """Return how much a reference fixes; None where nobody knows. ``tagged``: the pipeline only runs for tags."""
    if written.known:
        return reference_pin(written.text)
    cut = pieces(written)
    if cut["digest"].text:
        return "digest"
    tag = cut["tag"]
    if not tag.text or tag.known:
        return None if not tag.text else reference_pin(f"x:{tag.text}")
    return _of_names(tag.unresolved, tagged=tagged)


def _of_names(names: tuple[str, ...], *, tagged: bool) -> Pin | None:
    """Return how much what these variables hold fixes."""
    values = known(PipelineValues)
    words = said(names)
    words |= {word.rpartition("outputs_")[2] for word in words}
    if values.fixed & words or (tagged and values.either & words):
        return "exact"
    return "alias" if values.branches & words else None


def said(names: Iterable[str]) -> set[str]:
    """Return the words in what stands for values of a pipeline, as the table has them."""
    return {re.sub(r"[.-]", "_", word.lower()) for name in names for word in _NAME.findall(name)}
