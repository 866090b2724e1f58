"""The facts of one file as its policies see them, for who writes a policy."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from immutable_delivery.config.read import load
from immutable_delivery.errors import UsageError
from immutable_delivery.facts import ITEMS, Fact
from immutable_delivery.links import lockfile as lock
from immutable_delivery.links.link import link
from immutable_delivery.pipeline.examined import reading_settings
from immutable_delivery.pipeline.run import applied_to, recalled
from immutable_delivery.policy.expressions import item_values, values_of, variables
from immutable_delivery.reading.project import Reader, read
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.source.escape import shown
from immutable_delivery.source.text import Place, Text


def factsheet(start: Path, file: str) -> str:
    """Return the facts that ``file`` states, linked with the rest of its repository, as JSON."""
    facts, texts, named = linked(start, file)
    own = [fact for fact in facts if fact.used_at.file in named]
    if not own:
        raise UsageError(f"{shown(file)}: no format of imd reads this file")
    return json.dumps([_shown(fact, texts) for fact in own], indent=2, ensure_ascii=False) + "\n"


def linked(start: Path, file: str) -> tuple[list[Fact], Mapping[str, Text], Collection[str]]:
    """Return the facts of the repository of a file, the texts that they point into, and what the file is called there."""
    tree = open_tree(start, paths=[file])
    config = load(tree.files)
    project = read(tree.files, tree.skipped, Reader(tree.files, reading_settings(config)))
    facts = link(
        project.facts,
        project.builds,
        tree.files,
        lock.read(tree.files),
        reading_settings(config),
        recall=lambda: recalled(tree, config),
        asked=lambda migrations: applied_to(tree.files, tree, config, migrations),
    )
    return facts, project.texts, tree.named


def _shown(fact: Fact, texts: Mapping[str, Text]) -> dict[str, Any]:
    kind = type(fact).__name__.lower()
    values = values_of(fact)
    return {
        "kind": kind,
        "at": _at(fact.used_at, texts),
        "fields": values,
        **_records(fact, kind),
        "unknown": sorted(variables(kind).keys() - values.keys()),
        "places": {name: _at(place, texts) for name, place in fact.places.items()},
        "related": [_at(place, texts) for place in fact.related],
    }


def _records(fact: Fact, kind: str) -> dict[str, Any]:
    """Return the lists that a policy goes through with `each:`."""
    names = (each for over, each in ITEMS if over == kind)
    return {name: [_plain(item_values(item)) for item in getattr(fact, name)] for name in names}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("item."): value for name, value in values.items()}


def _at(place: Place, texts: Mapping[str, Text]) -> str:
    text = texts.get(place.file)
    if text is None:
        return place.file
    at = text.position(place.span.start)
    return f"{place.file}:{at.line}:{at.column}"
