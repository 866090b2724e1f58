"""From end to end: a repository with a history and old findings, and a branch that brings two new ones."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import DIGEST

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

COMMITS = 300
SERVICES = [f"service-{number}" for number in range(12)]
DOCKERFILE = """\
FROM python:latest
WORKDIR /app
RUN curl -fsSL https://example.org/install | sh
RUN pip install flask
COPY app.py .
CMD ["python", "app.py"]
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: registry.example/shop:latest
"""
BASE = "resources: [deployment.yaml]\n"
OVERLAY = f"""\
resources: [../../base]
images:
  - name: registry.example/shop
    newTag: 1.4.2
    digest: {DIGEST}
"""
BAD = "RUN wget -qO- https://example.org/agent | bash\n"
FILES = {
    **{f"{name}/Dockerfile": DOCKERFILE for name in SERVICES},
    "deploy/base/deployment.yaml": DEPLOYMENT,
    "deploy/base/kustomization.yaml": BASE,
    "deploy/overlays/production/kustomization.yaml": OVERLAY,
}
EXPECTED = [
    ("floating-tag", "deploy/base/deployment.yaml", 12),
    ("piped-installer", "service-3/Dockerfile", None),
]


def _history() -> bytes:
    """Return 300 commits for `git fast-import`: everything at first, then work that moves the lines of what was found."""
    parts = []
    for number in range(COMMITS):
        changed = dict(FILES) if number == 0 else {f"notes/{number}.md": f"{number}\n"}
        if number % 10 == 1:
            name = SERVICES[number // 10 % len(SERVICES)]
            changed[f"{name}/Dockerfile"] = f"# edition {number}\n\n{DOCKERFILE}"
        parts.append(
            f"commit refs/heads/main\ncommitter Ada <ada@example.com> {1_700_000_000 + number} +0000\n"
            f"data 4\nwork\n"
        )
        parts += [
            f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"
            for path, text in changed.items()
        ]
    return "".join(parts).encode()


@pytest.fixture
def grown(repository: Repository) -> Repository:
    """Return the repository on its branch, with the baseline on main."""
    repository.git("symbolic-ref", "HEAD", "refs/heads/main")
    subprocess.run(
        ["git", "fast-import", "--quiet"], input=_history(), cwd=repository.root, check=True
    )
    repository.git("reset", "--quiet", "--hard")
    repository.write(**{".imd.yaml": "baseline: .imd-baseline.json\n"})
    assert repository.call("baseline").code == 0
    repository.commit()
    assert repository.call().code == 0
    repository.git("checkout", "--quiet", "-b", "topic")
    path = repository.root / "service-3/Dockerfile"
    text = path.read_text("utf-8")
    path.write_text(text.replace("COPY", f"{BAD}COPY"), "utf-8")
    repository.commit()
    overlay = "deploy/overlays/production/kustomization.yaml"
    repository.write(**{overlay: "resources: [../../base]\n"})
    repository.commit()
    return repository


def _rendered(grown: Repository, kind: str, *options: str) -> str:
    result = grown.call("check", "--since", "main", "--output-format", kind, *options)
    assert result.code == 1, result
    return result.out


def _line(grown: Repository, path: str, line: int | None) -> int:
    if line:
        return line
    lines = (grown.root / path).read_text("utf-8").splitlines()
    return lines.index(BAD.strip()) + 1


def test_exactly_what_the_branch_brings_is_reported_in_every_format(grown: Repository) -> None:
    log = subprocess.run(
        ["git", "rev-list", "--count", "main"], cwd=grown.root, check=True, capture_output=True
    )
    assert int(log.stdout) == COMMITS + 1
    expected = [(policy, path, _line(grown, path, line)) for policy, path, line in EXPECTED]
    found = json.loads(_rendered(grown, "json"))
    assert [
        (one["policy"], one["place"]["file"], one["place"]["start"]["line"])
        for one in found["findings"]
    ] == expected
    assert found["baseline"] == {
        "file": ".imd-baseline.json", "new": 2, "known": 3 * len(SERVICES), "fixed": 0, "stale": [],
    }  # fmt: skip
    assert _in_text(_rendered(grown, "text")) == expected
    assert _in_sarif(json.loads(_rendered(grown, "sarif"))) == expected
    assert _in_rdjson(json.loads(_rendered(grown, "rdjson"))) == expected
    assert _in_annotations(_rendered(grown, "github")) == expected


def _in_text(text: str) -> list[tuple[str, str, int]]:
    """Return what is reported, in order of files."""
    heads = re.findall(r"(?m)^(\S+):(\d+):\d+ (?:error|warning|note) ([a-z-]+)$", text)
    return sorted(((policy, path, int(line)) for path, line, policy in heads), key=lambda f: f[1:])


def _in_sarif(log: Any) -> list[tuple[str, str, int]]:
    places = [
        (one["ruleId"], one["locations"][0]["physicalLocation"])
        for one in log["runs"][0]["results"]
    ]
    return [
        (rule, place["artifactLocation"]["uri"], place["region"]["startLine"])
        for rule, place in places
    ]


def _in_rdjson(data: Any) -> list[tuple[str, str, int]]:
    return [
        (one["code"]["value"], one["location"]["path"], one["location"]["range"]["start"]["line"])
        for one in data["diagnostics"]
    ]


def _in_annotations(text: str) -> list[tuple[str, str, int]]:
    found = re.findall(r"^::\w+ file=([^,]+),line=(\d+),.*?title=([^:,]+)::", text, re.MULTILINE)
    return sorted((policy, path, int(line)) for path, line, policy in found)


def test_the_baseline_alone_tells_the_same(grown: Repository) -> None:
    found = json.loads(grown.call("check", "--output-format", "json").out)["findings"]
    assert [(one["policy"], one["place"]["file"]) for one in found] == [
        (policy, path) for policy, path, _ in EXPECTED
    ]


def test_main_has_the_last_word_over_what_the_branch_configures(grown: Repository) -> None:
    grown.write(
        **{
            ".imd.yaml": "ignore: [piped-installer, floating-tag]\n",
            "deploy/base/deployment.yaml": DEPLOYMENT.replace(
                "          image", "          # imd: ignore[floating-tag] trust me\n          image"
            ),
        }
    )
    grown.commit()
    assert grown.call("check", "--since", "main").code == 0
    options = ("--config-from", "main", "--no-inline-ignores")
    found = json.loads(_rendered(grown, "json", *options))
    assert [one["policy"] for one in found["findings"]] == [policy for policy, *_ in EXPECTED]
    assert found["configuration"]["ignored_comments"] == 1
