"""A policy to begin with: whole, accepted by its own test, and to be changed."""

from __future__ import annotations

from pathlib import Path

from immutable_delivery.commands.policy import policies_at
from immutable_delivery.config import POLICIES
from immutable_delivery.errors import UsageError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.source.escape import shown

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
    if name in {known for one in policies_at(start) for known in (one.id, *one.aliases)}:
        raise UsageError(f"'{name}' is a policy already")
    tree = open_tree(start)
    path = tree.root / POLICIES / group / f"{name}.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(_SCAFFOLD.format(id=name))
    except OSError as error:
        raise UsageError(f"{shown(str(path))} cannot be written: {error.strerror}") from error
    return path.relative_to(tree.root).as_posix()
