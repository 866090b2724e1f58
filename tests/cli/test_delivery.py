"""`imd explain SERVICE` for a service of which something is not known."""

from __future__ import annotations

import json

from tests.cli.conftest import DIGEST, Repository

JOB = (
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "    - run: docker push acme/web:${{ inputs.tag }}\n"
)


def test_what_is_missing_is_named_with_its_place(repository: Repository) -> None:
    service = "services: {web: {image: 'acme/web:$TAG'}}\n"
    repository.write(**{"compose.yaml": service})
    told = repository.call("explain", "web").out
    assert "not known     pin, so floating-tag decides nothing · compose.yaml:1" in told
    data = json.loads(repository.call("explain", "web", "-f", "json").out)
    assert data["unknown"] == ["pin"]
    assert {row["policy"] for row in data["undecided"]} >= {"floating-tag"}
    assert {row["place"] for row in data["undecided"]} == {"compose.yaml:1"}


def test_a_build_that_nobody_reads_leaves_open_what_builds_it(repository: Repository) -> None:
    artifact = "{image: acme/web, jib: {}}"
    repository.write(
        **{
            "skaffold.yaml": f"apiVersion: skaffold/v4\nkind: Config\nbuild: {{artifacts: [{artifact}]}}\n",
            "k8s/web.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"
            f"spec: {{containers: [{{name: web, image: 'acme/web@{DIGEST}'}}]}}\n",
        }
    )
    told = repository.call("explain", "web").out
    assert told.startswith("web: runs congruent, builds undetermined\n")
    assert "made from     a build without a Dockerfile here as acme/web, by skaffold.yaml" in told
    assert told.endswith("not known     what builds it\n")


def test_the_tag_of_a_push_decides_nothing_of_what_builds(repository: Repository) -> None:
    repository.write(
        **{
            "Dockerfile": f'FROM node:22.11.0@{DIGEST}\nCOPY a.js /a.js\nUSER 1000\nCMD ["node", "/a.js"]\n',
            "a.js": "",
            "compose.yaml": "services: {web: {build: ., image: acme/web}}\n",
            ".github/workflows/a.yml": JOB,
            ".github/workflows/b.yml": JOB.replace("${{ inputs.tag }}", "latest"),
        }
    )
    repository.commit()
    assert repository.call("explain", "web").out.splitlines()[0].endswith("builds repeatable")
