"""Made-up repositories: the same for the same seed, and a larger one holds all of a smaller one.

python -m benchmarks.synthetic FOLDER [--files 1000] [--mix dockerfile=1,compose=1,…] [--seed 0]
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

from msgspec import Struct

from benchmarks.contents import base, chart, compose, dockerfile, kubernetes, overlay, workflow

_IN_A_FOLDER = 50
"""Services of one team."""
_OF_ALL = ".github/"
"""Lies in the root, whatever service it is of."""


class Mix(Struct, frozen=True):
    """How many files of each kind a service has."""

    dockerfile: int = 1
    compose: int = 1
    kubernetes: int = 6
    kustomize: int = 2
    workflow: int = 0
    chart: int = 0
    """Charts, of three files each."""

    @property
    def files(self) -> int:
        """How many files a service has."""
        single = self.dockerfile + self.compose + self.kubernetes + self.kustomize + self.workflow
        return single + 3 * self.chart


def mix_of(text: str) -> Mix:
    """Read `dockerfile=1,kubernetes=3`; kinds that are not named are left out."""
    given = dict(part.split("=", 1) for part in text.split(","))
    unknown = given.keys() - set(Mix.__struct_fields__)
    if unknown:
        raise argparse.ArgumentTypeError(f"no kind of file: {', '.join(sorted(unknown))}")
    mix = Mix(**{kind: int(given.get(kind, 0)) for kind in Mix.__struct_fields__})
    if mix.files < 1:
        raise argparse.ArgumentTypeError("no files")
    return mix


def tree(files: int, mix: Mix, seed: int) -> Iterator[tuple[str, str]]:
    """Yield path and text of at least so many files: services are whole."""
    for number in range(-(-files // mix.files)):
        folder = f"team-{number // _IN_A_FOLDER:03}/service-{number:05}"
        for path, text in _service(f"service-{number:05}", mix, Random(f"{seed}/{number}")):
            yield path if path.startswith(_OF_ALL) else f"{folder}/{path}", text


def _service(name: str, mix: Mix, random: Random) -> Iterator[tuple[str, str]]:
    for number in range(mix.dockerfile):
        yield _numbered("Dockerfile", "", number), dockerfile(random)
    for number in range(mix.compose):
        yield _numbered("compose", ".yaml", number), compose(random)
    manifests = [f"{name}-{number}.yaml" for number in range(mix.kubernetes)]
    for manifest in manifests:
        yield f"deploy/base/{manifest}", kubernetes(random, manifest.removesuffix(".yaml"))
    if mix.kustomize:
        yield "deploy/base/kustomization.yaml", base(manifests)
    for number in range(mix.workflow):
        yield f"{_OF_ALL}workflows/{name}-{number}.yaml", workflow(random)
    for number in range(mix.chart):
        for path, text in chart(random, f"{name}-{number}"):
            yield f"charts/{number}/{path}", text
    for number in range(1, mix.kustomize):
        path = f"deploy/overlays/{number}/kustomization.yaml"
        yield path, overlay(random, f"registry.example/{name}-0")


def _numbered(stem: str, ending: str, number: int) -> str:
    return f"{stem}.{number}{ending}" if number else f"{stem}{ending}"


def write(folder: Path, files: int, mix: Mix, seed: int) -> Path:
    """Write a repository with all of it committed, as imd finds one in practice."""
    for path, text in tree(files, mix, seed):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--no-verify", "--message", "Begin")
    return folder


def git(folder: Path, *words: str) -> None:
    """Run git, as nobody in particular."""
    person = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@localhost")
    quiet = ("-c", "commit.gpgsign=false", "-c", "gc.auto=0", "-c", "core.hooksPath=/dev/null")
    subprocess.run(["git", *person, *quiet, *words], cwd=folder, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--mix", type=mix_of, default=Mix(), metavar="KIND=N,…")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.folder.mkdir(parents=True)
    write(given.folder, given.files, given.mix, given.seed)


if __name__ == "__main__":
    main()
