"""Packages of operating systems: deb, apk, rpm, zypper, pacman, brew."""

from __future__ import annotations

import re

from immutable_delivery.facts import Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.packages.specs import Spec, elsewhere, remote, whole
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Packages

_ARCHITECTURE = lazy(r"\.(?:x86_64|i[3-6]86|noarch|aarch64|armv7hl|ppc64le|s390x|src)$")
_NEVRA = lazy(
    r"(?P<name>.+?)-(?P<version>(?:\d+:)?\d[A-Za-z0-9.~^_+:]*)(?:-(?P<release>\d[A-Za-z0-9.~^_+]*))?"
)
_WILDCARD = lazy(r"(.+?)-([^-]*\*[^-]*)(?:-.*)?")


def deb(word: str) -> Spec | None:
    """Read `curl=8.5.0-2`, `curl/bookworm`, `curl:amd64`, `./x.deb`; `curl-` removes."""
    if (found := elsewhere(word)) is not None:
        return found
    name, equals_, version = word.partition("=")
    if equals_:
        return Spec(name, version, whole(version))
    name, slash, release = word.partition("/")
    if slash:
        return Spec(name, release, "alias")
    return None if word.endswith("-") else Spec(word.removesuffix("^"))


def apk(word: str) -> Spec | None:
    """Read `curl=8.5.0-r0`; `~8`, `>8` and `@edge` leave the version open."""
    if word.startswith("!"):
        return None
    if (found := elsewhere(word)) is not None:
        return found
    name, tag, repository = word.partition("@")
    after = re.search(r"[=<>~].*", repository)
    match = re.match(r"([^=<>~]*)([=<>~]+)(.*)", name + (after[0] if after else ""))
    if match is None:
        return Spec(name, f"@{repository}" if tag else "", "alias" if tag else "none")
    version = match[3].partition("@")[0]
    return Spec(match[1], version, whole(version) if match[2] in {"=", "=="} else _range(version))


def _range(version: str) -> Pin:
    return "partial" if version else "none"


def rpm(word: str) -> Spec | None:
    """Read `name-[epoch:]version[-release][.arch]`; `java-11-openjdk` and `dotnet-sdk-8.0` are names."""
    if re.match(r"[-!^].", word):
        return None
    if (found := remote(word)) is not None:
        return found
    if word.endswith(".rpm"):
        return Spec(word.rpartition("/")[2], local=True, source="path")
    bare = re.sub(r"^\d+:", "", _ARCHITECTURE.sub("", word))
    if match := _WILDCARD.fullmatch(bare):
        return Spec(match[1], match[2], _range(match[2].strip("*")))
    named = word[:1] in {"@", "/"} or "(" in word
    match = None if named else _NEVRA.fullmatch(bare)
    return _nevra(bare, match) if match else Spec(word if named else bare)


def _nevra(bare: str, match: re.Match[str]) -> Spec:
    version, release = match["version"], match["release"]
    if release is not None:
        return Spec(match["name"], f"{version}-{release}", "exact")
    dots = version.count(".")
    if known(Packages).names_version.match(bare) and dots <= 1:
        return Spec(bare)
    return Spec(match["name"], version, "exact" if dots or ":" in version else "partial")


def module(word: str) -> Spec | None:
    """Read `nodejs:18/common`: a stream, which moves."""
    name, _, stream = word.partition(":")
    return Spec(name, stream, _range(stream))


def zypper(word: str) -> Spec | None:
    """Read `curl=8.5`, ranges, or rpm's own names."""
    if word[:1] in "-!~":
        return None
    word = word.lstrip("+")
    match = re.match(r"([^=<>]+?)\s*([=<>]+)\s*(.*)", word)
    if match is None or remote(word):
        return rpm(word)
    exact = match[2] in {"=", "=="}
    return Spec(match[1], match[3], whole(match[3]) if exact else _range(match[3]))


def equals(word: str) -> Spec | None:
    """Read `name=version`, with paths and URLs beside it: pacman and kin."""
    if (found := elsewhere(word)) is not None:
        return found
    match = re.match(r"([^=<>~]+)([=<>~]+)(.*)", word)
    if match is None:
        return Spec(word)
    return Spec(match[1], match[3], whole(match[3]) if match[2] == "=" else _range(match[3]))


def brew(word: str) -> Spec | None:
    """Read `node@20`, which is a series; nothing is exact."""
    name, at, version = word.partition("@")
    return remote(word) or Spec(name, version, "partial" if at else "none")
