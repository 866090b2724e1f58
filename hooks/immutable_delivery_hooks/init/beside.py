"""Which other linters a repository runs, and what of them may go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.other_linters import PEERS
from immutable_delivery.repository.discover import Tree
from immutable_delivery.source.files import read_text

_RUNS = lazy(
    r"\.pre-commit-config\.yaml|\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.circleci/config\.yml"
    r"|azure-pipelines\.yml|bitbucket-pipelines\.yml|Jenkinsfile|Makefile"
)
"""Files that say which linters run."""
_COMMENT = lazy(r"#.*")


def beside_of(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield the files that run a linter some rules of which imd has, with what may go and what it stays for."""
    for path in filter(_RUNS.fullmatch, tree.files.paths):
        text = read_text(tree.files, path)
        for name in _named(_COMMENT.sub("", text.value) if text else ""):
            peer = PEERS[name]
            yield (
                path,
                (
                    f"runs {name}: {len(peer.policies)} of its rules are policies here and may go; keep it for {peer.stays}"
                ),
            )


def _named(text: str) -> Iterator[str]:
    for name, peer in PEERS.items():
        if peer.stays and re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE):
            yield name
