"""The functions of Terraform and Packer that containers and machines are written with; any other is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from posixpath import normpath

from immutable_delivery.errors import MissingError, UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find

Function = Callable[[list[Node], Files, str], Node | None]

_VERB = lazy(r"%(?:[sdvq]|%)")
_NAME = lazy(r"\$\{~?\s*([A-Za-z_][\w.]*)\s*~?\}|\$\$\{|[$%]\{[^}]*\}")


def _same(given: list[Node], _files: Files, _folder: str) -> Node | None:
    """Return what is only written or typed otherwise: readers take trees and their texts alike."""
    return given[0] if given else None


def _first(given: list[Node], _files: Files, _folder: str) -> Node | None:
    """Return the first value that is one: `try` and `coalesce`."""
    usable = (one for one in given if not (isinstance(one, Scalar) and (one.null or not one.text)))
    found = next(usable, None)
    return None if isinstance(found, Scalar) and not found.written.known else found


def _lookup(given: list[Node], _files: Files, _folder: str) -> Node | None:
    if len(given) < 2 or not isinstance(given[1], Scalar):  # noqa: PLR2004 (map and key)
        return None
    if not isinstance(given[0], Tree):
        return None
    return find(given[0], given[1].text) or (given[2] if len(given) > 2 else None)  # noqa: PLR2004


def _concat(given: list[Node], _files: Files, _folder: str) -> Node | None:
    if not given or not all(isinstance(one, Sequence) for one in given):
        return None
    items = chain.from_iterable(one.items for one in given if isinstance(one, Sequence))
    return Sequence(list(items), place=given[0].place)


def _merge(given: list[Node], _files: Files, _folder: str) -> Node | None:
    known = [one for one in given if isinstance(one, Tree)]
    entries = {key: entry for one in known for key, entry in one.entries.items()}
    return Tree(entries, place=known[0].place) if known else None


def _join(given: list[Node], _files: Files, _folder: str) -> Node | None:
    if len(given) != 2 or not isinstance(given[0], Scalar) or not isinstance(given[1], Sequence):  # noqa: PLR2004
        return None
    words = [one.written for one in given[1].items if isinstance(one, Scalar)]
    if len(words) != len(given[1].items) or not words:
        return None
    between = unaligned(given[0].text, given[0].written)
    parts = chain.from_iterable((between, word) for word in words)
    return _text(LocatedText.joined(list(parts)[1:], given[1].place))


def _format(given: list[Node], _files: Files, _folder: str) -> Node | None:
    if not given or not isinstance(given[0], Scalar):
        return None
    rest = iter(given[1:])

    def put(_found: object, own: LocatedText) -> LocatedText | None:
        if own.text == "%%":
            return unaligned("%", own)
        one = next(rest, None)
        return one.written if isinstance(one, Scalar) else None

    return _text(filled(given[0].written, _VERB, put))


def _file(given: list[Node], files: Files, folder: str) -> Node | None:
    """Return the text of a file of the module."""
    if not given or not isinstance(given[0], Scalar) or not given[0].written.known:
        return None
    path = normpath(given[0].text)
    inside = (
        path
        if folder and path.startswith(f"{folder}/")
        else normpath(f"{folder}/{path}" if folder else path)
    )
    try:
        text = Text.lenient(inside, files.read(inside))
    except (MissingError, UnreadableError):
        return None
    place = Place(inside, Span(0, len(text.value)))
    return _text(LocatedText.literal(text.value, place))


def _template(given: list[Node], files: Files, folder: str) -> Node | None:
    """Return the text of a file with the variables that it is given."""
    return rendered(_file(given, files, folder), given[1] if len(given) > 1 else None)


def rendered(template: Node | None, values: Node | None) -> Node | None:
    """Return the text of a template with its variables filled in; its directives stay unknown."""
    if not isinstance(template, Scalar):
        return None

    def put(_found: object, own: LocatedText) -> LocatedText | None:
        if own.text.startswith("$$"):
            return unaligned(own.text[1:], own)
        inner = own.text.strip("${}~ \t")
        one = find(values, *inner.split("."))
        return one.written if isinstance(one, Scalar) else None

    return _text(filled(template.written, _NAME, put))


def _text(written: LocatedText) -> Scalar:
    return Scalar(written, written.used_at, plain=False)


READING = frozenset({"file", "filebase64", "templatefile"})
"""Those that read a file of the module."""
FUNCTIONS: Mapping[str, Function] = {
    **dict.fromkeys(
        (
            "jsonencode", "yamlencode", "jsondecode", "yamldecode", "tolist", "toset", "tomap", "tostring", "base64encode", "base64gzip",
            "sensitive", "nonsensitive", "trimspace", "chomp",
        ),
        _same,
    ),
    **dict.fromkeys(("coalesce", "try", "coalescelist"), _first),
    "lookup": _lookup, "concat": _concat, "merge": _merge, "join": _join, "format": _format,
    **dict.fromkeys(("file", "filebase64"), _file), "templatefile": _template,
}  # fmt: skip
