"""What a change elsewhere brings says which file it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.conftest import DIGEST

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

DOCKERFILE = f'FROM debian:12.8@{DIGEST}\nCOPY . /app\nCMD ["/app/run"]\n'


def _found(repository: Repository, *options: str) -> list[dict[str, Any]]:
    out = repository.call("check", "--staged", "--output-format", "json", *options).out
    found: list[dict[str, Any]] = json.loads(out)["findings"]
    return found


def test_a_deleted_file_is_the_cause(repository: Repository) -> None:
    repository.write(Dockerfile=DOCKERFILE, **{".dockerignore": "*\n!run\n", "run": "#!/bin/sh\n"})
    repository.commit()
    repository.git("rm", "-q", ".dockerignore")
    [finding] = _found(repository)
    assert finding["policy"] == "whole-context-copied"
    assert finding["cause"] == {"file": ".dockerignore", "line": 0, "event": "deleted"}
    assert "  since .dockerignore was deleted\n" in repository.call("check", "--staged").out


def test_what_the_change_shows_itself_has_no_cause(repository: Repository) -> None:
    repository.write(Dockerfile='FROM debian:latest\nCMD ["true"]\n')
    repository.git("add", "-A")
    assert [one["cause"] for one in _found(repository)] == [None]


def test_a_line_of_another_file_is_named(repository: Repository) -> None:
    repository.write(Dockerfile=DOCKERFILE, **{".dockerignore": "*\n!run\n", "run": "#!/bin/sh\n"})
    repository.commit()
    repository.write(**{".dockerignore": "*.md\n", "a/x.md": "x\n", "notes.md": "y\n"})
    repository.git("add", "-A")
    [finding] = _found(repository)
    assert finding["cause"] == {"file": ".dockerignore", "line": 1, "event": "changed"}
