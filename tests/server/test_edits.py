"""A session of edits: after each, what an editor is told is what a fresh check finds.

`IMD_EDITS=1000 pytest tests/server/test_edits.py` makes a longer one; the ordinary run makes a few edits of each kind.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol.converters import get_converter
from tests.conftest import Repository
from tests.server.editor import Editor

from immutable_delivery.errors import ImdError
from immutable_delivery.findings import Finding, Report
from immutable_delivery.pipeline.examine import mended
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.server.telling import Telling
from immutable_delivery.server.workspace import Judged, Workspace

EDITS = int(os.environ.get("IMD_EDITS", "60"))
SESSIONS = 4
MARKER = "zz/compose.yaml"
"""The file that is told of last."""

DIGEST = "sha256:" + "0123456789abcdef" * 4
FILES = {
    "Dockerfile": 'ARG BASE=node:22\nFROM $BASE AS build\nWORKDIR /app\nCOPY package.json start.sh ./\nRUN npm install\nFROM build\nCOPY . .\nCMD ["./start.sh"]\n',
    "start.sh": "#!/bin/sh\nset -e\npip install flask\nexec node server.js\n",
    "package.json": '{"name": "web", "scripts": {"start": "node server.js", "prestart": "npm install left-pad"}}\n',
    "server.js": "require('http')\n",
    "compose.yaml": "services:\n  web:\n    build: .\n    image: shop/web:${TAG:-1}\n    restart: always\n    volumes: ['./server.js:/app/server.js']\n  db:\n    image: postgres:${PG}\n    env_file: db.env\n  cache:\n    extends: {file: common.yaml, service: cache}\n",
    "common.yaml": "services:\n  cache:\n    image: redis:latest\n    command: sh -c 'apk add curl && redis-server'\n",
    ".env": "TAG=2\nPG=16\n",
    "db.env": "A=1\n",
    "k8s/base/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: web\n        image: shop/web:1\n        command: [npm, start]\n",
    "k8s/base/kustomization.yaml": "resources:\n- web.yaml\n",
    "k8s/prod/kustomization.yaml": f"resources:\n- ../base\nimages:\n- name: shop/web\n  newTag: latest\n- name: other\n  digest: {DIGEST}\n",
    "k8s/dev/kustomization.yaml": "resources:\n- ../base\npatches:\n- patch: |-\n    - {op: replace, path: /spec/template/spec/containers/0/image, value: shop/web:dev}\n  target: {kind: Deployment, name: web}\n",
    "delivery.yaml": "service: web\nbuild: {context: .}\nimage: shop/web\nstart: {command: [./start.sh]}\n",
    ".github/workflows/ship.yml": "on: push\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n    - run: |\n        docker build -t shop/web:latest .\n        docker push shop/web:latest\n        kubectl apply -k k8s/prod\n",
    ".imd.yaml": "profile: strict\nenvironments:\n  prod: {paths: [k8s/prod]}\n  dev: {paths: [k8s/dev], development: true}\n",
}  # fmt: skip
WORDS = (
    "latest", "nginx:1.27", "shop/web", "shop/web:2", "web", "api", "other", "${TAG}", "$BASE", f"x@{DIGEST}", "start.sh", "../base",
    "node", "# imd: ignore[floating-tag] it may\n", "true", "\n", "\t", " ", "- ", ": ", "[", "'", "\r\n", "\r", "{{ x }}", "é🐳", "\x0c",
    "\u2028", "\\", "|\n", "&a", "*a", "!!x ", "---\n", "%",
)  # fmt: skip


def edited(text: str, dice: random.Random) -> str:
    """Return a text with a word, a line or all of it gone, doubled, moved or another."""
    kind = dice.choice(["word", "word", "word", "line", "twice", "swap", "gone", "cut", "insert", "insert"])  # fmt: skip
    lines = text.splitlines(keepends=True) or [""]
    at = dice.randrange(len(lines))
    if kind == "word":
        words = lines[at].split(" ")
        words[dice.randrange(len(words))] = dice.choice(WORDS)
        lines[at] = " ".join(words)
    elif kind == "line":
        del lines[at]
    elif kind == "twice":
        lines.insert(at, lines[at])
    elif kind == "swap":
        other = dice.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == "gone":
        return ""
    elif kind == "cut":
        return text[: dice.randrange(len(text) + 1)]
    else:
        place = dice.randrange(len(text) + 1)
        return text[:place] + dice.choice(WORDS) + text[place:]
    return "".join(lines)


def session(dice: random.Random, edits: int) -> Iterator[tuple[str, str]]:
    """Yield edits: the file and its new text; now and then a file is again what it was."""
    now = dict(FILES)
    for _ in range(edits):
        path = dice.choice(list(FILES))
        now[path] = FILES[path] if dice.random() < 0.25 else edited(now[path], dice)
        yield path, now[path]


def fresh(root: Path) -> Report | None:
    """Return what a check finds that knows nothing of any other; None where our own files are broken."""
    request = Request(today=Workspace.today(), origin=False)
    try:
        return run(root, request).report
    except ImdError:
        return None


def mended_of(judged: Judged) -> tuple[Finding, ...]:
    """Return what is told, with the fixes that would be worked out for who asks."""
    assert judged.report is not None
    assert judged.examined is not None
    assert judged.settings is not None
    return tuple(mended(judged.report.findings, judged.examined, judged.settings.policies))


@pytest.mark.parametrize("seed", range(SESSIONS))
def test_after_every_edit_the_same_is_found_as_by_a_fresh_check(
    repository: Repository, seed: int
) -> None:
    """What is remembered between judgements never shows, nor does whether a text is saved."""
    repository.commit(FILES)
    dice, workspace = random.Random(seed), Workspace(repository.root, watched=True)
    for number, (path, text) in enumerate(session(dice, EDITS // SESSIONS)):
        workspace.edit(path, text, number)
        judged = workspace.judge()
        (repository.root / path).write_bytes(text.encode())
        expected = fresh(repository.root)
        assert (expected is None) == bool(judged.faults)
        if expected is not None:
            assert mended_of(judged) == expected.findings
            assert judged.examined is not None
            assert judged.examined.services == expected.services
        if dice.random() < 0.5:
            workspace.close(path)


def expected_of(found: Report, root: Path) -> dict[str, Any]:
    """Return what an editor is to be told of a report, by URI."""
    telling, convert = Telling(Judged(found), root, {}), get_converter()
    return {
        (root / path).as_uri(): convert.unstructure(telling.diagnostics(these))
        for path, these in telling.by_file().items()
    }


def test_an_editor_is_told_what_a_fresh_check_finds(repository: Repository) -> None:
    """What was told before and does not change is not told again, and never differs for that."""
    repository.commit({**FILES, MARKER: "services: {a: {image: 'a:latest'}}\n"})
    dice, editor = random.Random(99), Editor(repository.root)
    editor.told(MARKER)
    for number, (path, text) in enumerate(session(dice, EDITS // SESSIONS), 1):
        (editor.open if dice.random() < 0.3 else editor.change)(path, text, number)
        (repository.root / path).write_bytes(text.encode())
        editor.moved(path)
        if dice.random() < 0.3:
            editor.shut(path)
        editor.open(MARKER, "services: {a: {image: 'a:latest'}}\n", number)
        editor.told_of(MARKER, number)
        if (expected := fresh(repository.root)) is not None:
            told = {uri: found for uri, found in editor.diagnostics.items() if found}
            assert told == expected_of(expected, repository.root)
    editor.close()


def test_what_is_typed_is_judged_without_another_look_at_the_rest(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = "services: {%s: {image: 'nginx%s'}}\n"
    repository.commit({f"{one}/compose.yaml": service % (one, ":1.2.3") for one in "abc"})
    workspace = Workspace(repository.root, watched=True)
    assert workspace.judge().report is not None
    monkeypatch.setattr(Workspace, "_judged", None)
    workspace.edit("a/compose.yaml", service % ("a", ""), 1)
    found = [one.place.file for one in mended_of(workspace.judge()) if one.policy == "floating-tag"]
    assert found == ["a/compose.yaml"]
    workspace.forget()
    with pytest.raises(TypeError):
        workspace.judge()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[tool.imd]\nignore = ["floating-tag"]\n'),
        (".trivyignore.yml", "misconfigurations: [{id: DS-0001}]\n"),
    ],
)
def test_a_file_that_begins_to_say_how_to_judge_is_heard(
    repository: Repository, path: str, text: str
) -> None:
    repository.commit({path: "", "Dockerfile": 'FROM debian:latest\nCMD ["true"]\n'})
    workspace = Workspace(repository.root, watched=True)
    workspace.judge()
    workspace.edit(path, text, 1)
    judged = workspace.judge()
    (repository.root / path).write_text(text)
    expected = fresh(repository.root)
    assert expected is not None
    assert mended_of(judged) == expected.findings
