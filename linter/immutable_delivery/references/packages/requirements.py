"""Requirement and constraint files of pip: packages, each at its own line."""

from __future__ import annotations

import re

from immutable_delivery.facts import Package
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.references.packages import pep508
from immutable_delivery.source.text import Place, Span, Text

_CONTINUED = lazy(r"\\\r?\n")
_COMMENT = lazy(r"(?:^|(?<=\s))#[^\n]*")
_HASH = lazy(r"\s--hash[=\s]\S+")
_OPTIONS = lazy(r"\s--?(?:hash|global-option|install-option|config-settings?|C)\b.*", re.DOTALL)
_NESTED = lazy(r"(?:-r|--requirement|-c|--constraint)(?:\s+|=)?(?P<path>[^\s'\"]+)")
_EDITABLE = lazy(r"(?:-e|--editable)(?:\s+|=)(?P<target>\S+)")
_PROJECT = lazy(r"^\[project\][ \t]*$.*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_DEPENDENCIES = lazy(
    r"""^dependencies[ \t]*=[ \t]*\[(?:[^\]"'#]|"[^"\n]*"|'[^'\n]*'|\#[^\n]*)*\]""", re.MULTILINE
)
_OPTIONS_SECTION = lazy(r"^\[options\][ \t]*$.*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_REQUIRES = lazy(
    r"^install_requires[ \t]*=(?P<list>[^\n]*(?:\n(?:[ \t][^\n]*|[ \t]*))*)", re.MULTILINE
)
_LINE = lazy(r"[^\s#][^\n#]*[^\s#]")
_STRING = lazy(r"""#[^\n]*|"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'""")


class Requirements(Record):
    """A requirement file."""

    packages: list[Package] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)
    """Requirement files that it names, relative to its folder."""
    constraints: list[str] = field(default_factory=list)
    hashed: bool = False
    """Whether every package has a hash."""
    bypassed: list[tuple[str, Place]] = field(default_factory=list)
    """Options in the file that turn integrity checks off."""


def packages(text: Text) -> list[Package]:
    """Return the packages of a requirement file."""
    return read(text).packages


def read(text: Text) -> Requirements:
    """Read a requirement file: each package at its own line, hashes count as digests."""
    found = Requirements()
    if text.path.endswith((".toml", ".cfg")):
        _project(found, text)
        return found
    value = _COMMENT.sub(lambda match: " " * len(match[0]), text.value)
    value = _CONTINUED.sub(lambda match: " " * len(match[0]), value)
    at = 0
    for line in value.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = at + len(line) - len(line.lstrip())
            _line(found, text.path, stripped, start)
        at += len(line)
    remote = [package for package in found.packages if not package.local]
    found.hashed = bool(remote) and all(package.pin == "digest" for package in remote)
    return found


def _project(found: Requirements, text: Text) -> None:
    """Read what the project of a pyproject.toml or setup.cfg depends on (`uv pip install -r pyproject.toml`)."""
    if text.path.endswith(".cfg"):
        wanted = _OPTIONS_SECTION.search(text.value)
        listed = wanted and _REQUIRES.search(text.value, *wanted.span())
        for line in _LINE.finditer(text.value, *listed.span("list")) if listed else ():
            _add(found, text.path, line[0], line.start(), hashed=False)
        return
    project = _PROJECT.search(text.value)
    listed = project and _DEPENDENCIES.search(text.value, *project.span())
    for one in _STRING.finditer(text.value, *listed.span()) if listed else ():
        spec = one["double"] or one["single"]
        if spec:
            _add(found, text.path, spec, one.start() + 1, hashed=False)


def _line(found: Requirements, path: str, line: str, start: int) -> None:
    if match := _NESTED.match(line):
        target = found.constraints if line.startswith(("-c", "--c")) else found.nested
        target.append(match["path"])
    elif match := _EDITABLE.match(line):
        _add(found, path, match["target"], start + match.start("target"), hashed=False)
    elif line.startswith("--trusted-host"):
        found.bypassed.append(("--trusted-host", Place(path, Span(start, start + len(line)))))
    elif not line.startswith("-"):
        spec = _OPTIONS.sub("", line).rstrip()
        _add(found, path, spec, start, hashed=_HASH.search(line) is not None)


def _add(found: Requirements, path: str, word: str, start: int, *, hashed: bool) -> None:
    spec = pep508(word)
    if spec is None:
        return
    unknown = "${" in word
    found.packages.append(
        Package(
            name=spec.name,
            version=None if unknown else spec.version,
            pin="digest" if hashed else None if unknown else spec.pin,
            spec=word,
            local=spec.local,
            source_type=spec.source,
            place=Place(path, Span(start, start + len(word))),
        )
    )
