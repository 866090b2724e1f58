"""What is found, in the words of the protocol: diagnostics, what to do about them, and what a policy says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types

from immutable_delivery.commands.policy_pages import markdown
from immutable_delivery.commands.walk import silenced
from immutable_delivery.findings import Edit, Finding, Fix, Report
from immutable_delivery.policy.load import Example
from immutable_delivery.policy.model import Policy
from immutable_delivery.source.text import Place, Text

SOURCE = "imd"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


class Telling:
    """Tells a report to an editor whose files lie below ``root``."""

    def __init__(self, report: Report, root: Path) -> None:
        self._report, self._root = report, root

    def diagnostics(self) -> dict[str, list[types.Diagnostic]]:
        """Return the diagnostics by the URI of their file."""
        found: dict[str, list[types.Diagnostic]] = defaultdict(list)
        for one in self._report.findings:
            found[self._uri(one.place.file)].append(self._diagnostic(one))
        return found

    def at(self, path: str, where: types.Position) -> list[Finding]:
        """Return the findings that stand at a position of a file."""
        return [
            one
            for one in self._report.findings
            if one.place.file == path and _holds(self._range(one.place), where)
        ]

    def actions(self, path: str, where: types.Range) -> Iterator[types.CodeAction]:
        """Yield what can be done about the findings in a range: their fixes, and suppressions with a reason to write."""
        for one in self._report.findings:
            if one.place.file == path and _touches(self._range(one.place), where):
                for fix, preferred in ((one.fix, True), (silenced(one, self._report), False)):
                    if fix is not None and fix.edits:
                        yield self._action(one, fix, preferred=preferred and fix.safe)

    def hover(
        self, path: str, where: types.Position, policies: dict[str, Policy]
    ) -> types.Hover | None:
        """Return what the policies say that object at a position."""
        found = self.at(path, where)
        pages = [
            markdown(policies[one.policy], _NO_EXAMPLES) for one in found if one.policy in policies
        ]
        if not pages:
            return None
        said = types.MarkupContent(
            types.MarkupKind.Markdown, "\n\n---\n\n".join(dict.fromkeys(pages))
        )
        return types.Hover(said, self._range(found[0].place))

    def deciding(self, path: str, where: types.Position) -> list[types.Location]:
        """Return where the values are decided that are used at a position."""
        return [
            types.Location(self._uri(one.place.file), self._range(one.place))
            for one in self._report.findings
            if any(use.file == path and _holds(self._range(use), where) for use in one.uses)
        ]

    def _diagnostic(self, one: Finding) -> types.Diagnostic:
        rule = self._report.rules.get(one.policy)
        uses = [
            types.DiagnosticRelatedInformation(
                types.Location(self._uri(use.file), self._range(use)), "used here"
            )
            for use in one.uses
        ]
        return types.Diagnostic(
            range=self._range(one.place), message=one.message, severity=_SEVERITIES[one.severity], source=SOURCE, code=one.policy,
            code_description=types.CodeDescription(rule.url) if rule and rule.url else None, related_information=uses or None,
        )  # fmt: skip

    def _action(self, one: Finding, fix: Fix, *, preferred: bool) -> types.CodeAction:
        return types.CodeAction(
            title=fix.title if fix.safe else f"{fix.title} (may change what the system does)",
            kind=types.CodeActionKind.QuickFix, is_preferred=preferred, diagnostics=[self._diagnostic(one)],
            edit=types.WorkspaceEdit(changes=self._changes(fix.edits)),
        )  # fmt: skip

    def _changes(self, edits: Iterable[Edit]) -> dict[str, list[types.TextEdit]]:
        found: dict[str, list[types.TextEdit]] = defaultdict(list)
        for edit in edits:
            found[self._uri(edit.place.file)].append(
                types.TextEdit(self._range(edit.place), edit.text)
            )
        return found

    def _uri(self, path: str) -> str:
        return (self._root / path).as_uri()

    def _range(self, place: Place) -> types.Range:
        text = self._report.texts.get(place.file)
        if text is None:
            return types.Range(types.Position(0, 0), types.Position(0, 0))
        return types.Range(_position(text, place.span.start), _position(text, place.span.end))


_NO_EXAMPLES: tuple[Example, ...] = ()


def _position(text: Text, offset: int) -> types.Position:
    found = text.utf16(offset)
    return types.Position(found.line - 1, found.column - 1)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def _holds(outer: types.Range, position: types.Position) -> bool:
    return _key(outer.start) <= _key(position) <= _key(outer.end)


def _touches(one: types.Range, other: types.Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)
