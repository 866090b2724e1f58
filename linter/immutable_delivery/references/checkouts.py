"""Paths that begin with the folder of the checkout, as pipelines call it: `$GITHUB_WORKSPACE/ci`, `${{ github.workspace }}`."""

from __future__ import annotations

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.pushed import said
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import PipelineValues

_LEADING = lazy(r"\$(\{\{[^{}]*\}\}|\{\w+\}|\([^()]*\)|\w+)(?:/|\Z)", needs=("$",))


def from_root(path: str) -> str | None:
    """Return a path as one from the root of the repository on; None where it begins otherwise."""
    leading = _LEADING.match(path)
    if leading is None or not said((leading[1],)) & known(PipelineValues).roots:
        return None
    return path[leading.end() :] or "."
