"""One Compose file as it is written: its documents, and what marks it as a template."""

from __future__ import annotations

import re

from immutable_delivery.formats.compose.recognition import is_named
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Document, Mapping, Scalar, documents

_TEMPLATE = lazy(
    r"\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}|<%(?:(?!<%).)*?%>|^[ \t]*+#(?:if|foreach|end)\b",
    re.MULTILINE,
)


class ComposeDocument(Record):
    """A Compose file, not yet merged with anything."""

    path: str
    documents: list[Document]
    template: str = ""
    """The first mark of a template language that keeps it from being YAML; empty where it is none."""
    interpolates: bool = False
    """Whether it names variables at all."""
    resets: bool = False
    """Whether it takes anything back with `!reset` or `!override`."""

    @property
    def roots(self) -> list[Mapping]:
        """The documents that are mappings; Compose merges them one after the other."""
        return [document.root for document in self.documents if isinstance(document.root, Mapping)]


def parse(text: Text) -> ComposeDocument:
    """Read a Compose file; what of it is broken stands in its documents."""
    docs = documents(text)
    for doc in docs:
        if isinstance(doc.root, Mapping) and is_named(text.path):
            doc.root = _with_services(doc.root)
    value = text.value
    resets = "!reset" in value or "!override" in value
    return ComposeDocument(text.path, docs, _template(text, docs), "$" in value, resets)


def _template(text: Text, docs: list[Document]) -> str:
    """Return the first mark of a template where a document is broken, or holds it as a mapping."""
    found = _TEMPLATE.search(text.value)
    if found is None:
        return ""
    broken = any(doc.problem for doc in docs) or any(_holds_braces(doc.root) for doc in docs)
    return found[0].strip() if broken else ""


def _holds_braces(root: object) -> bool:
    """Whether a value is `{{ x }}` without quotes: YAML reads a mapping with a mapping for its key."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            if any(key.startswith("{") for key in node.entries):
                return True
            stack.extend(value for _, value in node.entries.values())
        elif node is not None and not isinstance(node, Scalar):
            stack.extend(getattr(node, "items", ()))
    return False


def _with_services(root: Mapping) -> Mapping:
    """Return a file of the first version, whose services stand at the top, as one of the later ones."""
    values = [node for _, node in root.items()]
    first = not {"services", "include", "version"} & root.entries.keys()
    if not first or not values or not all(isinstance(value, Mapping) for value in values):
        return root
    if not any(
        {"image", "build"} & value.entries.keys() for value in values if isinstance(value, Mapping)
    ):
        return root
    key = next(iter(root.entries.values()))[0]
    return Mapping({"services": (key, root)}, place=root.place)
