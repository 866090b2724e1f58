"""What is timed beside what."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from benchmarks.bench import Bench
from benchmarks.contents import HOSTILE
from benchmarks.inputs import Input, input_of, typical
from benchmarks.results import Trial, cores
from benchmarks.synthetic import git, mix_of

_HOSTILE = 500
"""Lines, or what stands for one, of the smaller of two hostile inputs."""
_TRIED = 20
"""Files that are tried before one is taken that somebody cannot read."""


def single_files(bench: Bench, given: Input) -> Iterator[Trial]:
    """Yield one Dockerfile and one Compose file of median size, each alone: mostly the start is timed."""
    for files, name in ((given.dockerfiles, "Dockerfile"), (given.compose, "compose.yaml")):
        if files:
            alone, chosen = _alone(bench, files, name)
            called = f"{given.folder.name}/{chosen.relative_to(given.folder)}"
            yield bench.beside_peers("file", called, alone, [bench.imd(alone)])


def _alone(bench: Bench, files: list[Path], name: str) -> tuple[Input, Path]:
    """Return a folder with nothing but a file that all peers for its kind can read, or the first, and where that is from.

    A parser that gives up is quick.
    """
    folder, candidates = bench.folder(), typical(files)[:_TRIED]
    for chosen in [*candidates, candidates[0]]:
        shutil.copyfile(chosen, folder / name)
        if bench.is_read(input_of(folder)):
            return input_of(folder), chosen
    return input_of(folder), candidates[0]


def whole_tree(bench: Bench, given: Input) -> Iterator[Trial]:
    """Yield all of a repository: without a cache, with one to write, with one written before, and by every peer."""
    fresh, kept = bench.folder(), bench.folder()

    def forget(_: int) -> None:
        shutil.rmtree(fresh, ignore_errors=True)

    ours = [
        bench.imd(given),
        bench.imd(given, tool="imd, cache written", cache=fresh, before=forget),
        bench.imd(given, tool="imd, cache used", cache=kept),
    ]
    yield bench.beside_peers("tree", given.folder.name, given, ours)


def floors(bench: Bench, given: Input) -> Iterator[Trial]:
    """Yield imd beside what reading and parsing alone take, on all cores and on one."""
    name, most = given.folder.name, cores()
    if most > 1:
        commands = [bench.floor(given, "floor", "parse", most), bench.imd(given)]
        yield bench.trial("floor", f"{name}, {most} processes", commands)
    commands = [
        bench.floor(given, "floor", "parse"),
        bench.imd(given, "--jobs", "1"),
        bench.floor(given, "floor: start and read", "read"),
        bench.floor(given, "floor: start", "start"),
    ]
    yield bench.trial("floor", f"{name}, one process", commands)


def growth(bench: Bench, files: int) -> Iterator[Trial]:
    """Yield a made-up repository and its doubles: the time for each file stays, or it does not."""
    sizes = [bench.synthetic(files * times) for times in (1, 2, 4, 8)]
    yield bench.trial("growth", f"made up, seed {bench.seed}", [bench.imd(size) for size in sizes])


def hook(bench: Bench, files: int) -> Iterator[Trial]:
    """Yield the hook where one file is changed and staged, and the rest is known from before."""
    given = bench.synthetic(files)
    changed = next(iter([*given.dockerfiles, *given.compose, *given.others]))
    text = changed.read_text("utf-8")

    def change(number: int) -> None:
        _stage(given, changed, f"{text}# change {number}\n")

    kept, fresh = bench.folder(), bench.folder()

    def forget(number: int) -> None:
        shutil.rmtree(fresh, ignore_errors=True)
        change(number)

    commands = [
        bench.imd(given, "--staged", cache=kept, before=change),
        bench.imd(given, "--staged", tool="imd, nothing known", cache=fresh, before=forget),
        bench.imd(given, tool="imd, all of it, known", cache=kept),
        bench.imd(given, tool="imd, all of it", cache=None),
    ]
    yield bench.trial("hook", f"made up, {given.files} files, one changed", commands)
    _stage(given, changed, text)


def kinds(bench: Bench, files: int) -> Iterator[Trial]:
    """Yield made-up repositories that hold one kind of file alone."""
    for name in ("workflow", "chart"):
        given = bench.synthetic(files, mix_of(f"{name}=1"))
        yield bench.trial("kind", f"made up, {name}s", [bench.imd(given)])


def hostile(bench: Bench) -> Iterator[Trial]:
    """Yield inputs that are made to take long, each once and twice as large: twice the input may take 2.5 times as long."""
    for name, (file, make) in HOSTILE.items():
        sizes = []
        for size in (1, 2):
            folder = bench.folder()
            (folder / file).write_text(make(size * _HOSTILE), "utf-8")
            sizes.append(replace(bench.imd(input_of(folder)), files=1))
        yield bench.trial("hostile", name, sizes)


def _stage(given: Input, path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    git(given.folder, "add", str(path))
