"""Semantic versions and ranges of them, as Helm reads them (Masterminds' semver: `~1.2`, `^2`, `1.x || >=3 <4`, `1 - 2`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, total_ordering

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record

_PRE = r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+(?P<meta>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
_VERSION = lazy(rf"v?(?P<major>[0-9]+)(?:\.(?P<minor>[0-9]+))?(?:\.(?P<patch>[0-9]+))?{_PRE}\Z")
_PART = r"[0-9]+|[xX*]"
_TERM = rf"(?P<operator>=>|=<|~>|!=|>=|<=|[=<>~^]|)\s*v?(?P<major>{_PART})(?:\.(?P<minor>{_PART}))?(?:\.(?P<patch>{_PART}))?{_PRE}"
_NEXT = lazy(rf"\s*{_TERM}(?:\s*,\s*|\s+|\Z)")
_HYPHEN = lazy(r"\s*(v?[0-9xX*][^\s,]*)\s+-\s+(v?[0-9xX*][^\s,]*)\s*\Z")
_ANY = frozenset({None, "x", "X", "*"})
_LONGEST = 200


@total_ordering
class Version(Record, frozen=True):
    """A semantic version."""

    major: int
    minor: int = 0
    patch: int = 0
    prerelease: str = ""
    metadata: str = ""

    @property
    def _key(self) -> tuple[object, ...]:
        parts = self.prerelease.split(".") if self.prerelease else []
        ranked = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
        return self.major, self.minor, self.patch, not parts, ranked

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key

    def same(self, other: Version) -> bool:
        """Whether both are equal in order; what stands behind `+` does not count."""
        return self._key == other._key


class _Term(Record, frozen=True):
    operator: str
    version: Version
    any_minor: bool
    any_patch: bool
    wide: bool

    def takes(self, version: Version) -> bool:
        """Whether a version fits."""
        return _CHECKS[self.operator](self, version)


def version_of(text: str) -> Version | None:
    """Return the version that a text says, leniently: `v1.2` is 1.2.0."""
    found = _VERSION.match(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    major, minor, patch = (int(found[name] or 0) for name in ("major", "minor", "patch"))
    return Version(major, minor, patch, found["pre"] or "", found["meta"] or "")


def satisfies(version: str, constraint: str) -> bool:
    """Whether a version lies in a range; nothing lies in a broken one."""
    found, ranges = version_of(version), _ranges(constraint)
    if found is None or ranges is None:
        return False
    return any(_all_take(terms, found) for terms in ranges)


def _all_take(terms: list[_Term], version: Version) -> bool:
    """Whether a version fits all terms; a prerelease only where one of them names one."""
    if version.prerelease and not any(term.version.prerelease for term in terms):
        return False
    return all(term.takes(version) for term in terms)


def is_range(constraint: str) -> bool:
    """Whether a text is a valid range."""
    return _ranges(constraint) is not None


def is_exact(constraint: str) -> bool:
    """Whether a range holds one version only."""
    ranges = _ranges(constraint)
    if ranges is None or len(ranges) != 1 or len(ranges[0]) != 1:
        return False
    term = ranges[0][0]
    return term.operator in {"", "="} and not term.wide


@lru_cache(maxsize=1024)
def _ranges(constraint: str) -> list[list[_Term]] | None:
    if len(constraint) > _LONGEST:
        return None
    found = [_terms(one) for one in constraint.split("||")]
    return None if None in found else [one for one in found if one is not None]


def _terms(text: str) -> list[_Term] | None:
    if hyphen := _HYPHEN.match(text):
        text = f">={hyphen[1]} <={hyphen[2]}"
    found: list[_Term] = []
    at, text = 0, text.strip()
    while at < len(text) or not found:
        term = _NEXT.match(text, at)
        if term is None:
            return None
        found.append(_term(term))
        at = term.end()
    return found


def _term(found: re.Match[str]) -> _Term:
    operator, major, minor, patch = found.group("operator", "major", "minor", "patch")
    pre = found["pre"] or ""
    if major in _ANY:
        return _Term(operator, Version(0, 0, 0, pre), any_minor=False, any_patch=False, wide=True)
    no_minor = minor in _ANY
    no_patch = not no_minor and patch in _ANY
    version = Version(
        int(major),
        0 if no_minor else int(minor or 0),
        0 if no_minor or no_patch else int(patch or 0),
        pre,
    )
    return _Term(operator, version, no_minor, no_patch, no_minor or no_patch)


def _equal(term: _Term, version: Version) -> bool:
    return _tilde(term, version) if term.wide else version.same(term.version)


def _not_equal(term: _Term, version: Version) -> bool:
    if not term.wide:
        return not version.same(term.version)
    if version.major != term.version.major:
        return True
    return not term.any_minor and version.minor != term.version.minor


def _greater(term: _Term, version: Version) -> bool:
    own = term.version
    if not term.wide or version.major != own.major:
        return version > own
    if term.any_minor:
        return False
    return version.minor > own.minor if term.any_patch else version > own


def _at_most(term: _Term, version: Version) -> bool:
    own = term.version
    if not term.wide:
        return not version > own
    if version.major != own.major:
        return version.major < own.major
    return term.any_minor or version.minor <= own.minor


def _tilde(term: _Term, version: Version) -> bool:
    own = term.version
    if version < own:
        return False
    zero = (own.major, own.minor, own.patch) == (0, 0, 0)
    if zero and not term.any_minor and not term.any_patch:
        return True
    return version.major == own.major and (term.any_minor or version.minor == own.minor)


def _caret(term: _Term, version: Version) -> bool:
    own = term.version
    if version < own:
        return False
    if own.major or term.any_minor:
        return version.major == own.major
    if version.major:
        return False
    if own.minor or term.any_patch:
        return version.minor == own.minor
    return version.minor == 0 and version.patch == own.patch


_CHECKS: dict[str, Callable[[_Term, Version], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": lambda term, version: version < term.version,
    ">=": lambda term, version: not version < term.version,
    "=>": lambda term, version: not version < term.version,
    "<=": _at_most,
    "=<": _at_most,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
