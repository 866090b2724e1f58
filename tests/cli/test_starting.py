"""What starts what is delivered: a lone Dockerfile that starts nothing, start commands that only wait."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import DIGEST

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

OPTIONS = ("--select", "missing-start-command,idle-start-command", "--output-format", "json")
BASE = f"debian:12.8@{DIGEST}"


def found(repository: Repository, files: dict[str, str]) -> list[str]:
    """Return the policies that report, with their severities and files."""
    repository.write(**files)
    report = json.loads(repository.call("check", *OPTIONS).out)
    return [
        f"{one['policy']} {one['severity']} {one['place']['file']}"
        for one in report["findings"]
        if one["severity"] != "note"
    ]


MISSING = "missing-start-command error"
BUILDER = f"FROM golang@{DIGEST} AS b\nCOPY . .\nRUN go build -o /x .\n"
CODE = {
    "app.py": "a",
    "src/deep/er/main.go": "a",
    "run": "a",
    "conf/app.yaml": "a",
    "start.sh": "a",
}


@pytest.mark.parametrize(
    "dockerfile",
    [
        f"FROM {BASE}\nCOPY app.py /app/\n",
        f"FROM {BASE}\nCOPY src /app\n",
        f"FROM {BASE}\nCOPY . /app\n",
        f"FROM {BASE}\nADD run /app/\n",
        f"FROM {BASE} AS a\nCOPY app.py /app/\nFROM a\n",
        f'FROM {BASE} AS a\nCOPY run /run\nCMD ["/run"]\nFROM a\nENTRYPOINT []\n',
        f"{BUILDER}FROM scratch\nCOPY --from=b /x /x\n",
        f"{BUILDER}FROM gcr.io/distroless/static-debian12@{DIGEST}\nCOPY --from=b /x /app/x\n",
        f"{BUILDER}FROM gcr.io/distroless/java21@{DIGEST}\nCOPY --from=b /x /app.jar\n",
        f"{BUILDER}FROM {BASE}\nCOPY --from=b /x /\n",
        f"FROM {BASE}\nEXPOSE 80\nCOPY app.py /usr/local/bin/\n",
        f"FROM {BASE}\nCOPY app.py /usr/local/bin/\nCOPY src /srv\n",
        f"FROM {BASE}\nCOPY conf/app.yaml app.py /app/\n",
        f"FROM arm64v8/python@{DIGEST}\nCOPY app.py /app/\n",
        f"FROM public.ecr.aws/docker/library/node@{DIGEST}\nCOPY app.py /app/\n",
        f"FROM cgr.dev/chainguard/wolfi-base@{DIGEST}\nCOPY app.py /app/\n",
    ],
)
def test_an_application_that_nothing_starts_is_an_error(
    repository: Repository, dockerfile: str
) -> None:
    assert found(repository, {**CODE, "Dockerfile": dockerfile}) == [f"{MISSING} Dockerfile"]


@pytest.mark.parametrize(
    "dockerfile",
    [
        f'FROM {BASE}\nCOPY app.py /app/\nCMD ["python", "/app/app.py"]\n',
        f'FROM {BASE} AS a\nENTRYPOINT ["/run"]\nFROM a\nCOPY run /run\n',
        f"FROM acme/base@{DIGEST}\nCOPY app.py /app/\n",
        f"FROM nginx@{DIGEST}\nCOPY src /usr/share/nginx/html\n",
        f"FROM {BASE}\nRUN apt-get install -y curl\n",
        f"FROM {BASE}\nCOPY conf /etc/app\n",
        f"FROM {BASE}\nCOPY run /etc/init.d/run\n",
        f"FROM {BASE}\nCOPY conf/app.yaml /app/\n",
        f"FROM {BASE}\nCOPY start.sh /\n",
        f"FROM {BASE}\nCOPY absent.py /app/\n",
        f"FROM {BASE}\nADD https://x.org/app.py /app/\n",
        f"FROM {BASE} AS b\nRUN curl -O x\nFROM {BASE}\nCOPY --from=b /x /x\n",
        f"{BUILDER}FROM scratch\nCOPY --from=b /x /\n",
        f"{BUILDER}FROM gcr.io/distroless/static@{DIGEST}\nWORKDIR /app\nCOPY --from=b /x .\n",
        f"{BUILDER}FROM scratch\nCOPY --from=b /etc/ssl/certs/ca /ca\n",
        f"{BUILDER}FROM scratch\nCOPY --from=b /usr/share/zoneinfo /usr/share/zoneinfo\n",
        f"FROM {BASE}\nCOPY app.py /usr/local/bin/\n",
        f"FROM {BASE}\nCOPY run /bin/run\nCOPY app.py /usr/bin/\n",
        f"FROM {BASE}\nONBUILD COPY . /src\nCOPY app.py /app/\n",
        f"FROM {BASE}\nLABEL operators.operatorframework.io.bundle.package.v1=a\nCOPY app.py /app/\n",
        f"FROM {BASE}\nLABEL devcontainer.metadata=[]\nCOPY app.py /app/\n",
        f"FROM {BASE} AS export\nCOPY app.py /app/\n",
        f"FROM {BASE} AS my-builder\nCOPY app.py /app/\n",
        f"FROM {BASE} AS a\nCOPY app.py /app/\nFROM {BASE}\n",
    ],
)
def test_what_is_no_application_or_starts_is_none(repository: Repository, dockerfile: str) -> None:
    assert found(repository, {**CODE, "Dockerfile": dockerfile}) == []


LONE = f"FROM {BASE}\nCOPY app.py /app/\n"


@pytest.mark.parametrize(
    ("path", "reported"),
    [
        ("web/Dockerfile", True),
        ("web/Dockerfile.web", True),
        ("web/dev/Dockerfile", False),
        ("web/Dockerfile.test", False),
        ("web/build-image/Dockerfile", False),
        (".github/web/Dockerfile", False),
        ("web/develop.Dockerfile", False),
        ("web/latest/Dockerfile", True),
    ],
)
def test_the_path_says_what_it_is_for(repository: Repository, path: str, reported: bool) -> None:
    folder = path.rpartition("/")[0]
    files = {path: LONE, f"{folder}/app.py": "a"}
    assert found(repository, files) == ([f"{MISSING} {path}"] if reported else [])


@pytest.mark.parametrize(
    ("path", "other", "reported"),
    [
        ("web/Dockerfile", f"FROM acme/web@{DIGEST}\nCMD x\n", False),
        ("Dockerfile.web", f"FROM {BASE}\nCOPY --from=acme/web@{DIGEST} /x /x\nCMD x\n", False),
        ("web.Dockerfile", f"FROM acme/web@{DIGEST}\nCMD x\n", False),
        ("web/Dockerfile", f"FROM acme/website@{DIGEST}\nCMD x\n", True),
    ],
)
def test_what_others_build_on_is_a_base(
    repository: Repository, path: str, other: str, reported: bool
) -> None:
    folder = path.rpartition("/")[0]
    files = {path: LONE, f"{folder}/app.py".lstrip("/"): "a", "other/Dockerfile": other}
    assert found(repository, files) == ([f"{MISSING} {path}"] if reported else [])


@pytest.mark.parametrize(
    ("name", "text", "reported"),
    [
        ("docker-bake.hcl", 'target "a" { target = "web" }\n', False),
        ("docker-bake.hcl", 'target "a" { dockerfile = "Dockerfile" }\n', True),
        ("delivery.yaml", "service: w\nimage: acme/w\nbuild: {dockerfile: Dockerfile}\nstart: [a]\nenvironments: {}\n", False),
        ("compose.yaml", "services: {web: {build: ., command: python app.py}}\n", False),
    ],
)  # fmt: skip
def test_what_a_manifest_says_of_the_build_counts(
    repository: Repository, name: str, text: str, reported: bool
) -> None:
    files = {"Dockerfile": f"FROM {BASE} AS web\nCOPY app.py /app/\n", "app.py": "a", name: text}
    expected = [f"{MISSING} Dockerfile"] if reported else []
    assert [one for one in found(repository, files) if one.endswith("Dockerfile")] == expected


@pytest.mark.parametrize(
    ("path", "target", "reported"),
    [
        ("compose.yaml", "web", True),
        ("compose.yaml", "unit-tests", False),
        ("docker-compose.tests.yml", "web", False),
        ("docker-compose-pull-images.yml", "web", False),
        ("docker-compose.latest.yml", "web", True),
    ],
)
def test_compose_files_that_only_test_or_pull_deploy_nothing(
    repository: Repository, path: str, target: str, reported: bool
) -> None:
    stage = f"FROM {BASE} AS {target}\nRUN true\n"
    service = f"services:\n  a: {{build: {{context: ., target: {target}}}}}\n"
    files = {"Dockerfile": stage, path: service}
    assert found(repository, files) == ([f"{MISSING} Dockerfile"] if reported else [])


@pytest.mark.parametrize(
    ("path", "reported"), [("docker-compose.tests.yml", False), ("docker-compose.latest.yml", True)]
)
def test_their_images_are_not_run_either(repository: Repository, path: str, reported: bool) -> None:
    files = {path: f"services:\n  a: {{image: '{BASE}'}}\n"}
    assert found(repository, files) == ([f"{MISSING} {path}"] if reported else [])


IDLE = "idle-start-command error"
POD = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - {{name: c, image: 'a@{DIGEST}', "
QUADLET = f"[Container]\nImage=docker.io/library/a@{DIGEST}\nExec="


@pytest.mark.parametrize(
    ("path", "text", "reported"),
    [
        ("compose.yaml", f"services: {{a: {{image: 'a@{DIGEST}', command: bash}}}}\n", True),
        ("compose.yaml", f"services: {{a: {{image: 'a@{DIGEST}', entrypoint: [tail, -f, /dev/null]}}}}\n", True),
        ("compose.yaml", f"services: {{a: {{image: 'a@{DIGEST}', entrypoint: sh, command: '-c \"sleep 1d\"'}}}}\n", True),
        ("compose.yaml", f"services: {{a: {{image: 'a@{DIGEST}', entrypoint: sh, command: start.sh}}}}\n", False),
        ("compose.yaml", f"services: {{a: {{image: 'a@{DIGEST}', entrypoint: sh, command: $WHAT}}}}\n", False),
        ("compose.yaml", f"services: {{a: {{image: 'alpine/git@{DIGEST}', command: [sh]}}}}\n", False),
        ("compose.override.yaml", f"services: {{a: {{image: 'a@{DIGEST}', command: bash}}}}\n", False),
        ("x/.devcontainer/compose.yaml", f"services: {{a: {{image: 'a@{DIGEST}', command: sleep infinity}}}}\n", False),
        ("x/devcontainer-web/compose.yaml", f"services: {{a: {{image: 'a@{DIGEST}', command: sleep infinity}}}}\n", False),
        ("pod.yaml", POD + "command: [sleep, infinity]}\n", True),
        ("pod.yaml", POD + "command: [sh], args: [-c, 'server & sleep infinity']}\n", False),
        ("pod.yaml", POD.replace("name: c", "name: pre-pull") + "command: [sleep, infinity]}\n", False),
        ("web.container", f"{QUADLET}sleep infinity\n", True),
        ("web.container", f"{QUADLET}serve\n", False),
        ("Procfile", "web: tail -f /dev/null\n", True),
        ("task.json", f'{{"family": "t", "containerDefinitions": [{{"name": "a", "image": "a@{DIGEST}", "command": ["sleep", "infinity"]}}]}}\n', True),
    ],
)  # fmt: skip
def test_a_deployed_container_that_only_waits_is_an_error(
    repository: Repository, path: str, text: str, reported: bool
) -> None:
    assert found(repository, {path: text}) == ([f"{IDLE} {path}"] if reported else [])


@pytest.mark.parametrize(
    ("entrypoint", "command", "reported"),
    [
        ('["tini", "--"]', "bash", True),
        ('["/app/run"]', "bash", False),
        ("/app/run", "bash", False),
        ("[]", "sleep infinity", True),
    ],
)
def test_the_program_of_the_image_comes_first(
    repository: Repository, entrypoint: str, command: str, reported: bool
) -> None:
    files = {
        "Dockerfile": f"FROM {BASE}\nENTRYPOINT {entrypoint}\nCOPY app.py /app/\n", "app.py": "a",
        "compose.yaml": f"services: {{a: {{build: ., command: {command}}}}}\n",
    }  # fmt: skip
    idle = [one for one in found(repository, files) if one.startswith("idle")]
    assert idle == ([f"{IDLE} compose.yaml"] if reported else [])


def test_the_lock_knows_the_program_of_an_image(repository: Repository) -> None:
    image = f"acme/web@{DIGEST}"
    compose = f"services: {{a: {{image: '{image}', command: bash}}}}\n"
    entry = {"digest": DIGEST, "entrypoint": ["/run"]}
    lock = json.dumps({"version": 1, "images": {image: entry}})
    assert found(repository, {"compose.yaml": compose}) == [f"{IDLE} compose.yaml"]
    assert found(repository, {"imd.lock": lock}) == []


WARNING = ["idle-start-command warning Dockerfile"]


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        (f"FROM {BASE}\nCMD tail -f /dev/null\n", WARNING),
        (f'FROM {BASE}\nENTRYPOINT ["sleep"]\nCMD ["infinity"]\n', WARNING),
        (f'FROM {BASE}\nCMD ["bash"]\n', []),
        (f'FROM {BASE}\nCOPY app.py /app/\nCMD ["bash"]\n', WARNING),
        (f'FROM {BASE}\nCOPY app.py /usr/local/bin/\nCMD ["bash"]\n', []),
        (f'FROM {BASE} AS test\nCMD ["sleep", "infinity"]\n', []),
        (f'FROM {BASE} AS dev\nCMD ["sleep", "infinity"]\nFROM {BASE}\nCMD ["date"]\n', []),
        (f'FROM {BASE} AS runner\nCMD ["sleep", "infinity"]\n', WARNING),
        (f'FROM {BASE}\nCMD ["sleep", "infinity"]\nCMD ["date"]\n', []),
    ],
)
def test_a_lone_dockerfile_that_only_waits_is_a_warning(
    repository: Repository, dockerfile: str, expected: list[str]
) -> None:
    assert found(repository, {"Dockerfile": dockerfile, "app.py": "a"}) == expected


def test_a_deployed_dockerfile_that_only_waits_is_an_error(repository: Repository) -> None:
    files = {
        "Dockerfile": f"FROM {BASE}\nCMD sleep infinity\n",
        "compose.yaml": "services: {a: {build: .}}\n",
    }
    assert found(repository, files) == [f"{IDLE} Dockerfile"]
    stated = {"compose.yaml": "services: {a: {build: ., command: serve}}\n"}
    assert found(repository, stated) == []
