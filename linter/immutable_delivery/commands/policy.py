"""Policies for people: the list, a page for each, and their examples tried."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from textwrap import indent

from immutable_delivery.commands.policy_test import failures
from immutable_delivery.config import POLICIES
from immutable_delivery.config.packages import within
from immutable_delivery.config.read import load
from immutable_delivery.edits.write import create
from immutable_delivery.errors import UsageError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.other_linters import counterparts, meant
from immutable_delivery.pipeline.settings import policies_of
from immutable_delivery.policy.load import Example, PolicyFile, read_folder, read_policies
from immutable_delivery.policy.model import Policy, PolicyRule
from immutable_delivery.reporters.plain import count
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.resources import PACKAGE
from immutable_delivery.source.escape import nearest, shown
from immutable_delivery.source.files import MemoryFiles

_DEEP = 3
"""Parts of a path that names a folder of policies, a group and a file."""


def listing(start: Path) -> str:
    """Return every policy in force as a table: id, profiles and severity, drift, what it rejects."""
    rows = [
        (policy.id, _levels(policy), _drifts(policy), policy.name) for policy in policies_at(start)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines) + "\n"


def page(start: Path, name: str) -> str:
    """Return all there is to say of a policy, also by the name of another tool's rule."""
    tool, own = meant(name)
    policy = _named(start, own or name)
    sections = [
        f"{tool}'s {shown(name.rpartition(':')[2])} is `{policy.id}` here." if tool else "",
        f"{policy.id} ({policy.group}): {policy.name}\n{_levels(policy)}; {_drifts(policy)}",
        policy.why,
        f"Instead\n\n{indent(policy.remedy, '  ')}",
        "What it rejects\n\n" + "\n".join(map(_rule, policy.rules)),
        "Parameters\n\n" + "\n".join(f"  {key}: {value!r}" for key, value in policy.params.items())
        if policy.params
        else "",
        "Examples\n\n" + "\n".join(_example(example) for example in _examples(start, policy)),
        f"To silence it\n\n  # imd: ignore[{policy.id}] the reason",
        _elsewhere(policy),
        "\n".join(policy.references),
    ]
    return "\n\n".join(section.rstrip() for section in sections if section.strip()) + "\n"


def _named(start: Path, name: str) -> Policy:
    policies = {
        known: policy for policy in policies_at(start) for known in (policy.id, *policy.aliases)
    }
    if name not in policies:
        near = nearest(name, policies)
        raise UsageError(
            f"'{shown(name)}' is no policy{f'; did you mean {near!r}?' if near else ''}"
        )
    return policies[name]


def _elsewhere(policy: Policy) -> str:
    """Return what the rules of other tools are called that mean the same."""
    found = (f"{tool}'s {', '.join(rules)}" for tool, rules in counterparts(policy.id).items())
    named = "; ".join(found)
    return f"Elsewhere: {named}" if named else ""


def tested(start: Path, names: Sequence[str]) -> tuple[str, int]:
    """Try the examples of policy files; return what to say and how many fail."""
    files = [_file(Path(name)) for name in names] or _own(start) or list(_pack())
    others = [file.policy for file in _pack()]
    faults = [fault for file in files for fault in failures(file, others)]
    examples = sum(len(file.examples) for file in files)
    total = f"{count(len(files), 'policy', 'policies')}, {count(examples, 'example')}: {f'{len(faults)} failures' if faults else 'all agree'}"
    return "\n".join([*map(shown, faults), total]) + "\n", len(faults)


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


def _levels(policy: Policy) -> str:
    return ", ".join(dict.fromkeys(f"{rule.profiles[0]} {rule.severity}" for rule in policy.rules))


def _drifts(policy: Policy) -> str:
    return ", ".join(
        dict.fromkeys("no drift" if rule.drift == "none" else rule.drift for rule in policy.rules)
    )


def _rule(rule: PolicyRule) -> str:
    each = f", each of {rule.each}" if rule.each else ""
    return indent(f"{rule.over}{each}:\n{indent(rule.deny.text.strip(), '  ')}", "  ")


def _example(example: Example) -> str:
    lines = [f"{'rejected' if example.bad else 'accepted'}:"]
    for title, files in (("", example.files), ("mended: ", example.fixed)):
        for path, text in files.items():
            lines += [f"  {title}{path}", indent(text.rstrip("\n"), "    ")]
    return indent("\n".join(lines), "  ")


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
