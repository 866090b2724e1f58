"""What a run imports: start-up is most of the time that a hook takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """\
import sys
from immutable_delivery.cli.exits import run
sys.argv = ["imd", "check", sys.argv[1]]
run()
print("\\n".join(sys.modules), file=sys.stderr)
"""
NEVER = {
    "asyncio", "concurrent.futures", "dockerfile_parse", "email", "httpx", "importlib.metadata", "jsonschema", "multiprocessing", "pickle", "re2",
    "ssl", "xml", "yaml",
}  # fmt: skip
RARELY = {"json", "subprocess"}
"""Not where no git is around, and no report needs them."""


def imported(file: Path, text: str) -> set[str]:
    file.write_text(text)
    command = [sys.executable, "-c", _PROGRAM, str(file)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        command, cwd=file.parent, env=env, capture_output=True, text=True, check=False
    )
    assert "immutable_delivery.pipeline.run" in done.stderr, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("name", "text", "not_needed"),
    [
        (
            "Dockerfile",
            "FROM debian:latest\nRUN apt-get install -y curl\n",
            {
                "ruamel.yaml", "_ruamel_yaml", "tree_sitter_hcl", "immutable_delivery.formats.compose",
                "immutable_delivery.formats.kubernetes", "immutable_delivery.reading.cache",
            },
        ),
        (
            "compose.yaml",
            "services:\n  web:\n    image: nginx\n",
            {"tree_sitter_hcl", "immutable_delivery.formats.dockerfile.lowering", "immutable_delivery.reading.cache"},
        ),
    ],
)  # fmt: skip
def test_one_file_imports_what_it_needs(
    tmp_path: Path, name: str, text: str, not_needed: set[str]
) -> None:
    found = imported(tmp_path / name, text)
    assert not found & NEVER
    assert not found & not_needed
    assert not found & RARELY
    assert sum(module.startswith("immutable_delivery") for module in found) < 261


def test_the_policies_are_compiled(tmp_path: Path) -> None:
    found = imported(tmp_path / "Dockerfile", "FROM debian\n")
    assert "immutable_delivery.policy.model" in found
    assert "immutable_delivery.policy.load" not in found
