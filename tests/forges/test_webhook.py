"""The bot of the documentation, as it stands there, with one webhook: a mirror is fetched, and the pull request reviewed."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.forges.store import TOKEN

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.forges.conftest import Forge

PAGE = Path(__file__).parents[2] / "docs/review-bot.md"
SECRET = "of-the-webhook"


@pytest.mark.slow
def test_webhook_of_the_documentation_reviews(
    serve: Callable[[str, str, str], Forge], repository: Repository, tmp_path: Path
) -> None:
    base = repository.commit({"README": "x\n"})
    head = repository.commit({"compose.yaml": "services:\n  a:\n    image: nginx\n"})
    repository.git("update-ref", "refs/pull/7/head", head)
    repository.git("reset", "--quiet", "--hard", base)
    forge = serve("github", base, head)
    [script] = re.findall(
        r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    (tmp_path / "imd").write_text(
        f'#!/bin/sh\nexec {sys.executable} -P -m immutable_delivery "$@"\n'
    )
    (tmp_path / "imd").chmod(0o755)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environ = {
        **os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PORT": port, "WEBHOOK_SECRET": SECRET, "REPOSITORIES": "o/r",
        "MIRRORS": str(tmp_path), "ORIGIN": f"file://{repository.root}", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": forge.api,
        "IMD_INSECURE": urlsplit(forge.api).netloc,
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", script], env=environ, stderr=subprocess.PIPE)
    try:
        url = f"http://127.0.0.1:{port}/"
        event = {
            "action": "opened",
            "repository": {"full_name": "o/r"},
            "pull_request": {"number": 7, "base": {"sha": base}, "head": {"sha": head}},
        }
        _started(url, process)
        assert _post(url, event, secret="wrong") == 401
        assert _post(url, {**event, "action": "closed"}) == 204
        assert _post(url, {**event, "repository": {"full_name": "o/other"}}) == 204
        assert forge.store.asked == []
        assert _post(url, event) == 200
    finally:
        process.terminate()
        process.communicate(timeout=10)
    assert len(forge.store.conversations) == 1
    assert not (tmp_path / "o+r" / "compose.yaml").exists()


def _started(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            httpx.get(url, timeout=5)
        except httpx.ConnectError:
            assert process.poll() is None
            time.sleep(0.05)
        else:
            return
    raise AssertionError(url)


def _post(url: str, event: dict[str, Any], secret: str = SECRET) -> int:
    body = json.dumps(event).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}"}
    return httpx.post(url, content=body, headers=headers, timeout=60).status_code
