"""Variables: what plays, roles and groups give them, as far as a plain `{{ name }}` uses one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join

from immutable_delivery.context import ParseContext
from immutable_delivery.formats.ansible.modules import OWN_ROLE
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.query import pairs

MAX_DEPTH = 10

_REFERENCE = lazy(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)

Values = Mapping[str, LocatedText | None]


def of_file(path: str, ctx: ParseContext) -> dict[str, LocatedText | None]:
    """Return the variables that a file of tasks or plays sees: of its role, and those of all hosts."""
    role = OWN_ROLE.match(path)
    home = f"{role['role']}/" if role and role["role"] else ""
    folders = [join(folder_of(path), "group_vars"), "group_vars"]
    found: dict[str, LocatedText | None] = {}
    for file in [
        *(
            f"{home}{part}/main.{ending}"
            for part in ("defaults", "vars")
            for ending in ("yml", "yaml")
            if role
        ),
        *(
            f"{folder}/all{rest}"
            for folder in folders
            for rest in (".yml", ".yaml", "/main.yml", "/vars.yml")
        ),
    ]:
        found.update(_read(file, ctx))
    return found


def _read(path: str, ctx: ParseContext) -> Iterator[tuple[str, LocatedText | None]]:
    text = ctx.text(path)
    if text is None:
        return
    for document in yaml.documents(text):
        yield from of_mapping(document.root)


def of_mapping(node: Node | None) -> Iterator[tuple[str, LocatedText | None]]:
    """Yield variables; None for one that is no text, or is kept in a vault."""
    for key, value in pairs(node):
        plain = isinstance(value, Scalar) and value.tag != "!vault"
        yield key.text, value.written if plain and isinstance(value, Scalar) else None


def filled_in(written: LocatedText, values: Values, depth: int = 0) -> LocatedText:
    """Return a text with the variables that the files give a value; the rest is unresolved."""
    if "{" not in written.text:
        return written

    def give(found: re.Match[str], _own: LocatedText) -> LocatedText | None:
        value = values.get(found[1]) if found[1] else None
        if value is None or depth > MAX_DEPTH:
            return None
        return filled_in(value, values, depth + 1)

    return filled(written, _REFERENCE, give)
