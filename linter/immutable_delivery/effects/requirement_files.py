"""The files that an install names: requirement and constraint files, with what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from posixpath import dirname, join, normpath

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.program_tables import Manager, Verb
from immutable_delivery.effects.stage import Stage, decided
from immutable_delivery.facts import Package
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.references.packages import manifests, requirements
from immutable_delivery.references.urls import is_remote, of_url
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Call, Word

MAX_FILES = 20
_FOLDER = lazy(r"\.{1,2}(?:/[^\[\s]*)?(?=\[|$)|/[^\[\s]+(?=\[|$)", needs=("/", "."))
"""A folder, without the extras behind it: `.[web]`."""
_FIXED = frozenset(("exact", "digest"))


class Listed(Record):
    """What the files of an install hold."""

    named: bool = False
    """Whether the command names a file that lists packages."""
    packages: list[Package] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    bypassed: list[str] = field(default_factory=list)
    hashed: bool = False
    constraints: dict[str, Package] | None = field(default_factory=dict)
    """Constraints by name; None where a constraint file cannot be read."""

    def read_manifest(self, manifest: str, stage: Stage) -> None:
        """Add what a manifest lists that no lock file fixes."""
        text = stage.read(manifest)
        self.reads.append(manifest)
        self.packages += manifests.packages(text) if text is not None else []

    def constrained(self, packages: Iterable[Package]) -> Sequence[Package]:
        """Return packages with the versions that constraint files give them; unknown where those cannot be read."""
        return tuple(self._constrained(package) for package in packages)

    def _constrained(self, package: Package) -> Package:
        if package.pin in _FIXED or package.pin is None or package.local or package.source_type:
            return package
        if self.constraints is None:
            return replace(package, pin=None, version=None)
        found = self.constraints.get(_normal(package.name))
        return replace(package, pin=found.pin, version=found.version) if found else package


def _normal(name: str | None) -> str:
    return (name or "").lower().replace("_", "-").replace(".", "-")


def requirement_files(
    manager: Manager, verb: Verb, arguments: Arguments, count: int, stage: Stage, call: Call
) -> Listed:
    """Read the files that options (`-r`, `-c`) or operands name."""
    found = Listed()
    words = arguments.values(manager.files)
    if verb.operands == "files":
        words += [operand.word for operand in arguments.operands[count:]]
    found.named = bool(words)
    for word in arguments.values(manager.constraints):
        _constrain(found, word, stage, call)
    for word in words:
        found.places.append(word.place)
        _read(found, word, manager, stage, call)
    if not (words or stage.listed or arguments.given(manager.alone)):
        _read_projects(found, manager, arguments, stage, call)
    stage.listed |= bool(words)
    found.packages = [*found.constrained(found.packages)]
    return found


def _read_projects(
    found: Listed, manager: Manager, arguments: Arguments, stage: Stage, call: Call
) -> None:
    """Read what the projects need that are installed from their folders: `pip install .`."""
    words = [operand.word for operand in arguments.operands]
    words += [option.value for option in arguments.all(manager.sources) if option.value]
    folders = [one[0] for word in words if word.known and (one := _FOLDER.match(word.text))]
    named = (
        stage.path(call, join(folder, name)) for folder in folders for name in manager.projects
    )
    for path in dict.fromkeys(filter(None, named)):
        text = stage.read(path)
        found.reads.append(path)
        found.packages += requirements.packages(text) if text is not None else []


def _constrain(found: Listed, word: Word, stage: Stage, call: Call) -> None:
    path = stage.path(call, word.text) if word.known else None
    if path is None and word.known and is_remote(word.text):
        found.packages.append(_unread(word))
    text = stage.read(path) if path else None
    if text is None or path is None:
        found.constraints = None
        return
    found.reads.append(path)
    if found.constraints is not None:
        found.constraints |= {_normal(p.name): p for p in requirements.packages(text)}


def _read(found: Listed, word: Word, manager: Manager, stage: Stage, call: Call) -> None:
    """Read a requirement file and those that it names; one that is not there is one unknown package."""
    path = stage.path(call, word.text) if word.known else None
    environment = stage.read(path) if path and _is_environment(path, manager) else None
    if path is not None and environment is not None:
        found.reads.append(path)
        found.packages += manifests.environment(environment)
        return
    if path is None or manager.reads not in {"pep508", "tool508"}:
        found.packages.append(_unread(word))
        found.reads += [path] if path else []
        return
    pending, every = [path], []
    while pending and len(found.reads) < MAX_FILES:
        current = pending.pop(0)
        text = stage.read(current)
        if text is None or current in found.reads:
            continue
        found.reads.append(current)
        file = requirements.read(text)
        every.append(file)
        found.packages += file.packages
        found.bypassed += [flag for flag, _ in file.bypassed]
        pending += [normpath(join(dirname(current), name)) for name in file.nested]
        for name in file.constraints:
            _constrain_path(found, normpath(join(dirname(current), name)), stage)
    found.hashed = bool(every) and all(file.hashed for file in every)


def _unread(word: Word) -> Package:
    """Return a file that is not there as one package: unknown, but for an address, which can serve another list tomorrow."""
    place = decided(word)
    if not word.known or not is_remote(word.text):
        return Package(name=None, version=None, pin=None, spec=word.text, place=place)
    pin = of_url(word.text).pin
    return Package(name=word.text, pin=pin, spec=word.text, source_type="url", place=place)


def _is_environment(path: str, manager: Manager) -> bool:
    return manager.reads == "conda" and path.endswith((".yml", ".yaml"))


def _constrain_path(found: Listed, path: str, stage: Stage) -> None:
    text = stage.read(path)
    if text is None:
        found.constraints = None
    elif found.constraints is not None:
        found.constraints |= {_normal(p.name): p for p in requirements.packages(text)}
        found.reads.append(path)
