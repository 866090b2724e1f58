"""Answers that several threads read at once: the crash that this is about needs classes nobody has decoded before."""

from __future__ import annotations

import subprocess
import sys

READING = """
import importlib, sys, threading
from immutable_delivery.registry import manifests

sys.setswitchinterval(1e-7)
bodies = {
    "Manifest": b'{"mediaType": "x", "manifests": [{"digest": "a", "platform": {"os": "b"}}]}',
    "Configuration": b'{"os": "linux", "config": {"Cmd": ["a"]}}',
}

def read(name):
    start.wait()
    manifests.decoded(bodies[name], getattr(manifests, name))

for _ in range(150):
    importlib.reload(manifests)
    start = threading.Barrier(6)
    threads = [threading.Thread(target=read, args=(name,)) for name in (*bodies, *bodies, *bodies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_many_threads_may_be_the_first_to_read() -> None:
    done = subprocess.run([sys.executable, "-c", READING], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
