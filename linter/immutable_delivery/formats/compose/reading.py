"""The files that projects are made of: each is read once, each trouble is told once."""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.errors import MissingError, UnreadableError
from immutable_delivery.formats.compose.document import ComposeDocument, parse
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import lies_here
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.dotenv import raw_variables, variables
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar

Environment = dict[str, LocatedText]


class Reader(Record):
    """Compose files and environment files of one repository."""

    documents: Mapping[str, ComposeDocument]
    ctx: ParseContext
    extended: set[tuple[str, str]] = field(default_factory=set)
    """Services that others extend, by file and name."""
    included: set[str] = field(default_factory=set)
    """Files that others include."""
    _others: dict[str, ComposeDocument | None] = field(default_factory=dict)
    _environments: dict[tuple[str, bool], Environment] = field(default_factory=dict)
    _told: set[ParseProblem] = field(default_factory=set)

    def document(self, path: str) -> ComposeDocument | None:
        """Return a Compose file, whether or not it was claimed by its name."""
        if path in self.documents:
            return self.documents[path]
        if path not in self._others:
            text = self._text(path)
            found = parse(text) if text else None
            if found:
                self.report_problems(found)
            self._others[path] = found if found and not found.template else None
        return self._others[path]

    def environment(self, path: str, *, raw: bool = False) -> Environment:
        """Return the variables of an environment file; none where it is not there."""
        if (path, raw) not in self._environments:
            self._environments[path, raw] = self._variables(path, raw=raw)
        return self._environments[path, raw]

    def trouble(self, place: Place, reason: str, *, template: bool = False) -> None:
        """Say what Compose would refuse or what cannot be followed."""
        trouble = ParseProblem(place.file, place.span.start, reason, template)
        if trouble not in self._told:
            self._told.add(trouble)
            self.ctx.troubles.append(trouble)

    def report_problems(self, document: ComposeDocument) -> None:
        """Say what of a file is no YAML, or not the YAML that Compose accepts."""
        for one in document.documents:
            if document.template:
                start = Place(document.path, Span(0, 0))
                self.trouble(start, document.template, template=True)
            elif one.problem:
                self.trouble(one.place.at(one.problem_at, one.problem_at), one.problem)
            elif one.root is not None and not isinstance(one.root, Tree):
                self.trouble(one.root.place, "is no mapping")
            for key in one.duplicates:
                self.trouble(key.place, f"'{key.text}' stands there twice")

    def _variables(self, path: str, *, raw: bool) -> Environment:
        text = self._text(path)
        if text is None:
            return {}
        try:
            return raw_variables(text) if raw else variables(text)
        except UnreadableError as error:
            self.trouble(Place(path, Span(error.offset, error.offset)), error.reason)
            return {}

    def _text(self, path: str) -> Text | None:
        if not lies_here(self.ctx.files, path):
            return None
        try:
            text = Text.decode(path, self.ctx.files.read(path))
        except MissingError:  # a link that leads to nothing, which is no file for Compose either
            return None
        except UnreadableError as error:
            self.trouble(Place(path, Span(0, 0)), error.reason)
            return None
        return self.ctx.texts.setdefault(path, text)


_TRUE = frozenset({"true", "y", "yes", "on"})
_FALSE = frozenset({"false", "n", "no", "off", ""})


def truth(node: Node | None) -> bool | None:
    """Return what a truth value says: False where nothing stands, None where it is not known."""
    if not isinstance(node, Scalar) or node.null:
        return False
    text = node.text.lower()
    if not node.written.known or text not in _TRUE | _FALSE:
        return None
    return text in _TRUE
