"""Time `imd` beside its peers, beside the floor, as trees grow, and as a hook.

    .venv/bin/python -m benchmarks [FOLDER…] [--runs 5] [--limit 600] [--json benchmarks/results.json]

Each FOLDER is a repository as git has checked it out. README.md beside this file says how to read what comes out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from benchmarks import trials
from benchmarks.bench import Bench
from benchmarks.contention import waiting, watched
from benchmarks.environments import MissingError, product, surroundings
from benchmarks.inputs import input_of
from benchmarks.peers import PEERS
from benchmarks.results import Trial, begun, save
from benchmarks.synthetic import Mix, mix_of
from benchmarks.table import made, markdown

_PARTS = ("files", "trees", "floor", "growth", "hook", "kinds", "hostile")


def main() -> None:
    given, load = parse(), waiting()
    python = product()
    peers = installed(given.peers)
    results = begun(given.runs, versions(python, peers), given.remark)
    results.load = load
    results.inputs = {folder.resolve().name: commit(folder) for folder in given.folders}
    print(made(results), file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        bench = Bench(
            python=python, peers=peers, runs=given.runs, limit=given.limit, scratch=Path(scratch),
            mix=given.mix, seed=given.seed,
        )  # fmt: skip
        for trial in watched(performed(bench, given), results):
            print(f"measured: {trial.name}", file=sys.stderr)
            results.trials.append(trial)
            if given.json:
                save(given.json, results)  # what is measured is kept, whatever comes after it
    print(markdown(results))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0]
    )
    names = [peer.name for peer in PEERS]
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each command (5)")
    parser.add_argument("--limit", type=float, default=600, help="seconds for one run (600)")
    parser.add_argument("--peers", nargs="*", choices=names, default=names, help="all of them")
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS, help="all of them")
    parser.add_argument(
        "--growth", type=int, default=2000, help="files of its smallest tree (2000)"
    )
    parser.add_argument("--hook", type=int, default=10_000, help="files of its tree (10000)")
    parser.add_argument(
        "--mix", type=mix_of, default=Mix(), metavar="KIND=N,…", help="of made-up trees"
    )
    parser.add_argument("--seed", type=int, default=0, help="of made-up trees (0)")
    parser.add_argument("--remark", default="", help="said with the figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every time here")
    return parser.parse_args()


def installed(names: Collection[str]) -> dict[str, Path | str]:
    """Return the program of each peer, or why there is none."""
    found: dict[str, Path | str] = {}
    for peer in PEERS:
        if peer.name in names:
            try:
                found[peer.name] = peer.install()
            except MissingError as error:
                found[peer.name] = str(error)
    return found


def versions(python: Path, peers: dict[str, Path | str]) -> dict[str, str]:
    """Return what each tool calls itself."""
    programs = {"imd": python.with_name("imd"), **peers}
    return {name: version(path) for name, path in programs.items() if isinstance(path, Path)}


def version(program: Path) -> str:
    done = subprocess.run(
        [program, "--version"], env=surroundings(), capture_output=True, text=True, check=False
    )
    return next((word for word in done.stdout.split() if word[:1].isdigit()), "of no known version")


def commit(folder: Path) -> str:
    words = ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "of no commit"


def performed(bench: Bench, given: argparse.Namespace) -> Iterator[Trial]:
    """Yield the trials that were asked for, one by one."""
    by_folder: dict[str, Callable[..., Iterator[Trial]]] = {
        "files": trials.single_files, "trees": trials.whole_tree, "floor": trials.floors,
    }  # fmt: skip
    for folder in given.folders:
        found = input_of(folder.resolve())
        if not found.files:
            raise SystemExit(f"{folder} holds no Dockerfile and no YAML")
        for part, make in by_folder.items():
            if part in given.parts:
                yield from make(bench, found)
    if "growth" in given.parts:
        yield from trials.growth(bench, given.growth)
    if "hook" in given.parts:
        yield from trials.hook(bench, given.hook)
    if "kinds" in given.parts:
        yield from trials.kinds(bench, given.growth)
    if "hostile" in given.parts:
        yield from trials.hostile(bench)


if __name__ == "__main__":
    main()
