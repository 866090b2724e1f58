"""Manifests of language packages that no lock file fixes: package.json, Gemfile and conda environments, each package at its own line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from immutable_delivery.facts import Package
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.packages import READERS, Spec
from immutable_delivery.source.text import Place, Span, Text

_DEPENDENCIES = lazy(r'"(?:dependencies|devDependencies|optionalDependencies)"\s*:\s*\{([^{}]*)\}')
_PAIR = lazy(r'"(?P<name>[^"\\]+)"\s*:\s*"(?P<version>[^"\\]*)"')
_GEM = lazy(
    r"""^[ \t]*gem[ \t(]+(?P<quote>["'])(?P<name>[^"'\n]+)(?P=quote)(?P<rest>[^\n#]*)""",
    re.MULTILINE,
)
_REQUIREMENT = lazy(r"""^\s*,\s*["']([^"'\n]*)["']""")
_GIT = lazy(r"""\b(?:git|github|gist|bitbucket)(?::|\s*=>)\s*["']""")
_FIXED = lazy(r"""\b(?:ref|tag)(?::|\s*=>)\s*["']([^"'\n]+)["']""")
_PATH = lazy(r"\bpath(?::|\s*=>)")
_SECTION = lazy(r"^(?P<name>\w+):", re.MULTILINE)
_ITEM = lazy(
    r"""^(?P<indent>[ \t]*)-[ \t]+(?P<quote>["']?)(?P<spec>\w[^"'\n#]*?)(?P=quote)[ \t\r]*(?:#.*)?$""",
    re.MULTILINE,
)
_MEMBER = lazy(r'"(?:workspace|catalog):')
"""What only the root of a workspace resolves: its lock file says the versions of such a manifest."""


def packages(text: Text) -> list[Package]:
    """Return the packages of a manifest; none for a file that is no manifest we read."""
    reader = _READERS.get(text.path.rpartition("/")[2])
    return list(reader(text)) if reader else []


def _package_json(text: Text) -> Iterator[Package]:
    member = any(_MEMBER.search(block[1]) for block in _DEPENDENCIES.finditer(text.value))
    for one in _listed(text):
        yield replace(one, pin=None, version=None) if member and not one.local else one


def _listed(text: Text) -> Iterator[Package]:
    for block in _DEPENDENCIES.finditer(text.value):
        for pair in _PAIR.finditer(text.value, *block.span(1)):
            spec = READERS["npm"](f"{pair['name']}@{pair['version']}")
            if spec is not None:
                package = _package(text, spec, *pair.span("version"))
                yield replace(package, spec="@".join(filter(None, pair.group("name", "version"))))


def _gemfile(text: Text) -> Iterator[Package]:
    for gem in _GEM.finditer(text.value):
        rest = gem["rest"]
        version = _REQUIREMENT.match(rest)
        given, fixed = version[1] if version else "", _FIXED.search(rest)
        spec = READERS["colon"](f"{gem['name']}:{given}") or Spec(gem["name"])
        if _PATH.search(rest):
            spec = Spec(gem["name"], local=True, source="path")
        elif _GIT.search(rest):
            found = READERS["npm"](f"{gem['name']}@github:x/y#{fixed[1] if fixed else ''}")
            spec = found or Spec(gem["name"])
        end = gem.start("rest") + (version.end() if version else 0)
        yield _package(text, spec, gem.start("quote"), end)


def environment(text: Text) -> Iterator[Package]:
    """Yield the packages of a conda environment, and those that pip adds below `- pip:`."""
    sections = [*_SECTION.finditer(text.value)]
    for index, section in enumerate(sections):
        if section["name"] == "dependencies":
            following = (
                sections[index + 1].start() if index + 1 < len(sections) else len(text.value)
            )
            yield from _dependencies(text, section.end(), following)


def _dependencies(text: Text, start: int, end: int) -> Iterator[Package]:
    pip: str | None = None
    for item in _ITEM.finditer(text.value, start, end):
        pip = pip if pip is not None and len(item["indent"]) > len(pip) else None
        if item["spec"] == "pip:":
            pip = item["indent"]
            continue
        spec = READERS["conda" if pip is None else "pep508"](item["spec"])
        if spec is not None:
            yield _package(text, spec, *item.span("spec"))


def _package(text: Text, spec: Spec, start: int, end: int) -> Package:
    return Package(
        name=spec.name,
        version=spec.version,
        pin=spec.pin,
        spec=text.value[start:end],
        local=spec.local,
        source_type=spec.source,
        place=Place(text.path, Span(start, end)),
    )


_READERS: dict[str, Callable[[Text], Iterator[Package]]] = {
    "package.json": _package_json,
    "Gemfile": _gemfile,
    "environment.yml": environment,
    "environment.yaml": environment,
}
