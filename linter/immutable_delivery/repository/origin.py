"""Where a repository comes from and which revision of it is judged, as reports name them."""

from __future__ import annotations

import os
import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.repository.git import Git

_CREDENTIALS = lazy(r"^([a-z][a-z0-9+.-]*://)[^/]*@", re.IGNORECASE)


class Origin(Record, frozen=True):
    """The URL of the remote without credentials, the commit and the branch; empty where there is none."""

    repository: str = ""
    revision: str = ""
    branch: str = ""


def origin_of(git: Git | None) -> Origin:
    """Return where a repository comes from."""
    if git is None:
        return Origin()
    commit = _said(git, "rev-parse", "--verify", "--quiet", "HEAD")
    branch = _said(git, "symbolic-ref", "--quiet", "--short", "HEAD")
    return Origin(remote_of(git), commit, branch)


def remote_of(git: Git | None) -> str:
    """Return the URL of the remote without credentials; empty where there is none."""
    url = _said(git, "config", "--get", "remote.origin.url") if git else ""
    return _CREDENTIALS.sub(r"\1", url).partition("?")[0]


def _said(git: Git, *args: str) -> str:
    answer = git.ask(*args)
    return "" if answer.code else os.fsdecode(answer.out).strip()
