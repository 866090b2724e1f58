"""Programs that well-known images start by themselves: what a manifest adds are their arguments."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.formats.images import name_and_tag
from immutable_delivery.written import Piece, Written

_PROGRAMS = {
    "alpine/git": "git",
    "alpine/curl": "curl",
    "alpine/helm": "helm",
    "amazon/aws-cli": "aws",
    "bitnami/kubectl": "kubectl",
    "curlimages/curl": "curl",
    "registry.k8s.io/kubectl": "kubectl",
}


def with_program(image: str | None, arguments: Sequence[Written]) -> list[Written]:
    """Return arguments behind the program of the image; it stands where the first of them does."""
    program = _PROGRAMS.get(name_and_tag(image or "")[0])
    if program is None or not arguments:
        return [*arguments]
    place = arguments[0].whole
    return [Written(program, (Piece(program, place, aligned=False),), place), *arguments]
