"""The syntax of the tables: a string is a list of its words."""

from __future__ import annotations

from typing import Any


def worded(data: Any) -> Any:
    """Return data in which every string is the list of its words."""
    if isinstance(data, str):
        return data.split()
    if isinstance(data, list) and all(isinstance(item, str) for item in data):
        return [word for item in data for word in item.split()]
    return {key: worded(value) for key, value in data.items()} if isinstance(data, dict) else data


def compile_subject(yaml_text: str) -> str:
    """Return the YAML of a subject as JSON, for runs that read no YAML; the generator of the package calls it."""
    import json  # noqa: PLC0415 (for who makes the tables)

    from ruamel.yaml import YAML  # noqa: PLC0415 (runs need none)

    data = YAML(typ="safe", pure=True).load(yaml_text)
    return json.dumps(worded(data), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
