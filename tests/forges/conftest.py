"""A pull request on a forge of loopback, and `imd review` in the job of that forge."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tests.forges.servers import DIALECTS, serving_forge
from tests.forges.store import TOKEN, Store

from immutable_delivery.cli.exits import run

if TYPE_CHECKING:
    from tests.conftest import Repository

_ENVIRONMENT = (
    "GITHUB_", "GH_TOKEN", "GITLAB_", "GITEA_", "FORGEJO_", "CI_", "IMD_MIRROR", "IMD_INSECURE", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY",
    "https_proxy", "ALL_PROXY", "all_proxy",
)  # fmt: skip


@dataclass
class Result:
    code: int
    out: str
    err: str


@dataclass
class Forge:
    """A forge, and how a job on it calls us."""

    name: str
    store: Store
    api: str
    environ: Callable[[Mapping[str, str]], None]
    capfd: pytest.CaptureFixture[str]
    event: Path

    def review(self, *options: str, token: str = TOKEN) -> Result:
        self.environ(self.variables(token))
        code = run(
            [
                "review",
                self.name,
                "--insecure",
                urlsplit(self.api).netloc,
                "--today",
                "2026-11-29",
                *options,
            ]
        )
        out, err = self.capfd.readouterr()
        return Result(code, out, err)

    def variables(self, token: str) -> Mapping[str, str]:
        store = self.store
        if self.name == "gitlab":
            return {
                "CI_API_V4_URL": self.api, "CI_MERGE_REQUEST_PROJECT_ID": "o/r", "CI_MERGE_REQUEST_IID": "7", "CI_COMMIT_SHA": store.head,
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": store.merge_base, "GITLAB_TOKEN": token,
            }  # fmt: skip
        pull = {"number": 7, "head": {"sha": store.head}, "base": {"sha": store.base}}
        self.event.write_text(json.dumps({"pull_request": pull}))
        return {
            "GITHUB_API_URL": self.api, "GITHUB_REPOSITORY": "o/r", "GITHUB_EVENT_PATH": str(self.event),
            f"{self.name.upper()}_TOKEN": token,
        }  # fmt: skip


@pytest.fixture
def serve(
    repository: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Callable[[str, str, str], Forge]]:
    """Return what serves a pull request, from its base to its head."""
    import os  # noqa: PLC0415

    for name in [name for name in os.environ if name.startswith(_ENVIRONMENT)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(repository.root)
    open_ones = []

    def environ(variables: Mapping[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    def served(name: str, base: str, head: str) -> Forge:
        store = Store(repository, base, head)
        context = serving_forge(store, name)
        open_ones.append(context)
        return Forge(name, store, context.__enter__(), environ, capfd, tmp_path / "event.json")

    yield served
    for context in open_ones:
        context.__exit__(None, None, None)


@pytest.fixture(params=sorted(DIALECTS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)
