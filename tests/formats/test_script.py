"""Scripts by themselves: what they do to images, containers, clusters and hosts, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent

import pytest

from immutable_delivery.facts import Command, Fact, Fetch, File, Image, Install, Job, Mount, Unread
from immutable_delivery.formats import script
from immutable_delivery.links.alone import link_alone
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.suppressions.directives import silencers


def facts(files: Mapping[str, str | bytes]) -> list[Fact]:
    project = read(MemoryFiles(files), lambda _path: "")
    return [fact for fact in link_alone(project.facts) if not isinstance(fact, File)]


def commands(files: Mapping[str, str | bytes]) -> list[tuple[str, str, str]]:
    found = (fact for fact in facts(files) if isinstance(fact, Command) and fact.mutates)
    return [(fact.used_at.file, fact.text, fact.throwaway) for fact in found]


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("deploy.sh", "docker pull debian\n", True),
        ("bin/deploy", "#!/usr/bin/env bash\nssh web reboot\n", True),
        ("bin/deploy", "#!/bin/sh -e\nkubectl edit deploy/web\n", True),
        ("bin/deploy", "#!/usr/bin/python3\n# kubectl\n", False),
        ("bin/deploy", "kubectl edit deploy/web\n", False),
        ("build.sh", "apt-get install -y curl && ./configure && make\n", False),
        ("build.sh", "echo dockerize my-ssh kubectl-x\n", False),
        ("install.sh", "set -e\nsource lib/engine.sh\n", True),
        ("install.sh", '. "$(dirname "$0")/engine.sh"\n', True),
        ("build.sh", "find . -name x\n../configure\n", False),
        ("README", "#!/bin/sh\n", False),
    ],
)
def test_a_script_that_may_deliver_is_claimed(path: str, text: str, claimed: bool) -> None:
    assert script.claims(path, text.encode()) is claimed


def test_what_a_script_pushes_is_told_once() -> None:
    files = {
        "a.sh": "docker push acme/a:latest\n",
        "b.sh": "docker push acme/b\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  build:\n    runs-on: x\n    steps:\n    - run: ./b.sh\n",
    }
    jobs = [fact for fact in facts(files) if isinstance(fact, Job)]
    pushes = [(job.scope.alone, one.text) for job in jobs for one in job.pushes]
    assert sorted(pushes) == [(False, "acme/b"), (True, "acme/a:latest")]


@pytest.mark.parametrize(
    ("words", "image"),
    [
        ("$OPTS shop/a", "shop/a"),
        ("-it $DOCKER_ARGS -e A=b shop/a", "shop/a"),
        ("-v $code_mount --entrypoint cp shop/a x", "shop/a"),
        ("--env-file $ENV_FILE $VOLUMES shop/a $ARGS", "shop/a"),
    ],
)
def test_a_variable_may_be_options_or_the_value_of_one(words: str, image: str) -> None:
    found = facts({"a.sh": f"docker run {words}\n"})
    assert [one.repository for one in found if isinstance(one, Image)] == [image]


@pytest.mark.parametrize(
    ("script", "images"),
    [
        (". ./lib.env\ndocker pull $TOOL", ["acme/tool:1.2.3"]),
        ('. "$(dirname "$0")/lib.env"; $ENGINE pull $TOOL', ["acme/tool:1.2.3"]),
        ("set -a; source lib.env; set +a\nsource run.sh", ["acme/other:$TAG", "acme/tool:1.2.3"]),
        ("cd sub && . ./lib.env; docker pull acme/a:$TAG", ["acme/a:4.5.6"]),
        ("docker pull acme/a:$TOOL; . ./lib.env", ["acme/a:$TOOL"]),
        (". ./lib.env\nread TOOL\ndocker pull acme/$TOOL", ["acme/$TOOL"]),
        (". ./self.sh\ndocker pull acme/a:$A", ["acme/a:1"]),
        (". ./missing.env\n. $FILE\ndocker pull acme/a:$A", ["acme/a:$A"]),
    ],
)
def test_a_script_sees_what_those_set_that_it_reads_in(script: str, images: list[str]) -> None:
    files = {
        "a.sh": script,
        "lib.env": "TOOL=acme/tool:1.2.3\nif a; then ENGINE=podman; else ENGINE=docker; fi\n",
        "run.sh": "$ENGINE pull $TOOL\n$ENGINE pull acme/other:$TAG\n",
        "self.sh": ". ./self.sh\n. ./self.sh\nA=1\n",
        "sub/lib.env": "TAG=4.5.6\n",
    }
    found = {fact.text for fact in facts(files) if isinstance(fact, Image)}
    assert sorted(found - {"$TOOL"}) == images


def test_what_a_script_reads_in_is_bounded() -> None:
    names = [f"s{number}.sh" for number in range(20)]
    text = "".join(f". ./{name}\nA=$A$A\n" for name in names) + "docker pull acme/a\n"
    assert Image in map(type, facts(dict.fromkeys(names[:5], text)))


def test_what_a_script_installs_on_a_machine_of_developers_is_no_fact() -> None:
    text = "sudo apt-get install -y docker.io\ncurl -fsSLo t.tgz https://x.example/t.tgz\ntar xf t.tgz\ndocker pull a\n"
    assert [type(fact) for fact in facts({"setup.sh": text})] == [Image]


@pytest.mark.parametrize("line", ["curl -fsSL https://x.example | sh", "wget --no-check-certificate https://x.example/t.tgz"])  # fmt: skip
def test_what_a_script_runs_unseen_or_takes_unchecked_is_a_fact(line: str) -> None:
    found = facts({"setup.sh": f"{line}\ndocker pull a\n"})
    assert [(type(fact), fact.scope.alone) for fact in found] == [(Fetch, True), (Image, True)]


def test_a_container_that_a_script_starts_has_its_mounts() -> None:
    text = "#!/bin/sh\ndocker run -d -v $PWD/src:/app/src shop/web:1.2.3\n"
    found = facts({"run.sh": text, "src/a.py": "1\n"})
    assert [(m.source, m.host_path) for m in found if isinstance(m, Mount)] == [("./src", "src")]


def test_a_container_that_installs_when_it_starts_is_one_that_runs() -> None:
    text = "docker run -d node:22.1.0 sh -c 'npm install left-pad && node a.js'\n"
    installs = [fact for fact in facts({"run.sh": text}) if isinstance(fact, Install)]
    assert [(fact.command, fact.scope.phase) for fact in installs] == [("npm install", "start")]


def test_a_script_that_another_one_runs_is_told_there() -> None:
    files = {
        "e2e.sh": "#!/bin/bash\nkind create cluster\n. hack/change.sh\n",
        "hack/change.sh": "kubectl edit deploy/web\n",
    }
    assert commands(files) == [("hack/change.sh", "kubectl edit deploy/web", "yes")]


def test_a_script_that_a_job_runs_is_told_there() -> None:
    workflow = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "    - run: kind create cluster\n    - run: ./change.sh\n"
    )
    files = {".github/workflows/a.yml": workflow, "change.sh": "kubectl edit deploy/web\n"}
    assert commands(files) == [("change.sh", "kubectl edit deploy/web", "yes")]


def test_what_only_a_repository_with_clusters_of_its_own_leaves_open() -> None:
    files = {"up.sh": "kind create cluster\n", "change.sh": "kubectl edit deploy/web\n"}
    assert commands(files) == [("change.sh", "kubectl edit deploy/web", "undecided")]
    assert commands({"change.sh": files["change.sh"]}) == [
        ("change.sh", "kubectl edit deploy/web", "no")
    ]


def test_scripts_that_run_each_other_end() -> None:
    files = {"a.sh": "docker pull a\n./b.sh\n", "b.sh": "docker pull b\n./a.sh\n"}
    images = [fact.text for fact in facts(files) if isinstance(fact, Image)]
    assert sorted(set(images)) == ["a", "b"]


@pytest.mark.parametrize(
    "data",
    [
        b"# caf\xe9\ndocker pull a\n",
        b"docker pull a\r\necho b\r\n",
        b"\xef\xbb\xbfdocker pull a\n",
        b"docker pull a\ncat <<EOF\nnever closed\n",
        b"docker pull a\nif true; then\n",
    ],
    ids=["latin-1", "crlf", "bom", "here-document", "unfinished"],
)
def test_odd_bytes_hide_nothing(data: bytes) -> None:
    assert [fact.text for fact in facts({"a.sh": data}) if isinstance(fact, Image)] == ["a"]


@pytest.mark.parametrize(
    "data", [b"docker pull a\0b\n", b"docker pull a\n" * 60_000], ids=["nul", "long"]
)
def test_what_no_shell_reads_is_said(data: bytes) -> None:
    assert any(isinstance(fact, Unread) and fact.subject == "sh" for fact in facts({"a.sh": data}))


def test_comments_cover_the_line_below_and_their_own() -> None:
    text = "# imd: ignore[floating-tag] why\ndocker pull a\ndocker pull b # imd: ignore[floating-tag] why\n"
    project = read(MemoryFiles({"a.sh": text}), lambda _path: "")
    covered = [
        text[slice(*comment.covers)] for comment in project.comments["a.sh"] if comment.covers
    ]
    assert [one.split()[2] for one in covered] == ["a", "b"]
    assert list(silencers(project.comments, project.texts))


def test_a_script_that_is_told_which_function_to_run_runs_that_one() -> None:
    script = "one() { docker pull a; }\ntwo() { docker pull b; }\n$1\n"
    step = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n    - run: ./ci.sh one\n"
    found = facts({".github/workflows/a.yml": step, "ci.sh": script})
    of_job = [f.text for f in found if isinstance(f, Image) and not f.scope.alone]
    assert of_job == ["a"]


@pytest.mark.parametrize(
    "line",
    [
        '"$(dirname "$0")/lib/x.sh"',
        '"$(dirname "${BASH_SOURCE[0]}")"/lib/x.sh',
        '"${BASH_SOURCE[0]%/*}/lib/x.sh"',
        "${0%/*}/lib/x.sh",
        'cd "$(dirname "$0")" && lib/x.sh',
        'cd "$(dirname "$(readlink -f "$0")")/.." && deploy/lib/x.sh',
        'D=$( cd "$( dirname "${BASH_SOURCE[0]}" )" >/dev/null 2>&1 && pwd -P ); "$D/lib/x.sh"',
        'D="$(cd -- "$(dirname -- "$0")/.." && pwd)"; cd / && sh "$D"/deploy/lib/x.sh',
        '. "$(dirname "$BASH_SOURCE")/lib/x.sh"',
    ],
)
def test_a_script_finds_what_lies_beside_it(line: str) -> None:
    files = {"deploy/a.sh": f"{line} # docker\n", "deploy/lib/x.sh": "kubectl edit deploy/web\n"}
    project = read(MemoryFiles(files), lambda _path: "")
    found = [
        one for one in project.facts if isinstance(one, Command) and one.mutates and one.related
    ]
    assert [one.scope.owner for one in found] == ["deploy/a.sh"]


def test_where_a_job_calls_a_script_its_folder_is_known() -> None:
    files = {
        ".gitlab-ci.yml": "a: {script: [cd deploy, ./a.sh]}\n",
        "deploy/a.sh": 'exec "$(dirname "$0")/x.sh"\n',
        "deploy/x.sh": "kubectl edit deploy/web\n",
    }
    project = read(MemoryFiles(files), lambda _path: "")
    found = [
        one
        for one in project.facts
        if isinstance(one, Command) and one.mutates and not one.scope.alone
    ]
    assert [one.used_at.file for one in found] == ["deploy/x.sh"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("skopeo copy --all --src-creds a:b docker://a/b:1 docker://c/d:1", ["a/b:1"]),
        ("skopeo copy oci:out docker://c/d:1", []),
        ("kubectl run x --image=a:1", ["a:1"]),
        (
            """kubectl run x --image=null --overrides='{"containers": [{"image": "b:1"}]}'""",
            ["b:1"],
        ),
    ],
)
def test_images_that_are_copied_or_said_elsewhere(line: str, expected: list[str]) -> None:
    found = facts({"a.sh": f"{line}\n"})
    assert [one.text for one in found if isinstance(one, Image)] == expected
    assert not any(isinstance(one, Command) and one.deploys == "null" for one in found)


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: IMAGE\n"


@pytest.mark.parametrize(
    ("before", "behind", "image", "expected"),
    [
        ("kubectl apply -f - <<E", "E", "nginx:latest", ["nginx:latest"]),
        ("kubectl apply -f- <<'E'", "E", "nginx:latest", ["nginx:latest"]),
        ("cat <<E | kubectl create -f -", "E", "nginx:latest", ["nginx:latest"]),
        (
            "kubectl -n shop replace --filename=/dev/stdin <<E",
            "E",
            "nginx:latest",
            ["nginx:latest"],
        ),
        ("kubectl apply -f - <<E", "E", "nginx:$TAG", [None]),
        ("TAG=latest\nkubectl apply -f - <<E", "E", "nginx:${TAG}", ["nginx:latest"]),
        ("TAG=latest\nkubectl apply -f - <<'E'", "E", "nginx:${TAG}", [None]),
        ("kubectl delete -f - <<E", "E", "nginx:latest", []),
        ("kubectl apply -f web.yaml <<E", "E", "nginx:latest", []),
        ("kind create cluster\nkubectl apply -f - <<E", "E", "nginx:latest", []),
    ],
)
def test_objects_that_a_script_gives_to_kubectl(
    before: str, behind: str, image: str, expected: list[str | None]
) -> None:
    text = f"{before}\n{POD.replace('IMAGE', image)}{behind}\n"
    found = [one for one in facts({"a.sh": text}) if isinstance(one, Image)]
    assert [one.reference for one in found] == expected
    written = [text[slice(*_span(one))] for one in found if "TAG" not in text]
    assert written == ["nginx:latest"] * len(written)


def test_what_is_broken_in_a_here_document_is_named() -> None:
    text = f"kubectl apply -f - <<E\n{POD.replace('IMAGE', 'nginx')}---\n{{{{ broken\nE\n"
    found = facts({"a.sh": text})
    assert [one.name for one in found if isinstance(one, Image)] == ["nginx"]
    (unread,) = (one for one in found if isinstance(one, Unread))
    assert unread.subject == "manifest"
    assert text[unread.used_at.span.start :].startswith("---\n{{ broken")


STACK = "services:\n  web:\n    image: IMAGE\n    volumes: ['./src:/app']\n"


@pytest.mark.parametrize(
    ("before", "image", "expected"),
    [
        ("docker compose -f - up -d <<E", "nginx:latest", ["nginx:latest"]),
        ("cat <<'E' | docker-compose -p shop -f - up", "nginx:latest", ["nginx:latest"]),
        ("docker stack deploy -c - shop <<E", "nginx:latest", ["nginx:latest"]),
        ("TAG=dev\ndocker compose -f - up <<E", "nginx:$TAG", ["nginx:dev"]),
        ("docker compose -f - up <<E", "nginx:$TAG", [None]),
        ("docker compose -f - up <<'E'", "nginx:${TAG:-edge}", ["nginx:edge"]),
        ("docker compose -f - config <<E", "nginx:latest", []),
        ("docker compose -f compose.yaml up <<E", "nginx:latest", []),
    ],
)
def test_services_that_a_script_gives_to_compose(
    before: str, image: str, expected: list[str | None]
) -> None:
    text = f"{before}\n{STACK.replace('IMAGE', image)}E\n"
    found = facts({"bin/a.sh": text, "src/app.py": ""})
    assert [one.reference for one in found if isinstance(one, Image)] == expected
    assert [one.host_path for one in found if isinstance(one, Mount)] == ["src"] * len(expected)


def test_what_compose_starts_on_a_machine_of_the_run_is_gone_with_it() -> None:
    run = f"docker compose -f - up -d <<E\n{STACK.replace('IMAGE', 'nginx:latest')}E\n"
    job = f"on: push\njobs:\n  a:\n    runs-on: RUNNER\n    steps:\n    - run: |\n{indent(run, ' ' * 8)}"
    hosted = {".github/workflows/a.yml": job.replace("RUNNER", "ubuntu-24.04")}
    own = {".github/workflows/a.yml": job.replace("RUNNER", "self-hosted")}
    assert not any(isinstance(one, Image) for one in facts(hosted))
    assert [one.text for one in facts(own) if isinstance(one, Image)] == ["nginx:latest"]


def test_objects_in_a_step_are_placed_where_they_stand() -> None:
    body = POD.replace("IMAGE", "nginx:latest").replace("\n", "\n      ")
    text = f"a:\n  script:\n  - |\n      kubectl apply -f - <<E\n      {body}E\n"
    (found,) = (one for one in facts({".gitlab-ci.yml": text}) if isinstance(one, Image))
    assert text[slice(*_span(found))] == "nginx:latest"


def _span(image: Image) -> tuple[int, int]:
    return image.used_at.span.start, image.used_at.span.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo 'import os; os.system(\"docker pull a\")' | python3", ["a"]),
        ("printf '%s' 'import os\\nos.system(\"docker pull a\")' | python3 -", ["a"]),
        ("python3 - <<E\nimport os\nos.system('docker pull a')\nE", ["a"]),
        ("cat <<E | node\nrequire('child_process').execSync('docker pull a')\nE", ["a"]),
        ("python3 <<< 'import os; os.system(\"docker pull a\")'", ["a"]),
        ("cat a.json | python3 -c 'import os; os.system(\"docker pull b\")'", ["b"]),
        ("echo 'docker pull a' | python3 -m json.tool", []),
        ("python3 tool.py <<E\nimport os; os.system('docker pull a')\nE", []),
        ("BASH_ENV=lib.env bash run.sh", ["lib"]),
        ("BASH_ENV=lib.env python3 run.py", []),
    ],
)
def test_code_on_the_input_of_a_program_starts_others(text: str, expected: list[str]) -> None:
    files = {"a.sh": f"docker ps\n{text}\n", "run.sh": "true\n", "lib.env": "docker pull lib\n"}
    assert [one.name for one in facts(files) if isinstance(one, Image)] == expected


def test_code_that_starts_what_it_does_not_say_is_named() -> None:
    text = "python3 - <<E\nimport os, sys\nos.system(sys.argv[1])\nE\n"
    assert [one.subject for one in facts({"a.sh": f"docker ps\n{text}"}) if isinstance(one, Unread)]
    assert not facts({"a.sh": "docker ps\npython3 - <<E\nprint(1)\nE\n"})


@pytest.mark.parametrize(
    "run",
    ["./ci/x.ps1", "pwsh -File ci/x.ps1", r".\ci\x.ps1 -Tag 1", "& ./ci/x.ps1", "pwsh ci/x.ps1"],
)
def test_scripts_of_powershell_are_followed_in_a_job(run: str) -> None:
    job = "on: push\njobs:\n  a:\n    runs-on: windows-2022\n    steps:\n    - {shell: pwsh, run: 'RUN'}\n"
    script = "$x = 1\ndocker push shop/ps:latest\n./lib.sh\n"
    files = {".github/workflows/a.yml": job.replace("RUN", run), "ci/x.ps1": script}
    found = facts({**files, "lib.sh": "for i in a; do docker push $i; done\n"})
    pushed = [one.text for one in found if isinstance(one, Command) and one.scope.owner == "a"]
    assert pushed == ["docker push shop/ps:latest", "docker push a"]
    assert not any(isinstance(one, Unread) for one in found)


@pytest.mark.parametrize("call", ["pwsh -File gone.ps1", "pwsh -c Get-Pod", "pwsh -File $X"])
def test_powershell_that_is_not_read_is_named(call: str) -> None:
    files = {".gitlab-ci.yml": f"a: {{script: ['{call}']}}\n"}
    assert len([one for one in facts(files) if isinstance(one, Unread)]) == 1


APPLIED = "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'acme/a:$TAG'}]}\n"


@pytest.mark.parametrize(
    "script",
    [
        f"TAG=1.2.3\ncat > p.yaml <<E\n{APPLIED}E\nkubectl apply -f p.yaml",
        f"TAG=1.2.3\ntee out/p.yaml <<E >/dev/null\n{APPLIED}E\ncd out\nkubectl create -f p.yaml",
        f'TAG=1.2.3; echo "{APPLIED}" | kubectl apply -f -',
        f"ssh web sh <<'E'\necho x\nE\nTAG=1.2.3\ncat <<E | kubectl apply -f -\n{APPLIED}E\n",
    ],
)
def test_a_manifest_that_a_script_writes_and_applies_is_judged(script: str) -> None:
    found = [fact for fact in facts({"a.sh": script}) if isinstance(fact, Image)]
    assert [(fact.text, fact.role) for fact in found] == [("acme/a:1.2.3", "container")]


def test_a_part_of_a_manifest_is_none() -> None:
    script = "render > p.yaml\ncat >> p.yaml <<E\n  volumes:\n  - a\nE\nkubectl apply -f p.yaml\n"
    assert not [fact for fact in facts({"a.sh": script}) if isinstance(fact, Image | Unread)]


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("ssh web 'tar -zcf - /var/log'", []),
        ("ssh web tar --list -f a.tgz", []),
        ("ssh web tar -xzf a.tgz -C /srv", ["ssh web tar -xzf a.tgz -C /srv"]),
        ("gcloud app deploy --quiet cron.yaml", []),
        ("gcloud app deploy app.yaml cron.yaml", ["gcloud app deploy app.yaml cron.yaml"]),
    ],
)
def test_what_is_only_looked_at_changes_nothing(command: str, changes: list[str]) -> None:
    found = [fact for fact in facts({"a.sh": command}) if isinstance(fact, Command)]
    assert [one.text for one in found if one.effect == "changes" or one.builds] == changes


def test_a_manifest_that_nobody_applies_is_none() -> None:
    script = f"cat > p.yaml <<E\n{APPLIED}E\nkubectl apply -f q.yaml\n"
    assert [fact for fact in facts({"a.sh": script}) if isinstance(fact, Image)] == []


def test_a_script_that_a_host_is_given_on_its_input_changes_it() -> None:
    files = {"a.sh": "ssh web 'bash -s' < ops/up.sh\n", "ops/up.sh": "apt-get install -y vim\n"}
    assert [text for file, text, _ in commands(files) if file == "a.sh"] == ["ssh web bash -s"]


@pytest.mark.parametrize(
    ("script", "throwaway"),
    [
        ("DOCKER_HOST=ssh://root@web docker compose up -d --build", "no"),
        ("export DOCKER_HOST=ssh://root@web\ndocker compose up -d --build", "no"),
        ("DOCKER_HOST=ssh://root@localhost docker compose up -d --build", "undecided"),
        ("DOCKER_HOST=tcp://docker:2375 docker compose up -d --build", "undecided"),
    ],
)
def test_the_engine_of_another_host_is_no_machine_of_the_run(script: str, throwaway: str) -> None:
    assert [told for _, _, told in commands({"a.sh": script})] == [throwaway]
