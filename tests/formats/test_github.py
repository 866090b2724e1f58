"""GitHub: what workflows and actions say, with expressions resolved as far as the files allow."""

from __future__ import annotations

from typing import TypeVar

import pytest
from tests.kit import read_files, text_at

from immutable_delivery.facts import (
    Build,
    Command,
    Container,
    Fact,
    Fetch,
    Image,
    Install,
    Job,
    Mount,
    Resource,
    Source,
    Unread,
    Variable,
)
from immutable_delivery.formats import github

T = TypeVar("T", bound=Fact)

PATH = ".github/workflows/ci.yml"


def facts(content: str, kind: type[T], **more: str) -> list[T]:
    found, ctx = read_files(github, {PATH: content, **more})
    assert not ctx.troubles
    return [fact for fact in found if isinstance(fact, kind)]


def job(body: str, head: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"on: push\n{head}jobs:\n  a:\n    runs-on: ubuntu-24.04\n{lines}"


def images(content: str, **more: str) -> list[str]:
    return [fact.text for fact in facts(content, Image, **more)]


@pytest.mark.parametrize(
    ("path", "data", "claimed"),
    [
        (".github/workflows/a.yml", "jobs:\n", True),
        ("web/.github/workflows/a.yaml", "", True),
        (".forgejo/workflows/a.yml", "", True),
        (".gitea/workflows/a.yml", "", True),
        ("action.yml", "runs: {using: composite}\n", True),
        ("tools/action.yaml", "runs: {using: docker}\n", True),
        ("action.yml", "name: x\n", False),
        (".github/dependabot.yml", "version: 2\n", False),
        (".github/workflows/sub/a.yml", "jobs: {}\n", False),
    ],
)
def test_claims(path: str, data: str, claimed: bool) -> None:
    assert github.claims(path, data.encode()) is claimed


def test_images_of_a_job_and_of_what_runs_beside_it() -> None:
    content = job(
        "container: {image: 'node:22'}\nservices:\n  db: {image: postgres}\nsteps:\n- uses: docker://alpine:3"
    )
    found = facts(content, Image)
    assert [(one.text, one.role, one.scope.phase, one.scope.layer) for one in found] == [
        ("node:22", "pipeline", "pipeline", "os"),
        ("alpine:3", "pipeline", "pipeline", "os"),
        ("postgres", "pipeline", "pipeline", "middleware"),
    ]
    assert [text_at(content, one.places["reference"]) for one in found] == [
        "node:22",
        "alpine:3",
        "postgres",
    ]


@pytest.mark.parametrize(
    ("container", "matrix", "expected"),
    [
        ("${{ matrix.image }}", "image: [a, b]", ["a", "b"]),
        ("x:${{ matrix.tag }}", "tag: [1, 2]", ["x:1", "x:2"]),
        ("${{ matrix.c.image }}", "c: [{image: a}, {image: b}]", ["a", "b"]),
        ("${{ matrix.image }}", "os: [u]\n    include: [{os: u, image: a}, {os: v, image: b}]", ["a", "b"]),
        ("${{ matrix.image }}", "image: ['', a]", ["a"]),
        ("${{ matrix.image }}:${{ matrix.tag }}", "image: [a, b]\n    tag: [1, 2]\n    exclude: [{image: a, tag: 1}]", ["a:2", "b:1", "b:2"]),
        ("${{ matrix.image }}", "include: ${{ fromJSON(needs.x.outputs.y) }}", ["${{ matrix.image }}"]),
        ("${{ matrix.image }}", "image: ${{ fromJSON(needs.x.outputs.y) }}", ["${{ matrix.image }}"]),
        ("${{ matrix.os == 'u' && 'a' || 'b' }}", "os: [u, v]", ["a", "b"]),
        ("${{ matrix.os == 'u' && 'a' || '' }}", "os: [u, v]", ["a"]),
        ("${{ format('x:{0}', matrix.tag) }}", "tag: [1, 2]", ["x:1", "x:2"]),
    ],
)  # fmt: skip
def test_the_matrix_gives_every_image_that_it_has(
    container: str, matrix: str, expected: list[str]
) -> None:
    assert images(job(f"container: {container}\nstrategy:\n  matrix:\n    {matrix}")) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("env.TAG", ["x:1.2"]),
        ("github.ref == 'x' && '1' || '2'", ["x:1", "x:2"]),
        ("(inputs.a || 'b')", ["x:b", "x:${{ (inputs.a || 'b') }}"]),
        ("'it''s'", ["x:it's"]),
        ("vars.TAG", ["x:${{ vars.TAG }}"]),
        ("env['TAG']", ["x:1.2"]),
        ("fromJSON('3')", ["x:3"]),
        ("broken +", ["x:${{ broken + }}"]),
        ("!true && 'a' || 'b'", ["x:b", "x:a"]),
    ],
)
def test_expressions(expression: str, expected: list[str]) -> None:
    content = job(f'container: "x:${{{{ {expression} }}}}"', "env: {TAG: '1.2'}\n")
    assert sorted(images(content)) == sorted(expected)


def test_an_alternative_stands_where_it_is_written() -> None:
    content = job("container: ${{ github.ref == 'x' && 'a:1' || 'b:2' }}")
    found = facts(content, Image)
    assert [text_at(content, one.places["reference"]) for one in found] == ["a:1", "b:2"]


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ("actions/checkout@v4", ("action", "actions/checkout", "v4", "partial")),
        ("actions/checkout@v4.2", ("action", "actions/checkout", "v4.2", "partial")),
        ("actions/checkout@v4.2.2", ("action", "actions/checkout", "v4.2.2", "exact")),
        ("a/b/c@main", ("action", "a/b/c", "main", "alias")),
        (f"a/b@{'0' * 39}a", ("action", "a/b", f"{'0' * 39}a", "digest")),
        ("a/b", ("action", "a/b", "", "none")),
        ("a/b@${{ env.X }}", ("action", "a/b", None, None)),
    ],
)
def test_sources(used: str, expected: tuple[str, str, str, str]) -> None:
    (one,) = facts(job(f"steps:\n- uses: {used}"), Source)
    assert (one.source_type, one.url, one.ref, one.pin) == expected


@pytest.mark.parametrize("used", ["./tools/x", "$/tools/x", "$/tools/x@main", "../x"])
def test_what_stands_here_is_no_source(used: str) -> None:
    assert facts(job(f"steps:\n- uses: {used}"), Source) == []


def test_a_workflow_of_another_repository_is_a_source() -> None:
    content = "jobs:\n  a:\n    uses: o/r/.github/workflows/x.yml@v1\n"
    (one,) = facts(content, Source)
    assert (one.source_type, one.url, one.ref) == ("workflow", "o/r/.github/workflows/x.yml", "v1")
    assert text_at(content, one.places["ref"]) == "v1"


def test_a_called_workflow_is_read_with_what_it_is_given() -> None:
    callee = "on: {workflow_call: {inputs: {image: {default: 'a:1'}}}}\njobs: {x: {container: '${{ inputs.image }}'}}\n"
    call = "jobs:\n  a: {uses: ./.github/workflows/b.yml, with: {image: 'c:2'}}\n  b: {uses: ./.github/workflows/b.yml}\n"
    assert images(call, **{".github/workflows/b.yml": callee}) == ["c:2", "a:1"]


def test_a_local_action_is_read_with_what_it_is_given() -> None:
    action = "runs:\n  using: composite\n  steps:\n  - {run: 'curl -L https://x.example/${{ inputs.f }} | sh', shell: bash}\n"
    content = job("steps:\n- {uses: ./tools/x, with: {f: a.sh}}")
    found = facts(content, Fetch, **{"tools/x/action.yml": action})
    assert [one.url for one in found] == ["https://x.example/a.sh"]


def test_actions_that_use_themselves_end() -> None:
    action = (
        "runs:\n  using: composite\n  steps:\n"
        + "  - {uses: ./x}\n" * 12
        + "  - {uses: 'a/b@main'}\n"
    )
    for content in (job("steps:\n- {uses: ./x}"), "jobs: {}\n"):
        found, ctx = read_files(github, {PATH: content, "x/action.yml": action})
        assert [one for one in found if isinstance(one, Source)]
        assert [one.path for one in ctx.troubles] == ["x/action.yml"]


def test_a_docker_action() -> None:
    assert images("", **{"action.yml": "runs: {using: docker, image: 'docker://alpine:3'}\n"}) == [
        "alpine:3"
    ]
    found, _ = read_files(github, {"a/action.yml": "runs: {using: docker, image: Dockerfile}\n"})
    (build,) = (one for one in found if isinstance(one, Build))
    assert (build.dockerfile, build.context) == ("a/Dockerfile", "a")


def test_steps_are_one_machine() -> None:
    content = job("steps:\n- run: curl -o i.sh https://x.example/i.sh\n- run: bash i.sh")
    (one,) = facts(content, Fetch)
    assert one.executed == "file"


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_an_expression_in_a_script_is_one_unknown_word(quote: str) -> None:
    content = job(
        f"steps:\n- run: |\n    npm install {quote}a@${{{{ inputs.a || inputs.b }}}}{quote} b@1.2.3"
    )
    (one,) = facts(content, Install)
    assert [(package.name, package.version) for package in one.packages] == [
        ("a", None),
        ("b", "1.2.3"),
    ]


def test_scripts_see_variables_and_folders() -> None:
    content = job(
        "env: {V: '1'}\nsteps:\n- {run: ./go.sh, working-directory: tools, env: {V: 1.2.3}}"
    )
    found = facts(content, Install, **{"tools/go.sh": "npm install a@$V\n"})
    assert [one.packages[0].version for one in found] == ["1.2.3"]


@pytest.mark.parametrize(
    ("label", "pin"),
    [
        ("ubuntu-latest", "alias"),
        ("ubuntu-24.04", "partial"),
        ("windows-latest", "alias"),
        ("self-hosted", ""),
        ("${{ vars.X }}", None),
    ],
)
def test_runners(label: str, pin: str | None) -> None:
    (one,) = facts(f"jobs: {{a: {{runs-on: '{label}'}}}}\n", Resource)
    assert (one.resource_type, one.pin) == ("runner", pin)


def test_jobs_and_their_environments() -> None:
    content = "jobs:\n  a: {environment: production}\n  b: {environment: {name: '${{ inputs.e }}'}}\n  c: {}\n"
    assert [(one.name, one.environment) for one in facts(content, Job)] == [
        ("a", "production"),
        ("b", None),
        ("c", ""),
    ]


def test_windows_runs_powershell() -> None:
    run = "'if ($x) { npm i x@$env:V }; docker push a/b:${{ github.sha }}'"
    content = f"jobs:\n  a: {{runs-on: windows-2022, steps: [{{run: {run}}}]}}\n"
    for text in (
        content,
        content.replace("runs-on: windows-2022", "runs-on: x").replace("run:", "shell: pwsh, run:"),
    ):
        found = facts(text, Fact)
        assert [one.packages[0].version for one in found if isinstance(one, Install)] == [None]
        assert [push.pin for one in found if isinstance(one, Job) for push in one.pushes] == [
            "exact"
        ]
    (one,) = facts(content.replace("run:", "shell: cmd, run:"), Unread)
    assert one.subject == "cmd"


def test_a_tool_in_a_container_is_an_image_and_what_is_mounted_goes_with_the_job() -> None:
    found = facts(job("steps:\n- run: docker run --rm -v $PWD:/src alpine:3 make"), Fact)
    assert [one.text for one in found if isinstance(one, Image)] == ["alpine:3"]
    assert not [one for one in found if isinstance(one, Mount)]


def test_a_container_goes_with_the_machine_of_the_job() -> None:
    run = (
        "docker run -d -e DB_PASSWORD=x -v /var/run/docker.sock:/var/run/docker.sock acme/web:1.2.3"
    )
    found = facts(job(f"steps:\n- run: {run}"), Fact)
    assert not [one for one in found if isinstance(one, Mount | Container | Variable)]


def test_a_program_of_the_path_is_no_folder_of_its_name() -> None:
    beside = {"make/x": "", "docker/y": ""}
    assert facts(job("steps:\n- run: make test\n- run: docker"), Unread, **beside) == []


@pytest.mark.parametrize(
    ("runner", "told"),
    [("ubuntu-24.04", "yes"), ("self-hosted", "undecided"), ("${{ inputs.x }}", "undecided")],
)
def test_containers_of_a_machine_that_goes_with_the_job_are_for_it(runner: str, told: str) -> None:
    for run in ("docker exec web rm -rf /srv", "docker compose up --build -d"):
        content = f"on: push\njobs: {{a: {{runs-on: '{runner}', steps: [{{run: '{run}'}}]}}}}\n"
        assert [one.throwaway for one in facts(content, Command)] == [told]


def test_a_machine_that_is_reached_is_none_of_these() -> None:
    found = facts(job("steps:\n- run: ssh web.example docker exec web rm -rf /srv"), Command)
    assert {one.throwaway for one in found} == {"no"}


@pytest.mark.parametrize(
    "content",
    [
        "jobs: [",
        "jobs:\n  a: {steps: {run: x}}\n",
        "jobs: text\n",
        "on: push\r\njobs:\r\n  a:\r\n    steps:\r\n    - run: |\r\n        npm install x\r\n        curl https://x.example | sh\r\n",
        "jobs: {a: {steps: [{run: '" + "${{ " * 15_000 + "'}]}}\n",
        "jobs: {a: {steps: [{run: '" + "npm i a; " * 6_000 + "'}]}}\n",
        "jobs: {a: {strategy: {matrix: {x: [1], include: [1, [2]], exclude: 3}}, container: '${{ matrix.x }}'}}\n",
        "jobs: {a: {container: '${{ " + "(" * 3_000 + " }}'}}\n",
        "jobs: {a: {container: '${{ " + "!" * 1_000 + "a }}'}}\n",
        "jobs: {a: {uses: ./.github/workflows/ci.yml}}\n",
        "jobs: {a: &a {needs: *a}}\n",
        "",
    ],
)
def test_bad_input_ends(content: str) -> None:
    found, _ = read_files(github, {PATH: content})
    assert len(found) < 7_000


def test_an_input_that_a_person_gives_may_be_anything() -> None:
    text = "on:\n  workflow_dispatch:\n    inputs:\n      tag: {default: latest}\n      image: {default: 'node:20'}\njobs:\n  a:\n    runs-on: x\n    container: ${{ inputs.image }}\n    steps: [{run: 'docker push a/b:${{ inputs.tag }}'}]\n"
    found, _ctx = read_files(github, {".github/workflows/a.yml": text})
    (job,) = (one for one in found if isinstance(one, Job))
    assert [one.pin for one in job.pushes] == [None]
    images = [(one.text, one.pin) for one in found if isinstance(one, Image)]
    assert images == [("node:20", "partial"), ("${{ inputs.image }}", None)]


def test_an_action_that_only_seems_to_be_called_speaks_for_itself() -> None:
    content = job("steps:\n- {run: make}\nnotes: {uses: ./x}")
    action = "runs:\n  using: composite\n  steps:\n  - {uses: 'a/b@main'}\n"
    found, _ = read_files(github, {PATH: content, "x/action.yml": action})
    assert [one.url for one in found if isinstance(one, Source)] == ["a/b"]


@pytest.mark.parametrize(
    "step",
    [
        'run: bash "$GITHUB_WORKSPACE/ci/pull.sh"',
        "run: ${{ github.workspace }}/ci/pull.sh",
        "run: |\n    cd x\n    cd ${GITHUB_WORKSPACE}/ci\n    ./pull.sh",
        "run: . $GITHUB_WORKSPACE/ci/pull.sh\n  working-directory: ci",
        "run: ./pull.sh\n  working-directory: ${{ github.workspace }}/ci",
    ],
)
def test_the_folder_of_the_checkout_is_that_of_the_repository(step: str) -> None:
    files = {"ci/pull.sh": "#!/bin/sh\ndocker pull acme/a:1.2.3\n"}
    assert images(job(f"steps:\n- {step}"), **files) == ["acme/a:1.2.3"]


def test_the_folder_of_an_action_is_that_of_its_file() -> None:
    action = """runs:
  using: composite
  steps:
  - {shell: bash, run: "$GITHUB_ACTION_PATH/pull.sh"}
  - {shell: bash, run: ". ${{ github.action_path }}/tag.env; docker pull acme/b:$TAG"}
"""
    files = {
        "ci/action.yml": action,
        "ci/pull.sh": "docker pull acme/a:1.2.3\n",
        "ci/tag.env": "TAG=4.5.6\n",
    }
    found = images(job("steps:\n- uses: ./ci"), **files)
    assert sorted(found) == ["acme/a:1.2.3", "acme/b:4.5.6"]


@pytest.mark.parametrize(
    "step",
    [
        "{shell: python, run: 'import os; os.system(\"docker pull acme/a\")'}",
        "{run: \"#!/usr/bin/env python3\\nimport subprocess\\nsubprocess.run(['docker', 'pull', 'acme/a'])\"}",
    ],
)
def test_code_in_a_step_is_followed_to_what_it_starts(step: str) -> None:
    assert images(job(f"steps:\n- {step}")) == ["acme/a"]


def test_images_that_steps_are_told_to_start() -> None:
    steps = """steps:
- uses: docker/setup-qemu-action@v3
  with: {image: "tonistiigi/binfmt:qemu-v9.2.2"}
- uses: docker/setup-qemu-action@v3
- uses: docker/setup-buildx-action@v3
  with:
    driver-opts: |
      network=host
      image=moby/buildkit:v0.20.0
      otherimage=x"""
    assert images(job(steps)) == ["tonistiigi/binfmt:qemu-v9.2.2", "moby/buildkit:v0.20.0"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("repository: acme/deploy, ref: main, path: d", [("https://github.com/acme/deploy", "main")]),
        ("repository: acme/deploy", []),
        ("repository: acme/docs, path: docs", []),
        ("ref: main, path: d", []),
        ('repository: "${{ github.repository }}", path: d', []),
    ],
)  # fmt: skip
def test_another_repository_that_is_checked_out_is_taken_where_it_is_deployed(
    given: str, expected: list[tuple[str, str]]
) -> None:
    steps = f"steps:\n- uses: actions/checkout@v4\n  with: {{{given}}}\n- run: kubectl apply -f d/k8s.yaml"
    found = facts(job(steps), Source)
    taken = [(one.url, one.ref) for one in found if one.source_type != "action"]
    assert [one for one in taken if one[1]] == expected
