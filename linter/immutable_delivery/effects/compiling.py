"""commands.yaml as the tables read it: strings that are lists of words split, in JSON for runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXTS = frozenset((
    "run", "pattern", "ecosystem", "family", "reads", "unknown", "action", "operands", "name", "as", "target", "scheme",
    "repository_type", "verb", "mutates", "builds", "line", "file", "after",
))  # fmt: skip
"""Keys whose strings are no lists of words."""


def compiled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Split the strings that are lists of words."""
    return {section: _section(rows) for section, rows in data.items()}


def _section(rows: Any) -> Any:
    if isinstance(rows, str):
        return rows.split()
    if isinstance(rows, list):
        return [_row(row) if isinstance(row, dict) else row for row in rows]
    return {key: value.split() if key.endswith("values") else value for key, value in rows.items()}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.split() if isinstance(value, str) and key not in _TEXTS else value
        for key, value in row.items()
    }


def compile_tables(yaml_text: str) -> str:
    """Return commands.yaml as JSON, for runs that read no YAML; the generator of the package calls it."""
    from ruamel.yaml import YAML  # noqa: PLC0415 (runs need none)

    data = YAML(typ="safe", pure=True).load(yaml_text)
    import json  # noqa: PLC0415 (for who makes the tables)

    return json.dumps(compiled(data), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
