"""What really changes in images beside what `imd affected` says: buildah builds both states of random repositories."""

from __future__ import annotations

import json
import random
import subprocess
from datetime import date
from pathlib import Path

import pytest
from tests.components import NEEDS, program
from tests.conftest import Repository

from immutable_delivery.commands.affected import affected
from immutable_delivery.pipeline.settings import Request

FOLDERS = ("", "src", "src/lib", "docs", "web", "web/src", "web/src/lib", "api", "api/docs")
NAMES = ("a.txt", "b.txt", "c.md", "d.go", "README.md", "a.min.js", ".hidden")
SOURCES = (
    ".", "src", "./src/", "src/lib", "*.txt", "s*/*.txt", "src/*", "docs", "a.txt", "src/a.txt", "web", "l*", "link", "?.md", "[a-c].*", "src/../a.txt",
)  # fmt: skip
IGNORED = (
    "*.md", "**/*.md", "docs", "src/lib", "*", "!src", "!**/*.txt", "**/lib", "src/*.txt", "!src/a.txt", "*/*.go", "# no", "a.*", "./docs/", "/src/lib", "**/.hidden", "!README.md",
)  # fmt: skip
CASES = 25


@pytest.fixture
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    program("buildah")
    found = Builder(tmp_path_factory.mktemp("store"))
    if not found.works():
        pytest.skip(f"{NEEDS}buildah that can build here")
    return found


class Builder:
    """Builds images of nothing but copied files, without a network and without privileges."""

    def __init__(self, store: Path) -> None:
        self._buildah = [
            "buildah", "--root", str(store / "root"), "--runroot", str(store / "run"), "--storage-driver", "vfs",
        ]  # fmt: skip
        self._number = 0
        self._store = store

    def works(self) -> bool:
        (self._store / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
        return self.layers(self._store, "Dockerfile", ".", "") is not None

    def layers(self, root: Path, dockerfile: str, context: str, target: str) -> list[str] | None:
        """Return the layers of an image, None where it cannot be built."""
        self._number += 1
        name = f"case{self._number}"
        build = [
            "bud",
            "-q",
            "--isolation",
            "chroot",
            "--layers=false",
            "--timestamp",
            "0",
            "-t",
            name,
            "-f",
            str(root / dockerfile),
        ]
        done = self._run(*build, *(["--target", target] if target else []), str(root / context))
        if done.returncode:
            return None
        said = json.loads(self._run("inspect", "--type", "image", name).stdout)
        return [*said["OCIv1"]["rootfs"]["diff_ids"]]

    def _run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*self._buildah, *words], capture_output=True, check=False)


class World:
    """A repository of one seed."""

    def __init__(self, seed: int, root: Path) -> None:
        self.random = random.Random(seed)
        self.repository = Repository(root)
        self.root = root
        self.repository.git("init", "-q")

    def begin(self) -> None:
        """Write the state before the change."""
        for _ in range(self.random.randint(6, 14)):
            self._file()
        for _ in range(self.random.randint(0, 2)):
            self._link()
        inner = self.random.choice(("web", "."))
        self._contexts = {"Dockerfile": self.root, "web/Dockerfile": self.root / inner}
        (self.root / "web").mkdir(exist_ok=True)
        self.repository.write({path: self._dockerfile(path) for path in self._contexts})
        self._ignore(".dockerignore")
        if self.random.random() < 0.3:
            self._ignore("Dockerfile.dockerignore")
        if self.random.random() < 0.4:
            self._ignore("web/.dockerignore")
        two = "web" if inner == "web" else "{context: ., dockerfile: web/Dockerfile}"
        self.repository.write(
            {"compose.yaml": f"services:\n  one: {{build: .}}\n  two: {{build: {two}}}\n"}
        )
        self._commit()

    def change(self) -> None:
        """Change something, and commit it."""
        for _ in range(self.random.randint(1, 2)):
            self.random.choice((
                self._file, self._file, self._file, self._delete, self._rename, self._mode, self._link,
                lambda: self._ignore(".dockerignore"), self._redo,
            ))()  # fmt: skip
        self._commit()

    def _commit(self) -> None:
        self.repository.git("add", "-A")
        self.repository.git("commit", "-q", "--allow-empty", "-m", "state")

    def _path(self) -> Path:
        return self.root / self.random.choice(FOLDERS) / self.random.choice(NAMES)

    def _file(self) -> None:
        path = self._path()
        if (
            path.parent.is_symlink()
            or any(one.is_symlink() or one.is_file() for one in path.parents)
            or path.is_symlink()
        ):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{self.random.random()}\n")

    def _some(self) -> Path | None:
        names = self.repository.git("ls-files", "-z").split("\0")[:-1]
        found = [name for name in names if not name.endswith(("Dockerfile", "compose.yaml"))]
        return self.root / self.random.choice(found) if found else None

    def _delete(self) -> None:
        if (path := self._some()) and path.is_file():
            path.unlink()

    def _rename(self) -> None:
        path, to = self._some(), self._path()
        if (
            path
            and path.is_file()
            and to.parent.is_dir()
            and not to.exists()
            and not to.is_symlink()
        ):
            path.rename(to)

    def _mode(self) -> None:
        if (path := self._some()) and path.is_file() and not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o111 == 0 else 0o644)

    def _link(self) -> None:
        path = self.root / self.random.choice(("link", "lib", "web/link", "src/link"))
        if not path.parent.is_dir() or (path.is_dir() and not path.is_symlink()):
            return
        path.unlink(missing_ok=True)
        path.symlink_to(
            self.random.choice(("src", "docs", "a.txt", "src/a.txt", "../src", "lib", "/src"))
        )

    def _ignore(self, path: str) -> None:
        lines = [".git", *self.random.choices(IGNORED, k=self.random.randint(0, 3))]
        self.repository.write({path: "\n".join(lines) + "\n"})

    def _redo(self) -> None:
        path = self.random.choice(tuple(self._contexts))
        self.repository.write({path: self._dockerfile(path)})

    def _source(self, context: Path) -> str:
        return self.random.choice(
            [one for one in SOURCES if one == "." or any(context.glob(one))] or ["."]
        )

    def _dockerfile(self, path: str) -> str:
        context = self._contexts[path]
        copies = [
            f"COPY {self._source(context)} /{index}/\n"
            for index in range(self.random.randint(1, 3))
        ]
        text = "# a comment\nFROM scratch AS made\n" + "".join(copies)
        if self.random.random() < 0.5:
            text += f"FROM scratch AS unused\nCOPY {self._source(context)} /u/\n"
            text += f"FROM scratch\nCOPY --from=made /0 /\nCOPY {self._source(context)} /last/\n"
        return text


def judged(builder: Builder, seed: int, folder: Path) -> dict[str, int]:
    """Count what the answer and buildah say; fail where a layer changes that is called untouched."""
    world = World(seed, folder / "work")
    world.begin()
    world.change()
    answer = affected(world.root, "HEAD~1", Request(today=date(2026, 11, 29)))
    found = {"changed": 0, "untouched": 0, "for nothing": 0}
    states = []
    for name in ("HEAD~1", "HEAD"):
        state = folder / name.replace("~", "")
        world.repository.git("worktree", "add", "-q", "--detach", str(state), name)
        states.append(state)
    for one in answer.artifacts:
        layers: list[list[str] | None] = []
        for state in states:
            if None in layers:
                break
            layers.append(builder.layers(state, one.dockerfile, one.context or ".", one.target))
        if None in layers:
            continue  # what cannot be built has no layers to compare
        if layers[0] != layers[1]:
            found["changed"] += 1
            assert one.affected, f"seed {seed}: {one}: {layers}"
        else:
            found["for nothing" if one.affected else "untouched"] += 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(CASES))
def test_a_change_of_a_layer_is_in_the_answer(builder: Builder, seed: int, tmp_path: Path) -> None:
    tmp_path.joinpath("work").mkdir()
    judged(builder, seed, tmp_path)
