"""What `imd init` does, step by step, and what it leaves to the person and why. Nothing that is there is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from immutable_delivery.baseline import FILE as BASELINE
from immutable_delivery.commands.baseline import fresh
from immutable_delivery.config import FILE as CONFIG
from immutable_delivery.config import PYPROJECT
from immutable_delivery.config.find import find
from immutable_delivery.errors import UsageError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.records import Record
from immutable_delivery.repository.discover import Tree
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import read_text
from immutable_delivery_hooks.hook_managers import manager_of
from immutable_delivery_hooks.init.pipelines import PIPELINES, Pipeline, recognised
from immutable_delivery_hooks.install import install, installed, refusals

_OURS = lazy(r"\bimd\b")

PARTS = ("config", "baseline", "hooks", "ci")


class Step(Record, frozen=True):
    """Something to do, or something that is left to the person."""

    what: str
    why: str
    text: str = ""
    """What it writes, or what to write by hand."""
    do: Callable[[], object] | None = None
    """None: it is left to the person."""

    def perform(self) -> None:
        """Do it, if it is to be done."""
        if self.do:
            self.do()


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


def _config(begin: Beginning) -> Step:
    if found := find(begin.tree.files):
        as_toml = ", in YAML: write it as TOML under [tool.imd]" if found == PYPROJECT else ""
        return Step(
            found, f"is there already; this is what it may take over{as_toml}", begin.config
        )
    return _file(begin.tree, CONFIG, "the configuration", begin.config)


def _baseline(begin: Beginning) -> Step:
    def write() -> None:
        made = fresh(begin.tree.root, Request(baseline=BASELINE, today=begin.today))
        _create(begin.tree.root / BASELINE, made.text)

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
        yield Step("git hooks", "imd before each commit, merge and push", do=lambda: install(git))


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


def _create(path: Path, text: str) -> None:
    """Write a file that is not there yet; a link of that name counts as there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from error
