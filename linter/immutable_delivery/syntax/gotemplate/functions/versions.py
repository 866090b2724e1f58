"""Semantic versions."""

from __future__ import annotations

from immutable_delivery.references.semver import Version, is_range, satisfies, version_of
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.values import Int64, Object, Value


def _parsed(text: str) -> Version:
    found = version_of(str(text))
    if found is None:
        raise FunctionError(f"{text[:60]} is no semantic version")
    return found


def _compare(constraint: str, version: str) -> bool:
    if not is_range(str(constraint)):
        raise FunctionError(f"{constraint[:60]} is no constraint of versions")
    _parsed(version)
    return satisfies(str(version), str(constraint))


def _semver(text: str) -> Object:
    version = _parsed(text)
    printed = _printed(version)

    def order(other: Value) -> int:
        if not isinstance(other, Object):
            raise FunctionError("a version is compared with what is none")
        theirs = _parsed(other.printed)
        return (version > theirs) - (version < theirs)

    return Object(
        "*semver.Version",
        methods={
            "Major": lambda: Int64(version.major),
            "Minor": lambda: Int64(version.minor),
            "Patch": lambda: Int64(version.patch),
            "Prerelease": lambda: version.prerelease,
            "Metadata": lambda: version.metadata,
            "Original": lambda: text,
            "String": lambda: printed,
            "Compare": order,
            "LessThan": lambda other: order(other) < 0,
            "GreaterThan": lambda other: order(other) > 0,
            "Equal": lambda other: order(other) == 0,
        },
        printed=printed,
    )


def _printed(version: Version) -> str:
    """Return a version with all three numbers."""
    numbers = f"{version.major}.{version.minor}.{version.patch}"
    prerelease = f"-{version.prerelease}" if version.prerelease else ""
    return numbers + prerelease + (f"+{version.metadata}" if version.metadata else "")


VERSIONS = {
    "semver": Function(_semver, "string"),
    "semverCompare": Function(_compare, "string string"),
}
