"""Our requests against GitHub's own descriptions: OpenAPI, served by prism on loopback, and the schema of GraphQL."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.forges.test_refusals import _compose
from tests.reporters.conftest import installed, node

from immutable_delivery.forges.github import QUERY, REOPEN, RESOLVE

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.forges.conftest import Forge

pytestmark = pytest.mark.slow
__all__ = ["node"]

OPENAPI, PRISM, GRAPHQL = (
    "@octokit/openapi@23.0.2",
    "@stoplight/prism-cli@5.14.2",
    "@octokit/graphql-schema@15.26.1",
)
_PULL = "/repos/{owner}/{repo}/pulls"
PATHS = [
    _PULL, *(f"{_PULL}/{{pull_number}}{end}" for end in ("", "/files", "/reviews")), f"{_PULL}/comments/{{comment_id}}",
    "/repos/{owner}/{repo}/check-runs", "/repos/{owner}/{repo}/check-runs/{check_run_id}", "/repos/{owner}/{repo}/statuses/{sha}",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments", "/repos/{owner}/{repo}/issues/comments/{comment_id}",
]  # fmt: skip


def _small(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the description of some paths: prism needs ten seconds for all of them."""
    paths = {path: whole["paths"][path] for path in PATHS}
    used: dict[str, dict[str, Any]] = {}
    todo: list[Any] = [paths]
    while todo:
        one = todo.pop()
        todo += one.values() if isinstance(one, dict) else one if isinstance(one, list) else []
        name = one.get("$ref") if isinstance(one, dict) else None
        if isinstance(name, str) and name.startswith("#/components/"):
            _, _, kind, key = name.split("/")
            if key not in used.setdefault(kind, {}):
                used[kind][key] = whole["components"][kind][key]
                todo.append(used[kind][key])
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": used}


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    modules = installed(OPENAPI, PRISM)
    whole = json.loads(
        (modules / "@octokit/openapi/generated/api.github.com.json").read_text("utf-8")
    )
    folder = tmp_path_factory.mktemp("prism")
    (folder / "api.json").write_text(json.dumps(_small(whole)))
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [
        str(modules / ".bin/prism"),
        "mock",
        "-h",
        "127.0.0.1",
        "-p",
        port,
        "--errors",
        str(folder / "api.json"),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(600):
            if "listening" in (folder / "log").read_text():
                break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _refused(prism: str, method: str, path: str, body: Any) -> str:
    content = {"json": body} if body else {}
    answer = httpx.request(
        method, f"{prism}{path}", headers={"Authorization": "Bearer x"}, timeout=30, **content
    )
    said = answer.headers.get("sl-violations", "")
    if answer.is_success or said.startswith('[{"location":["response"'):  # an example of theirs
        return ""
    return f"{answer.status_code} {said or answer.text[:300]}"


def test_descriptions_refuse_what_is_wrong(prism: str) -> None:
    right = {
        "commit_id": "0" * 40,
        "event": "COMMENT",
        "body": "x",
        "comments": [{"path": "a", "line": 1, "side": "RIGHT", "body": "x"}],
    }
    path = "/repos/o/r/pulls/7/reviews"
    assert _refused(prism, "POST", path, right) == ""
    assert "422" in _refused(prism, "POST", path, {**right, "event": "COMMENTS"})
    assert "422" in _refused(
        prism, "POST", path, {**right, "comments": [{"path": "a", "line": "1", "body": "x"}]}
    )


def test_requests_fit_the_description_of_github(
    serve: Callable[[str, str, str], Forge], repository: Repository, prism: str
) -> None:
    files = {
        "web/Dockerfile": 'FROM scratch\nCOPY . /app\nCMD ["/app/run"]\n',
        "web/.dockerignore": "*\n!run\n",
        "web/run": "x\n",
    }
    base = repository.commit(files)
    repository.git("rm", "--quiet", "web/.dockerignore")
    forge = serve("github", base, repository.commit({"compose.yaml": _compose(90)}))
    forge.review("--comments", "20")
    first, second, *_ = forge.store.conversations
    forge.store.push(repository.commit({"compose.yaml": "# moved\n" + _compose(2)}))
    first.start = first.line = 0  # as where GitHub loses a line
    second.comments[0].body = second.comments[0].body.replace("error", "warning")
    forge.review()
    asked = [(method, path, body) for method, path, body in forge.store.asked if path != "/graphql"]
    kinds = {method for method, *_ in asked}
    assert kinds == {"GET", "POST", "PATCH", "DELETE"}
    assert sum("/pulls/comments/" in path for _, path, _ in asked) >= 2
    refused = [
        (method, path, why)
        for method, path, body in asked
        if (why := _refused(prism, method, path, body))
    ]
    assert refused == []


def test_queries_fit_the_schema_of_github(node: Callable[..., str]) -> None:
    modules = installed(GRAPHQL)
    script = """
      const { readFileSync } = await import("node:fs");
      const { buildSchema, parse, validate } = await import(process.argv[1] + "/graphql/index.mjs");
      const schema = buildSchema(readFileSync(process.argv[1] + "/@octokit/graphql-schema/schema.graphql", "utf8"), { assumeValidSDL: true });
      console.log(JSON.stringify(process.argv.slice(2).map((text) => validate(schema, parse(text)).map(String))));
    """
    *ours, wrong = json.loads(node(modules, script, QUERY, RESOLVE, REOPEN, "{ nothing }"))
    assert ours == [[], [], []]
    assert wrong
