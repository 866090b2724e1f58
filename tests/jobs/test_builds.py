"""What jobs build from: the Dockerfile, its folder, stage and arguments, and whether the image is kept."""

from __future__ import annotations

import pytest
from tests.kit import read_files

from immutable_delivery.facts import Build, Image
from immutable_delivery.formats import github, gitlab
from immutable_delivery.reading.project import read
from immutable_delivery.repository.classify import classify
from immutable_delivery.source.files import MemoryFiles

PATH = ".github/workflows/ci.yml"


def built(steps: str, **beside: str) -> list[Build]:
    lines = "".join(f"    {line}\n" for line in steps.splitlines())
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{lines}"
    found, _ctx = read_files(github, {PATH: text, **beside})
    return [one for one in found if isinstance(one, Build)]


@pytest.mark.parametrize(
    ("run", "dockerfile", "context"),
    [
        ("docker build .", "Dockerfile", ""),
        ("docker build app", "app/Dockerfile", "app"),
        ("docker build -f docker/web.Dockerfile app", "docker/web.Dockerfile", "app"),
        ("docker build --network host --file=app/Dockerfile .", "app/Dockerfile", ""),
        ("cd app && docker build -t x .", "app/Dockerfile", "app"),
        ("docker buildx build --platform linux/amd64 --load -t x ./app", "app/Dockerfile", "app"),
        ("docker build $GITHUB_WORKSPACE/app", "app/Dockerfile", "app"),
        ("docker build ${{ github.workspace }}/app", "app/Dockerfile", "app"),
        ('cd app; docker build "$(pwd)"', "app/Dockerfile", "app"),
        ("podman build --target web app", "app/Dockerfile", "app"),
        ("buildah bud -t x -f app/Containerfile app", "app/Containerfile", "app"),
        ("az acr build -r shop -t web:1 app", "app/Dockerfile", "app"),
        ("/kaniko/executor --context dir://$CI_PROJECT_DIR/app --dockerfile web.Dockerfile --destination x", "app/web.Dockerfile", "app"),
        ("make image", "app/Dockerfile", "app"),
    ],
)  # fmt: skip
def test_commands_that_build(run: str, dockerfile: str, context: str) -> None:
    (one,) = built(f"- run: {run}", Makefile="image:\n\tdocker build app\n")
    assert (one.dockerfile, one.context, one.job, one.deployed) == (
        dockerfile,
        context,
        "a",
        False,
    )


@pytest.mark.parametrize(
    "run",
    [
        "docker build -",
        "docker build https://git.example/a/b.git#v1",
        "docker build $DIR",
        "docker build ../other",
        "docker build -f $FILE .",
        "cd $X && docker build .",
        "cd /tmp/x && docker build .",
        "docker build",
        "docker push a/b",
    ],
)
def test_what_is_built_elsewhere_is_no_link(run: str) -> None:
    assert not built(f"- run: {run}")


def test_a_build_with_everything() -> None:
    steps = "- working-directory: app\n  run: |\n    docker build -t shop/web:1.2.3 -t shop/web:latest --target web --build-arg V=20 --build-arg W=$W --build-arg X .\n"
    (one,) = built(steps)
    assert (one.dockerfile, one.context, one.target) == ("app/Dockerfile", "app", "web")
    assert (one.image, one.tags, one.args, one.pushed) == ("shop/web:1.2.3", ("1.2.3", "latest"), {"V": "20"}, False)  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "pushed"),
    [
        ("- run: docker build -t shop/web:1 .", False),
        ("- run: docker build -t shop/web:$GITHUB_SHA . && docker push shop/web:$GITHUB_SHA", True),
        ("- run: docker build -t web . && docker push shop/api", False),
        ("- run: docker build -t web . && docker tag web shop/web:1 && docker push shop/web:1", True),
        ("- uses: docker/build-push-action@v6\n  with: {context: ., push: true, tags: 'shop/web:1'}", True),
        ("- uses: docker/build-push-action@v6\n  with: {context: ., tags: 'shop/web:1'}", False),
    ],
)  # fmt: skip
def test_what_is_pushed_is_kept(steps: str, pushed: bool) -> None:
    assert [one.pushed for one in built(steps)] == [pushed]


def test_the_action_builds_from_the_root_with_its_inputs() -> None:
    steps = "- uses: docker/build-push-action@v6\n  with:\n    context: app\n    file: app/web.Dockerfile\n    target: web\n    build-args: |\n      V=20\n      W=${{ inputs.w }}\n"
    (one,) = built(steps)
    assert (one.dockerfile, one.context, one.target, one.args) == ("app/web.Dockerfile", "app", "web", {"V": "20"})  # fmt: skip


def test_jobs_of_other_formats_build_too() -> None:
    text = "build:\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA app\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\n"
    found, _ctx = read_files(gitlab, {".gitlab-ci.yml": text})
    (one,) = (build for build in found if isinstance(build, Build))
    assert (one.dockerfile, one.job, one.pushed, one.image) == ("app/Dockerfile", "build", True, "")


@pytest.mark.parametrize(
    ("push", "judged"), [(" && docker push shop/e2e:$GITHUB_SHA", True), ("", False)]
)
def test_a_dockerfile_of_tests_is_judged_where_it_is_pushed(push: str, judged: bool) -> None:
    dockerfile = "tests/e2e/Dockerfile"
    run = f"docker build -t shop/e2e:$GITHUB_SHA tests/e2e{push}"
    text = f"on: push\njobs: {{a: {{runs-on: x, steps: [{{run: '{run}'}}]}}}}\n"
    data = {dockerfile: b"FROM debian\n", PATH: text.encode()}
    facts = read(MemoryFiles(data), classify).facts
    assert (
        any(fact.used_at.file == dockerfile for fact in facts if isinstance(fact, Image)) is judged
    )
