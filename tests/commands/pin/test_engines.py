"""The tools that read the files take a pinned one for what it was, but for the pins."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import dockerfile
import pytest
from tests.commands.pin.test_pin import CASES
from tests.components import needs

if TYPE_CHECKING:
    from tests.commands.pin.conftest import Place

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}")
OVERLAYS = [
    name for name in CASES if "kustomization.yaml" in CASES[name][0] and "newName" not in name
]
COMPOSED = [name for name in CASES if "compose.yaml" in CASES[name][0]]
BUILT = [name for name in CASES if "Dockerfile" in CASES[name][0] and "already" not in name]


def both(place: Place, case: str, read: object) -> tuple[str, str]:
    """Return what a tool makes of the files before and after, there without the pins."""
    assert callable(read)
    place.write(dict(CASES[case][0]))
    before = read()
    assert place.call("pin", "--apply").code == 0
    after = read()
    assert (after != before) is bool(DIGEST.search(after))
    return before, DIGEST.sub("", after)


@pytest.mark.parametrize("case", COMPOSED)
def test_compose(place: Place, case: str) -> None:
    engine = Path(sysconfig.get_path("scripts")) / "docker-compose"

    def read() -> str:
        command = [str(engine), "config", "--format", "json"]
        environ = {"PATH": os.defpath, "HOME": "/nonexistent"}
        return subprocess.run(
            command, cwd=place.root, env=environ, capture_output=True, text=True, check=True
        ).stdout

    before, after = both(place, case, read)
    assert before == after


@needs("kubectl")
@pytest.mark.parametrize("case", OVERLAYS)
def test_kustomize(place: Place, case: str) -> None:
    def read() -> str:
        command = ["kubectl", "kustomize", str(place.root)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    before, after = both(place, case, read)
    assert before == after


@pytest.mark.parametrize("case", BUILT)
def test_buildkit(place: Place, case: str) -> None:
    def read() -> str:
        text = (place.root / "Dockerfile").read_bytes().decode("utf-8-sig")
        return json.dumps(
            [list(map(str, one)) for one in map(_parts, dockerfile.parse_string(text))]
        )

    before, after = both(place, case, read)
    assert before == after


def _parts(one: dockerfile.Command) -> tuple[object, ...]:
    return one.cmd, one.sub_cmd, one.json, one.original, one.start_line, one.flags, one.value
