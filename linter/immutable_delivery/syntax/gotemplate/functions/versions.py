"""Semantic versions, as Masterminds/semver reads and compares them."""

from __future__ import annotations

from functools import lru_cache

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.values import Int64, Object, Value

MAX_LENGTH = 256
_ALL = 3
"""As many numbers as a version has."""

_VERSION = lazy(
    r"v?(?P<major>\d{1,19})(?:\.(?P<minor>\d{1,19}))?(?:\.(?P<patch>\d{1,19}))?"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+(?P<build>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\Z"
)
_CONSTRAINT = lazy(
    r"[\s,]*(?P<operator>=<|>=|<=|=>|!=|~>|[=<>~^]|)\s*v?"
    r"(?P<major>\d{1,19}|[xX*])(?:\.(?P<minor>\d{1,19}|[xX*]))?(?:\.(?P<patch>\d{1,19}|[xX*]))?"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?=[\s,]|\Z)\s*"
)
_HYPHEN = lazy(r"\s*(\S+)\s+-\s+(\S+)\s*\Z")

Numbers = tuple[int, int, int]


class Version(Record, frozen=True):
    """A version."""

    numbers: Numbers
    pre: str = ""
    build: str = ""

    def __str__(self) -> str:
        """Return it with all three numbers."""
        build = f"+{self.build}" if self.build else ""
        return ".".join(map(str, self.numbers)) + (f"-{self.pre}" if self.pre else "") + build

    @property
    def order(self) -> tuple[Numbers, int, list[tuple[int, int, str]]]:
        """What versions are compared by: a prerelease comes before its release."""
        parts = [
            (0, int(part), "") if part.isdecimal() else (1, 0, part)
            for part in self.pre.split(".")
            if part
        ]
        return self.numbers, 0 if self.pre else 1, parts


@lru_cache(maxsize=1024)
def parse(text: str) -> Version:
    """Return a version; raise FunctionError."""
    found = _VERSION.match(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        raise FunctionError(f"{text[:60]} is no semantic version")
    return Version(
        (int(found["major"]), int(found["minor"] or 0), int(found["patch"] or 0)),
        found["pre"] or "",
        found["build"] or "",
    )


class _Constraint(Record, frozen=True):
    operator: str
    version: Version
    fixed: int
    """How many of its numbers are given."""

    def met(self, version: Version) -> bool:
        """Whether a version fits; a prerelease only where the constraint names one."""
        if version.pre and not self.version.pre and self.operator != "!=":
            return False
        return _OPERATORS[self.operator](self, version)

    @property
    def above(self) -> Version:
        """The first version behind those that its numbers mean."""
        return _raised(self.version, max(self.fixed, 1))


def _raised(version: Version, place: int) -> Version:
    numbers = [*version.numbers[: place - 1], version.numbers[place - 1] + 1, 0, 0]
    return Version((numbers[0], numbers[1], numbers[2]))


def _equal(one: _Constraint, version: Version) -> bool:
    return _tilde(one, version) if one.fixed < _ALL else version.order == one.version.order


def _not_equal(one: _Constraint, version: Version) -> bool:
    if version.pre and not one.version.pre:
        return version.order != one.version.order if one.fixed == _ALL else True
    if one.fixed < _ALL:
        return (
            version.numbers[: one.fixed] != one.version.numbers[: one.fixed] if one.fixed else False
        )
    return version.order != one.version.order


def _greater(one: _Constraint, version: Version) -> bool:
    if one.fixed == _ALL:
        return version.order > one.version.order
    return one.fixed > 0 and version.order >= one.above.order


def _at_least(one: _Constraint, version: Version) -> bool:
    return version.order >= one.version.order


def _less(one: _Constraint, version: Version) -> bool:
    return version.order < one.version.order


def _at_most(one: _Constraint, version: Version) -> bool:
    if one.fixed == _ALL:
        return version.order <= one.version.order
    return one.fixed == 0 or version.order < one.above.order


def _tilde(one: _Constraint, version: Version) -> bool:
    if one.fixed == 0:
        return True
    return (
        version.order >= one.version.order
        and version.numbers[: min(one.fixed, 2)] == one.version.numbers[: min(one.fixed, 2)]
    )


def _caret(one: _Constraint, version: Version) -> bool:
    if version.order < one.version.order:
        return False
    major, minor, _ = one.version.numbers
    if major or one.fixed <= 1:
        return version.numbers[0] == major or one.fixed == 0
    if minor or one.fixed < _ALL:
        return version.numbers[:2] == (0, minor)
    return version.numbers == one.version.numbers


_OPERATORS = {
    "": _equal, "=": _equal, "!=": _not_equal, ">": _greater, ">=": _at_least, "=>": _at_least,
    "<": _less, "<=": _at_most, "=<": _at_most, "~": _tilde, "~>": _tilde, "^": _caret,
}  # fmt: skip


@lru_cache(maxsize=512)
def constraints(text: str) -> list[list[_Constraint]]:
    """Return alternatives of constraints that all must be met; raise FunctionError."""
    if len(text) > MAX_LENGTH * 4:
        raise FunctionError("the constraint is too long")
    return [_all(part, text) for part in text.split("||")]


def _all(part: str, whole: str) -> list[_Constraint]:
    if hyphen := _HYPHEN.match(part):
        part = f">={hyphen[1]} <={hyphen[2]}"
    found, at = [], 0
    while at < len(part) and (one := _CONSTRAINT.match(part, at)):
        found.append(_one(one.groupdict()))
        at = one.end()
    if at < len(part.rstrip()) or not found:
        raise FunctionError(f"{whole[:60]} is no constraint of versions")
    return found


def _one(found: dict[str, str | None]) -> _Constraint:
    numbers: list[int] = []
    for name in ("major", "minor", "patch"):
        written = found[name]
        if written is None or written in "xX*":
            break
        numbers.append(int(written))
    fixed = len(numbers)
    numbers += [0] * (3 - fixed)
    version = Version((numbers[0], numbers[1], numbers[2]), found["pre"] or "")
    return _Constraint(found["operator"] or "", version, fixed)


def satisfies(constraint: str, version: Version) -> bool:
    """Whether a version meets a constraint; raise FunctionError."""
    return any(all(one.met(version) for one in every) for every in constraints(constraint))


def _compare(constraint: str, version: str) -> bool:
    constraints(str(constraint))
    return satisfies(str(constraint), parse(str(version)))


def _semver(text: str) -> Object:
    version = parse(str(text))
    major, minor, patch = version.numbers

    def compare(other: Value) -> int:
        if not isinstance(other, Object):
            raise FunctionError("compares with what is no version")
        theirs = parse(other.printed)
        return (version.order > theirs.order) - (version.order < theirs.order)

    return Object(
        "*semver.Version",
        methods={
            "Major": lambda: Int64(major),
            "Minor": lambda: Int64(minor),
            "Patch": lambda: Int64(patch),
            "Prerelease": lambda: version.pre,
            "Metadata": lambda: version.build,
            "Original": lambda: text,
            "String": lambda: str(version),
            "Compare": compare,
            "LessThan": lambda other: compare(other) < 0,
            "GreaterThan": lambda other: compare(other) > 0,
            "Equal": lambda other: compare(other) == 0,
        },
        printed=str(version),
    )


VERSIONS = {
    "semver": Function(_semver, "string"),
    "semverCompare": Function(_compare, "string string"),
}
