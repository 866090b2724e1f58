"""Environments of tox: what their commands do to images, containers, clusters and hosts.

The reference is https://tox.wiki/en/stable/config.html: `tox.ini`, `setup.cfg`, `tox.toml` and `[tool.tox]` of pyproject.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import Recipe, scope_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.comments import Stretch, remarks, stretches
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Node, Sequence
from immutable_delivery.syntax.yaml.query import find, items, pairs, scalars

NAME = "tox"

_PATH = lazy(r"(?:^|/)(?:tox\.(?:ini|toml)|setup\.cfg|pyproject\.toml)\Z")
_OWN = lazy(r"(?:^|/)tox\.(?:ini|toml)\Z")
_KEYS = ("commands_pre", "commands", "commands_post")
_SECTION = lazy(r"\[(?:tox:)?([^\]\s]+)\]")
_ENTRY = lazy(rf"({'|'.join(_KEYS)}|\w+)[ \t]*=[ \t]*")
_PLACEHOLDER = lazy(
    r"\{(?:(?P<root>toxinidir|tox_root)|(?:posargs|env:\w+)(?::(?P<default>[^{}]*))?|[^{}\s]*)\}"
)
_MARKS = lazy(r"[ \t]*(?:[-!][ \t]+)?")


class Environment(Record):
    """What one environment runs, by its name: lines of an ini file, words of a TOML file."""

    name: str
    lines: list[LocatedText] = field(default_factory=list)
    programs: list[tuple[LocatedText, ...]] = field(default_factory=list)


class Document(Record):
    """The environments of a file."""

    path: str
    environments: list[Environment] = field(default_factory=list)
    remarks: list[Stretch] = field(default_factory=list)


def claims(path: str, data: bytes) -> bool:
    """Whether a file is one of those that tox reads, and names a program that delivers."""
    from immutable_delivery.jobs.delivering import delivers  # noqa: PLC0415 (it reads a table)

    named = _PATH.search(path) is not None and (_OWN.search(path) is not None or b"tox" in data)
    return named and delivers(data)


def parse(text: Text) -> Document:
    """Return the environments of the file; raise UnreadableError for TOML that is none."""
    if text.path.endswith(".toml"):
        from immutable_delivery.syntax.toml import read_toml  # noqa: PLC0415 (few files are TOML)

        file = read_toml(text)
        root = find(file.root, "tool", "tox") if text.path.endswith("pyproject.toml") else file.root
        return Document(text.path, list(_tables(root)), file.remarks)
    return _read(text)


def _read(text: Text) -> Document:
    """Read an ini file line by line: commands go on in lines that are indented, and behind a backslash."""
    document, key, begun = Document(text.path), "", -1
    whole = LocatedText.literal(text.value, Place(text.path, Span(0, len(text.value))))
    environment = Environment("")
    for number, start in enumerate(text.line_starts, 1):
        line, at = text.line(number), start
        if line.lstrip().startswith(("#", ";")):
            document.remarks.append((start + len(line) - len(line.lstrip()), start + len(line)))
            continue
        if section := _SECTION.match(line):
            environment = Environment(section[1])
            document.environments.append(environment)
        if not line[:1].isspace() and line:
            entry = _ENTRY.match(line)
            key, at, begun = entry[1] if entry else "", start + (entry.end() if entry else 0), -1
        if key in _KEYS and line.strip():
            begun = at if begun < 0 else begun
            if not line.endswith("\\"):
                environment.lines += _line(whole, begun, start + len(line.rstrip()))
                begun = -1
    return document


def _line(whole: LocatedText, start: int, end: int) -> Iterator[LocatedText]:
    marks = _MARKS.match(whole.text, start, end)
    begin = marks.end() if marks else start
    if begin < end:
        yield whole.slice(begin, end)


def _tables(root: Node | None) -> Iterator[Environment]:
    named = [("testenv", find(root, "env_run_base"))]
    named += [(key.text, node) for key, node in pairs(root, "env")]
    for name, node in named:
        rows = [one for key in _KEYS for one in items(node, key) if isinstance(one, Sequence)]
        words = (tuple(word.written for word in scalars(row)) for row in rows)
        yield Environment(name, programs=[one for one in words if one])


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: each covers the command below."""
    held = [line for one in document.environments for line in one.lines]
    held += [words[0] for one in document.environments for words in one.programs]
    return remarks(text, document.remarks, stretches(one.used_at for one in held))


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the environments of every file do."""
    from immutable_delivery.jobs.recipes import told  # noqa: PLC0415 (it loads the shell)

    for document in documents.values():
        yield from told([_recipe(one, document.path) for one in document.environments], ctx)


def _recipe(environment: Environment, path: str) -> Recipe:
    return Recipe(
        environment.name,
        tuple(map(_put_in, environment.lines)),
        scope_of(path, environment.name),
        folder_of(path),
        programs=tuple(tuple(map(_put_in, words)) for words in environment.programs),
    )


def _put_in(written: LocatedText) -> LocatedText:
    """Return a command with the folder of the file, and with defaults where a caller may give more."""
    return filled(written, _PLACEHOLDER, _value) if "{" in written.text else written


def _value(found: re.Match[str], own: LocatedText) -> LocatedText | None:
    if found["root"]:
        return unaligned(".", own)
    start, end = found.span("default")
    return own.slice(start - found.start(), end - found.start()) if found["default"] else None
