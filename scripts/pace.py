"""Compare the instructions of short runs with those of the commit that this work began at.

    python scripts/pace.py [--most 5]

Seconds depend on what else the machine does, instructions do not. Fails where a run takes more than so many percent more; says
why it compares nothing where valgrind or that commit is not here.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TRUNKS = ("origin/HEAD", "origin/main", "main")
_DOCKERFILE = """\
FROM debian:latest
RUN apt-get update && apt-get install -y curl
COPY . /app
CMD ["/app/run"]
"""
_COMPOSE = "services:\n  web:\n    image: nginx:latest\n    volumes: [.:/app]\n"
_MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: nginx}]}}}
"""
FILES = {
    "a Dockerfile": {"Dockerfile": _DOCKERFILE},
    "a Compose file": {"compose.yaml": _COMPOSE},
    "twelve services": {
        f"services/s{number}/{name}": text
        for number in range(12)
        for name, text in (("Dockerfile", _DOCKERFILE), ("deploy.yaml", _MANIFEST))
    },
}
"""Folders that are judged, as files by name."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--most", type=float, default=5, metavar="PERCENT", help="more (5)")
    most = parser.parse_args().most
    if shutil.which("valgrind") is None:
        return nothing("needs valgrind")
    base = base_of()
    if base is None:
        return nothing("this clone holds no commit that this work began at")
    with tempfile.TemporaryDirectory(prefix="pace-") as folder:
        before = Path(folder, "before")
        git("worktree", "add", "--quiet", "--detach", str(before), base)
        try:
            slower = [name for name, by in compared(before, Path(folder)) if by > most]
        finally:
            git("worktree", "remove", "--force", str(before))
    if slower:
        print(f"more than {most:g} % slower than {base[:12]}: {', '.join(slower)}")
    return int(bool(slower))


def nothing(reason: str) -> int:
    print(f"missing: {reason}: nothing is compared")
    return 0


def base_of() -> str | None:
    """Return where this work leaves the trunk; on the trunk itself the commit before."""
    head = git("rev-parse", "HEAD")
    found = filter(None, (git("merge-base", "HEAD", trunk) for trunk in TRUNKS))
    base = next(found, None)
    return git("rev-parse", "--verify", "--quiet", "HEAD~1") if base == head else base


def git(*arguments: str) -> str | None:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None if done.returncode == 0 else None


def compared(before: Path, scratch: Path) -> Iterator[tuple[str, float]]:
    """Yield by how many percent each run takes more than before."""
    for number, (name, files) in enumerate(FILES.items()):
        folder = scratch / str(number)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        old, new = (instructions(tree / "linter", folder) for tree in (before, ROOT))
        by = (new / old - 1) * 100
        print(f"{name}: {old / 1e6:.0f} -> {new / 1e6:.0f} million instructions, {by:+.1f} %")
        yield name, by


def instructions(source: Path, folder: Path) -> int:
    """Return how many instructions it takes to judge a folder, by the package below ``source``."""
    command = [sys.executable, "-m", "immutable_delivery", "check", "--no-cache", "--jobs", "1"]
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "COVERAGE", "GIT_"))
    }
    env = {**own, "PYTHONPATH": str(source), "PYTHONHASHSEED": "0"}
    subprocess.run(
        command, cwd=folder, env=env, capture_output=True, check=False
    )  # compiles the modules
    counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    done = subprocess.run(counted, cwd=folder, env=env, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise SystemExit(f"valgrind counts nothing: {done.stderr[-500:]}")
    return int(found[1])


if __name__ == "__main__":
    sys.exit(main())
