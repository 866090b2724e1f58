"""Reporting what a kustomization says that kustomize would refuse."""

from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.text import Place

Report = Callable[[Place, str], None]
"""Takes where it is said and what is wrong with it."""


class Refused(Exception):  # noqa: N818 (it is no fault of ours)
    """A step that cannot be done: the reason, for a person."""
