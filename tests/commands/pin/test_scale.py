"""Many references, few images; and a run that dies in the middle."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from tests.registry.servers import served

from immutable_delivery.registry.batch import AT_ONCE

if TYPE_CHECKING:
    from tests.commands.pin.conftest import Place

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}")


def compose(images: int, references: int, first: int) -> str:
    services = "".join(
        f"  s{n}:\n    image: acme/i{(first + n) % images}:1\n" for n in range(references)
    )
    return f"services:\n{services}"


def test_each_image_is_asked_for_once_and_time_grows_with_the_references(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2,000 references over 200 images, against a quarter of both."""
    took = {}
    for images, files in ((50, 5), (200, 20)):
        place.write({f"f{n}/compose.yaml": compose(images, 100, n * 37) for n in range(files)})
        with served() as server:
            monkeypatch.setenv("IMD_MIRROR", f"docker.io={server.host}")
            monkeypatch.setenv("IMD_INSECURE", server.host)
            began = time.perf_counter()
            result = place.call("pin", "--apply")
            took[images] = time.perf_counter() - began
        assert result.code == 0, result.err[-2000:]
        asked = Counter(
            (method, path.rpartition("/manifests/")[0]) for method, path, _ in server.asked
        )
        assert set(asked.values()) == {1}
        assert len(asked) == 2 * images  # a HEAD and a GET each
        assert server.most <= AT_ONCE
        assert sum(len(DIGEST.findall(text)) for text in place.read().values()) == files * 100
        assert place.call("unpin", "--apply").code == 0
    assert took[200] < 4 * took[50] * 2, took  # twice: a busy machine


_KILLED = """
import os, signal, sys
from immutable_delivery.edits import write as writing
from immutable_delivery.cli.exits import run
left = [int(sys.argv[1])]
replaced = writing.Path.replace
def replace(self, target):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return replaced(self, target)
writing.Path.replace = replace
sys.exit(run(["pin", "--apply"]))
"""


@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_run_that_is_killed_leaves_every_file_whole(place: Place, after: int) -> None:
    """The process kills itself right before it would put the next file in its place: the worst moment there is."""
    old = {f"f{n}/Dockerfile": "FROM node:22\nFROM redis:7\n" for n in range(8)}
    place.write(dict(old))
    new = place.with_digests("FROM node:22@{node:22}\nFROM redis:7@{redis:7}\n")
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(after)], cwd=place.root, env=os.environ, check=False
    )
    assert done.returncode == -signal.SIGKILL
    files_written = max(after - 1, 0)  # the record comes first
    files = {path: text for path, text in place.read().items() if path in old}
    assert Counter(files.values()) == Counter(
        {new: files_written, old["f0/Dockerfile"]: 8 - files_written}
    )
    assert place.call("pin", "--apply").code == 0
    assert {place.read()[path] for path in old} == {new}
    assert place.call("unpin", "--apply").code == 0
    assert {place.read()[path] for path in old} == set(old.values())
