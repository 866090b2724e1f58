"""`imd affected`: what a change rebuilds and redeploys, and what it is proved to leave alone."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.cli.conftest import DIGEST, Repository
from tests.kit import PATIENCE

import immutable_delivery
from immutable_delivery.commands.affected import affected
from immutable_delivery.pipeline.settings import Request

SCHEMA = Path(immutable_delivery.__file__).parent / "schemas" / "affected.schema.json"
WEB = f"FROM node:22@{DIGEST} AS made\nCOPY package.json .\nCOPY src src\nFROM scratch\nCOPY --from=made /src /src\n"
API = f"FROM golang:1.23@{DIGEST}\nCOPY . /api\n"
COMPOSE = "services:\n  web:\n    build: web\n  api:\n    build: api\n"


@pytest.fixture
def shop(repository: Repository) -> Repository:
    repository.write(
        **{
            "compose.yaml": COMPOSE,
            "web/Dockerfile": WEB,
            "web/package.json": "{}\n",
            "web/src/a.js": "1\n",
            "web/README.md": "web\n",
            "api/Dockerfile": API,
            "api/.dockerignore": "*.md\nDockerfile*\n.dockerignore\n",
            "api/main.go": "package main\n",
            "api/README.md": "api\n",
            "docs/index.md": "docs\n",
        }
    )
    repository.commit()
    return repository


def answer(repository: Repository, *words: str, since: str = "HEAD") -> dict[str, Any]:
    """Return the answer for what is not committed, or has come since a commit."""
    options = words or ("--uncommitted",)
    result = repository.call("affected", "--since", since, "--format", "json", *options)
    assert (result.code, result.err) == (0, "")
    data: dict[str, Any] = json.loads(result.out)
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(data)
    return data


def rebuilt(repository: Repository, *words: str, since: str = "HEAD") -> dict[str, str]:
    """Return the first reason of every image that is rebuilt."""
    found = answer(repository, *words, since=since)["artifacts"]
    return {one["name"]: one["reasons"][0]["text"] for one in found if one["affected"]}


def redeployed(repository: Repository) -> dict[tuple[str, str], str]:
    found = answer(repository)["services"]
    return {
        (one["service"], one["environment"]): one["reasons"][0]["text"]
        for one in found
        if one["affected"]
    }


def edit(repository: Repository, path: str, old: str, new: str) -> None:
    file = repository.root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_line_of_code_rebuilds_what_takes_it_in(shop: Repository) -> None:
    shop.write(**{"web/src/a.js": "2\n"})
    assert rebuilt(shop) == {"web": "it takes in web/src/a.js"}
    (web,) = (one for one in answer(shop)["artifacts"] if one["affected"])
    assert web["reasons"] == [
        {"kind": "file", "text": "it takes in web/src/a.js", "path": "web/src/a.js", "file": "web/Dockerfile", "line": 3}
    ]  # fmt: skip
    assert redeployed(shop) == {("web", ""): "its image web is rebuilt"}


def test_what_is_left_out_or_not_taken_rebuilds_nothing(shop: Repository) -> None:
    shop.write(**{"api/README.md": "x", "web/README.md": "x", "docs/index.md": "x"})
    assert rebuilt(shop) == {}
    assert redeployed(shop) == {}


@pytest.mark.parametrize(
    ("old", "new", "affected"),
    [
        ("FROM scratch\n", "# why\n\nFROM scratch\n", False),
        ("COPY src src", "copy  src   src", True),
        ("FROM scratch\n", "FROM scratch AS unused\nCOPY README.md /\nFROM scratch\n", False),
        ("FROM scratch\n", 'FROM scratch\nLABEL a="b"\n', True),
        ("COPY --from=made", "COPY --chmod=755 --from=made", True),
    ],
)
def test_of_a_dockerfile_what_it_says_for_its_target_counts(
    shop: Repository, old: str, new: str, affected: bool
) -> None:
    edit(shop, "web/Dockerfile", old, new)
    assert list(rebuilt(shop)) == (["web"] if affected else [])


def test_a_dockerfile_that_is_copied_counts_whole(shop: Repository) -> None:
    edit(shop, "api/.dockerignore", "Dockerfile*\n", "")
    shop.commit()
    edit(shop, "api/Dockerfile", "FROM", "# why\nFROM")
    assert rebuilt(shop) == {"api": "it takes in api/Dockerfile"}


def test_an_ignore_file_counts_by_what_it_lets_in(shop: Repository) -> None:
    edit(shop, "api/.dockerignore", "*.md\n", "# text\n*.md\n*.rst\n")
    assert rebuilt(shop) == {}
    edit(shop, "api/.dockerignore", "*.md\n", "")
    text = "api/.dockerignore differs, so that it takes in api/README.md"
    assert rebuilt(shop) == {"api": text}


def test_the_ignore_file_of_a_dockerfile_takes_the_place_of_the_other(shop: Repository) -> None:
    shop.write(**{"api/Dockerfile.dockerignore": "*.go\nDockerfile*\n.dockerignore\n"})
    assert list(rebuilt(shop)) == ["api"]
    shop.commit()
    shop.write(**{"api/main.go": "package other\n"})
    assert rebuilt(shop) == {}
    shop.write(**{"api/README.md": "other\n"})
    assert rebuilt(shop) == {"api": "it takes in api/README.md"}


def test_files_that_are_new_gone_renamed_or_only_of_another_mode(shop: Repository) -> None:
    new, old = shop.root / "api/new.go", shop.root / "api/main.go"
    new.write_text("package main\n")
    assert rebuilt(shop) == {"api": "it takes in api/new.go"}
    new.unlink()
    old.chmod(0o755)
    assert rebuilt(shop) == {"api": "it takes in api/main.go"}
    old.chmod(0o644)
    old.rename(shop.root / "docs/main.go")
    assert rebuilt(shop) == {"api": "it takes in api/main.go"}
    shop.commit()
    assert list(rebuilt(shop, "--direct", since="HEAD~1")) == ["api"]


def test_a_name_in_another_case_is_another_name(shop: Repository) -> None:
    (shop.root / "web/src").rename(shop.root / "web/Src")
    assert rebuilt(shop) == {"web": "it takes in web/src"}


def test_a_folder_of_ignored_files_is_a_folder_all_the_same(shop: Repository) -> None:
    shop.write(**{"api/notes/a.md": "a\n"})
    assert rebuilt(shop) == {"api": "it takes in api/notes"}


def test_links_are_followed_inside_the_context(shop: Repository) -> None:
    shop.write(**{"web/real/a.js": "1\n", "web/other/a.js": "1\n"})
    (shop.root / "web/src/a.js").unlink()
    (shop.root / "web/src").rmdir()
    (shop.root / "web/src").symlink_to("real")
    shop.commit()
    shop.write(**{"web/real/a.js": "2\n"})
    assert rebuilt(shop) == {"web": "it takes in web/real/a.js"}
    shop.commit()
    shop.write(**{"web/other/a.js": "2\n"})
    assert rebuilt(shop) == {}
    (shop.root / "web/src").unlink()
    (shop.root / "web/src").symlink_to("other")
    assert list(rebuilt(shop)) == ["web"]


def test_links_that_lead_out_of_the_context_stay_in_it(shop: Repository) -> None:
    (shop.root / "api/up").symlink_to("../docs")
    shop.commit()
    shop.write(**{"docs/index.md": "x"})
    assert rebuilt(shop) == {}


def test_patterns_mean_what_is_new_too_and_links_on_their_way(shop: Repository) -> None:
    shop.write(**{"web/Dockerfile": "FROM scratch\nCOPY s*/*.js /\n"})
    shop.commit()
    shop.write(**{"web/src/new.js": "1\n"})
    assert rebuilt(shop) == {"web": "it takes in web/src/new.js"}
    shop.commit()
    shop.write(**{"web/hidden/b.js": "1\n"})
    assert rebuilt(shop) == {}
    (shop.root / "web/som").symlink_to("hidden")
    shop.commit()
    shop.write(**{"web/hidden/b.js": "2\n"})
    assert rebuilt(shop) == {"web": "it takes in web/hidden/b.js"}


def test_a_submodule_counts_by_its_commit(
    shop: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("library")
    environ = {**os.environ, "GIT_CONFIG_COUNT": "3", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
        "GIT_CONFIG_KEY_1": "user.name", "GIT_CONFIG_VALUE_1": "a", "GIT_CONFIG_KEY_2": "user.email", "GIT_CONFIG_VALUE_2": "a@e"}  # fmt: skip

    def git(folder: Path, *words: str) -> None:
        subprocess.run(["git", *words], cwd=folder, env=environ, check=True, capture_output=True)

    git(other, "init", "-q")
    git(other, "commit", "-q", "--allow-empty", "-m", "one")
    git(shop.root, "submodule", "--quiet", "add", str(other), "api/lib")
    shop.commit()
    assert rebuilt(shop) == {}
    git(shop.root / "api/lib", "commit", "-q", "--allow-empty", "-m", "two")
    assert rebuilt(shop) == {"api": "it takes in api/lib"}
    shop.commit()
    assert rebuilt(shop, "--direct", since="HEAD~1") == {"api": "it takes in api/lib"}


def test_a_path_inside_a_submodule(shop: Repository) -> None:
    shop.write(**{"web/Dockerfile": "FROM scratch\nCOPY lib/src /src\n"})
    shop.commit()
    commit = (
        subprocess.run(["git", "rev-parse", "HEAD"], cwd=shop.root, capture_output=True, check=True)
        .stdout.decode()
        .strip()
    )
    shop.git("update-index", "--add", "--cacheinfo", f"160000,{commit},web/lib")
    shop.git("commit", "-q", "-m", "module")
    assert rebuilt(shop, "--direct", since="HEAD~1") == {"web": "it takes in web/lib"}


def test_mounts_of_a_build_are_taken_in(shop: Repository) -> None:
    mount = "FROM scratch\nRUN --mount=type=bind,source=src,target=/s make\nRUN --mount=type=cache,target=/c make\n"
    shop.write(**{"web/Dockerfile": mount})
    shop.commit()
    shop.write(**{"web/README.md": "x"})
    assert rebuilt(shop) == {}
    shop.write(**{"web/src/a.js": "2\n"})
    assert rebuilt(shop) == {"web": "it takes in web/src/a.js"}
    shop.write(**{"web/Dockerfile": "FROM scratch\nRUN --mount=target=. make\n"})
    shop.commit()
    shop.write(**{"web/README.md": "y"})
    assert rebuilt(shop) == {"web": "it takes in web/README.md"}


def test_additional_contexts(shop: Repository) -> None:
    build = "{context: web, additional_contexts: {shared: ./shared, base: 'service:api'}}"
    shop.write(
        **{
            "compose.yaml": COMPOSE.replace("build: web", f"build: {build}"),
            "web/Dockerfile": "FROM base\nCOPY --from=shared lib /lib\n",
            "shared/lib/a": "1\n",
            "shared/other": "1\n",
        }
    )
    shop.commit()
    shop.write(**{"shared/other": "2\n"})
    assert rebuilt(shop) == {}
    shop.write(**{"shared/lib/a": "2\n"})
    assert rebuilt(shop) == {"web": "it takes in shared/lib/a"}
    shop.commit()
    shop.write(**{"api/main.go": "package other\n"})
    assert rebuilt(shop) == {
        "api": "it takes in api/main.go",
        "web": "api, which it builds on, is built here too",
    }


def test_what_a_manifest_says_of_a_build(shop: Repository) -> None:
    shop.write(
        **{
            "compose.yaml": COMPOSE.replace(
                "build: web", "build: {context: web, args: {V: $V, U: 1}}"
            ),
            ".env": "V=1\n",
            "web/Dockerfile": "ARG V\nFROM scratch\nLABEL v=$V\n",
        }
    )
    shop.commit()
    edit(shop, "compose.yaml", "U: 1}}", "U: 1}} # unused")
    assert rebuilt(shop) == {}
    shop.write(**{".env": "V=2\n"})
    assert rebuilt(shop) == {"web": "the build argument V is given otherwise"}
    shop.commit()
    edit(shop, "compose.yaml", "context: web", "context: web, labels: [a=b]")
    assert rebuilt(shop) == {"web": "what says how it is built differs"}
    shop.commit()
    edit(shop, "compose.yaml", "context: web,", "context: ., dockerfile: web/Dockerfile,")
    assert rebuilt(shop) == {"web": "its build context is ., no more web"}


def test_bake_targets_and_contracts(shop: Repository) -> None:
    bake = 'variable "V" { default = "1" }\ntarget "tool" {\n  context = "tool"\n  args = { V = V }\n  labels = { v = "${V}" }\n}\n'
    shop.write(
        **{
            "docker-bake.hcl": bake,
            "tool/Dockerfile": "FROM scratch\nCOPY a /\n",
            "tool/a": "1\n",
            "job/delivery.yaml": "service: job\nbuild: {context: .., dockerfile: Dockerfile}\nstart: [a]\n",
            "job/Dockerfile": "FROM scratch\nCOPY docs /docs\n",
        }
    )
    shop.commit()
    edit(shop, "docker-bake.hcl", '"1"', '"2"')
    assert rebuilt(shop) == {"tool": "what says how it is built differs"}
    shop.commit()
    shop.write(**{"docs/index.md": "x"})
    assert rebuilt(shop) == {"job": "it takes in docs/index.md"}


def test_an_image_that_others_build_on(shop: Repository) -> None:
    shop.write(
        **{
            "base/Dockerfile": "FROM scratch\nCOPY a /\n",
            "base/a": "1\n",
            "web/Dockerfile": "FROM shop/base:1\nCOPY src /\n",
            "api/Dockerfile": f"FROM shop/base@{DIGEST}\nCOPY main.go /\n",
        }
    )
    shop.commit()
    shop.write(**{"base/a": "2\n"})
    found = rebuilt(shop)
    assert found["web"] == "shop/base:1, which it builds on, may be built here, by its name"
    assert list(found) == ["base", "web"]


def test_a_base_that_only_the_build_knows(shop: Repository) -> None:
    shop.write(**{"web/Dockerfile": "ARG BASE\nFROM ${BASE}\nCOPY src /\n"})
    shop.commit()
    assert rebuilt(shop) == {}
    shop.write(**{"api/main.go": "x"})
    assert (
        rebuilt(shop)["web"]
        == "only the build knows what it builds on: it may be api, which is rebuilt"
    )


@pytest.mark.parametrize("source", ["$DIR/a", "${DIR:?}"])
def test_what_only_the_build_knows_counts(shop: Repository, source: str) -> None:
    shop.write(**{"web/Dockerfile": f"ARG DIR\nFROM scratch\nARG DIR\nADD {source} /\n"})
    shop.commit()
    shop.write(**{"web/README.md": "x"})
    found = answer(shop)["artifacts"]
    (web,) = (one for one in found if one["affected"])
    assert (web["name"], web["unknown"]) == ("web", True)
    assert web["reasons"][0]["text"].startswith(
        "it may take in web/README.md: only the build knows"
    )
    shop.commit()
    shop.write(**{"docs/index.md": "x"})
    assert rebuilt(shop) == {}


@pytest.mark.parametrize(
    "build",
    ["https://github.com/a/b.git", "{context: ../elsewhere}", "{context: '${WHERE}'}", "/srv/web"],
)
def test_a_context_from_elsewhere_counts_always(shop: Repository, build: str) -> None:
    shop.write(**{"compose.yaml": COMPOSE.replace("build: web", f"build: {build}")})
    shop.git("rm", "-rq", "web")
    shop.commit()
    shop.write(**{"docs/index.md": "x"})
    data = answer(shop)
    assert [(one["name"], one["unknown"]) for one in data["artifacts"] if one["affected"]] == [
        ("web", True)
    ]
    assert [one["service"] for one in data["services"] if one["affected"]] == ["web"]


def test_git_itself_is_taken_in_where_nothing_leaves_it_out(shop: Repository) -> None:
    shop.write(
        **{
            "Dockerfile": "FROM scratch\nCOPY . /\n",
            "compose.yaml": f"{COMPOSE}  all: {{build: .}}\n",
            ".dockerignore": "docs\n",
        }
    )
    shop.commit()
    shop.write(**{"docs/index.md": "x"})
    assert rebuilt(shop)["all"].startswith("it takes in .git, which every commit changes")
    shop.write(**{".dockerignore": "docs\n.git\n.dockerignore\n"})
    shop.commit()
    shop.write(**{"docs/index.md": "y"})
    assert rebuilt(shop) == {}


def test_what_moves_is_told_without_being_affected(shop: Repository) -> None:
    shop.write(**{"web/Dockerfile": "FROM node:22\nADD https://example.org/a /\n"})
    shop.commit()
    (web,) = (one for one in answer(shop)["artifacts"] if one["name"] == "web")
    assert web["moves"] == ["node:22", "https://example.org/a"]
    assert not web["affected"]


OBJECT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 1
  template: {{spec: {{containers: [{{name: c, image: "shop/{name}:1"}}]}}}}
"""


@pytest.fixture
def cluster(shop: Repository) -> Repository:
    shop.write(
        **{
            "deploy/base/web.yaml": OBJECT.format(name="web"),
            "deploy/base/api.yaml": OBJECT.format(name="api"),
            "deploy/base/kustomization.yaml": "resources: [web.yaml, api.yaml]\n",
            "deploy/staging/kustomization.yaml": "resources: [../base]\n",
            "deploy/production/kustomization.yaml": "resources: [../base]\nimages: [{name: shop/web, newTag: '1'}]\n",
        }
    )
    shop.commit()
    return shop


def test_an_image_that_is_rebuilt_is_deployed_everywhere(cluster: Repository) -> None:
    cluster.write(**{"web/src/a.js": "2\n"})
    assert redeployed(cluster) == {
        ("web", "production"): "its image web is rebuilt",
        ("web", "staging"): "its image web is rebuilt",
    }


def test_an_overlay_deploys_what_it_makes_different(cluster: Repository) -> None:
    edit(cluster, "deploy/production/kustomization.yaml", "'1'", "'2'")
    assert redeployed(cluster) == {("web", "production"): "Deployment/web differs"}
    cluster.commit()
    edit(cluster, "deploy/base/api.yaml", "replicas: 1", "replicas: 2 # more")
    assert {*redeployed(cluster)} == {("api", "production"), ("api", "staging")}
    cluster.commit()
    edit(cluster, "deploy/base/api.yaml", "# more", "# many")
    assert redeployed(cluster) == {}


def test_objects_that_are_applied_with_a_service(cluster: Repository) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1'}\n"
    cluster.write(
        **{
            "deploy/staging/settings.yaml": text,
            "deploy/staging/kustomization.yaml": "resources: [../base, settings.yaml]\n",
        }
    )
    cluster.commit()
    edit(cluster, "deploy/staging/settings.yaml", "'1'", "'2'")
    assert {*redeployed(cluster)} == {("api", "staging"), ("web", "staging")}


def test_services_of_compose_differ_one_by_one(shop: Repository) -> None:
    shop.write(
        **{
            "compose.yaml": f"{COMPOSE}  db:\n    image: postgres:17\n    env_file: db.env\n    volumes: [./db.conf:/etc/db.conf]\n",
            "db.env": "A=1\n",
            "db.conf": "a\n",
        }
    )
    shop.commit()
    edit(shop, "compose.yaml", "  api:\n", "  # the interface\n  api:\n    mem_limit: 1g\n")
    assert redeployed(shop) == {("api", ""): "service api differs"}
    shop.commit()
    shop.write(**{"db.conf": "b\n"})
    assert redeployed(shop) == {("db", ""): "it mounts db.conf"}
    shop.commit()
    shop.write(**{"db.env": "A=2\n"})
    assert redeployed(shop) == {("db", ""): "its variable A has another value"}


def test_uncommitted_changes_count_when_they_are_asked_for(shop: Repository) -> None:
    shop.write(**{"web/src/a.js": "2\n", "api/untracked.go": "x"})
    assert rebuilt(shop, "--direct") == {}
    assert list(rebuilt(shop)) == ["api", "web"]


def test_since_is_where_the_branch_began_unless_it_is_direct(shop: Repository) -> None:
    shop.git("checkout", "-q", "-b", "topic")
    shop.write(**{"web/src/a.js": "2\n"})
    shop.commit()
    shop.git("checkout", "-q", "-")
    shop.write(**{"api/main.go": "x"})
    shop.commit()
    shop.git("branch", "deployed")
    shop.git("checkout", "-q", "topic")
    result = shop.call("affected", "--since", "deployed", "--format", "json")
    data = json.loads(result.out)
    assert [one["name"] for one in data["artifacts"] if one["affected"]] == ["web"]
    assert data["notices"][0].startswith("HEAD does not build on deployed: compared with")
    assert list(rebuilt(shop, "--direct", since="deployed")) == ["api", "web"]


def test_where_the_commit_is_not_here_everything_counts(
    shop: Repository, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = answer(shop, "--direct", since="0" * 40)
    assert all(one["affected"] and one["unknown"] for one in data["artifacts"])
    assert all(one["affected"] for one in data["services"])
    shop.write(**{"web/src/a.js": "2\n"})
    shop.commit()
    clone = tmp_path_factory.mktemp("clone")
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{shop.root}", str(clone)], check=True
    )
    monkeypatch.chdir(clone)
    data = answer(shop, "--direct", since="main-of-old")
    assert all(one["affected"] for one in data["artifacts"])
    assert "fetch-depth: 0" in data["notices"][0]


@pytest.mark.parametrize(("words", "said"), [
    (("--since", "nowhere"), "nowhere is no commit of this repository"),
    (("--since", "--output"), "--output is no commit"),
    ((), "Missing option '--since'"),
])  # fmt: skip
def test_a_call_that_cannot_be_answered(
    shop: Repository, words: tuple[str, ...], said: str
) -> None:
    result = shop.call("affected", *words)
    assert result.code == 2
    assert said in result.err
    assert result.out == ""


def test_no_repository(
    tmp_path_factory: pytest.TempPathFactory,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("plain"))
    result = repository.call("affected", "--since", "HEAD")
    assert (result.code, "is in no git repository" in result.err) == (2, True)


def test_the_matrix_is_what_is_rebuilt(shop: Repository) -> None:
    shop.write(**{"web/src/a.js": "2\n"})
    result = shop.call("affected", "--since", "HEAD", "--uncommitted", "--format", "matrix")
    row = {
        "name": "web",
        "dockerfile": "web/Dockerfile",
        "context": "web",
        "target": "",
        "image": "",
    }
    assert json.loads(result.out) == {"include": [row]}
    assert result.out.count("\n") == 1
    assert answer(shop)["matrix"] == {"include": [row]}


def test_the_page_for_people(shop: Repository) -> None:
    shop.write(**{"web/src/a.js": "2\n"})
    result = shop.call("affected", "--since", "HEAD", "--uncommitted")
    head, *_ = result.out.splitlines()
    assert head.startswith("1 path changed since ")
    assert head.endswith(": 1 of 2 images rebuilt, 1 of 2 deployments redeployed")
    assert "web/Dockerfile:3: it takes in web/src/a.js" in result.out
    assert "1 image: api" in result.out
    verbose = shop.call("affected", "--since", "HEAD", "--uncommitted", "--verbose").out
    assert "api (api/Dockerfile:2)" in verbose


def test_names_of_files_command_nothing(shop: Repository) -> None:
    shop.write(**{"web/src/a\x1b[31m\n::error::x.js": "2\n"})
    result = shop.call("affected", "--since", "HEAD", "--uncommitted", "--verbose")
    assert "\x1b" not in result.out
    assert "\n::error" not in result.out
    assert list(rebuilt(shop)) == ["web"]


def test_a_dockerfile_that_is_gone_or_broken(shop: Repository) -> None:
    (shop.root / "api/Dockerfile").unlink()
    data = answer(shop)
    assert data["removed"] == ["api/Dockerfile"]
    shop.write(**{"web/Dockerfile": "FORM scratch\n"})
    data = answer(shop)
    (web,) = (one for one in data["artifacts"] if one["dockerfile"] == "web/Dockerfile")
    assert (web["affected"], web["unknown"]) == (True, True)
    assert web["reasons"][0]["text"].startswith("web/Dockerfile cannot be read: ")
    assert data["removed"] == ["api/Dockerfile"]


def test_a_dockerfile_that_is_a_template(shop: Repository) -> None:
    shop.write(**{"tool/Dockerfile.j2": "FROM {{ base }}\nCOPY a /\n"})
    shop.commit()
    text = "tool/Dockerfile.j2 is a template, which nobody here fills in"
    assert rebuilt(shop) == {"tool/Dockerfile.j2": text}


def test_the_schema_is_printed_without_a_commit(repository: Repository) -> None:
    result = repository.call("affected", "--schema")
    assert (result.code, result.out) == (0, SCHEMA.read_text("utf-8"))


def many(repository: Repository, count: int) -> float:
    """Return the seconds that the answer takes for so many services in two environments."""
    names = [f"s{number}" for number in range(count)]
    targets = (
        f'target "{name}" {{\n  context = "{name}"\n  tags = ["r.example/{name}:1"]\n}}\n'
        for name in names
    )
    files = {
        "docker-bake.hcl": "".join(targets),
        "deploy/base/kustomization.yaml": f"resources: [{', '.join(f'{name}.yaml' for name in names)}]\n",
    }
    for name in names:
        files |= {
            f"{name}/Dockerfile": API,
            f"{name}/main.go": "1\n",
            f"deploy/base/{name}.yaml": OBJECT.format(name=name),
        }
    for environment in ("staging", "production"):
        files[f"deploy/{environment}/kustomization.yaml"] = "resources: [../base]\n"
    repository.write(**files)
    repository.commit()
    repository.write(
        **{
            "s1/main.go": "2\n",
            f"s2/new{count}.go": "1\n",
            "deploy/base/s3.yaml": OBJECT.format(name="s3").replace("1", "2"),
        }
    )
    repository.commit()
    gc.collect()
    gc.disable()  # what other tests left behind is not looked through on our time
    began = time.process_time()
    answer = affected(repository.root, "HEAD~1", Request(today=date(2026, 11, 29)))
    spent = time.process_time() - began
    gc.enable()
    assert [one.name for one in answer.artifacts if one.affected] == ["s1", "s2"]
    assert {one.service for one in answer.services if one.affected} == {"s1", "s2", "s3"}
    return spent


@pytest.mark.slow
def test_twice_the_services_take_little_more_than_twice_as_long(repository: Repository) -> None:
    many(repository, 10)
    small = many(repository, 100)
    assert many(repository, 200) < 2.5 * small + 0.5
    assert many(repository, 500) < 2 * PATIENCE


@pytest.mark.parametrize(
    ("copies", "affected"),
    [
        ("COPY target/app.jar /", True),
        ("COPY target/*.jar /", True),
        ("COPY src target /", True),
        ("COPY package.json yarn.lock* /", False),
        ("COPY src/ /", False),
        ("ONBUILD COPY target /", False),
    ],
)
def test_what_is_made_before_the_build_is_not_known(
    shop: Repository, copies: str, affected: bool
) -> None:
    shop.write(**{"web/Dockerfile": f"FROM scratch\n{copies}\n"})
    shop.commit()
    shop.write(**{"docs/index.md": "x"})
    found = [one for one in answer(shop)["artifacts"] if one["affected"]]
    assert [(one["name"], one["unknown"]) for one in found] == [("web", True)] * affected


def test_a_chart_that_nothing_here_releases(repository: Repository) -> None:
    text = OBJECT.format(name="web").replace(
        "spec:\n", "spec:\n{{- if .Values.more }}\n  paused: true\n{{- end }}\n", 1
    )
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": "more: false\n",
    }
    files |= {
        "chart/templates/web.yaml": text,
        "chart/templates/api.yaml": OBJECT.format(name="api"),
    }
    repository.write(**files)
    repository.commit()
    edit(repository, "chart/templates/web.yaml", "paused: true", "paused: false")
    ((where, why),) = redeployed(repository).items()
    assert where == ("web", "")
    assert why.startswith("it may differ by the values of its release")
    repository.commit()
    edit(repository, "chart/templates/web.yaml", "replicas: 1", "replicas: 2")
    assert redeployed(repository) == {("web", ""): "Deployment/web differs"}
    repository.commit()
    edit(repository, "chart/values.yaml", "more: false", "more: false\nless: true")
    assert {service for service, _ in redeployed(repository)} == {"api", "web"}


@pytest.mark.parametrize(
    ("path", "text", "affected"),
    [
        (".gitattributes", "*.js text eol=crlf\n", ["api", "web"]),
        ("web/.gitattributes", "*.js text eol=crlf\n", ["web"]),
        ("docs/.gitattributes", "*.md eol=crlf\n", []),
        (".gitattributes", "*.js linguist-generated\n", []),
    ],
)
def test_how_git_checks_files_out(
    shop: Repository, path: str, text: str, affected: list[str]
) -> None:
    shop.write(**{path: text})
    assert list(rebuilt(shop)) == affected


def test_an_argument_that_gets_a_value_nobody_knows(shop: Repository) -> None:
    shop.write(
        **{
            "compose.yaml": COMPOSE.replace("build: web", "build: {context: web, args: {V: a}}"),
            "web/Dockerfile": "ARG V\nFROM scratch\nLABEL v=$V\n",
        }
    )
    shop.commit()
    edit(shop, "compose.yaml", "V: a", "V: $UNKNOWN")
    assert rebuilt(shop) == {"web": "the build argument V is given otherwise"}


def test_the_ignore_file_of_an_additional_context(shop: Repository) -> None:
    build = "{context: web, additional_contexts: {shared: ./shared}}"
    shop.write(
        **{
            "compose.yaml": COMPOSE.replace("build: web", f"build: {build}"),
            "web/Dockerfile": "FROM scratch\nCOPY --from=shared . /lib\n",
            "shared/a": "1\n",
            "shared/b": "1\n",
            "shared/.dockerignore": "b\n.dockerignore\n",
        }
    )
    shop.commit()
    shop.write(**{"shared/b": "2\n"})
    assert rebuilt(shop) == {}
    shop.write(**{"shared/.dockerignore": ".dockerignore\n"})
    assert rebuilt(shop) == {"web": "shared/.dockerignore differs, so that it takes in shared/b"}


def test_an_image_that_is_built_without_a_dockerfile(repository: Repository) -> None:
    text = "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n  - {image: ledger, context: ledger, jib: {}}\n"
    repository.write(**{"skaffold.yaml": text, "ledger/pom.xml": "", "docs/a": ""})
    repository.commit()
    repository.write(**{"docs/a": "x"})
    reason = "nobody here knows how it is built: Skaffold builds it without a Dockerfile"
    assert rebuilt(repository) == {"ledger": reason}


def test_a_cluster_for_development_is_deployed_to(cluster: Repository) -> None:
    cluster.write(
        **{
            "deploy/development/kustomization.yaml": "resources: [../base]\nimages: [{name: shop/web, newTag: '1'}]\n"
        }
    )
    cluster.commit()
    edit(cluster, "deploy/development/kustomization.yaml", "'1'", "'2'")
    assert redeployed(cluster) == {("web", "development"): "Deployment/web differs"}


def test_a_context_inside_a_submodule(shop: Repository) -> None:
    build = "{context: lib/app, dockerfile: ../../web/Dockerfile}"
    shop.write(
        **{
            "compose.yaml": COMPOSE.replace("build: web", f"build: {build}"),
            "web/Dockerfile": "FROM scratch\nCOPY . /\n",
        }
    )
    shop.commit()
    commit = (
        subprocess.run(["git", "rev-parse", "HEAD"], cwd=shop.root, capture_output=True, check=True)
        .stdout.decode()
        .strip()
    )
    shop.git("update-index", "--add", "--cacheinfo", f"160000,{commit},lib")
    shop.git("commit", "-q", "-m", "module")
    assert rebuilt(shop, "--direct", since="HEAD~1") == {"web": "it takes in lib"}


def test_objects_of_one_name_in_two_namespaces(cluster: Repository) -> None:
    text = OBJECT.format(name="job")
    other = text.replace("{name: job}", "{name: job, namespace: b}")
    cluster.write(**{"jobs/all.yaml": f"{text}---\n{other}"})
    cluster.commit()
    edit(cluster, "jobs/all.yaml", "replicas: 1", "replicas: 2")
    assert redeployed(cluster) == {("job", ""): "Deployment/job differs"}
    cluster.commit()
    cluster.write(**{"jobs/all.yaml": f"{text.replace('replicas: 1', 'replicas: 3')}---\n{other}"})
    assert redeployed(cluster) == {("job", ""): "Deployment/job differs"}


def test_a_pattern_that_means_git(shop: Repository) -> None:
    shop.write(
        **{
            "Dockerfile": "FROM scratch\nCOPY * /\n",
            "compose.yaml": f"{COMPOSE}  all: {{build: .}}\n",
            ".dockerignore": "docs\n",
        }
    )
    shop.commit()
    shop.write(**{"docs/index.md": "x"})
    assert rebuilt(shop)["all"].startswith("it takes in .git, which every commit changes")


def test_a_context_that_nothing_says_is_told(shop: Repository) -> None:
    shop.write(**{"tool/Dockerfile": "FROM scratch\nCOPY a /\n", "tool/a": ""})
    shop.commit()
    (tool,) = (one for one in answer(shop)["artifacts"] if one["name"] == "tool")
    assert (tool["assumed"], tool["context"]) == (True, "tool")
    result = shop.call("affected", "--since", "HEAD")
    assert "note: nothing here says in which folder these are built" in result.out


@pytest.mark.parametrize(
    "said", ["conf/app.conf", "[conf/app.conf]", "[{path: conf/app.conf, required: false}]"]
)
def test_a_file_of_variables_of_any_name(shop: Repository, said: str) -> None:
    service = f"  db:\n    image: postgres:17\n    env_file: {said}\n"
    shop.write(**{"compose.yaml": COMPOSE + service, "conf/app.conf": "A=1\nB=1\n"})
    shop.commit()
    shop.write(**{"conf/app.conf": "A=2\nB=1\n"})
    assert redeployed(shop) == {("db", ""): "its variable A has another value"}
    shop.write(**{"conf/app.conf": "A=1\n"})
    assert redeployed(shop) == {("db", ""): "its variable B is gone"}
    shop.write(**{"conf/app.conf": "# first\nA=1\nB=1\n"})
    assert redeployed(shop) == {}
    (shop.root / "conf/app.conf").unlink()
    assert {*redeployed(shop)} == {("db", "")}


def test_variables_of_which_nobody_knows_the_value(shop: Repository) -> None:
    service = (
        "  db:\n    image: postgres:17\n    env_file: conf/app.conf\n    label_file: conf/labels\n"
    )
    shop.write(
        **{
            "compose.yaml": COMPOSE + service,
            "conf/app.conf": "A=${HERE}\n",
            "conf/labels": "a=1\n",
        }
    )
    shop.commit()
    shop.write(**{"conf/app.conf": "A=${THERE}\n"})
    assert {*redeployed(shop)} == {("db", "")}
    shop.commit()
    shop.write(**{"conf/labels": "a=2\n"})
    assert {*redeployed(shop)} == {("db", "")}


@pytest.mark.parametrize("generator", ["configMapGenerator", "secretGenerator"])
@pytest.mark.parametrize("entry", ["files/web.properties", "own=files/web.properties"])
def test_a_file_that_a_generator_takes_in(cluster: Repository, generator: str, entry: str) -> None:
    volume = "configMap: {name" if generator == "configMapGenerator" else "secret: {secretName"
    volumes = "spec: {volumes: [{name: v, " + volume + ": settings}}], containers"
    web = OBJECT.format(name="web").replace("spec: {containers", volumes)
    listed = (
        f"resources: [web.yaml, api.yaml]\n{generator}: [{{name: settings, files: [{entry}]}}]\n"
    )
    cluster.write(
        **{
            "deploy/base/web.yaml": web,
            "deploy/base/kustomization.yaml": listed,
            "deploy/base/files/web.properties": "a=1\n",
        }
    )
    cluster.commit()
    cluster.write(**{"deploy/base/files/web.properties": "a=2\n"})
    assert {*redeployed(cluster)} == {("web", "production"), ("web", "staging")}
    (cluster.root / "deploy/base/files/web.properties").write_bytes(b"\xff\xfe\x00\x81")
    cluster.commit()
    (cluster.root / "deploy/base/files/web.properties").write_bytes(b"\xff\xfe\x00\x82")
    assert {*redeployed(cluster)} == {("web", "production"), ("web", "staging")}


TASK = """resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{ name = "web", image = "${module.images.web}", essential = true }])
}
module "images" { source = "../images" }
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: a, image: 'shop/api:${TAG}'}]}\n"


@pytest.fixture
def undetermined(repository: Repository) -> Repository:
    output = """output "web" { value = trimspace(file("${path.module}/versions/web.txt")) }\n"""
    repository.write(
        **{
            "infra/web/main.tf": TASK,
            "infra/images/main.tf": output,
            "infra/images/versions/web.txt": "shop/web:1\n",
            "infra/images/README.md": "images\n",
            "deploy/api.yaml": POD,
            "deploy/versions": "TAG=1\n",
            "src/main.go": "package main\n",
        }
    )
    repository.commit()
    return repository


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("infra/images/versions/web.txt", "web"),
        ("infra/images/main.tf", "web"),
        ("infra/images/new.tf", "web"),
        ("deploy/versions", "api"),
    ],
)
def test_what_may_decide_which_image_runs(
    undetermined: Repository, path: str, service: str
) -> None:
    undetermined.write(**{path: "# other\n"})
    text = f"which image it runs nobody here can tell: {path} changed, which may decide that"
    assert redeployed(undetermined) == {(service, ""): text}


@pytest.mark.parametrize("path", ["infra/images/README.md", "src/main.go", "other.txt"])
def test_what_decides_no_image(undetermined: Repository, path: str) -> None:
    undetermined.write(**{path: "other\n"})
    assert redeployed(undetermined) == {}


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("git::https://github.com/acme/shop.git//conf", True),
        ("git::https://github.com/acme/shop?ref=main", True),
        ("git::ssh://git@github.com/acme/shop.git//conf", True),
        ("https://raw.githubusercontent.com/acme/shop/main/conf/a.txt", True),
        ("git::https://github.com/acme/shop.git//other", False),
        ("git::https://github.com/acme/else.git", False),
        (f"git::https://github.com/acme/shop.git?ref={'a1' * 20}", False),
    ],
)
def test_what_a_service_takes_of_this_repository_itself(
    repository: Repository, source: str, taken: bool
) -> None:
    task = f'task "t" {{\n driver = "docker"\n config {{ image = "nginx:1" }}\n artifact {{ source = "{source}" }}\n}}'
    job = f'job "web" {{\n group "g" {{\n {task}\n }}\n}}\n'
    repository.write(**{"web.nomad": job, "conf/a.txt": "a\n", "other/b.txt": "b\n"})
    repository.commit()
    repository.git("remote", "add", "origin", "https://github.com/acme/shop.git")
    repository.write(**{"conf/a.txt": "b\n"})
    text = "it takes conf/a.txt from this repository when it starts: which commit of it, nobody here can tell"
    assert redeployed(repository) == ({("web", ""): text} if taken else {})
