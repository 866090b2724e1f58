"""What the two paths of a mount tell where nothing in the repository does: whether the host's code runs in the container.

Ordered tests; the first that applies decides. Measured on 4,687 bind mounts of public Compose files, none of which had a
witness in its repository (November 2026): the words of the source and the kinds of files tell more than the target does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import basename, dirname

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.mounts import Mounts

_EXTENSION = lazy(r"\.[a-z][a-z0-9_]{0,9}\Z", re.IGNORECASE)
_VARIABLE = lazy(r"\$(?:\{(\w+)[^}]*\}|(\w+))")


class Held(Record, frozen=True):
    """What version control tracks of a source: a folder below the root, or a file."""

    files: int
    programs: int
    pages: int
    folder: bool = True


class Paths(Record, frozen=True):
    """The two paths of a mount of the host, the image that it is mounted into, and what is tracked of the source."""

    source: str
    """As it is written: variables without a value stand in it."""
    target: str
    image: str = ""
    held: Held | None = None
    """None where version control holds nothing of it."""

    @property
    def parts(self) -> list[str]:
        """The parts of the source, without variables."""
        return [part for part in _VARIABLE.sub("", self.source).split("/") if part not in {"", "."}]

    @property
    def last(self) -> str:
        """The last part of the source."""
        return self.parts[-1] if self.parts else ""


class Convention(Record, frozen=True):
    """Why a mount hides code; ``likely`` where only the target says so."""

    evidence: str
    likely: bool = False


def convention(paths: Paths) -> Convention | None:
    """Return why the host's code runs in a container; None where the paths do not say so."""
    if not paths.target.startswith("/") or not paths.source:
        return None
    for test in _TESTS:
        if (evidence := test(paths, known(Mounts))) is not None:
            return Convention(evidence) if evidence else None
    return _usual_folder(paths, known(Mounts))


def _machine(paths: Paths, table: Mounts) -> str | None:
    bare = paths.target in table.bare_targets or bool(table.of_machine.match(paths.target))
    source = paths.source.rstrip("/") or "/"
    same = paths.source.startswith("/") and source == paths.target
    return "" if bare or same or source in table.system_sources else None


def _harmless(paths: Paths, table: Mounts) -> str | None:
    """Databases run such scripts once, when they are empty; challenges are no code."""
    once = "-entrypoint-initdb.d" in paths.target
    found = table.certificates.search(paths.source) or table.certificates.search(paths.target)
    return "" if once or found else None


def _program_file(paths: Paths, table: Mounts) -> str | None:
    name = paths.last
    if not table.program_file.search(name):
        return None
    folders = dirname(paths.target).split("/")
    if table.script_file.search(name) and (
        table.configuration_name.search(name) or table.configuration_folders & set(folders)
    ):
        return None
    return f"'{name}' is a program"


def _other_file(paths: Paths, _: Mounts) -> str | None:
    folder = paths.held is not None and paths.held.folder
    named = _EXTENSION.search(paths.last) and not paths.last.endswith(".d")
    return "" if named and not folder else None


def _packages(paths: Paths, table: Mounts) -> str | None:
    return "installed packages lie there" if table.packages.search(paths.target) else None


def _hook_folder(paths: Paths, table: Mounts) -> str | None:
    for folder in (paths.target, dirname(paths.target)):
        if folder in table.hook_folders:
            return f"whatever lies in {folder} is run"
    return None


def _served(paths: Paths, table: Mounts) -> str | None:
    runs, serves = (p.match(paths.target) for p in (table.runs_below, table.serves_below))
    found = runs or serves
    if not found or table.unserved.search(paths.target[found.end() :]):
        return None
    if serves and _names_state(paths, table):
        return None
    return f"the image {'runs' if runs else 'serves'} what lies there"


def _tracked(paths: Paths, table: Mounts) -> str | None:
    held = paths.held
    if held is None or not held.folder or table.state_below.match(paths.target):
        return None
    return "version control holds its source" if 0 < held.files <= 2 * held.programs else None


def _state(paths: Paths, table: Mounts) -> str | None:
    if _names_state(paths, table):
        return ""
    name = basename(name_and_tag(paths.image)[0])
    parts = [part for part in paths.target.split("/") if part]
    named = any(
        table.state_word.search(part) for part in parts if part not in table.no_state_of_targets
    )
    return "" if named or name in table.own_folder else None


def _names_state(paths: Paths, table: Mounts) -> bool:
    variable = _VARIABLE.match(paths.source)
    if variable and table.state_variable.search(variable[1] or variable[2]):
        return True
    *folders, last = paths.parts or [""]
    return bool(table.last_state_word.search(last)) or any(
        table.state_word.search(part) for part in folders
    )


def _no_program(paths: Paths, _: Mounts) -> str | None:
    held = paths.held
    return "" if held is not None and not held.programs and not held.pages else None


def _source_word(paths: Paths, table: Mounts) -> str | None:
    return f"'{paths.last}' holds code" if table.source_word.match(paths.last) else None


def _plugins(paths: Paths, table: Mounts) -> str | None:
    both = table.plugin.match(paths.last) and table.plugin.match(basename(paths.target))
    return f"'{paths.last}' is loaded as code" if both else None


def _usual_folder(paths: Paths, table: Mounts) -> Convention | None:
    """Return the weakest evidence: a target where images usually keep their code."""
    same = table.same_part.match(paths.target)
    relative = not paths.source.startswith(("/", "~", "$"))
    usual = table.code_target.match(paths.target) or table.code_part.match(paths.target)
    if not (usual and _may_be_code(paths.source, table)) and not (
        same and relative and paths.last == same[1]
    ):
        return None
    evidence = f"images usually keep their code in {paths.target}"
    return Convention(evidence, likely=not (paths.held and paths.held.programs))


def _may_be_code(source: str, table: Mounts) -> bool:
    """Whether a source may be code by how it is written: of variables only those that are named so."""
    variable = _VARIABLE.match(source)
    if variable is None:
        return True
    name = variable[1] or variable[2]
    return name == "PWD" or bool(
        variable.end() == len(source.rstrip("/")) and table.code_variable.search(name)
    )


_TESTS: tuple[Callable[[Paths, Mounts], str | None], ...] = (
    _machine,
    _harmless,
    _program_file,
    _other_file,
    _packages,
    _hook_folder,
    _served,
    _tracked,
    _state,
    _no_program,
    _source_word,
    _plugins,
)
"""Each says why it is code, "" that it is none, or None where it does not apply."""
