"""A release whose chart is not here: what the shape of its values says of the containers that it runs.

Any format that releases charts hands its values over as a tree with places. What the shape does not say, nobody guesses.
"""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.releases import library, shapes
from immutable_delivery.releases.layers import Layer, laid
from immutable_delivery.syntax.yaml import Mapping

__all__ = ["Layer", "facts", "is_whole", "laid"]


def facts(values: Mapping, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield what the values of a release say of images and containers; ``scope`` is that of the release."""
    if library.fits(values):
        yield from library.facts(values, scope, ctx)
    else:
        yield from shapes.facts(values, scope, ctx)


def is_whole(values: Mapping | None) -> bool:
    """Whether the values say everything that the release runs, so that the chart adds nothing."""
    return values is not None and library.fits(values)
