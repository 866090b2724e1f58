"""The `WWW-Authenticate` header: what a registry wants to see before it answers."""

from __future__ import annotations

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field

_WORD = lazy(
    r'\s*,?\s*([A-Za-z0-9!#$%&\'*+.^_`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?'
)


class Challenge(Record):
    """One way to authenticate, with its parameters; names in lower case."""

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)


def challenges(header: str) -> list[Challenge]:
    """Return the challenges of a header; several headers are joined with commas."""
    found: list[Challenge] = []
    at = 0
    while word := _WORD.match(header, at):
        at = word.end()
        name, quoted, bare = word[1].lower(), word[2], word[3]
        if quoted is None and bare is None:
            found.append(Challenge(name))
        elif found:
            found[-1].parameters[name] = bare if quoted is None else quoted.replace("\\", "")
    return found


def wanted(header: str) -> Challenge | None:
    """Return the challenge to answer: a token before a password; None where it is neither."""
    by_scheme = {challenge.scheme: challenge for challenge in reversed(challenges(header))}
    return by_scheme.get("bearer") or by_scheme.get("basic")
