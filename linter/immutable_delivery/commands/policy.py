"""Policies for people: the list, a page for each, and their examples tried."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from immutable_delivery.commands.policy_pages import PAGES, drifts, fields, levels
from immutable_delivery.commands.policy_test import failures
from immutable_delivery.commands.policy_words import warnings
from immutable_delivery.config import POLICIES
from immutable_delivery.config.packages import within
from immutable_delivery.config.read import load
from immutable_delivery.context import Tables
from immutable_delivery.edits.write import create
from immutable_delivery.errors import UsageError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.other_linters import meant
from immutable_delivery.pipeline.settings import policies_of
from immutable_delivery.policy.load import Example, PolicyFile, read_folder, read_policies
from immutable_delivery.policy.model import Policy
from immutable_delivery.records import replace
from immutable_delivery.reporters.plain import count
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.resources import PACKAGE
from immutable_delivery.source.escape import nearest, shown
from immutable_delivery.source.files import MemoryFiles

_DEEP = 3
"""Parts of a path that names a folder of policies, a group and a file."""


def listing(start: Path, form: str = "text") -> str:
    """Return every policy in force: id, profiles and severity, drift, what it rejects."""
    policies = policies_at(start)
    if form == "json":
        found = [fields(policy) for policy in policies]
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    rows = [(one.id, levels(one), drifts(one), one.name) for one in policies]
    return _markdown(rows) if form == "markdown" else _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines) + "\n"


def _markdown(rows: Sequence[tuple[str, ...]]) -> str:
    head = ("| policy | profile and severity | drift | rejects |", "|---|---|---|---|")
    lines = (f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows)
    return "\n".join([*head, *lines]) + "\n"


def page(start: Path, name: str, form: str = "text") -> str:
    """Return all there is to say of a policy, also by the name of another tool's rule."""
    tool, own = meant(name)
    policy = _named(start, own or name)
    note = f"{tool}'s {shown(name.rpartition(':')[2])} is `{policy.id}` here." if tool else ""
    return PAGES[form](policy, _examples(start, policy), note)


def is_policy(start: Path, name: str) -> bool:
    """Whether a policy, or another tool's rule, is called so."""
    return bool(meant(name)[0]) or name in _names(start)


def _names(start: Path) -> dict[str, Policy]:
    return {
        known: policy for policy in policies_at(start) for known in (policy.id, *policy.aliases)
    }


def _named(start: Path, name: str) -> Policy:
    policies = _names(start)
    if name not in policies:
        near = nearest(name, policies)
        raise UsageError(
            f"'{shown(name)}' is no policy{f'; did you mean {near!r}?' if near else ''}"
        )
    return policies[name]


def tested(start: Path, names: Sequence[str]) -> tuple[str, int]:
    """Try the examples of policy files; return what to say and how many fail."""
    files = [_file(Path(name)) for name in names] or _own(start) or list(_pack())
    others = [file.policy for file in _pack()]
    faults = [fault for file in files for fault in failures(file, others)]
    doubts = [
        str(replace(doubt, reason=f"warning: {doubt.reason}"))
        for file in files
        for doubt in warnings(file, others, lambda: _tables(start))
    ]
    examples = sum(len(file.examples) for file in files)
    total = f"{count(len(files), 'policy', 'policies')}, {count(examples, 'example')}: {f'{len(faults)} failures' if faults else 'all agree'}"
    return "\n".join([*map(shown, (*doubts, *map(str, faults))), total]) + "\n", len(faults)


def _tables(start: Path) -> Tables:
    return load(open_tree(start).files).tables


def policies_at(start: Path) -> list[Policy]:
    """Return every policy in force around a folder, by group and id."""
    files = open_tree(start).files
    return sorted(policies_of(files, load(files)), key=lambda policy: (policy.group, policy.id))


@lru_cache(maxsize=1)
def _pack() -> tuple[PolicyFile, ...]:
    """Return the pack's own files: in the package, or beside the sources of a checkout."""
    folders = (PACKAGE / "policies", PACKAGE.parents[1] / "policies")
    return tuple(read_folder(next(folder for folder in folders if folder.is_dir())))


def _own(start: Path) -> list[PolicyFile]:
    files = open_tree(start).files
    return [
        file
        for folder in load(files).policies
        for file in read_policies(within(files, folder), folder)
    ]


def _file(path: Path) -> PolicyFile:
    """Read a policy file with the conditions of its group, wherever it lies."""
    path = path.absolute()
    name = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    both = (path, path.with_name("group.yaml"))
    found = {one.name: one.read_bytes() for one in both if one.is_file()}
    group = name.parent if len(name.parts) >= _DEEP else path.parent
    files = MemoryFiles({f"{group.as_posix()}/{key}": data for key, data in found.items()})
    read = read_policies(files, group.parent.as_posix())
    if not read:
        raise UsageError(f"{shown(str(name))}: a policy file is `<group>/<id>.yaml`")
    return read[0]


def _examples(start: Path, policy: Policy) -> Sequence[Example]:
    return next(
        (file.examples for file in (*_own(start), *_pack()) if file.policy.id == policy.id), ()
    )


_ID = lazy(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")

_SCAFFOLD = """\
id: {id}
name: Image from a registry that is switched off
severity: error
drift: none
layer: fact
rules:
  - over: image
    deny: registry in params.registries
    at: [reference]
    message: "{{reference}} comes from {{registry}}, which is switched off"
params:
  registries: [old.example]
why: |
  Say why it matters, in the words a sceptical colleague needs.
remedy: |
  Say what to write instead.
examples:
  - bad: {{Dockerfile: "FROM «old.example/base:1»\\nCMD [\\"true\\"]\\n"}}
    fixed: {{Dockerfile: "FROM new.example/base:1\\nCMD [\\"true\\"]\\n"}}
  - bad: {{compose.yaml: "services:\\n  web:\\n    image: «old.example/web:1»\\n"}}
  - good: {{compose.yaml: "services:\\n  web:\\n    image: new.example/web:1\\n"}}
"""


def scaffold(start: Path, name: str, group: str) -> str:
    """Write a policy to begin with, and return its path; it passes its own test."""
    if not (_ID.match(name) and _ID.match(group)):
        raise UsageError(
            f"'{shown(group)}/{shown(name)}': ids and groups are of small letters, digits and hyphens"
        )
    if name in {known for policy in policies_at(start) for known in (policy.id, *policy.aliases)}:
        raise UsageError(f"'{name}' is a policy already")
    tree = open_tree(start)
    path = tree.root / POLICIES / group / f"{name}.yaml"
    try:
        create(path, _SCAFFOLD.format(id=name).encode())
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from error
    return path.relative_to(tree.root).as_posix()
