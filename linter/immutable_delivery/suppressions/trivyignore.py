"""The ignore files of trivy, honoured where a rule of theirs means a policy of ours: `.trivyignore` and `.trivyignore.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.other_linters import PEERS
from immutable_delivery.records import Record
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import Files, read_text
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.suppressions.entries import WHOLE_FILE, Area, SuppressionEntry
from immutable_delivery.suppressions.foreign import lasts_until, meant
from immutable_delivery.syntax.gitignore import anchored

_LINES = ".trivyignore"
_TREES = (".trivyignore.yaml", ".trivyignore.yml")
FILES = (_LINES, *_TREES)
_ENTRY = lazy(
    r"^[ \t]*(?P<rule>[A-Za-z][\w-]*)[ \t]*(?:exp:(?P<until>\S+))?[ \t]*(?:\#(?P<why>.*))?\r?$"
)


class Entry(Record, frozen=True):
    """One rule that is ignored: in the files that the patterns mean, in all of them where there are none."""

    rule: str
    place: Place
    until: str = ""
    why: str = ""
    paths: tuple[str, ...] = ()


def entries(files: Files) -> tuple[Entry, ...]:
    """Return what the ignore files at the root of a repository say."""
    there = [read_text(files, name) for name in FILES if name in files.paths]
    return tuple(entry for text in there if text for entry in _entries(text))


def silencers(ignored: Sequence[Entry], files: Sequence[str]) -> Iterator[SuppressionEntry]:
    """Yield what the entries silence in the files that were judged."""
    for entry in ignored:
        matched = [
            path for path in files if not entry.paths or any(anchored(path, p) for p in entry.paths)
        ]
        why = shown(entry.why.strip())
        for policy, rules in meant(PEERS["trivy"], entry.rule).items():
            yield SuppressionEntry(
                name=policy, reason=f"{entry.place.file} ignores {', '.join(rules)}{why and f': {why}'}",
                until=lasts_until(entry.until), areas=tuple(Area(path, *WHOLE_FILE) for path in matched),
                place=entry.place, extent=entry.place, tool="trivy",
            )  # fmt: skip


def _entries(text: Text) -> Iterator[Entry]:
    if text.path != _LINES:
        yield from _listed(text)
        return
    for number in range(1, len(text.line_starts) + 1):
        if found := _ENTRY.match(text.line(number)):
            start = text.line_starts[number - 1]
            place = Place(text.path, Span(start + found.start("rule"), start + found.end("rule")))
            yield Entry(found["rule"], place, found["until"] or "", found["why"] or "")


def _listed(text: Text) -> Iterator[Entry]:
    """Yield the entries of the file in YAML."""
    from immutable_delivery.syntax.yaml import (  # noqa: PLC0415
        documents,
        query,
    )

    for document in documents(text):
        for mapping in query.mappings(document.root, "misconfigurations"):
            rule = query.scalar(mapping, "id")
            if rule is not None:
                until = query.text(mapping, "expired_at")[:10]
                paths = tuple(item.text for item in query.scalars(mapping, "paths"))
                yield Entry(rule.text, rule.place, until, query.text(mapping, "statement"), paths)
