"""Checks of downloaded bytes: which calls make one, and which files it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery.effects.stage import Event
from immutable_delivery.lazy_regex import lazy

_SUMS = lazy(r"g?sha\d+sum|md5sum|b[23]sum|shasum|cksum|sha\d+|md5|openssl|rhash")
_TESTS = frozenset(("[", "[[", "test", "grep", "cmp", "diff"))
_GPG = frozenset(("gpg", "gpg2"))
_SHOWN = lazy(
    r"--(?:with-)?fingerprint|--show-keys?|(?:--import-options=)?(?:\S*,)?(?:import-show|show-only)(?:,\S*)?"
)
_DECRYPTS = frozenset(("-d", "--decrypt"))
_OF_FILE = lazy(r"\b[0-9a-f]{32,128} [ *](?!-)[\w./+-]+(?![\w./+-]*\$)")
"""A sum and the name of its file, as `sha256sum` writes them."""
_BRACED = lazy(r"\$\{(\w+)\}")


def verifies(event: Event) -> bool:
    """Whether a call compares bytes with what they should be, and stops what follows where they are not."""
    if event.call.forgiven:
        return False
    if event.name in _TESTS:
        sources = [other for word in event.words for other in event.feeding(word)]
        return any(
            _SUMS.fullmatch(one.call.name) or _shows_fingerprint(one)
            for other in (*sources, *event.inputs)
            for one in behind(other)
        )
    return event.rule("verifiers") is not None


def _shows_fingerprint(event: Event) -> bool:
    """Whether a call tells the fingerprints of keys, for something to compare."""
    return event.name in _GPG and any(_SHOWN.fullmatch(word.text) for word in event.words)


def signs(event: Event) -> bool:
    """Whether a call checks a signature, which only who holds a key can make."""
    return event.name not in _TESTS and _SUMS.fullmatch(event.name) is None


def decrypts(event: Event) -> bool:
    """Whether a call takes the text out of what is signed, and fails where the signature is bad."""
    return event.name in _GPG and any(word.text in _DECRYPTS for word in event.words)


def of_others(texts: Iterable[str]) -> bool:
    """Whether sums that are written out name the files that they are of."""
    return any(_OF_FILE.search(text) for text in texts)


def behind(event: Event) -> Iterator[Event]:
    """Yield a call, and those that feed it by pipes and substitutions."""
    pending, seen = [event], set()
    while pending:
        current = pending.pop()
        if current.number not in seen:
            seen.add(current.number)
            yield current
            pending += current.inputs
            pending += (other for word in current.call.words for other in current.feeding(word))


def said(event: Event) -> list[str]:
    """Return everything that a check can name its files with: words, input, heredocs, substitutions."""
    texts: list[str] = []
    for one in behind(event):
        texts += (_BRACED.sub(r"$\1", word.text) for word in one.call.words)
        for redirect in one.call.redirects:
            texts.append(_BRACED.sub(r"$\1", redirect.target.text))
            if redirect.body is not None:
                texts.append(_BRACED.sub(r"$\1", redirect.body.text))
    return texts
