"""What a report must not replace: files that git tracks, and files that are judged."""

from __future__ import annotations

from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.formats.registry import claim
from immutable_delivery.repository.git import Git
from immutable_delivery.source.escape import shown


def refuse_input(file: str) -> None:
    """Refuse to write a report over a file that is no report of ours."""
    path = Path(file).resolve()
    if not path.is_file():
        return
    git = Git.open(path.parent)
    tracked = git and git.ask("ls-files", "--error-unmatch", "--", str(path)).code == 0
    if tracked:
        raise UsageError(
            f"{shown(file)}: git tracks it, and a report would replace it; name another file"
        )
    if claim(path.as_posix(), path.read_bytes()):
        raise UsageError(
            f"{shown(file)}: imd judges it, and a report would replace it; name another file"
        )
