"""A pipeline with everything that it includes: files of this repository are merged in, what lies elsewhere is a source."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence as AnySequence

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Pin, SourceType
from immutable_delivery.formats.gitlab.variables import expanded, variables, with_inputs
from immutable_delivery.jobs.spec import SourceSpec, Values
from immutable_delivery.records import Record
from immutable_delivery.references.git import of_release
from immutable_delivery.references.urls import of_url
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.globs import Glob
from immutable_delivery.syntax.yaml import Document, Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, mapping, scalar

MAX_INCLUDES = 150
"""So many files one pipeline includes; GitLab refuses more."""
_DEPTH = 20


class _Part(Record, frozen=True):
    """A file that is included, with what its inputs are given."""

    path: str
    inputs: Mapping | None = None


class Includes:
    """The files that pipelines are put together from."""

    def __init__(
        self, documents: AnyMapping[str, AnySequence[Document]], ctx: ParseContext
    ) -> None:
        self._documents = dict(documents)
        self._ctx = ctx
        self.used: set[str] = set()
        """Files that another one includes."""
        self.sources: list[SourceSpec] = []

    def whole(self, path: str) -> Mapping | None:
        """Return a configuration with all that it includes; its own words lie over theirs."""
        self.sources = []
        return self._whole(_Part(path), [_Part(path)])

    def _whole(self, one: _Part, seen: list[_Part]) -> Mapping | None:
        root = self.root(one)
        if root is None:
            return None
        found = Mapping(place=root.place)
        for entry in _listed(root.get("include")):
            given = mapping(entry, "inputs")
            for path in self._local(entry, variables(root)):
                part = _Part(path, given)
                if part in seen or len(seen) > MAX_INCLUDES:
                    continue
                seen.append(part)
                self.used.add(path)
                held = self._whole(part, seen)
                found = merged(found, held) if held else found
        return merged(found, root)

    def root(self, part: _Part) -> Mapping | None:
        """Return the configuration of a file with its inputs: those that it is given, the others at their defaults."""
        held = [one.root for one in self._read(part.path) if isinstance(one.root, Mapping)]
        if not held:
            return None
        header = held[0] if held[0].get("spec") is not None and len(held) > 1 else None
        return with_inputs(held[header is not None], find(header, "spec", "inputs"), part.inputs)

    def _read(self, path: str) -> AnySequence[Document]:
        if path not in self._documents:
            text = self._ctx.text(path)
            self._documents[path] = yaml.documents(text) if text is not None else []
        return self._documents[path]

    def _local(self, entry: Node, values: Values) -> Iterator[str]:
        """Yield the files of this repository that an entry includes; note a source for another one."""
        said = entry if isinstance(entry, Scalar) else scalar(entry, "local")
        if said is None or "://" in said.text:
            self.sources += source(entry, values)
            return
        pattern = said.text.lstrip("/")
        if "*" not in pattern:
            yield pattern
            return
        glob = Glob(pattern, deep=True)
        yield from (path for path in self._ctx.files.paths if glob.matches(path))


def child_pipelines(root: Mapping) -> Iterator[str]:
    """Yield the files of this repository that jobs start as pipelines of their own."""
    for entry in _triggered(root):
        said = entry if isinstance(entry, Scalar) else scalar(entry, "local")
        if said is not None and "://" not in said.text:
            yield said.text.lstrip("/")


def child_sources(root: Mapping) -> Iterator[SourceSpec]:
    """Yield what the child pipelines of jobs are taken from; a pipeline that another project starts is its own."""
    for entry in _triggered(root):
        if not isinstance(entry, Scalar) or "://" in entry.text:
            yield from source(entry, variables(root))


def _triggered(root: Mapping) -> Iterator[Node]:
    for job in (node for _, node in root.items() if isinstance(node, Mapping)):
        yield from _listed(find(job, "trigger", "include"))


def source(entry: Node, values: Values) -> Iterator[SourceSpec]:
    """Yield what an entry takes from elsewhere: a project, a component, an address. GitLab's own templates come with GitLab."""
    component, remote = scalar(entry, "component"), scalar(entry, "remote")
    remote = entry if isinstance(entry, Scalar) else remote
    project, ref = scalar(entry, "project"), scalar(entry, "ref")
    if component is not None:
        url, _, _ = component.text.rpartition("@")
        at = component.written.slice(len(url) + 1) if url else None
        name = component.written.slice(0, len(url)) if url else component.written
        yield _source("component", name, at, entry.place)
    elif project is not None:
        revision = expanded(ref.written, values) if ref else None
        yield _source("include", project.written, revision, entry.place)
    elif remote is not None:
        address = of_url(remote.text)
        fixed = scalar(entry, "integrity") is not None
        yield SourceSpec(
            "include", remote.written, None, entry.place, pin="digest" if fixed else address.pin
        )


def _source(
    kind: SourceType, url: LocatedText, ref: LocatedText | None, extent: Place
) -> SourceSpec:
    """Return a source; `~latest` is the newest release of a component."""
    version = ref.text if ref is not None else ""
    known = url.known and (ref is None or ref.known)
    pin: Pin = "alias" if version.startswith("~") else of_release(version)
    return SourceSpec(kind, url, ref, extent, pin=pin if known else None)


def merged(base: Mapping, over: Mapping, depth: int = 0) -> Mapping:
    """Return two configurations as one: mappings merge, everything else is replaced."""
    entries = dict(base.entries)
    for name, (key, node) in over.entries.items():
        old = base.get(name)
        if isinstance(old, Mapping) and isinstance(node, Mapping) and depth < _DEPTH:
            entries[name] = (key, merged(old, node, depth + 1))
        else:
            entries[name] = (key, node)
    return Mapping(entries, place=over.place, tag=over.tag)


def _listed(node: Node | None) -> list[Node]:
    if isinstance(node, Sequence):
        return node.items
    return [] if node is None else [node]
