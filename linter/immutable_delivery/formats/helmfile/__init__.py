"""Helmfile: which charts it releases, how far their versions fix them, and the values that each environment gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "helmfile"

_PATH = lazy(r"(?:^|/)(?:helmfile[^/]*|helmfile\.d/(?:[^/]+/)*[^/]+)\.ya?ml(?:\.gotmpl)?\Z")
_KEYS = frozenset({"releases", "helmfiles", "bases"})
_WORD = lazy(rb"\b(?:releases|helmfiles|bases)\b")
_PLAIN = lazy(rb"(?m)^[\"']?(?:releases|helmfiles|bases)[\"']?[ \t]*:")
"""Templates need be no YAML before they are filled in."""


def claims(path: str, data: bytes) -> bool:
    """Whether a file is named as Helmfile's, and says what one says."""
    if not _PATH.search(path) or not (_WORD.search(data) or yaml.may_spell(data)):
        return False
    plain = _PLAIN.search(data) is not None
    return plain or any(_KEYS & root.entries.keys() for root in yaml.roots(path, data))


def parse(text: Text) -> Text:
    """Return the text: what it says is known when its templates are filled in."""
    return text


def comments(document: Text, text: Text) -> list[Comment]:
    """Return the comments with what each covers, as far as the file can be read before its templates are filled in."""
    return yaml.comments(text, yaml.documents(document))


def facts(documents: Mapping[str, Text], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield the charts that are released and what they deploy, each fact once with the environments that it reaches."""
    from immutable_delivery.formats.helmfile.deployed import deployed  # noqa: PLC0415 (it loads the interpreter of templates)

    return deployed(documents, ctx)
