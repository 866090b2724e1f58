"""One file as it was read: its documents, and which of them are templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from immutable_delivery.context import Comment, ParseProblem
from immutable_delivery.formats.kubernetes import schemas
from immutable_delivery.formats.kubernetes.pods import pods
from immutable_delivery.formats.kubernetes.recognition import is_foreign, template_at
from immutable_delivery.formats.kustomize.model import is_kustomization
from immutable_delivery.formats.kustomize.resource import Resource, objects_in
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Document, Mapping, Scalar, comments
from immutable_delivery.syntax.yaml.query import mapping, pairs
from immutable_delivery.syntax.yaml.query import text as text_at

_ENTRY = lazy(r"[^\S\n]*(?P<ids>[\w:, -]+?)[^\S\n]*:(?:[^\S\n]+|\Z)(?P<reason>[^\n]*)")
SUPPRESSES = "imd/ignore"
"""The annotation that does what a comment does, for a whole object: lines of `id, id: reason`; `imd/ignore.NAME` for a container."""
_PEERS = lazy(
    r"(?P<checkov>checkov\.io/skip\d*\Z)|ignore-check\.kube-linter\.io/(?P<check>.+)|(?P<all>kube-linter\.io/ignore-all\Z)|"
    r"(?P<score>kube-score/ignore\Z)|polaris\.fairwinds\.com/(?P<exempt>\w+)-exempt\Z"
)
"""Annotations of other tools that do the same."""
_ANNOTATIONS = (
    SUPPRESSES,
    "checkov.io/skip",
    "kube-linter.io/",
    "kube-score/ignore",
    "polaris.fairwinds.com/",
)


class Manifest(Record):
    """The documents of a file."""

    path: str
    documents: list[Document]
    templates: dict[int, int] = field(default_factory=dict)
    """Where those that are templates turn out to be, by their number."""

    @classmethod
    def read(cls, text: Text) -> Manifest:
        """Read a file."""
        found = schemas.read(text)
        at = {number: template_at(one, text) for number, one in enumerate(found)}
        return cls(
            text.path, found, {number: where for number, where in at.items() if where is not None}
        )

    @property
    def readable(self) -> list[Document]:
        """The documents that say what they mean."""
        return [one for number, one in enumerate(self.documents) if number not in self.templates]

    @property
    def is_kustomization(self) -> bool:
        """Whether kustomize builds it."""
        return any(is_kustomization(self.path, one.root) for one in self.readable)

    def troubles(self) -> Iterator[ParseProblem]:
        """Yield why documents are not judged."""
        for number, document in enumerate(self.documents):
            if number in self.templates:
                yield ParseProblem(
                    self.path, self.templates[number], "holds template expressions", template=True
                )
            elif document.problem:
                yield ParseProblem(self.path, document.problem_at, document.problem)


def remarks(manifest: Manifest, text: Text) -> list[Comment]:
    """Return the comments with what each covers, and the annotations that suppress in a whole object."""
    found = comments(text, manifest.documents)
    if not any(name in text.value for name in _ANNOTATIONS):
        return found
    return [*found, *_annotated(manifest)]


def _annotated(manifest: Manifest) -> Iterator[Comment]:
    """Yield what the annotations of objects suppress in them."""
    for document in manifest.documents:
        for resource in objects_in(document.root, manifest.path):
            for key, value in pairs(mapping(resource.root, "metadata", "annotations")):
                if not isinstance(value, Scalar):
                    continue
                name, _, container = key.text.partition(".")
                if name == SUPPRESSES:
                    about = list(_containers(resource, container)) if container else [resource.root]
                    yield from _comments(value, about)
                elif directive := _PEERS.match(key.text):
                    yield _foreign(directive, value, resource.root)


def _containers(resource: Resource, name: str) -> Iterator[Mapping]:
    """Yield the containers of that name in the pods of an object."""
    for pod in pods(resource.root, resource.identity.group, resource.identity.kind):
        yield from (found.node for found in pod.containers if text_at(found.node, "name") == name)


def _comments(value: Scalar, about: Sequence[Mapping]) -> Iterator[Comment]:
    """Yield what an annotation says of the object or its containers; where there is none of the name it covers nothing."""
    place, spans = value.place.span, [one.place.span for one in about]
    for line in filter(str.strip, value.text.splitlines()):
        entry = _ENTRY.match(line)
        said = f"[{entry['ids']}] {entry['reason']}" if entry else f"[] {line}"
        for span in spans or [place]:
            yield Comment(f"imd: ignore{said}", place.start, place.end, (span.start, span.end))


def _foreign(directive: re.Match[str], value: Scalar, root: Mapping) -> Comment:
    """Return what an annotation of another tool says, as that tool's comment would say it."""
    place, covers = value.place.span, (root.place.span.start, root.place.span.end)
    said = f"kube-linter ignore-check {directive['check']} {value.text}"
    if directive["checkov"]:
        said = f"checkov:skip={value.text.replace('=', ':', 1)}"
    elif directive["all"]:
        said = f"kube-linter ignore-all {value.text}"
    elif directive["score"]:
        said = f"kube-score ignore {value.text}"
    elif directive["exempt"]:
        said = f"polaris exempt {directive['exempt']}" if value.text.lower() == "true" else ""
    return Comment(said, place.start, place.end, covers, covers)


def judged(document: Document) -> bool:
    """Whether a document holds objects of a cluster."""
    return isinstance(document.root, Mapping) and not is_foreign(document.root)
