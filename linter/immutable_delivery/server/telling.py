"""What is found, in the words of the protocol: diagnostics, what to do about them, and where values are decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lsprotocol import types

from immutable_delivery.errors import Fault
from immutable_delivery.findings import Edit, Finding, Fix, Report, Rule
from immutable_delivery.fixes.suppressing import REASON, suppression
from immutable_delivery.pipeline.examine import mended
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.server.workspace import Buffer, Buffers, Judged
from immutable_delivery.source.text import Place, Span, Text

SOURCE = "imd"
PIN = "imd.pin"
"""The command that pins what a finding is about."""

_PIN_TITLE = "Pin to its digest (asks the registry)"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


class Telling:
    """Tells what was judged to an editor whose files lie below ``root`` and which has these buffers ``now``."""

    def __init__(self, judged: Judged, root: Path, now: Buffers) -> None:
        self._judged, self._root, self._now = judged, root, now

    @property
    def report(self) -> Report:
        """What is told."""
        return self._judged.report or Report(findings=())

    @property
    def examined(self) -> Examined | None:
        """All that is known of the repository."""
        return self._judged.examined

    def by_file(self) -> dict[str, list[Finding]]:
        """Return the findings by their file."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for one in self.report.findings:
            found[one.place.file].append(one)
        return dict(found)

    def diagnostics(self, findings: Iterable[Finding]) -> list[types.Diagnostic]:
        """Return findings as diagnostics."""
        return [self._diagnostic(one) for one in findings]

    def stuff(self, findings: Sequence[Finding]) -> object:
        """Return what the diagnostics of findings are made of: where that is the same, they are."""
        files = {place.file for one in findings for place in (one.place, *one.uses)}
        texts = self.report.texts
        values = {path: texts[path].value for path in files if path in texts}
        return findings, values, [self.rule(one) for one in findings]

    def at(self, path: str, where: types.Position) -> list[Finding]:
        """Return the findings that stand at a position of a file, or whose value is used there."""
        return [
            one
            for one in self.report.findings
            if any(
                place.file == path and holds(self.range(place), where)
                for place in (one.place, *one.uses)
            )
        ]

    def actions(self, path: str, where: types.Range) -> Iterator[types.CodeAction]:
        """Yield what can be done about the findings in a range: their fixes, pins, and suppressions with a reason to write.

        Nothing is offered that would edit what was typed since.
        """
        for one in self.report.findings if self.is_fresh(path) else ():
            if one.place.file == path and _touches(self.range(one.place), where):
                yield from self._actions(one)

    def _actions(self, one: Finding) -> Iterator[types.CodeAction]:
        for fix, preferred in ((self._fix(one), True), (self._silenced(one), False)):
            if fix is not None and fix.edits and all(map(self.is_fresh, _files(fix))):
                yield self._action(one, fix, preferred=preferred and fix.safe)
            elif fix is not None and fix.command == "imd pin":
                yield self._pin(one)

    def _fix(self, one: Finding) -> Fix | None:
        """Return the fix of a finding, worked out for whoever asks."""
        settings, known = self._judged.settings, self._judged.examined
        return mended([one], known, settings.policies)[0].fix if settings and known else None

    def _silenced(self, one: Finding) -> Fix:
        path, known = one.place.file, self._judged.examined
        own = known.project.inputs.get(path) if known else None
        text = self.report.texts.get(path) or Text(path, "")
        return suppression(one, text, own.format if own else "", REASON)

    def deciding(self, path: str, where: types.Position) -> list[types.Location]:
        """Return where the values are decided that are used at a position."""
        return [
            types.Location(self.uri(one.place.file), self.range(one.place))
            for one in self.report.findings
            if any(use.file == path and holds(self.range(use), where) for use in one.uses)
        ]

    def is_fresh(self, path: str) -> bool:
        """Tell whether a file is what it was when it was judged."""
        return self._judged.buffers.get(path) == self._now.get(path)

    def uri(self, path: str) -> str:
        """Return what the editor calls a file."""
        return uri_of(path, self._now, self._root)

    def range(self, place: Place) -> types.Range:
        """Return a place as lines and columns."""
        text = self.report.texts.get(place.file)
        return range_of(text, place.span)

    def rule(self, one: Finding) -> Rule | None:
        """Return the policy of a finding."""
        return self.report.rules.get(one.policy)

    def edit(self, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """Return edits of the buffers as they are."""
        found: dict[str, list[types.TextEdit]] = defaultdict(list)
        for edit in edits:
            found[edit.place.file].append(types.TextEdit(self.range(edit.place), edit.text))
        return edit_of(found, self._now, self._root)

    def _diagnostic(self, one: Finding) -> types.Diagnostic:
        rule = self.rule(one)
        uses = [
            types.DiagnosticRelatedInformation(
                types.Location(self.uri(use.file), self.range(use)), "used here"
            )
            for use in one.uses
        ]
        return types.Diagnostic(
            range=self.range(one.place), message=one.message, severity=_SEVERITIES[one.severity], source=SOURCE, code=one.policy,
            code_description=types.CodeDescription(rule.url) if rule and rule.url else None, related_information=uses or None,
        )  # fmt: skip

    def _action(self, one: Finding, fix: Fix, *, preferred: bool) -> types.CodeAction:
        return types.CodeAction(
            title=fix.title if fix.safe else f"{fix.title} (may change what the system does)",
            kind=types.CodeActionKind.QuickFix, is_preferred=preferred, diagnostics=[self._diagnostic(one)],
            edit=self.edit(fix.edits),
        )  # fmt: skip

    def _pin(self, one: Finding) -> types.CodeAction:
        command = types.Command(
            _PIN_TITLE, PIN, arguments=[self.uri(one.place.file), one.policy, one.fingerprint]
        )
        return types.CodeAction(
            title=_PIN_TITLE, kind=types.CodeActionKind.QuickFix, diagnostics=[self._diagnostic(one)], command=command,
        )  # fmt: skip


def _files(fix: Fix) -> set[str]:
    return {edit.place.file for edit in fix.edits}


def told_of(
    faults: Iterable[Fault],
    texts: Mapping[str, Text],
    severity: types.DiagnosticSeverity = types.DiagnosticSeverity.Error,
) -> dict[str, list[types.Diagnostic]]:
    """Return what is wrong with our own files, by file; one that is not there, or not here, has no diagnostics."""
    found: dict[str, list[types.Diagnostic]] = {path: [] for path in texts}
    for fault in faults:
        if fault.file in texts:
            where = range_of(texts[fault.file], Span(fault.start, fault.end))
            found[fault.file].append(
                types.Diagnostic(where, fault.reason, severity=severity, source=SOURCE)
            )
    return found


def uri_of(path: str, buffers: Buffers, root: Path) -> str:
    """Return what an editor calls a file of a repository."""
    buffer = buffers.get(path)
    return buffer.uri if buffer and buffer.uri else (root / path).as_uri()


def edit_of(
    edits: Mapping[str, Sequence[types.TextEdit]], buffers: Buffers, root: Path
) -> types.WorkspaceEdit:
    """Return edits of files, twice: editors that know versions refuse them for other states of these buffers."""
    named = {path: uri_of(path, buffers, root) for path in edits}
    return types.WorkspaceEdit(
        changes={named[path]: list(one) for path, one in edits.items()},
        document_changes=[
            types.TextDocumentEdit(_version(named[path], buffers.get(path)), list(one))
            for path, one in edits.items()
        ],
    )


def _version(uri: str, buffer: Buffer | None) -> types.OptionalVersionedTextDocumentIdentifier:
    version = buffer.version if buffer else None
    return types.OptionalVersionedTextDocumentIdentifier(version=version, uri=uri)


def range_of(text: Text | None, span: Span) -> types.Range:
    """Return a span of a text as lines and columns; the beginning of one that is not at hand."""
    if text is None:
        return types.Range(types.Position(0, 0), types.Position(0, 0))
    return types.Range(_position(text, span.start), _position(text, span.end))


def _position(text: Text, offset: int) -> types.Position:
    found = text.utf16(offset)
    return types.Position(found.line - 1, found.column - 1)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def holds(outer: types.Range, position: types.Position) -> bool:
    """Tell whether a range holds a position."""
    return _key(outer.start) <= _key(position) <= _key(outer.end)


def _touches(one: types.Range, other: types.Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)
