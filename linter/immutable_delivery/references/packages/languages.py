"""Packages of programming languages: npm, RubyGems, Composer, Go, Cargo, CPAN, opam."""

from __future__ import annotations

import re

from immutable_delivery.facts import Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.packages.specs import (
    Spec,
    elsewhere,
    grade,
    local,
    loose,
    remote,
    requirement,
)
from immutable_delivery.references.urls import of_url

_ALIAS = lazy(r"(@?[^@]+)@npm:(.+)")
_DIRECT = lazy(
    r"(@?[^@/]+(?:/[^@]+)?)@((?:git\+|https?:|git:|ssh:|file:|github:|link:|workspace:|portal:).*)"
)
_LINKED = lazy(r"(?:file|link|workspace|portal):")
_HOSTED = lazy(r"(?:github:|gitlab:|bitbucket:|gist:)?([\w.-]+/[\w.-]+|(?<=gist:)\w+)(#.*)?")
_GO_VERSION = lazy(r"v\d+\.\d+\.\d+(?:[-+][\w.+-]*)?")


def npm(word: str) -> Spec | None:
    """Read `name@1.2.3`, `@scope/name@^4`, `alias@npm:name@1`, Git and archive addresses, folders."""
    if alias := _ALIAS.match(word):
        found = npm(alias[2])
        return replace(found, name=alias[1]) if found else None
    direct = _DIRECT.match(word)
    name, target = direct.groups() if direct else ("", word)
    if _LINKED.match(target) or local(target) is not None:
        return Spec(name or target.rpartition("/")[2], local=True, source="path")
    if (found := remote(target) or _hosted(target)) is not None:
        return replace(found, name=name or found.name)
    name, _, version = word[1:].partition("@")
    return Spec(word[:1] + name, version, grade(version))


def nuget(word: str) -> Spec | None:
    """Read a name, or the file that lists packages with their versions."""
    return Spec(word, local=True, source="path") if word.endswith(".config") else named(word)


def deno(word: str) -> Spec | None:
    """Read what `deno run` takes: an address, `npm:name@1.2.3`, `jsr:@scope/name`, else a file."""
    scheme, _, rest = word.partition(":")
    if scheme in {"npm", "jsr"}:
        return npm(rest)
    return remote(word) or Spec(word, local=True, source="path")


def _hosted(word: str) -> Spec | None:
    """Read `user/repo#ref` and `github:user/repo`, which npm takes from a forge."""
    match = _HOSTED.fullmatch(word)
    if match is None or word.startswith("@"):
        return None
    address = of_url(f"github:{match[1]}{match[2] or ''}")
    name = match[1].rpartition("/")[2]
    return Spec(name, address.revision.text, address.pin, source="git")


def colon(word: str) -> Spec | None:
    """Read `name:1.2.3` of RubyGems; `=` and a blank do the same."""
    if (found := remote(word)) is not None:
        return found
    if word.endswith((".gem", ".phar")) or word[:1] in "./~":
        return local(word) or Spec(word)
    match = re.match(r"([^:=\s]+)[:=\s]+(.*)", word)
    return Spec(match[1], match[2], requirement(match[2])) if match else Spec(word)


def composer(word: str) -> Spec | None:
    """Read `vendor/name:1.2.3`; `^1`, `1.*`, `dev-main` leave it open."""
    match = re.match(r"([^:=\s@]+/[^:=\s@]+)(?:[:=\s]+(.*))?$", word)
    if match is None:
        name, at, stability = word.partition("@")
        return Spec(name, stability, "alias" if at else "none")
    version = match[2] or ""
    commit = version.partition("#")[2]
    pin = of_url(f"github:x/y#{commit}").pin if commit else grade(version)
    return Spec(match[1], version, pin)


def go(word: str) -> Spec | None:
    """Read `module@v1.2.3` or `@commit`; without a domain or `@` it is this module or the standard library."""
    path, at, version = word.partition("@")
    here = path[:1] in "./" or path.endswith(".go") or not set(path.partition("/")[0]) & set(".$`")
    if not at and here:
        return Spec(path, local=True, source="path")
    if version == "none":
        return None
    return Spec(path, version, _go_pin(version))


def _go_pin(version: str) -> Pin:
    if re.fullmatch(r"[0-9a-f]{40}", version):
        return "digest"
    if _GO_VERSION.fullmatch(version) or re.fullmatch(r"(?=.*\d)[0-9a-f]{7,39}", version):
        return "exact"
    partial = re.fullmatch(r"[<>=]*v\d+(?:\.\d+)*", version)
    return ("partial" if partial else "alias") if version else "none"


def cargo(word: str) -> Spec | None:
    """Read `ripgrep@13.0.0`."""
    name, _, version = word.partition("@")
    return remote(word) or Spec(name, version, grade(version))


def dashed(word: str) -> Spec | None:
    """Read `redis-5.3.7`, `xdebug-beta`, `lens-4.1`: a dash and a version, or a stability."""
    if (found := elsewhere(word)) is not None:
        return found
    match = re.fullmatch(r"(.+?)-(\^?\d[\w.]*|stable|beta|alpha|devel|snapshot)", word)
    if match is None:
        return Spec(word)
    version = match[2]
    return Spec(match[1], version, grade(version, 2) if version[0].isdigit() else loose(version))


def dotted(word: str) -> Spec | None:
    """Read `lwt.5.6.1` of opam."""
    match = re.fullmatch(r"([\w+-]+)\.(v?\d.*)", word)
    return elsewhere(word) or (Spec(match[1], match[2], "exact") if match else Spec(word))


def cpan(word: str) -> Spec | None:
    """Read `Foo::Bar@1.2.3`; `~` takes a range."""
    if (found := elsewhere(word)) is not None:
        return found
    match = re.fullmatch(r"([\w:]+)([@~])(.*)", word)
    if match is None:
        return Spec(word)
    return Spec(match[1], match[3], "exact" if match[2] == "@" else "partial")


def at(word: str) -> Spec | None:
    """Read `node@20.1.0`, `name@latest`: volta, mise, corepack and kin."""
    if (found := elsewhere(word)) is not None:
        return found
    name, _, version = word[1:].partition("@")
    return Spec(word[:1] + name, version, grade(version))


def toolchain(word: str) -> Spec | None:
    """Read a word that is the version itself: `1.70.0`, `nightly-2024-01-01`, `stable`, `lts/*`."""
    if re.search(r"\d{4}-\d\d-\d\d", word):
        return Spec("toolchain", word, "exact")
    version = re.sub(r"^(?:v|[A-Za-z]+[-/@:])(?=\d)", "", word)
    version = re.sub(r"-(?:x86_64|aarch64|i686|unknown).*", "", version)
    return Spec("toolchain", word, grade(version) if version[:1].isdigit() else "alias")


def named(word: str) -> Spec | None:
    """Read a name; a version comes by an option or the next word, or not at all."""
    return elsewhere(word) or Spec(word)
