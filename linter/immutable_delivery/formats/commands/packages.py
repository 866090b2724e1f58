"""The words that name packages, as packages with their pins."""

from __future__ import annotations

from dataclasses import replace

from immutable_delivery.facts import Package
from immutable_delivery.formats.commands.arguments import Arguments, Operand, Option
from immutable_delivery.formats.commands.pins import READERS, Reader, Spec, requirement
from immutable_delivery.formats.commands.stage import decided, hidden
from immutable_delivery.formats.commands.records import Manager, Verb
from immutable_delivery.formats.commands.urls import of_ref, of_url
from immutable_delivery.formats.shell import Word

_WEAK = frozenset(("none", "alias", "partial"))


def packages(manager: Manager, verb: Verb, arguments: Arguments, count: int) -> list[Package]:
    """Return the packages that an invocation names; ``count`` operands are the verb."""
    operands = arguments.operands[count:]
    reader = READERS[verb.reads or manager.reads]
    version = _version(manager, verb, arguments, operands)
    named = _operands(manager, verb, operands)
    found = [_package(operand, reader, version) for operand in named]
    found = [package and replace(package, name=verb.name or package.name) for package in found]
    sources = [option.value for option in arguments.all(manager.sources) if option.value]
    found += [_package(Operand(word), reader, None) for word in sources]
    found.append(_from_git(manager, arguments))
    alias = arguments.given(manager.aliases)
    if alias is not None and not named:
        found.append(_alias(alias))
    return [package for package in found if package is not None]


def _operands(manager: Manager, verb: Verb, operands: list[Operand]) -> list[Operand]:
    match verb.operands:
        case "all" | "optional":
            return operands
        case "first":
            return [] if manager.sources and not operands else operands[:1]
        case "pair" | "plugin" | "project":
            return operands[:1]
        case "rest":
            return operands[1:]
        case "project-package":
            texts = [operand.word.text for operand in operands]
            return operands[texts.index("package") + 1 :] if "package" in texts else []
        case _:
            return []


def _version(
    manager: Manager, verb: Verb, arguments: Arguments, operands: list[Operand]
) -> Word | None:
    """Return the version that an option or another operand gives."""
    option = arguments.given(manager.version)
    if option is not None:
        return option.value
    index = {"pair": 1, "project": 2}.get(verb.operands)
    return operands[index].word if index is not None and len(operands) > index else None


def _package(operand: Operand, reader: Reader, version: Word | None) -> Package | None:
    word = operand.word
    spec: Spec | None = reader(word.text)
    if spec is None or not word.text:
        return None
    unknown = (
        bool(word.missing) and (not spec.version or hidden(spec.version, word)) and not spec.local
    )
    if version is not None and not spec.version and not spec.source:
        spec = spec._replace(version=version.text, pin=_given(version.text))
        unknown |= bool(version.missing)
    if spec.source in {"url", "git"} and word.missing:
        address = of_url(word.text, word.missing)
        unknown = address.pin not in {"alias"}
    unknown |= operand.doubtful and spec.pin in _WEAK and not spec.local
    return Package(
        name=None if hidden(spec.name, word) else spec.name,
        version=None if unknown and spec.version else spec.version,
        pin=None if unknown else spec.pin,
        spec=word.text,
        local=spec.local,
        source_type=spec.source,
        place=decided(word),
    )


def _given(version: str) -> str:
    """Grade a version given by itself: a plain one means just that one."""
    return requirement(version) if version else "none"


def _from_git(manager: Manager, arguments: Arguments) -> Package | None:
    """Read `cargo install --git URL --rev COMMIT`."""
    option = arguments.given(manager.git)
    if option is None or option.value is None:
        return None
    word = option.value
    commit, tag = arguments.given(manager.commit), arguments.given(manager.tag)
    chosen = commit or tag or arguments.given(manager.branch)
    ref = chosen.value if chosen else None
    pin = (of_ref(ref.text) if chosen in {commit, tag} else "alias") if ref else "none"
    return Package(
        name=word.text.rstrip("/").rpartition("/")[2].removesuffix(".git"),
        version=(ref.text if ref.known else None) if ref else "",
        pin=None if ref and ref.missing else pin,
        spec=word.text,
        source_type="git",
        place=decided(word),
    )


def _alias(option: Option) -> Package:
    return Package(
        name="toolchain",
        version=option.word.text,
        pin="alias",
        spec=option.word.text,
        place=option.word.place,
    )
