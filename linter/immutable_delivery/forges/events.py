"""What a workflow's event says of the pull request: GitHub's file, which Gitea and Forgejo write too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from immutable_delivery.errors import UsageError
from immutable_delivery.forges.model import Asked
from immutable_delivery.source.escape import shown

_MOST_BYTES = 25_000_000
"""No event is larger."""


def github_event(environ: Mapping[str, str]) -> Asked:
    """Return what the event of a workflow names; its own file is written by the forge, not by the pull request."""
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    repository = environ.get("GITHUB_REPOSITORY", "")
    pull, run = _dict(event, "pull_request"), _dict(event, "workflow_run")
    if pull:
        head, base = (str(_dict(pull, side).get("sha") or "") for side in ("head", "base"))
        number = pull.get("number") or event.get("number") or 0
        return Asked(repository=repository, number=int(number), head=head, base=base)
    if not run:
        return Asked(repository=repository)
    owner = _dict(_dict(run, "head_repository"), "owner").get("login", "")
    source = f"{owner}:{run.get('head_branch', '')}"
    return Asked(repository=repository, head=str(run.get("head_sha") or ""), source=source)


def _dict(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _event(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            found = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{shown(path)}: the event of the workflow cannot be read") from error
    return found if isinstance(found, dict) else {}
