"""What we publish: the wheel holds what it must and nothing else, and says the version of the changelog."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

import immutable_delivery

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "linter" / "immutable_delivery"
HOOKS = ROOT / "hooks" / "immutable_delivery_hooks"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def sources(root: Path, pattern: str = "*") -> set[str]:
    """Return the files below a folder that are written or generated, relative to its parent."""
    found = (path for path in root.rglob(pattern) if path.is_file())
    return {path.relative_to(root.parent).as_posix() for path in found if path.suffix != ".pyc"}


def test_the_wheel_has_two_packages_and_nothing_else(wheel: list[str]) -> None:
    top = {PurePosixPath(name).parts[0] for name in wheel}
    assert {name for name in top if not name.endswith(".dist-info")} == {
        "immutable_delivery",
        "immutable_delivery_hooks",
    }


def test_every_module_table_schema_and_compiled_policy_is_in_the_wheel(wheel: list[str]) -> None:
    assert sources(PACKAGE) | sources(HOOKS) <= set(wheel)
    for name in ("py.typed", "schemas/contract.schema.json", "schemas/config.schema.json"):
        assert f"immutable_delivery/{name}" in wheel
    assert any(name.startswith("immutable_delivery/_compiled/") for name in wheel)


def test_every_policy_is_in_the_wheel(wheel: list[str]) -> None:
    policies = {f"immutable_delivery/{name}" for name in sources(ROOT / "policies", "*.yaml")}
    assert policies
    assert policies <= set(wheel)


def test_the_wheel_leaves_out_tests_and_caches(wheel: list[str]) -> None:
    assert [name for name in wheel if "__pycache__" in name or "tests/" in name] == []


def test_the_licence_is_in_the_wheel(wheel: list[str]) -> None:
    assert [name for name in wheel if name.endswith(".dist-info/licenses/LICENSE")]


def test_the_version_is_one_literal_everywhere() -> None:
    newest = re.search(
        r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert newest is not None
    assert newest[1] == immutable_delivery.__version__


def test_a_release_refuses_a_tag_that_is_not_the_version() -> None:
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    found = re.search(
        r"- run: (test \"\$TAG\" = .*)\n|\n        run: (test \"\$TAG\" = .*)\n", text
    )
    assert found is not None
    command = found[1] or found[2]
    for tag, code in ((f"v{immutable_delivery.__version__}", 0), ("v99.0.0", 1)):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=ROOT,
            env={"TAG": tag, "PATH": os.environ["PATH"]},
            check=False,
        )
        assert done.returncode == code
