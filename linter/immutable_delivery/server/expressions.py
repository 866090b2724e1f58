"""What an expression of a half-written policy may name: the fields of the fact that its rule is about, and their words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.facts import ITEMS, KINDS
from immutable_delivery.policy.expressions import Signature

_OVER = re.compile(r"^[ \t-]*over:[ \t]*['\"]?(\w+)", re.MULTILINE)
_EACH = re.compile(r"^[ \t-]*each:[ \t]*['\"]?(\w+)", re.MULTILINE)
_PARAMS = re.compile(r"^params:[ \t]*\n((?:[ \t]+.*\n|\n)*)", re.MULTILINE)
_PARAM = re.compile(r"^[ \t]+(\w+):[ \t]*(.*)$", re.MULTILINE)
_COMPARED = re.compile(
    r"(?P<name>[A-Za-z_][\w.]*)\s*(?:[=!]=\s*|in\s*\[(?:[^\]]*,)?\s*)[\"'](?P<word>[^\"']*)\Z"
)


def signature(text: str, offset: int, kind: str = "") -> Signature | None:
    """Return what an expression at an offset of a policy's text may name; None where its rule says not what it is about."""
    before = [found for found in _OVER.finditer(text) if found.start() < offset]
    rule = before[-1] if before else _OVER.search(text)
    over = kind or (rule[1] if rule else "")
    if over not in KINDS:
        return None
    following = _OVER.search(text, rule.end()) if rule else None
    own = (
        text[rule.end() : following.start()]
        if rule and following
        else text[rule.end() :]
        if rule
        else ""
    )
    each = _EACH.search(own)
    item = each[1] if each and (over, each[1]) in ITEMS else ""
    return Signature(over, item, tuple(sorted(_params(text))))


def _params(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a policy with their types."""
    block = _PARAMS.search(text)
    for name, value in _PARAM.findall(block[1]) if block else ():
        yield name, _type(value.strip())


def _type(value: str) -> str:
    if value in {"true", "false"}:
        return "bool"
    if value.startswith("[") or not value:
        return "list"
    return "int" if re.fullmatch(r"-?\d+", value) else "string"


def names(signature: Signature) -> Iterator[tuple[str, str]]:
    """Yield every name with its type and the words that it can be."""
    words = signature.words()
    for name, kind in signature.types().items():
        known = ", ".join(word or "''" for word in words.get(name, ()))
        yield name, f"{kind}: {known}" if known else kind


def compared(signature: Signature, before: str) -> tuple[str, ...]:
    """Return the words that a text in quotes can be which is being compared with a name."""
    found = _COMPARED.search(before)
    return signature.words().get(found["name"], ()) if found else ()
