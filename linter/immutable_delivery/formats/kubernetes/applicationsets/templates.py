"""A tree filled with parameters, wherever text stands: by names in braces, or as a template of Go."""

from __future__ import annotations

import re
from typing import Protocol

from immutable_delivery.formats.kubernetes.applicationsets.parameters import Parameters
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.filling import Filling

_TAG = lazy(r"\{\{(?P<name>.*?)\}\}", re.DOTALL)
_OPEN = "{{"


class Filler(Protocol):
    """One of the two languages of templates."""

    go: bool
    """Whether it is Go's, whose parameters are trees."""

    def text(self, written: LocatedText, given: Parameters) -> LocatedText:
        """Return a text filled; what nobody here knows stays unresolved."""


class ByName:
    """`{{ name }}`: the text of a parameter; what has no such name stays as it is."""

    go = False

    def text(self, written: LocatedText, given: Parameters) -> LocatedText:
        """Return a text with its names replaced."""

        def give(found: re.Match[str], _: LocatedText) -> LocatedText | None:
            value = given.values.get(found["name"].strip())
            return value.written if isinstance(value, Scalar) else None

        return filled(written, _TAG, give)


def filled_mapping(node: Mapping, given: Parameters, filler: Filler) -> Mapping:
    """Return a mapping with every text filled."""
    return Filling(_OPEN, lambda written: filler.text(written, given)).mapping(node)
