"""The words that name packages, as packages with their pins."""

from __future__ import annotations

import re

from immutable_delivery.effects.arguments import Arguments, Operand, Option
from immutable_delivery.effects.program_tables import Manager, Verb
from immutable_delivery.effects.stage import decided, hidden
from immutable_delivery.facts import Package
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.packages import READERS, Reader, requirement
from immutable_delivery.references.urls import of_ref, of_url
from immutable_delivery.syntax.shell import Word

MAX_SPEC = 500
_APART = lazy(r"v?\d|[\^~<>=!*]|dev-")
"""A version that is a word of its own: `composer require a/b 1.2.3`."""
_PARTLY = lazy(r"[a-z][\w.+-]*(?:[-._]\$\{?\w+\}?|\$\{\w+\}[-._][a-z][\w.+-]*)$", re.IGNORECASE)
"""A name with an unknown part in it that is no version: `postgresql-${MAJOR}`, `php${V}-fpm`."""
_APART_FROM_VERSIONS = (READERS["deb"], READERS["apk"])
"""Readers of names that no version can be part of."""
_WEAK = frozenset(("none", "alias", "partial"))


def packages(manager: Manager, verb: Verb, arguments: Arguments, count: int) -> list[Package]:
    """Return the packages that an invocation names; ``count`` operands are the verb."""
    operands = arguments.operands[count:]
    reader = READERS[verb.reads or manager.reads]
    named = [] if arguments.given(manager.instead) else _operands(verb, operands)
    named = [one for one in named if one.word.text not in manager.bundled]
    found = [
        _package(operand, reader, _version(manager, verb, arguments, operands, operand))
        for operand in named
    ]
    version = arguments.given(manager.version)
    given = (option.value for option in arguments.all(manager.sources | manager.instead))
    found += [
        _package(Operand(word), reader, version.value if version else None)
        for word in given
        if word
    ]
    found.append(_from_git(manager, arguments))
    alias = arguments.given(manager.aliases)
    if alias is not None and not named:
        found.append(_alias(alias))
    if verb.name:
        found = [package and replace(package, name=verb.name) for package in found]
    return [package for package in found if package is not None]


def versioned(package: Package, version: Word) -> Package:
    """Return a package with the version that an option or the next word gives."""
    if version.unresolved:
        return replace(package, version=None, pin=None)
    pin = of_ref(version.text) if package.source_type else requirement(version.text)
    return replace(package, version=version.text, pin=pin)


def _operands(verb: Verb, operands: list[Operand]) -> list[Operand]:
    match verb.operands:
        case "all":
            found = operands
        case "first" | "pair" | "plugin" | "project":
            found = operands[:1]
        case "rest":
            found = operands[1:]
        case "remote":  # where they come from, if there are several: `flatpak install flathub app`
            found = operands[1:] or operands
        case "versions":
            found = [one for one in operands if not _APART.match(one.word.text)]
        case "project-package":
            texts = [operand.word.text for operand in operands]
            found = operands[texts.index("package") + 1 :] if "package" in texts else []
        case _:
            found = []
    return found


def _version(
    manager: Manager, verb: Verb, arguments: Arguments, operands: list[Operand], package: Operand
) -> Word | None:
    """Return the version that an option or another operand gives."""
    option = arguments.given(manager.version)
    if option is not None:
        return option.value
    index = {"pair": 1, "project": 2}.get(verb.operands)
    if verb.operands == "versions":
        index = operands.index(package) + 1
    found = operands[index].word if index is not None and len(operands) > index else None
    apart = verb.operands != "versions" or (found and _APART.match(found.text))
    return found if apart else None


def _package(operand: Operand, reader: Reader, version: Word | None = None) -> Package | None:
    word = operand.word
    spec = reader(word.text) if 0 < len(word.text) <= MAX_SPEC else None
    if spec is None:
        return None
    package = Package(
        name=None if hidden(spec.name, word) else spec.name,
        version=spec.version,
        pin=spec.pin,
        spec=word.text,
        local=spec.local,
        source_type=spec.source,
        place=decided(word),
    )
    if word.unresolved and not spec.local and (not spec.version or hidden(spec.version, word)):
        moves = spec.source and of_url(word.text, word.unresolved).pin == "alias"
        if reader in _APART_FROM_VERSIONS and _PARTLY.match(word.text) and not spec.version:
            package = replace(package, name=spec.name)
        elif not moves:
            package = replace(package, version=None, pin=None)
    if operand.doubtful and spec.pin in _WEAK and not spec.local:
        package = replace(package, pin=None)
    return package if version is None or spec.version else versioned(package, version)


def _from_git(manager: Manager, arguments: Arguments) -> Package | None:
    """Read `cargo install --git URL --rev COMMIT`."""
    option = arguments.given(manager.git)
    if option is None or option.value is None:
        return None
    word = option.value
    package = Package(
        name=word.text.rstrip("/").rpartition("/")[2].removesuffix(".git"),
        pin="none",
        spec=word.text,
        source_type="git",
        place=decided(word),
    )
    chosen = arguments.value(manager.commit | manager.tag)
    branch = arguments.given(manager.branch)
    if chosen is not None:
        return versioned(package, chosen)
    return replace(package, pin="alias") if branch is not None else package


def _alias(option: Option) -> Package:
    text, place = option.word.text, option.word.place
    return Package(name="toolchain", version=text, pin="alias", spec=text, place=place)
