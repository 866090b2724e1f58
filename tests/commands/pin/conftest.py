"""A repository whose images lie in a real registry, and the command line in it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.registry.conftest import Running, started
from tests.registry.images import Image, multi, push

from immutable_delivery.cli.exits import run

_THERE: dict[str, str] = {}
"""What each tag of the registry names."""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@dataclass
class Place:
    """A folder, and a registry that stands for Docker Hub and gcr.io."""

    root: Path
    registry: Running
    call: Callable[..., Result]
    digests: dict[str, str] = field(default_factory=dict)

    def write(self, files: dict[str, str | bytes]) -> None:
        for path, data in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data.encode() if isinstance(data, str) else data)

    def read(self) -> dict[str, str]:
        """Return every file but git's and the record of pins."""
        paths = (path for path in self.root.rglob("*") if path.is_file())
        names = {path.relative_to(self.root).as_posix(): path for path in paths}
        return {
            name: path.read_bytes().decode()
            for name, path in sorted(names.items())
            if not name.startswith((".git/", ".imd/"))
        }

    def push(self, name: str, image: Image | None = None) -> str:
        """Put an image under a name with a tag; return the digest."""
        repository, _, tag = name.rpartition(":")
        path = repository if "." in repository.partition("/")[0] else f"docker.io/{repository}"
        path = path if path.count("/") > 1 else path.replace("/", "/library/")
        image = image or multi(note=name)
        if _THERE.get(name) != image.digest:  # another test may have pushed it
            push(self.registry.base, path, tag, image)
        self.digests[name] = _THERE[name] = image.digest
        return image.digest

    def with_digests(self, text: str) -> str:
        """Return a text with `@{nginx:1.27}` as the digest of that image."""
        for name, digest in self.digests.items():
            text = text.replace(f"{{{name}}}", digest)
        return text


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Return a registry of its own."""
    with started(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture
def place(
    tmp_path: Path, hub: Running, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Place:
    """Return an empty repository; `nginx`, `redis`, `node` and `gcr.io/a/b` are there in some tags."""
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("HOME", str(tmp_path))
    mirrors = " ".join(f"{name}={hub.host}/{name}" for name in ("docker.io", "gcr.io"))
    monkeypatch.setenv("IMD_MIRROR", mirrors)
    monkeypatch.setenv("IMD_INSECURE", hub.host)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)

    def call(*arguments: str) -> Result:
        capfd.readouterr()
        code = run(list(arguments))
        return Result(code, *capfd.readouterr())

    made = Place(root, hub, call)
    for name in (
        "nginx:1.27",
        "nginx:latest",
        "redis:7",
        "node:22",
        "docker/dockerfile:1",
        "gcr.io/a/b:v1",
    ):
        made.push(name)
    return made
