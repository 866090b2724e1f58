"""Compose and Swarm files: services, what they run and what is mounted into them.

The reference is the Compose specification, and Docker Compose itself where that is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats import Comment, Surroundings, yamltree
from immutable_delivery.formats.compose.document import ComposeDocument, parse
from immutable_delivery.formats.compose.recognition import claims
from immutable_delivery.text import Text

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "compose"


def comments(document: ComposeDocument, text: Text) -> list[Comment]:
    """Return the comments that may hold a suppression."""
    return yamltree.comments(text, document.documents)


def facts(documents: Mapping[str, ComposeDocument], around: Surroundings) -> Iterable[Fact | Build]:
    """Return what the services of all Compose files say."""
    from immutable_delivery.formats.compose.composed import facts as composed  # noqa: PLC0415

    return composed(documents, around)
