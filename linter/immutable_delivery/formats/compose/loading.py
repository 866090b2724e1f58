"""Composing a project: files read, interpolated, included, extended and merged as Compose does it."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace

from immutable_delivery.errors import UnreadableError
from immutable_delivery.files import folder_of, read_text, resolve
from immutable_delivery.formats import Surroundings, Trouble
from immutable_delivery.formats.compose.document import ComposeDocument, parse
from immutable_delivery.formats.compose.interpolated import Interpolation
from immutable_delivery.formats.compose.merging import UnmergeableError, merge, unique
from immutable_delivery.formats.compose.resets import Paths, taken_back, without
from immutable_delivery.formats.dotenv import variables
from immutable_delivery.formats.yamltree import Mapping, Node
from immutable_delivery.text import Place, Span
from immutable_delivery.written import Written

MAX_INCLUDES = 50
"""Includes inside includes, deeper than this, are refused."""

Environment = dict[str, Written]


@dataclass(slots=True)
class Model:
    """A project as Compose sees it, and what its relative paths are relative to."""

    root: Mapping
    folders: dict[str, str] = field(default_factory=dict)
    """Per file, the folder that the relative paths in it start from."""
    variables: Environment = field(default_factory=dict)

    def section(self, name: str) -> Mapping | None:
        """Return a top-level mapping."""
        found = self.root.get(name)
        return found if isinstance(found, Mapping) else None


@dataclass(slots=True)
class Reader:
    """The files that projects are made of: each is read once, and each trouble told once."""

    documents: AnyMapping[str, ComposeDocument]
    around: Surroundings
    extended: set[tuple[str, str]] = field(default_factory=set)
    """Services that others extend, by file and name."""
    included: set[str] = field(default_factory=set)
    _read: dict[str, ComposeDocument | None] = field(default_factory=dict)
    _environments: dict[str, Environment] = field(default_factory=dict)

    def document(self, path: str | None) -> ComposeDocument | None:
        """Return a Compose file, whether or not a format claims it."""
        if path is None or path in self.documents:
            return self.documents.get(path or "")
        if path not in self._read:
            text = read_text(self.around.files, path) if self.there(path) else None
            self._read[path] = parse(text) if text else None
            if text:
                self.around.texts.setdefault(path, text)
        return self._read[path]

    def there(self, path: str | None) -> bool:
        """Whether the repository holds a file: what version control ignores is not of it."""
        return path is not None and self.around.files.state(path) in {"tracked", "untracked"}

    def environment(self, path: str) -> Environment:
        """Return the variables of an environment file; none where it is not there."""
        if path not in self._environments:
            self._environments[path] = self._variables(path)
        return self._environments[path]

    def _variables(self, path: str) -> Environment:
        text = read_text(self.around.files, path) if self.there(path) else None
        if text is None:
            return {}
        self.around.texts.setdefault(path, text)
        try:
            return variables(text)
        except UnreadableError as error:
            self.trouble(Place(path, Span(error.offset, error.offset)), error.reason)
            return {}

    def trouble(self, place: Place, reason: str) -> None:
        """Say, once, what Compose would refuse or what cannot be followed."""
        trouble = Trouble(place.file, place.span.start, reason)
        if trouble not in self.around.troubles:
            self.around.troubles.append(trouble)
