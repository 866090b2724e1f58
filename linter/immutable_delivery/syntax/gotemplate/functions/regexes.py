"""Regular expressions, by RE2: the same language and the same linear time as Go's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import derived, joined, part
from immutable_delivery.syntax.gotemplate.values import StringList

MAX_PATTERN = 10_000
"""A longer pattern is refused: its automaton would take too much memory."""

_REFERENCE = lazy(r"\$(?:(\$)|(\w+)|\{(\w+)\})")
_SPECIAL = lazy(r"([\\.+*?()|\[\]{}^$])")
_GO_GROUP = lazy(r"\(\?<(?=[A-Za-z_])")


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    import re2  # noqa: PLC0415 (most charts bring no pattern)

    if len(pattern) > MAX_PATTERN:
        raise FunctionError(f"the pattern is longer than {MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(_GO_GROUP.sub("(?P<", pattern), options)
    except re2.error as error:
        raise FunctionError(f"{pattern[:60]} is no regular expression: {_words(error)}") from None


def _words(error: Exception) -> str:
    found = error.args[0] if error.args else ""
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)


def _match(pattern: str, text: str) -> bool:
    try:
        return _must_match(pattern, text)
    except FunctionError:
        return False


def _must_match(pattern: str, text: str) -> bool:
    return _compiled(str(pattern)).search(str(text)) is not None


def _find(pattern: str, text: str) -> str:
    found = _compiled(str(pattern)).search(str(text))
    return part(text, *found.span()) if found else ""


def _spans(pattern: str, text: str, count: int) -> list[Any]:
    """Return the matches as Go finds them: an empty one never directly behind another."""
    found: list[Any] = []
    end = -1
    for match in _compiled(str(pattern)).finditer(str(text)):
        if 0 <= count == len(found):
            break
        if match.end() == match.start() == end:
            continue
        found.append(match)
        end = match.end()
    return found


def _find_all(run: Run, pattern: str, text: str, count: int) -> StringList:
    spans = _spans(pattern, text, count)
    run.budget.items(len(spans))
    return StringList(part(text, *match.span()) for match in spans)


def _split(run: Run, pattern: str, text: str, count: int) -> StringList:
    if count == 0:
        return StringList()
    if not text and pattern:
        return StringList([""])
    found, begin, end = StringList(), 0, 0
    for match in _spans(pattern, text, -1):
        if count > 0 and len(found) == count - 1:
            break
        end = match.start()
        if match.end() != 0:
            found.append(part(text, begin, end))
        begin = match.end()
    if end != len(text):
        found.append(part(text, begin))
    run.budget.items(len(found))
    return found


def _replace_all(run: Run, pattern: str, text: str, replacement: str) -> str:
    form = str(replacement)
    if "$" not in form:
        return _replaced(run, pattern, text, lambda _: replacement)
    return _replaced(run, pattern, text, lambda match: _expanded(form, match, text))


def _replace_literal(run: Run, pattern: str, text: str, replacement: str) -> str:
    return _replaced(run, pattern, text, lambda _: replacement)


def _replaced(run: Run, pattern: str, text: str, replacement: Any) -> str:
    parts, at = [], 0
    for match in _spans(pattern, text, -1):
        new = replacement(match)
        run.budget.output(len(new))
        parts += [part(text, at, match.start()), new]
        at = match.end()
    return joined([*parts, part(text, at)]) if parts else text


def _expanded(form: str, match: Any, text: str) -> str:
    """Return a replacement with its `$1` and `${name}` filled in; a group that is not there is empty."""
    parts, at = [], 0
    for found in _REFERENCE.finditer(form):
        parts += [form[at : found.start()], _reference(found, match, text)]
        at = found.end()
    return joined([*parts, form[at:]])


def _reference(found: re.Match[str], match: Any, text: str) -> str:
    if found[1]:
        return "$"
    name = found[2] or found[3]
    key = int(name[:6]) if name.isdecimal() else match.re.groupindex.get(name)
    if key is None or key > match.re.groups:
        return ""
    start, end = match.span(key)
    return part(text, start, end) if start >= 0 else ""


def _quote_meta(text: str) -> str:
    return derived(_SPECIAL.sub(r"\\\1", str(text)), text)


REGEXES = {
    "regexFind": Function(_find, "string string"),
    "regexFindAll": Function(_find_all, "string string int", running=True),
    "regexMatch": Function(_match, "string string"),
    "mustRegexMatch": Function(_must_match, "string string"),
    "regexQuoteMeta": Function(_quote_meta, "string"),
    "regexReplaceAll": Function(_replace_all, "string string string", running=True),
    "regexReplaceAllLiteral": Function(_replace_literal, "string string string", running=True),
    "regexSplit": Function(_split, "string string int", running=True),
}
