"""What jobs build and push: commands and the steps that stand for commands, with the pin that the best of the tags gives."""

from __future__ import annotations

import pytest
from tests.kit import read_files

from immutable_delivery.facts import Artifact, Command, Fact, Install, Job
from immutable_delivery.formats import github
from immutable_delivery.links.pipelines import link_pipelines

PATH = ".github/workflows/ci.yml"


def facts(steps: str, head: str = "on: push\n") -> list[Fact]:
    lines = "".join(f"    {line}\n" for line in steps.splitlines())
    found, ctx = read_files(
        github, {PATH: f"{head}jobs:\n  a:\n    runs-on: x\n    steps:\n{lines}"}
    )
    assert not ctx.troubles
    return [one for one in found if isinstance(one, Fact)]


def job(steps: str, head: str = "on: push\n") -> Job:
    return next(one for one in facts(steps, head) if isinstance(one, Job))


def told(artifacts: tuple[Artifact, ...]) -> list[tuple[str | None, tuple[str, ...], str | None]]:
    return [(one.image, one.tags, one.pin) for one in artifacts]


@pytest.mark.parametrize(
    ("command", "pushes"),
    [
        ("docker push a/b:latest", [("a/b", ("latest",), "alias")]),
        ("docker push a/b", [("a/b", (), "none")]),
        ("docker push a/b:1.2.3", [("a/b", ("1.2.3",), "exact")]),
        ("docker push a/b:$GITHUB_SHA", [("a/b", ("$GITHUB_SHA",), "exact")]),
        ("docker push a/b:${{ github.sha }}", [("a/b", ("${{ github.sha }}",), "exact")]),
        ("docker push a/b:${{ github.head_ref }}", [("a/b", ("${{ github.head_ref }}",), "alias")]),
        ("docker push a/b:$(git rev-parse HEAD)", [("a/b", ("$(git rev-parse HEAD)",), "exact")]),
        ("docker push a/b:$X", [("a/b", ("$X",), None)]),
        ("docker push $X", [(None, (), None)]),
        ("docker push a/b:latest; docker push a/b:1.2.3", [("a/b", ("latest", "1.2.3"), "exact")]),
        ("docker push localhost:5000/a:latest", []),
        ("docker buildx build --push -t a/b:x -t a/b:edge .", [("a/b", ("x", "edge"), "alias")]),
        ("docker buildx build -o type=registry -t a/b:x .", [("a/b", ("x",), "alias")]),
        ("docker compose push", [(None, (), None)]),
        ("skopeo copy docker://a/b:1 docker://c/d:latest", [("c/d", ("latest",), "alias")]),
        ("docker tag a b", []),
        ("skopeo copy docker://a/b:1.2.3 docker://a/b:latest", [("a/b", ("latest",), "exact")]),
        ("skopeo copy docker://a/b:$X docker://a/b:latest", [("a/b", ("latest",), None)]),
        ("crane copy a/b:edge a/b:latest", [("a/b", ("latest",), "alias")]),
        (
            "docker buildx imagetools create -t $A:x $A@sha256:$D $A@sha256:$E",
            [(None, ("x",), "digest")],
        ),
    ],
)
def test_pushes_of_commands(command: str, pushes: list[tuple[str, tuple[str, ...], str]]) -> None:
    assert told(job(f"- run: {command}").pushes) == pushes


BUILD = "- uses: docker/build-push-action@v6\n  with: "


@pytest.mark.parametrize(
    ("given", "builds", "pushes"),
    [
        ("{push: true, tags: 'a/b:latest'}", 1, [("a/b", ("latest",), "alias")]),
        ("{push: false, tags: 'a/b:latest'}", 1, []),
        ("{tags: 'a/b:latest'}", 1, []),
        ("{push: true, tags: 'a/b:latest,a/b:${{ github.sha }}'}", 1, [("a/b", ("latest", "${{ github.sha }}"), "exact")]),
        ('{push: true, tags: "a/b:1.2.3\\nc/d:x"}', 2, [("a/b", ("1.2.3",), "exact"), ("c/d", ("x",), "alias")]),
        ("{push: '${{ inputs.p }}', tags: 'a/b:x'}", 1, [("a/b", ("x",), "alias")]),
        ("{outputs: 'type=image,push=true', tags: 'a/b:x'}", 1, [("a/b", ("x",), "alias")]),
    ],
)  # fmt: skip
def test_steps_that_build(
    given: str, builds: int, pushes: list[tuple[str, tuple[str, ...], str]]
) -> None:
    found = job(BUILD + given)
    assert (len(found.builds), told(found.pushes)) == (builds, pushes)


@pytest.mark.parametrize(
    ("rules", "pin"),
    [
        ("type=raw,value=latest", "alias"),
        ("latest", "alias"),
        ("type=ref,event=branch", "alias"),
        ("type=ref,event=tag", "exact"),
        ("type=sha", "exact"),
        ("type=semver,pattern={{version}}", "exact"),
        ("type=semver,pattern={{major}}", "partial"),
        ("type=schedule", "alias"),
        ("type=edge", "alias"),
        ("type=raw,value=latest\n      type=sha,prefix=", "exact"),
        ("type=raw,value=latest\n      type=sha,enable=false", "alias"),
        ("type=raw,value=${{ inputs.x }}", None),
        ("", "exact"),
    ],
)
def test_tags_of_the_metadata_action(rules: str, pin: str | None) -> None:
    meta = "- uses: docker/metadata-action@v5\n  id: meta\n  with:\n    images: a/b\n"
    meta += f"    tags: |\n      {rules}\n" if rules else ""
    (one,) = job(f"{meta}{BUILD}{{push: true, tags: '${{{{ steps.meta.outputs.tags }}}}'}}").pushes
    assert (one.image, one.pin) == ("a/b", pin)


def test_the_name_of_a_ref_is_a_version_where_only_tags_are_built() -> None:
    push = "- run: docker push a/b:${{ github.ref_name }}"
    assert [one.pin for one in job(push).pushes] == [None]
    assert [one.pin for one in job(push, "on: {push: {tags: ['v*']}}\n").pushes] == ["exact"]
    assert [one.pin for one in job(push, "on: release\n").pushes] == ["exact"]


def test_another_job_may_name_again_what_one_overwrites() -> None:
    one, other = job("- run: docker push a/b:latest"), job("- run: docker push a/b:1.2.3")
    linked = [fact for fact in link_pipelines([one, other]) if isinstance(fact, Job)]
    assert [push.pin for fact in linked for push in fact.pushes] == ["exact", "exact"]


def test_an_action_that_reaches_a_host_is_the_command_that_it_stands_for() -> None:
    steps = "- uses: appleboy/ssh-action@v1\n  with: {host: web.example, script: 'git pull'}"
    (one,) = (fact for fact in facts(steps) if isinstance(fact, Command))
    assert (one.tool, one.target, one.mutates, one.effect) == (
        "ssh",
        "web.example",
        "host",
        "changes",
    )


@pytest.mark.parametrize(
    ("given", "pin"),
    [
        ("{}", "none"),
        ("{version: latest}", "alias"),
        ("{version: v0.58.0}", "exact"),
        ("{version: '${{ inputs.x }}'}", None),
    ],
)
def test_tools_that_steps_install(given: str, pin: str | None) -> None:
    steps = f"- uses: aquasecurity/setup-trivy@v1\n  with: {given}"
    (one,) = (fact for fact in facts(steps) if isinstance(fact, Install))
    assert [(package.name, package.pin) for package in one.packages] == [("trivy", pin)]


SETS = "helm upgrade web ./chart --set image.repository=shop/web"


@pytest.mark.parametrize(
    ("command", "deployed"),
    [
        ("kubectl set image deploy/web web=shop/web:1.2.3", ("shop/web", ("1.2.3",), "exact", "")),
        ("kubectl set image deploy/web web=shop/web:main", ("shop/web", ("main",), "alias", "")),
        ("kubectl set image deploy/web web=shop/web:$GITHUB_SHA", ("shop/web", ("$GITHUB_SHA",), "exact", "")),
        ("kubectl set image deploy/web web=shop/web@${{ needs.build.outputs.digest }}", ("shop/web", (), "digest", "build")),
        ("kubectl set image deploy/web web=${{ needs.build.outputs.image }}", (None, (), None, "build")),
        (f"{SETS} --set image.tag=1.2.3", ("shop/web", ("1.2.3",), "exact", "")),
        (f"{SETS},image.tag=main", ("shop/web", ("main",), "alias", "")),
        (f"{SETS} --set image.digest=${{{{ steps.push.outputs.digest }}}}", ("shop/web", (), "digest", "push")),
        ("helm upgrade web ./chart --set image.tag=$CI_COMMIT_SHA", (None, ("$CI_COMMIT_SHA",), "exact", "")),
        ("gcloud run deploy web --image=eu.gcr.io/shop/web:$SHORT_SHA", ("eu.gcr.io/shop/web", ("$SHORT_SHA",), "exact", "")),
    ],
)  # fmt: skip
def test_deployments_of_commands(
    command: str, deployed: tuple[str | None, tuple[str, ...], str | None, str]
) -> None:
    (one,) = job(f"- run: {command}").deploys
    assert (one.image, one.tags, one.pin, one.maker) == deployed


def test_what_a_cluster_of_the_run_is_given_is_no_deployment() -> None:
    steps = "- run: kind create cluster\n- run: kubectl set image deploy/web web=shop/web:1.2.3"
    assert not job(steps).deploys


def test_what_is_pushed_under_another_name_is_built_from_the_same() -> None:
    steps = "- run: docker build -t web app && docker tag web shop/web:1.2.3 && docker push shop/web:1.2.3"
    assert [one.dockerfile for one in job(steps).pushes] == ["app/Dockerfile"]


HANDED = """on: push
jobs:
  build:
    runs-on: x
    outputs: {image: "${{ steps.p.outputs.image }}"}
    steps:
    - run: docker build -t shop/web:$GITHUB_SHA app && docker push shop/web:$GITHUB_SHA
  deploy:
    needs: build
    runs-on: x
    environment: production
    steps:
    - run: kubectl set image deploy/web web=${{ needs.build.outputs.image }}
"""


@pytest.mark.parametrize(
    ("more", "image"), [("", "shop/web"), ("    - run: docker push shop/api:1.2.3\n", None)]
)
def test_what_a_job_hands_on_is_what_it_pushes_where_that_is_one_image(
    more: str, image: str | None
) -> None:
    text = HANDED.replace("  deploy:\n", f"{more}  deploy:\n")
    found, _ctx = read_files(github, {PATH: text})
    linked = link_pipelines([one for one in found if isinstance(one, Fact)])
    (deployed,) = (one for fact in linked if isinstance(fact, Job) for one in fact.deploys)
    assert (deployed.image, deployed.maker) == (image, "build")
    assert deployed.dockerfile == ("app/Dockerfile" if image else "")
