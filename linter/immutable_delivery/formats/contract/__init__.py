"""The delivery meta file: one service, its artifact, its start command and its environments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import Comment, ParseContext, ParseProblem
from immutable_delivery.facts import Build, Contract, Fact, Problem
from immutable_delivery.formats.contract.artifacts import artifacts, image_of
from immutable_delivery.formats.contract.meaning import build_of, contract_fact, start_facts
from immutable_delivery.formats.contract.problems import problems, second_document
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax import yaml

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "contract"

_FILE = lazy(r"(?:^|/)(?:[^/]*\.)?delivery\.(?:ya?ml|json)\Z")
_KUBERNETES = lazy(rb"^[\"']?(?:apiVersion|kind)[\"']?\s*:", re.MULTILINE)
_KEYS = frozenset({"service", "image", "start", "environments"})
"""What makes it ours: other tools have files of this name."""


def claims(path: str, data: bytes) -> bool:
    """Whether it is named as a delivery meta file and has a key of one; what cannot be read is claimed by its name."""
    return (
        bool(_FILE.search(path))
        and not _KUBERNETES.search(data)
        and (not data or _ours(path, data))
    )


def _ours(path: str, data: bytes) -> bool:
    found = yaml.glance(path, data)
    roots = [one.root for one in found if isinstance(one.root, yaml.Mapping)]
    broken = any(one.problem for one in found)
    return broken or any(_KEYS.intersection(root.entries) for root in roots)


def parse(text: Text) -> list[yaml.Document]:
    """Return the YAML documents of the file; there should be one."""
    return list(yaml.documents(text))


def comments(document: list[yaml.Document], text: Text) -> list[Comment]:
    """Return the comments with the entry that each stands above or at the end of."""
    return yaml.comments(text, document)


def facts(
    documents: Mapping[str, list[yaml.Document]], ctx: ParseContext
) -> Iterable[Fact | Build]:
    """Yield what each meta file states of its service."""
    for path, tree in documents.items():
        if not any(document.root or document.problem for document in tree):
            yield _empty(path)
        for number, document in enumerate(tree):
            if document.problem:
                ctx.troubles.append(ParseProblem(path, document.problem_at, document.problem))
            elif document.root is not None:
                yield from _facts(path, number, document.root, ctx)


def _empty(path: str) -> Contract:
    """Return a meta file that says nothing at all."""
    place = Place(path, Span(0, 0))
    text = "the file is empty: say at least `service:` and `start:`, or take it away"
    problem = Problem(text=text, place=place)
    return Contract(used_at=place, extent=place, start=None, problems=(problem,))


def _facts(path: str, number: int, root: yaml.Node, ctx: ParseContext) -> Iterator[Fact | Build]:
    """Yield the facts of document ``number`` of a file."""
    extra = (second_document(root),) if number else ()
    yield contract_fact(root, (*extra, *problems(root, path, ctx.files)), path)
    if isinstance(root, yaml.Mapping):
        stated = (image_of(root), build_of(root, path))
        yield from (fact for fact in stated if fact is not None)
        yield from artifacts(root)
        yield from start_facts(root, path, ctx)
