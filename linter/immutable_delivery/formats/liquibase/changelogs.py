"""Changelogs in XML, YAML and JSON: the same change sets in three ways to write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.liquibase.changes import Change, operations
from immutable_delivery.migrations.spec import MigrationSpec, Stated, digest
from immutable_delivery.source.text import Span, Text
from immutable_delivery.syntax import xml, yaml
from immutable_delivery.syntax.yaml.query import items
from immutable_delivery.syntax.yaml.query import text as said

_SQL = frozenset(("sql", "createProcedure", "createView"))
_AGAIN = ("runOnChange", "runAlways")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ENTITY = re.compile(rf"&({'|'.join(_ENTITIES)});")
_CDATA = re.compile(r"\s*<!\[CDATA\[(.*?)\]\]>\s*\Z", re.DOTALL)
_SPACE = re.compile(r"\s+")


def change_sets(text: Text) -> Iterator[MigrationSpec]:
    """Yield the change sets of a changelog."""
    return _of_xml(text) if text.path.endswith(".xml") else _of_yaml(text)


def _spec(
    name: str, extent: Span, changes: Iterable[Change], value: str, *, again: bool
) -> MigrationSpec:
    counted = [change for change in changes if change.counts]
    return MigrationSpec(
        name=name,
        extent=extent,
        repeatable=again,
        operations=[one for change in counted for one in operations(change, value)],
        steps=[
            Stated(normal=digest(" ".join(change.words)), span=change.span) for change in counted
        ],
    )


def _of_xml(text: Text) -> Iterator[MigrationSpec]:
    value = _ENTITY.sub(_plain, text.value)
    for one in xml.parse(text).children:
        if one.name == "changeSet":
            about = one.attributes
            name = f"{about.get('author', '')}:{about.get('id', '')}"
            again = any(about.get(key) == "true" for key in _AGAIN)
            changes = (_xml_change(child, value) for child in one.children)
            yield _spec(name, one.span, changes, value, again=again)


def _plain(entity: re.Match[str]) -> str:
    """Return a character that XML writes as a name, and blanks in the place of the rest."""
    return _ENTITIES[entity[1]].ljust(len(entity[0]))


def _xml_change(one: xml.Element, value: str) -> Change:
    columns = [
        child.attributes["name"]
        for child in one.children
        if child.name == "column" and "name" in child.attributes
    ]
    fields = {
        **one.attributes,
        **{child.name: child.text.strip() for child in one.children if child.text.strip()},
    }
    script = [_script(one.content, value)] if one.name in {"sql", "createProcedure"} else []
    return Change(one.name, one.span, fields, columns, script, list(_xml_words(one)))


def _script(content: Span, value: str) -> Span:
    """Return where SQL stands: inside of `<![CDATA[…]]>` where that is around it."""
    held = _CDATA.match(value, content.start, content.end)
    return Span(*held.span(1)) if held else content


def _xml_words(one: xml.Element) -> Iterator[str]:
    """Yield what an element says: its attributes in order of their names, its text, and what is in it."""
    if one.name == "comment":
        return
    yield one.name
    yield from (f"{name}={value}" for name, value in sorted(one.attributes.items()))
    if words := _SPACE.sub(" ", one.text).strip():
        yield words
    for child in one.children:
        yield from ("(", *_xml_words(child), ")")


def _of_yaml(text: Text) -> Iterator[MigrationSpec]:
    for document in yaml.documents(text):
        if document.problem:
            raise UnreadableError(document.problem, document.problem_at, text.value)
        for item in items(document.root, "databaseChangeLog"):
            node = item.get("changeSet") if isinstance(item, yaml.Mapping) else None
            if isinstance(node, yaml.Mapping):
                name = f"{said(node, 'author')}:{said(node, 'id')}"
                again = any(said(node, key) == "true" for key in _AGAIN)
                changes = (
                    change for one in items(node, "changes") for change in _yaml_changes(one)
                )
                yield _spec(name, item.place.span, changes, text.value, again=again)


def _yaml_changes(node: yaml.Node) -> Iterator[Change]:
    for key, value in node.entries.values() if isinstance(node, yaml.Mapping) else ():
        span = yaml.entry_extent(key, value).span
        inner = value.entries if isinstance(value, yaml.Mapping) else {}
        fields = {
            name: held.text for name, (_, held) in inner.items() if isinstance(held, yaml.Scalar)
        }
        columns = [name for one in items(value, "columns") if (name := said(one, "column", "name"))]
        held = inner.get("sql", (None, value))[1] if key.text in _SQL else None
        script = [held.place.span] if isinstance(held, yaml.Scalar) else []
        yield Change(key.text, span, fields, columns, script, [key.text, *_yaml_words(value)])


def _yaml_words(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.Scalar):
        yield _SPACE.sub(" ", node.text).strip()
    elif isinstance(node, yaml.Mapping):
        for name, (_, value) in sorted(node.entries.items()):
            yield from (f"{name}=", *_yaml_words(value))
    else:
        for item in node.items:
            yield from ("(", *_yaml_words(item), ")")
