"""What comments say, in Markdown that nothing foreign can break out of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.findings import Finding, Report, Rule
from immutable_delivery.forges.model import Style
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.reporters.located import counts, where
from immutable_delivery.reporters.markup import code, literal
from immutable_delivery.reporters.plain import count, printable
from immutable_delivery.review import marker
from immutable_delivery.review.anchors import Anchor
from immutable_delivery.review.statements import Statement
from immutable_delivery.review.suggestion import Suggestion

_LONGEST = 1_500
"""Characters of a message: what is longer quotes a file that is up to something."""
_MOST_FINDINGS = 20
"""In one comment; the others are named."""
_RESERVE = 300
_SUGGESTED = lazy(r"^(`{3,})suggestion.*?^\1$\n?", re.MULTILINE | re.DOTALL)
_QUOTED = lazy(r"`([^`]+)`|(?<!\w)'([^']+)'(?!\w)")
_WITHOUT_COMMENTS = (".json",)


class Words(Record, frozen=True):
    """What comments are made of: a report, what policies say of themselves, and how the forge wants it."""

    report: Report
    style: Style
    rules: Mapping[str, Rule]
    """Of policies that are trusted: others have a name alone."""
    head: str = ""


def comment(words: Words, statement: Statement, anchor: Anchor) -> str:
    """Return the comment on a statement."""
    found = statement.findings
    heads = (_head(words, found, most) for most in (_MOST_FINDINGS, 5, 1))
    head = next((one for one in heads if _size(one) < words.style.most // 2), "")
    about = _about(words, statement, anchor)
    mark = marker.written("line", statement.fingerprints)
    suggested = _suggestion(words.style, anchor.suggestion, found) if anchor.suggestion else ""
    return _fitting([head, about, suggested, _why(words, statement)], mark, words.style.most)


def _head(words: Words, findings: Sequence[Finding], most: int) -> str:
    """Return what is found, of ``most`` findings in their own words, and the names of the others."""
    said = [_said(words, one) for one in findings[:most]]
    lines = said if len(findings) == 1 else [f"- {one}" for one in said]
    more = [f"- and {_listed(findings[most:])}"] if findings[most:] else []
    return "\n".join([*lines, *more])


def _said(words: Words, finding: Finding) -> str:
    """Return what a finding says; a fix that is not offered is named."""
    since = f" It came since {code(str(finding.cause))}." if finding.cause else ""
    return f"**{finding.severity}** {_policy(words, finding)}: {prose(finding.message)}{since}"


def _policy(words: Words, finding: Finding) -> str:
    rule = words.rules.get(finding.policy)
    return f"[{finding.policy}]({rule.url})" if rule and rule.url else code(finding.policy)


def prose(text: str, *, cell: bool = False) -> str:
    """Return a message: what it quotes as code, which no forge looks into, everything else as it reads.

    Only in a ``cell`` of a table is a bar escaped within code.
    """
    shown = printable(_cut(text))
    parts, at = list[str](), 0
    for found in _QUOTED.finditer(shown):
        quoted = code(found[1] or found[2])
        parts += [_plain(shown[at : found.start()]), quoted if cell else quoted.replace("\\|", "|")]
        at = found.end()
    return "".join([*parts, _plain(shown[at:])])


def _plain(text: str) -> str:
    """Return text as it reads; forges look for more words that point somewhere than Markdown has."""
    apart = literal(text).replace("\\://", ":<!-- -->//").replace("www\\.", "www<!-- -->.")
    return re.sub(r"(?<!<)[!%^]", r"\\\g<0>", apart)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} [cut]"


def _about(words: Words, statement: Statement, anchor: Anchor) -> str:
    """Return where it is, if the comment stands elsewhere, and what else the deciding place concerns."""
    place = statement.findings[0].place
    elsewhere = (
        f"It is decided at {code(where(words.report, place))}." if anchor.path != place.file else ""
    )
    uses = list(
        dict.fromkeys(where(words.report, use) for one in statement.findings for use in one.uses)
    )
    used = (
        f"Used at {', '.join(map(code, uses[:5]))}{f' and {len(uses) - 5:,} more' if uses[5:] else ''}."
        if uses
        else ""
    )
    return " ".join(filter(None, [elsewhere, used]))


def _suggestion(style: Style, found: Suggestion, findings: Sequence[Finding]) -> str:
    """Return the lines to write, behind a fence that they do not close."""
    longest = max(map(len, re.findall("`+", "\n".join(found.lines))), default=0)
    fence = "`" * max(3, longest + 1)
    words = style.suggestion.format(above=found.end - found.start)
    block = "\n".join([f"{fence}{words}", *found.lines, fence])
    return "\n\n".join([_promise(found, findings), block])


def _promise(found: Suggestion, findings: Sequence[Finding]) -> str:
    """Return what the lines to write do, what they leave, and what they risk."""
    titles = dict.fromkeys(one.fix.title for one in found.mended if one.fix and one.fix.title)
    what = prose("; ".join(titles)) or "Write instead"
    left = [one for one in findings if one not in found.mended]
    only = f" (of this, it mends {_listed(found.mended)} only)" if left else ""
    risk = (
        ". It can change how the system behaves, so read it before you take it"
        if found.risky
        else ""
    )
    return f"{what}{only}{risk}:"


def _listed(findings: Iterable[Finding]) -> str:
    return ", ".join(dict.fromkeys(code(one.policy) for one in findings))


def _why(words: Words, statement: Statement) -> str:
    """Return, folded, why each policy objects, what to write instead, and how to keep it all the same."""
    rules = {
        one.policy: words.rules[one.policy]
        for one in statement.findings
        if one.policy in words.rules
    }
    parts = [_reason(rule, named=len(rules) > 1) for rule in rules.values()]
    ids = ",".join(dict.fromkeys(one.policy for one in statement.findings))
    commands = dict.fromkeys(
        one.fix.command for one in statement.findings if one.fix and one.fix.command
    )
    own = [f"{code(one)} writes it." for one in commands if one in {"imd pin", "imd fix"}]
    keep = f"To keep it, write {code(f'# imd: ignore[{ids}] the reason')} above the statement."
    if statement.path.endswith(_WITHOUT_COMMENTS):
        keep = "To keep it, name it with a reason under `suppressions` in `.imd.yaml`."
    inside = "\n\n".join([*parts, " ".join([*own, keep])])
    return f"<details><summary>Why, and what to write instead</summary>\n\n{inside}\n\n</details>"


def _reason(rule: Rule, *, named: bool) -> str:
    head = f"**{rule.id}**: " if named else ""
    return f"{head}{_flowing(rule.why)}\n\n{_flowing(rule.remedy)}"


def _flowing(text: str) -> str:
    """Return paragraphs without the line ends that forges show."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _fitting(parts: Sequence[str], mark: str, most: int) -> str:
    """Return what fits, with the mark as its last line; what is folded goes first, then what is suggested."""
    kept = [part for part in parts if part]
    while len(kept) > 1 and _size("\n\n".join([*kept, mark])) > most:
        kept.pop()
    return "\n\n".join([*kept, mark])


def _size(text: str) -> int:
    """Return the bytes of a text: forges count characters, and not all of them in the same way."""
    return len(text.encode("utf-8", "backslashreplace"))


def fixed(words: Words, body: str) -> str:
    """Return an earlier comment as one that is done with, without its suggestion."""
    known = marker.read(body).known
    before = _SUGGESTED.sub("", marker.without(body))
    by = f" with {words.head[:10]}" if words.head else ""
    told = f"<details><summary>Fixed{by}</summary>\n\n{before}\n\n</details>"
    return f"{told}\n\n{marker.written('line', sorted(known), fixed=True)}"


def title(report: Report) -> str:
    """Return the verdict in a line."""
    return counts(report.findings) if report.findings else "nothing to object to"


class Left(Record, frozen=True):
    """What no comment on a line says."""

    outside: tuple[Finding, ...]
    """Elsewhere than in the diff."""
    beyond: tuple[Finding, ...]
    """On its lines, beyond the comments that a person reads."""


def summary(words: Words, left: Left) -> str:
    """Return the one comment on the whole, which every run edits in place."""
    report = words.report
    parts = [f"### imd: {title(report)}", _worse(report)]
    mark = marker.written("summary")
    tail = [
        *(f"Note: {prose(notice)}" for notice in report.notices),
        f"Of commit {words.head[:10]}.",
    ]
    room = words.style.most - _size("\n\n".join([*parts, *tail, mark])) - _RESERVE
    heads = {
        f"Elsewhere than in this {words.style.event}'s lines, and because of it:": left.outside,
        "On its lines too, beyond the comments:": left.beyond,
    }
    tables, kept = [], 0
    for head, findings in heads.items():
        table = _table(words, head, findings, room)
        room -= _size(table[0])
        kept += table[1]
        tables.append(table[0])
    missing = len(left.outside) + len(left.beyond) - kept
    more = (
        f"{count(missing, 'finding')} more, none of them worse in its list: the log of the run has every one."
        if missing
        else ""
    )
    return "\n\n".join(part for part in [*parts, *tables, more, *tail, mark] if part)


def _worse(report: Report) -> str:
    """Return the services that the change makes worse."""
    worse = [f"{code(one.service)} ({one.part}: {one.word})" for one in report.worsened[:20]]
    return f"It makes worse: {', '.join(worse)}." if worse else ""


def _table(words: Words, head: str, findings: Sequence[Finding], room: int) -> tuple[str, int]:
    """Return a table of as many findings as there is room for, and how many those are."""
    lines = [head, "", "| severity | place | policy | finding |", "|---|---|---|---|"]
    size, kept = sum(map(len, lines)) + len(lines), 0
    for finding in findings:
        row = _row(words, finding)
        size += _size(row) + 1
        if size > room:
            break
        lines.append(row)
        kept += 1
    return ("\n".join(lines) if kept else ""), kept


def _row(words: Words, finding: Finding) -> str:
    since = f" (since {code(str(finding.cause))})" if finding.cause else ""
    place = code(where(words.report, finding.place))
    return f"| {finding.severity} | {place} | {_policy(words, finding)} | {prose(finding.message, cell=True)}{since} |"
