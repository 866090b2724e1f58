"""From the files of a repository to a :class:`Config`: found, validated, joined with what it extends, typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from immutable_delivery.config import (
    POLICIES,
    Config,
    ConfigSuppression,
    Path,
    PathClasses,
    Profile,
    Source,
)  # fmt: skip
from immutable_delivery.config.find import find
from immutable_delivery.config.links import absent, refuse_links
from immutable_delivery.config.packages import within
from immutable_delivery.context import Environment
from immutable_delivery.findings import FailOn
from immutable_delivery.policy.selection import PathRule, Selection
from immutable_delivery.records import replace
from immutable_delivery.source.files import Files, folder_of, resolve
from immutable_delivery.source.text import Place, Span, Text

Given = Sequence[tuple[str, str]]


def load(files: Files, path: str = "", given: Given = ()) -> Config:
    """Return the configuration in ``path``, else in the root's `.imd.yaml` or `pyproject.toml`, else the defaults.

    ``given`` are settings of the command line, by their keys: they win.
    """
    path = path or find(files)
    own = (POLICIES,) if files.state(POLICIES) != "missing" else ()
    for folder in own:
        refuse_links(files, folder)
    if not path and not given:
        return Config(policies=own)
    return _read(files, path, own, given)


def _read(files: Files, path: str, policies: tuple[str, ...], given: Given) -> Config:
    from immutable_delivery.config import trees  # noqa: PLC0415 (a run without configuration needs no YAML)
    from immutable_delivery.syntax import yaml  # noqa: PLC0415 (as below)
    from immutable_delivery.syntax.yaml.schema import schema_of  # noqa: PLC0415 (as above)
    from immutable_delivery.syntax.yaml.values import plain  # noqa: PLC0415 (as above)

    forest = trees.Trees(files, schema_of("config"))
    root = forest.read(path) if path else yaml.Mapping(place=Place("", Span(0, 0)))
    for name, value in given:
        root = trees.joined(root, forest.given(name, value))
    sources = {keys: _source(forest.texts, place) for keys, place in trees.places(root)}
    data = plain(root)
    config = Config(files=tuple(forest.files_read), sources=sources)
    return replace(
        config,
        selection=_selection(data),
        profiles=_profiles(config, data.get("profiles", {})),
        environments=_environments(data.get("environments", {})),
        paths=_paths(data.get("paths", {})),
        tables=_tables(config, data.get("tables", {})),
        policies=(*policies, *_folders(files, config, data.get("policies", []))),
        suppressions=tuple(
            _waiver(config, index, entry)
            for index, entry in enumerate(data.get("suppressions", []))
        ),
        baseline=_baseline(config, data),
        fail_on=cast("FailOn", data.get("fail-on", "error")),
        strict_unresolved=data.get("strict-unresolved", False),
        build_args=tuple(sorted(data.get("build_args", {}).items())),
    )


def _paths(data: Mapping[str, Any]) -> PathClasses:
    classes = {name: tuple(patterns) for name, patterns in data.items() if name != "as"}
    formats = data.get("as", {}).items()
    return PathClasses(
        **classes,
        formats=tuple((pattern, name) for name, patterns in formats for pattern in patterns),
    )


def _source(texts: Mapping[str, Text], place: Place) -> Source:
    at = texts[place.file].position(place.span.start)
    return Source(
        file=place.file, start=place.span.start, end=place.span.end, line=at.line, column=at.column
    )


def _selection(data: Mapping[str, Any]) -> Selection:
    return Selection(
        profile=data.get("profile", "default"),
        select=tuple(data.get("select", ())),
        ignore=tuple(data.get("ignore", ())),
        severity=data.get("severity", {}),
        per_path=tuple(
            PathRule(
                paths=(pattern,),
                ignore=tuple(rule.get("ignore", ())),
                severity=rule.get("severity", {}),
            )
            for pattern, rule in data.get("per-path", {}).items()
        ),
        params=data.get("params", {}),
    )


def _profiles(config: Config, data: Mapping[str, Any]) -> dict[str, Profile]:
    for name in ("default", "strict"):
        if name in data:
            config.fail(
                ("profiles", name), f"'{name}' is a profile of the pack; choose another name"
            )
    return {
        name: Profile(
            base=entry.get("base", "default"),
            add=tuple(entry.get("add", ())),
            ignore=tuple(entry.get("ignore", ())),
            severity=entry.get("severity", {}),
        )
        for name, entry in data.items()
    }


def _environments(data: Mapping[str, Any]) -> tuple[Environment, ...]:
    order = {name: entry.get("order", index) for index, (name, entry) in enumerate(data.items())}
    return tuple(
        Environment(
            name=name,
            paths=tuple(data[name].get("paths", ())),
            development=data[name].get("development", False),
        )
        for name in sorted(data, key=order.__getitem__)
    )


def _folders(files: Files, config: Config, names: list[str]) -> list[str]:
    """Return the folders of policies, relative to the root; they are written relative to their file."""
    found = []
    for index, name in enumerate(names):
        keys = ("policies", str(index))
        folder = resolve(folder_of(config.sources[keys].file), name)
        if folder is None:
            config.fail(keys, f"'{name}' is outside the repository")
        inside = within(files, config.sources[keys].file)
        if reason := absent(inside, folder):
            config.fail(keys, f"'{name}' {reason}")
        refuse_links(inside, folder)
        below = (path for path in inside.paths if path.startswith(f"{folder}/"))
        if not any(path.endswith((".yaml", ".yml")) for path in below):
            config.fail(keys, f"'{name}' holds no policy")
        found.append(folder)
    return found


def _tables(config: Config, data: Mapping[str, Any]) -> Mapping[str, Any]:
    if data:
        from immutable_delivery.effects.extensions import fault  # noqa: PLC0415 (few extend the tables)

        for section, rows in data.items():
            if found := fault(section, rows):
                config.fail(("tables", section, *found[0]), found[1])
    return data


def _baseline(config: Config, data: Mapping[str, Any]) -> str:
    """Return the file of the baseline, relative to the root; it need not be there until it is asked for."""
    if "baseline" not in data:
        return ""
    keys, name = ("baseline",), data["baseline"]
    path = resolve(folder_of(config.sources[keys].file), name)
    if not path:
        config.fail(keys, f"'{name}' is outside the repository")
    return path


def _waiver(config: Config, index: int, entry: Mapping[str, Any]) -> ConfigSuppression:
    keys: Path = ("suppressions", str(index))
    return ConfigSuppression(
        path=entry["path"], ids=tuple(entry["ids"]), reason=entry["reason"].strip(), at=entry.get("at", ""),
        until=_day(config, (*keys, "until"), entry["until"]) if "until" in entry else None, keys=keys,
    )  # fmt: skip


def _day(config: Config, keys: Path, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        config.fail(keys, f"'{text}' is no day of the calendar")
