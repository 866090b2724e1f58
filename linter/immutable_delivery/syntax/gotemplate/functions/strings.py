"""Functions on texts. What keeps the places of a text cuts or joins it; what computes a new one derives it."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.conversion import texts, to_text
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.printing import printed
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.quoting import SPECIAL, escaped, plain
from immutable_delivery.syntax.gotemplate.traced import (
    Later,
    Partial,
    Traced,
    derived,
    joined,
    part,
)
from immutable_delivery.syntax.gotemplate.values import StringList, StringMap, Unknown, Value

_DOTS = len("...")


def _trimmed(text: str, chars: str | None = None) -> str:
    left = text.lstrip(chars)
    return part(text, len(text) - len(left), len(text) - len(left) + len(left.rstrip(chars)))


def _trim(text: str) -> str:
    return _trimmed(text)


def _trim_all(chars: str, text: str) -> str:
    return _trimmed(text, str(chars))


def _trim_prefix(prefix: str, text: str) -> str:
    return part(text, len(prefix)) if prefix and text.startswith(prefix) else text


def _trim_suffix(suffix: str, text: str) -> str:
    return part(text, 0, len(text) - len(suffix)) if suffix and text.endswith(suffix) else text


def _quote(run: Run, *values: Value) -> Value:
    parts: list[str] = []
    for value in values:
        if value is None:
            continue
        text = printed(value)
        parts.append(' "' if parts else '"')
        parts.append(text if plain(text) else _escaped(run, text))
        parts.append('"')
    return joined(parts)


def _escaped(run: Run, text: str) -> str:
    run.budget.spend(len(text) // 2)
    parts, at = [], 0
    for found in SPECIAL.finditer(text):
        parts += [
            part(text, at, found.start()),
            derived(escaped(found[0]), part(text, *found.span())),
        ]
        at = found.end()
    return joined([*parts, part(text, at)])


def _single_quote(*values: Value) -> str:
    parts: list[str] = []
    for value in values:
        if value is not None:
            parts += [" '" if parts else "'", printed(value), "'"]
    return joined(parts)


def _indent(run: Run, width: int, text: str) -> str:
    return _indented("", " " * _fits(run, width, text), text)


def _new_line_indent(run: Run, width: int, text: str) -> str:
    return _indented("\n", " " * _fits(run, width, text), text)


def _fits(run: Run, width: int, text: str) -> int:
    if width < 0:
        raise FunctionError("a text cannot be indented by less than nothing")
    run.budget.output(len(text) + width * (text.count("\n") + 1))
    return width


def _indented(start: str, pad: str, text: str) -> str:
    found = start + pad + text.replace("\n", f"\n{pad}")
    if not isinstance(text, Traced):
        return found
    kind = Partial if isinstance(text, Partial) else Traced
    return kind(found, Later(lambda: _lines(start, pad, text)))


def _lines(start: str, pad: str, text: Traced) -> list[str]:
    parts, at = [start, pad], 0
    while end := text.find("\n", at) + 1:
        parts += [text.part(at, end), pad]
        at = end
    return [*parts, text.part(at)]


def _truncate(length: int, text: str) -> str:
    if length < 0 and len(text) + length > 0:
        return part(text, len(text) + length)
    return part(text, 0, length) if 0 <= length < len(text) else text


def _substring(start: int, end: int, text: str) -> str:
    if start < 0 and 0 <= end <= len(text):
        return part(text, 0, end)
    if start < 0:
        raise FunctionError("the end lies behind the end of the text")
    if end < 0 or end > len(text):
        return part(text, _bounded(start, text))
    if start > end:
        raise FunctionError("the end lies before the start")
    return part(text, start, end)


def _bounded(start: int, text: str) -> int:
    if start > len(text):
        raise FunctionError("the start lies behind the end of the text")
    return start


def _replace(run: Run, old: str, new: str, text: str) -> str:
    count = text.count(old)
    if not count:
        return text
    run.budget.output(len(text) + count * len(new))
    if not old:
        return derived(text.replace(old, new), text)
    parts, at = [], 0
    for _ in range(count):
        found = text.index(old, at)
        parts += [part(text, at, found), new]
        at = found + len(old)
    return joined([*parts, part(text, at)])


def _repeat(run: Run, count: int, text: str) -> str:
    if count < 0:
        raise FunctionError("a text cannot be repeated less than no times")
    run.budget.output(count * len(text))
    return derived(str(text) * count, text)


def _cat(*values: Value) -> str:
    present = [printed(value) for value in values if value is not None]
    return joined([each for text in present for each in (" ", text)][1:])


def _join(run: Run, separator: str, value: Value) -> Value:
    if isinstance(value, Unknown):
        return value
    found = texts(value)
    run.budget.output(sum(map(len, found)) + len(separator) * len(found))
    return joined([each for text in found for each in (separator, text)][1:])


def _split_list(run: Run, separator: str, text: str) -> StringList:
    run.budget.items(text.count(separator) + 1)
    if not separator:
        return StringList(part(text, index, index + 1) for index in range(len(text)))
    found, at = StringList(), 0
    while (end := text.find(separator, at)) >= 0:
        found.append(part(text, at, end))
        at = end + len(separator)
    found.append(part(text, at))
    return found


def _split(run: Run, separator: str, text: str) -> StringMap:
    return _numbered(_split_list(run, separator, text))


def _split_number(run: Run, separator: str, count: int, text: str) -> StringMap:
    if count == 0:
        return StringMap()
    found = _split_list(run, separator, text)
    if 0 < count < len(found):
        used = sum(len(each) + len(separator) for each in found[: count - 1])
        found = StringList([*found[: count - 1], part(text, used)])
    return _numbered(found)


def _numbered(found: StringList) -> StringMap:
    return StringMap((f"_{index}", each) for index, each in enumerate(found))


def _abbreviate(width: int, text: str) -> str:
    return _abbreviated(0, width, text)


def _abbreviate_both(left: int, right: int, text: str) -> str:
    return _abbreviated(left, right, text)


def _abbreviated(offset: int, width: int, text: str) -> str:
    """Shorten a text with an ellipsis, as goutils does."""
    if width <= _DOTS or (offset > 0 and width <= 2 * _DOTS) or len(text) <= width:
        return text
    offset = min(offset, len(text))
    if len(text) - offset < width - _DOTS:
        offset = len(text) - (width - _DOTS)
    if offset <= _DOTS + 1:
        return joined([part(text, 0, width - _DOTS), "..."])
    if offset + width - _DOTS < len(text):
        return joined(["...", _abbreviated(0, width - _DOTS, part(text, offset))])
    return joined(["...", part(text, len(text) - (width - _DOTS))])


def _wrap(run: Run, width: int, text: str) -> str:
    run.budget.spend(len(text))
    return joined(_lines_of(max(width, 1), "\n", text, cut=False))


def _wrap_with(run: Run, width: int, separator: str, text: str) -> str:
    run.budget.spend(len(text))
    run.budget.output(len(text) * (1 + len(separator) // max(width, 1)))
    return joined(_lines_of(max(width, 1), separator or "\n", text, cut=True))


def _lines_of(width: int, separator: str, text: str, *, cut: bool) -> list[str]:
    """Return the lines of a wrapped text, as goutils breaks them: a long word goes on, or is cut."""
    parts, at = [], 0
    while len(text) - at > width:
        if text[at] == " ":
            at += 1
            continue
        end = text.rfind(" ", at, at + width + 1)
        if end < 0 and cut:
            parts += [part(text, at, at + width), separator]
            at += width
            continue
        end = end if end >= 0 else text.find(" ", at + width)
        if end < 0:
            break
        parts += [part(text, at, end), separator]
        at = end + 1
    return [*parts, part(text, at)]


def _plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _to_string(value: Value) -> Value:
    return value if isinstance(value, Unknown) else to_text(value)


def _to_strings(value: Value) -> StringList:
    return StringList(texts(value))


def _no_space(text: str) -> str:
    return derived("".join(str(text).split()), text)


def _contains(needle: str, text: str) -> bool:
    return needle in text


def _has_prefix(needle: str, text: str) -> bool:
    return text.startswith(needle)


def _has_suffix(needle: str, text: str) -> bool:
    return text.endswith(needle)


STRINGS = {
    "abbrev": Function(_abbreviate, "int string"),
    "abbrevboth": Function(_abbreviate_both, "int int string"),
    "cat": Function(_cat, "any*", unknowns=True),
    "contains": Function(_contains, "string string"),
    "hasPrefix": Function(_has_prefix, "string string"),
    "hasSuffix": Function(_has_suffix, "string string"),
    "indent": Function(_indent, "int string", unknowns=True, running=True),
    "join": Function(_join, "string any", unknowns=True, running=True),
    "nindent": Function(_new_line_indent, "int string", unknowns=True, running=True),
    "nospace": Function(_no_space, "string"),
    "plural": Function(_plural, "string string int"),
    "quote": Function(_quote, "any*", unknowns=True, running=True),
    "repeat": Function(_repeat, "int string", running=True),
    "replace": Function(_replace, "string string string", running=True),
    "split": Function(_split, "string string", running=True),
    "splitList": Function(_split_list, "string string", running=True),
    "splitn": Function(_split_number, "string int string", running=True),
    "squote": Function(_single_quote, "any*", unknowns=True),
    "substr": Function(_substring, "int int string"),
    "toString": Function(_to_string, "any", unknowns=True),
    "toStrings": Function(_to_strings, "any"),
    "trim": Function(_trim, "string", unknowns=True),
    "trimAll": Function(_trim_all, "string string"),
    "trimPrefix": Function(_trim_prefix, "string string"),
    "trimSuffix": Function(_trim_suffix, "string string"),
    "trimall": Function(_trim_all, "string string"),
    "trunc": Function(_truncate, "int string"),
    "wrap": Function(_wrap, "int string", running=True),
    "wrapWith": Function(_wrap_with, "int string string", running=True),
}
