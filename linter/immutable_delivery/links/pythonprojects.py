"""What a run in the environment of a Python project (`uv run`) still installs, after what the build installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from immutable_delivery.facts import Install
from immutable_delivery.source.files import Files, read_text

MAX_LENGTH = 200_000
"""A project file that is longer is none of a person's."""


def completes(
    run: Install, installs: Sequence[Install], files: Files, *, bare: bool
) -> bool | None:
    """Return whether a run installs something; None where nobody knows.

    ``installs`` are those of the build in their order; ``bare`` says that nothing but the base's interpreter lies in
    the image where they do not put it.
    """
    if not installs:
        return bool(run.reads) or not bare
    syncs = [one for one in installs if one.command.endswith("sync")]
    project = _project(run, files)
    if not syncs or project is None:
        return False
    groups = all(one.lean for one in syncs) and not run.lean and _has_groups(project)
    return groups or (syncs[-1].partly and "build-system" in project)


def _has_groups(project: Mapping[str, Any]) -> bool:
    """Whether a run has groups of packages by default that a lean install leaves out."""
    own = _table(_table(project, "tool"), "uv")
    named = own.get("default-groups", ["dev"])
    groups = _table(project, "dependency-groups")
    listed = groups.keys() if named == "all" else [one for one in named if one in groups]
    return any(groups[one] for one in listed) or bool(own.get("dev-dependencies"))


def _table(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _project(run: Install, files: Files) -> Mapping[str, Any] | None:
    text = read_text(files, run.reads[0]) if run.reads else None
    if text is None or len(text.value) > MAX_LENGTH:
        return None
    import tomllib  # noqa: PLC0415 (rarely needed)

    try:
        return tomllib.loads(text.value)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
