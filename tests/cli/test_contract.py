"""`imd contract`: meta files begun from what is known, and checked against it."""

from __future__ import annotations

import json
import subprocess

import pytest
from tests.cli.conftest import DIGEST, Repository

WEB = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  template:
    spec:
      containers:
      - name: web
        image: r.example/shop/web@{DIGEST}
        ports: [{{containerPort: 8080}}]
        env: [{{name: DATABASE_URL, value: "postgres://db:5432/shop"}}]
        volumeMounts: [{{name: files, mountPath: /files}}]
      volumes: [{{name: files, persistentVolumeClaim: {{claimName: files}}}}]
"""
DB = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: db}}\nspec: {{containers: [{{name: db, image: postgres@{DIGEST}}}]}}\n"
PUBLISH = "publish: {script: [docker build -t r.example/shop/web:$CI_COMMIT_SHA web, docker push r.example/shop/web:$CI_COMMIT_SHA]}\n"
FILES = {
    "web/Dockerfile": f'FROM node:22@{DIGEST} AS made\nFROM node:22@{DIGEST}\nCOPY . /app\nEXPOSE 8080\nCMD ["node", "server.js"]\n',
    "web/.dockerignore": ".git\n",
    "deploy/production/web.yaml": WEB,
    "deploy/production/db.yaml": DB,
    ".gitlab-ci.yml": PUBLISH,
}
WRITTEN = f"""\
service: web
# owner: who answers for it is nowhere said here
image: r.example/shop/web
build:
  context: .
  dockerfile: Dockerfile
start: [node, server.js]
ports: [8080]
environments: # in the order in which an artifact passes through them: see whether that is so
  - name: production
    manifests: [../deploy/production/web.yaml]
    digest: {DIGEST}
pipeline:
  file: ../.gitlab-ci.yml
  builds: publish
  # tests: [job]: which jobs test it, nothing here tells
data: # what outlives a deploy
  - name: files
    path: /files
depends_on: [db]
"""


@pytest.fixture
def shop(repository: Repository) -> Repository:
    repository.write(**FILES)
    repository.commit()
    return repository


def test_a_meta_file_says_what_is_known_and_comments_the_rest(shop: Repository) -> None:
    printed = shop.call("contract", "init", "--print")
    assert (printed.code, printed.out) == (0, f"# web/delivery.yaml\n{WRITTEN}")
    assert not (shop.root / "web/delivery.yaml").exists()
    result = shop.call("contract", "init")
    assert (result.code, result.out, result.err) == (0, "written: web/delivery.yaml\n", "")
    assert (shop.root / "web/delivery.yaml").read_text("utf-8") == WRITTEN
    shop.commit()
    assert shop.call("contract", "check", "--all").code == 0
    again = shop.call("contract", "init")
    assert (again.code, again.out) == (0, "")
    assert "has a meta file" in again.err


def test_a_service_of_which_little_is_known(repository: Repository) -> None:
    repository.write(**{"tool/Dockerfile": f"FROM node:22@{DIGEST}\nCOPY a /a\n", "tool/a": ""})
    repository.commit()
    assert repository.call("contract", "init").code == 0
    text = (repository.root / "tool/delivery.yaml").read_text("utf-8")
    assert "# start: [program, argument]: nothing here states it" in text
    assert "# environments: nothing here names one that it runs in" in text
    repository.commit()
    result = repository.call("contract", "check", "--all")
    assert [line.split()[2] for line in result.out.splitlines()] == ["contract-without-start"]


def test_services_by_name_and_names_that_are_none(shop: Repository) -> None:
    result = shop.call("contract", "init", "wbe")
    assert (result.code, result.out) == (2, "")
    assert "'wbe' is no service of this repository; did you mean 'web'?" in result.err
    assert shop.call("contract", "init", "db").out == "written: deploy/production/delivery.yaml\n"
    shop.commit()
    taken = shop.call("contract", "init", "db")
    assert "deploy/production/delivery.yaml describes 'db' already" in taken.err
    assert taken.code == 2


def test_nothing_is_written_over(shop: Repository) -> None:
    shop.write(**{"web/delivery.yaml": "steps: []\n"})
    shop.commit()
    result = shop.call("contract", "init")
    assert (result.code, result.out) == (0, "written: web/web.delivery.yaml\n")
    assert (shop.root / "web/delivery.yaml").read_text("utf-8") == "steps: []\n"


def test_both_places_of_a_sentence_that_is_contradicted(shop: Repository) -> None:
    shop.call("contract", "init")
    path = shop.root / "web/delivery.yaml"
    path.write_text(
        path.read_text("utf-8").replace("builds: publish", "builds: build").replace("8080", "9090")
    )
    shop.commit()
    result = shop.call("contract", "check", "--all")
    assert result.code == 1
    port, where, job, there = result.out.splitlines()
    assert port.startswith(
        "web/delivery.yaml:8:9: error contract-contradicted the meta file of 'web' says ports[0]: 9090"
    )
    assert where.startswith("    deploy/production/web.yaml:")
    assert job.startswith("web/delivery.yaml:15:11: error contract-contradicted")
    assert there == "    .gitlab-ci.yml:1:1: says otherwise"
    one = shop.call("contract", "check", "web/delivery.yaml")
    assert len(one.out.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "policy", "said"),
    [
        ("", "invalid-contract", "the file is empty"),
        ("service: web\nstart: [a]\ndata: [{name: a, migrations: gone}]\n", "invalid-contract", "there is no `web/gone`"),
        ("service: web\nstart: [a]\npipeline: {file: gone.yml}\n", "invalid-contract", "there is no `web/gone.yml`"),
        ("service: web\nstart: [a]\npipeline: {builds: a}\n", "invalid-contract", "`file`"),
        ("service: web\nstart: [a]\ndepends_on: [web]\n", "contract-contradicted", "they need each other (web)"),
        ("service: web\nstart: [a]\ndata: [{path: a}]\n", "invalid-contract", "`name`"),
    ],
)  # fmt: skip
def test_files_that_say_what_cannot_be(
    repository: Repository, text: str, policy: str, said: str
) -> None:
    repository.write(**{"web/delivery.yaml": text})
    repository.commit()
    result = repository.call("contract", "check", "--all")
    assert result.code == 1
    assert policy in result.out
    assert said in result.out


def test_two_files_of_one_service(repository: Repository) -> None:
    one = "service: web\nstart: [a]\n"
    repository.write(**{"web/delivery.yaml": one, "web/web.delivery.yaml": one})
    repository.commit()
    result = repository.call("contract", "check", "--all")
    assert result.code == 1
    assert "web/web.delivery.yaml too, so neither speaks for it" in result.out


def test_what_is_written_is_yaml_whatever_things_are_called(repository: Repository) -> None:
    repository.write(
        **{
            "a b/Dockerfile": f'FROM node:22@{DIGEST}\nCOPY a /\nCMD ["no", "a: b", "#", "\\"q\\""]\n',
            "a b/a": "",
            "compose.yaml": "services:\n  'true': {build: 'a b'}\n",
        }
    )
    repository.commit()
    assert repository.call("contract", "init").code == 0
    (path,) = (repository.root / "a b").glob("*delivery.yaml")
    script = "import sys,json;from ruamel.yaml import YAML;print(json.dumps(YAML(typ='safe').load(open(sys.argv[1]))))"
    import sys  # noqa: PLC0415

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, check=True
    )
    data = json.loads(done.stdout)
    assert data["start"] == ["no", "a: b", "#", '"q"']
    assert data["service"] == "true"


def test_a_start_command_that_the_dockerfile_contradicts(repository: Repository) -> None:
    meta = (
        f"service: web\nimage: shop/web@{DIGEST}\nbuild: {{dockerfile: Dockerfile}}\nstart: [/b]\n"
    )
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: shop/web, command: [/c]}]}\n"
    repository.write(
        **{
            "delivery.yaml": meta,
            "Dockerfile": f'FROM node:22@{DIGEST}\nENTRYPOINT ["/a"]\n',
            "k8s/web.yaml": pod,
        }
    )
    repository.commit()
    lines = repository.call("contract", "check", "--all").out.splitlines()
    told = [index for index, one in enumerate(lines) if "start-command-mismatch" in one]
    assert [lines[index].partition(":")[0] for index in told] == ["Dockerfile", "k8s/web.yaml"]
    for index in told:
        assert "    delivery.yaml:4:8: says otherwise" in lines[index + 1 : index + 3]


def test_what_stands_beside_the_service_says_nothing_of_it(shop: Repository) -> None:
    proxy = f"      - {{name: proxy, image: acme/proxy@{DIGEST}, command: [proxy], ports: [{{containerPort: 1}}]}}\n"
    shop.write(
        **{"deploy/production/web.yaml": WEB.replace("      volumes:", f"{proxy}      volumes:")}
    )
    shop.commit()
    assert shop.call("contract", "init", "--print").out == f"# web/delivery.yaml\n{WRITTEN}"


def test_the_job_that_builds_it_under_a_name_that_it_alone_knows(shop: Repository) -> None:
    job = "publish: {script: [docker build -t $HUB/$NAME web, docker push $HUB/$NAME]}\n"
    shop.write(**{".gitlab-ci.yml": job})
    shop.commit()
    assert "builds: publish" in shop.call("contract", "init", "--print").out


def test_a_base_that_all_environments_share_is_the_manifest_of_none(shop: Repository) -> None:
    overlay = "resources: [../base]\npatches:\n- patch: '[{op: add, path: /spec/template/spec/containers/0/command, value: [serve]}]'\n  target: {kind: Deployment}\n"
    shop.write(
        **{
            "deploy/base/web.yaml": WEB,
            "deploy/base/kustomization.yaml": "resources: [web.yaml]\n",
            "deploy/overlays/staging/kustomization.yaml": "resources: [../../base]\n",
            "deploy/overlays/production/kustomization.yaml": overlay.replace(
                "../base", "../../base"
            ),
        }
    )
    (shop.root / "deploy/production/web.yaml").unlink()
    shop.commit()
    told = shop.call("contract", "init", "web", "--print").out
    assert "- name: staging\n" in told
    assert "deploy/base" not in told


@pytest.mark.parametrize(
    ("base", "command", "start"),
    [
        (f"gcr.io/distroless/nodejs22-debian12@{DIGEST}", '["--enable-source-maps", "a.js"]', '[/nodejs/bin/node, "--enable-source-maps", a.js]'),
        (f"gcr.io/distroless/java21-debian12@{DIGEST}", '["a.jar"]', '[/usr/bin/java, "-jar", a.jar]'),
        (f"acme/base@{DIGEST}", '["--port", "80"]', ""),
        (f"acme/base@{DIGEST}", '["serve"]', "[serve]"),
    ],
)  # fmt: skip
def test_the_program_of_the_base_is_part_of_the_start(
    repository: Repository, base: str, command: str, start: str
) -> None:
    repository.write(**{"web/Dockerfile": f"FROM {base}\nCOPY a /a\nCMD {command}\n", "web/a": ""})
    repository.commit()
    told = repository.call("contract", "init", "--print").out
    assert f"\nstart: {start}\n" in told if start else "\n# start:" in told
