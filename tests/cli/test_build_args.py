"""Build arguments of the call: what a build is given wins over what its files say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.conftest import DIGEST

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

ARGUED = 'ARG TAG\nFROM debian:${TAG}\nCMD ["true"]\n'


def _found(repository: Repository, *options: str) -> list[tuple[str, int, str]]:
    report = json.loads(repository.call("check", "-f", "json", *options).out)
    return [
        (one["place"]["file"], one["place"]["start"]["line"], one["policy"])
        for one in report["findings"]
        if one["policy"] != "unresolved-image"
    ]


def test_the_call_gives_a_build_argument(repository: Repository) -> None:
    repository.write(Dockerfile=ARGUED)
    assert _found(repository) == []
    assert _found(repository, "--build-arg", "TAG=latest") == [("Dockerfile", 1, "floating-tag")]
    assert _found(repository, "--build-arg", f"TAG=12.8@{DIGEST}") == []
    assert _found(repository, "--build-arg", "OTHER=latest") == []


def test_the_configuration_gives_one_and_the_call_wins(repository: Repository) -> None:
    repository.write(Dockerfile=ARGUED, **{".imd.yaml": "build_args: {TAG: latest}\n"})
    assert [policy for _, _, policy in _found(repository)] == ["floating-tag"]
    assert _found(repository, "--build-arg", f"TAG=12.8@{DIGEST}") == []


def test_it_wins_over_what_a_manifest_says(repository: Repository) -> None:
    compose = f"services: {{web: {{build: {{context: ., args: {{TAG: '12.8@{DIGEST}'}}}}}}}}\n"
    repository.write(Dockerfile=ARGUED, **{"compose.yaml": compose})
    assert "floating-tag" not in {policy for _, _, policy in _found(repository)}
    found = _found(repository, "--build-arg", "TAG=latest")
    assert "floating-tag" in {policy for _, _, policy in found}


def test_what_is_no_argument_is_refused(repository: Repository) -> None:
    repository.write(Dockerfile=ARGUED)
    for wrong in ("TAG", "=x", "a b=c"):
        assert repository.call("check", "--build-arg", wrong).code == 2
