"""What `imd init` does, step by step, and what it leaves to the person and why. Nothing that is there is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path

from immutable_delivery.baseline import FILE as BASELINE
from immutable_delivery.commands.baseline import fresh
from immutable_delivery.config import FILE as CONFIG
from immutable_delivery.config import PYPROJECT
from immutable_delivery.config.find import find
from immutable_delivery.edits.write import create
from immutable_delivery.errors import UsageError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.records import Record
from immutable_delivery.repository.discover import Tree
from immutable_delivery.repository.git import Git
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import read_text
from immutable_delivery_hooks.hook_managers import manager_of
from immutable_delivery_hooks.init.beside import beside_of
from immutable_delivery_hooks.init.pipelines import PIPELINES, Pipeline, recognised
from immutable_delivery_hooks.install import install, installed, refusals, uninstall

_OURS = lazy(r"\bimd\b")

PARTS = ("config", "baseline", "hooks", "ci")


Undo = Callable[[], object]


def _nothing() -> None:
    """Undo what nobody did."""


def perform_all(todo: Iterable[Step]) -> None:
    """Do all of it or nothing: what is done is undone where a later step fails."""
    with ExitStack() as undoing:
        for step in todo:
            undoing.callback(step.perform())
        undoing.pop_all()


class Step(Record, frozen=True):
    """Something to do, or something that is left to the person."""

    what: str
    why: str
    text: str = ""
    """What it writes, or what to write by hand."""
    do: Callable[[], Undo] | None = None
    """Does it, and returns how to undo it; None: it is left to the person."""

    def perform(self) -> Undo:
        """Do it, if it is to be done, and return how to undo it."""
        return self.do() if self.do else _nothing


class Beginning(Record, frozen=True, kw_only=True):
    """What the steps depend on."""

    tree: Tree
    config: str
    """The text of the configuration, empty where there is nothing to say."""
    found: bool
    """Whether there is something for a baseline to know."""
    today: date


def steps(begin: Beginning, parts: Sequence[str]) -> Iterator[Step]:
    """Yield what to do, in order: the baseline goes by the configuration."""
    if "config" in parts and begin.config:
        yield _config(begin)
    if "baseline" in parts and begin.found and begin.tree.files.state(BASELINE) == "missing":
        yield _baseline(begin)
    if "hooks" in parts:
        yield from _hooks(begin.tree)
    if "ci" in parts:
        yield from _ci(begin.tree)
    for file, said in beside_of(begin.tree):
        yield Step(file, said)


def _config(begin: Beginning) -> Step:
    if found := find(begin.tree.files):
        as_toml = ", in YAML: write it as TOML under [tool.imd]" if found == PYPROJECT else ""
        return Step(
            found, f"is there already; this is what it may take over{as_toml}", begin.config
        )
    return _file(begin.tree, CONFIG, "the configuration", begin.config)


def _baseline(begin: Beginning) -> Step:
    def write() -> Undo:
        made = fresh(begin.tree.root, Request(baseline=BASELINE, today=begin.today))
        return _create(begin.tree.root / BASELINE, made.text)

    why = "what is found today, so that only what comes later is reported"
    found = find(begin.tree.files)
    return Step(BASELINE, f"{why}; name it in {found}, as `baseline`" if found else why, do=write)


def _hooks(tree: Tree) -> Iterator[Step]:
    git = tree.git
    if git is None:
        return
    if found := manager_of(tree.files):
        manager, file = found
        if not _mentions(tree, file):
            yield Step(file, f"{manager.name} keeps the hooks; add what follows", manager.text)
    elif reasons := refusals(git):
        yield from (Step("git hooks", reason) for reason in reasons)
    elif not installed(git):
        yield Step(
            "git hooks", "imd before each commit, merge and push", do=lambda: _installed(git)
        )


def _installed(git: Git) -> Undo:
    install(git)
    return lambda: uninstall(git)


def _ci(tree: Tree) -> Iterator[Step]:
    found = recognised(tree)
    for pipeline, evidence in found:
        yield from _pipeline(tree, pipeline, evidence)
    if not found:
        names = ", ".join(one.name for one in PIPELINES)
        yield Step("CI", f"none is recognised; the folder `hooks` of imd's repository has {names}")


def _pipeline(tree: Tree, pipeline: Pipeline, evidence: str) -> Iterator[Step]:
    file, text = pipeline.file, pipeline.text
    if tree.files.state(file) == "missing":
        yield _file(tree, file, f"for {pipeline.name}, which {shown(evidence)} tells of", text)
    elif not _mentions(tree, file):
        yield Step(file, f"is there already; for {pipeline.name} add what follows", text)


def _mentions(tree: Tree, path: str) -> bool:
    """Tell whether a file runs imd already."""
    text = read_text(tree.files, path)
    return text is not None and _OURS.search(text.value) is not None


def _file(tree: Tree, path: str, why: str, text: str) -> Step:
    return Step(path, why, text, do=lambda: _create(tree.root / path, text))


def _create(path: Path, text: str) -> Undo:
    """Write a file that is not there yet; return how to take it away, with the folders that were made for it."""
    made = [folder for folder in path.parents if not folder.exists()]
    try:
        create(path, text.encode())
    except OSError as error:
        _remove(made)
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from error

    def undo() -> None:
        path.unlink()
        _remove(made)

    return undo


def _remove(folders: Iterable[Path]) -> None:
    with suppress(OSError):  # it was never made, or something else is in it by now
        for folder in folders:
            folder.rmdir()
