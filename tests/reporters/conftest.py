"""Reports over real texts: «» marks the places."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.components import NEEDS, program

from immutable_delivery.findings import (
    Edit,
    Finding,
    Fix,
    Judged,
    Report,
    Rule,
    ServiceReport,
    Unanalysed,
    Unresolved,
)
from immutable_delivery.policy.fingerprints import fingerprinted
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place, Span, Text

FLOATING = Rule(
    id="floating-tag", name="Image reference that can move", group="image", severity="error",
    drift="convergent", layer="fact", profiles=("default", "strict"),
    why="A tag is a name that its owner may move.\nWhat was tested is not what runs tomorrow.\n\n- today\n- tomorrow",
    remedy="Write the digest behind the tag: `name:tag@sha256:…`.",
    references=("https://docs.docker.com/dhi/core-concepts/digests/",),
    url="https://git.example/policies/image/floating-tag.yaml",
)  # fmt: skip
PACKAGE = Rule(
    id="unpinned-os-package", name="Package without version", group="build", severity="warning",
    drift="convergent", layer="os", why="The repository moves on.", remedy="Use a snapshot.",
)  # fmt: skip
UNREADABLE = Rule(
    id="unreadable", name="File that cannot be read", group="meta", severity="error",
    drift="none", layer="", why="What is not read is not judged.", remedy="Mend the file.",
)  # fmt: skip


def marked(path: str, text: str) -> tuple[Text, list[Place]]:
    """Return a text without its marks, and the places that they mark."""
    parts = re.split("[«»]", text)
    ends = [sum(map(len, parts[:n])) for n in range(1, len(parts))]
    spans = [Span(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True)]
    return Text(path, "".join(parts)), [Place(path, span) for span in spans]


def report_on(*files: tuple[str, str], policy: Rule = FLOATING, **fields: Any) -> Report:
    """Return a report that finds something at every mark."""
    texts, findings = {}, []
    for path, text in files:
        texts[path], places = marked(path, text)
        for place in places:
            word = texts[path].value[place.span.start : place.span.end]
            message = f"{word} can be another tomorrow"
            findings.append(
                Finding(
                    policy=policy.id, severity=policy.severity, message=message, place=place,
                    extent=place, drift=policy.drift, layer="os",
                )
            )  # fmt: skip
    return replace(
        Report(
            findings=fingerprinted(findings, texts), texts=texts, rules={policy.id: policy}, version="1.2.3",
            files=tuple(Judged(path=path, format="dockerfile") for path in texts),
        ),
        **fields,
    )  # fmt: skip


@pytest.fixture
def build() -> Callable[..., Report]:
    return report_on


@pytest.fixture
def report() -> Report:
    """A report with everything in it."""
    dockerfile, (tag, *packages) = marked(
        "web/Dockerfile",
        "FROM «node:latest» AS build\nRUN apt-get install -y \\\n    «curl» \\\n    «git»\n",
    )
    compose, (port, use) = marked(
        "compose.yaml", "services:\n  web:\n    image: «nginx:${TAG}»\n    ports: «x»\n"
    )
    broken = Text("k8s/broken file.yaml", "a: [\n")
    run = Place("web/Dockerfile", Span(29, len(dockerfile.value)))
    moving = Finding(
        policy="floating-tag", severity="error", message="node:latest can be another image tomorrow",
        place=tag, extent=tag, drift="convergent", layer="os", owner="build", services=("web",), uses=(use,),
        fix=Fix(title="Pin the digest", edits=(Edit(place=tag, text="node:22@sha256:0"),)),
    )  # fmt: skip
    findings = [
        moving,
        *(
            Finding(
                policy="unpinned-os-package", severity="warning", place=place, extent=run, drift="convergent",
                layer="os", owner="build",
                message=f"{dockerfile.value[place.span.start:place.span.end]} can be another version tomorrow",
            )
            for place in packages
        ),
        Finding(
            policy="unreadable", severity="error", message="is not YAML", place=Place(broken.path, Span(5, 5)),
            extent=Place(broken.path, Span(5, 5)),
        ),
    ]  # fmt: skip
    texts = {text.path: text for text in (dockerfile, compose, broken)}
    silenced = replace(
        moving, place=port, extent=port, uses=(), suppressed="the mirror is frozen", fix=None
    )
    return Report(
        findings=fingerprinted(findings, texts),
        suppressed=fingerprinted([silenced], texts),
        services=(
            ServiceReport(
                name="web",
                runs="convergent",
                runs_by=moving,
                builds="moving",
                builds_by=moving,
                environments=("prod",),
                place=use,
            ),
            ServiceReport(name="api", runs="congruent"),
            ServiceReport(name="jobs", runs="undetermined", unknown=("tag",)),
        ),
        files=(
            Judged(
                path="compose.yaml",
                format="compose",
                environment="development",
                evidence="k8s deploys web",
                development=True,
            ),
            Judged(path="web/Dockerfile", format="dockerfile"),
            Judged(
                path="k8s/broken file.yaml",
                format="kubernetes",
                environment="staging, production",
                evidence="k8s",
            ),
            Judged(path="chart/templates/web.yaml", format="kubernetes", skipped="template"),
            Judged(path="tests/Dockerfile", format="dockerfile", skipped="fixture"),
        ),
        unresolved=(Unresolved(policy="floating-tag", place=port, owner="web", fields=("tag",)),),
        not_analysed=(Unanalysed(place=port, reason="PowerShell is not analysed"),),
        rules={rule.id: rule for rule in (FLOATING, PACKAGE, UNREADABLE)},
        texts=texts,
        version="1.2.3",
        notices=("no git repository: every file is read",),
        repository="https://git.example/shop/web",
        revision="0" * 40,
        branch="main",
    )


@pytest.fixture(scope="session")
def packages() -> Callable[..., Path]:
    """Install npm packages, once for each set of them, and return their `node_modules`."""
    return installed


def installed(*names: str) -> Path:
    npm = program("npm")
    key = sha256(" ".join(names).encode()).hexdigest()[:12]
    cache = Path(tempfile.gettempdir()) / f"imd-npm-{key}-{os.getuid()}"
    if not cache.exists():
        fresh = tempfile.mkdtemp(dir=cache.parent)
        quietly = ["--no-audit", "--no-fund", "--ignore-scripts"]
        command = [npm, "install", "--prefix", fresh, *quietly, *names]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            last = done.stderr.strip().rpartition("\n")[2]
            pytest.skip(f"{NEEDS}the registry of npm ({last})")
        if not cache.exists():
            shutil.move(fresh, cache)
    return cache / "node_modules"


@pytest.fixture(scope="session")
def node() -> Callable[..., str]:
    """Run a script of node's with `node_modules` and texts as its arguments."""

    def run(modules: Path, script: str, *arguments: str) -> str:
        command = ["node", "--input-type=module", "-e", script, str(modules), *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=60
        ).stdout

    return run
