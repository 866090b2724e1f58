"""Reporting what a kustomization says that kustomize would refuse."""

from __future__ import annotations

from immutable_delivery.syntax.yaml.shapes import Report

__all__ = ["Refused", "Report"]


class Refused(Exception):  # noqa: N818 (it is no fault of ours)
    """A step that cannot be done: the reason, for a person."""
