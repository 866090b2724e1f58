"""checkov: skipped checks, checks that fail softly or hard, and paths that are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from immutable_delivery.commands.migrate.taken import Listed, Taken, scalars
from immutable_delivery.other_linters import PEERS
from immutable_delivery.syntax.yaml import Scalar

_NAMES: dict[str, Any] = {"type": ["array", "string", "null"], "items": {"type": "string"}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "skip-check": _NAMES,
        "skip-path": _NAMES,
        "soft-fail-on": _NAMES,
        "hard-fail-on": _NAMES,
    },
}
_OF_THE_CALL = "it is of the call: `imd check --help`"
_OTHER_KEYS = {
    "check": "`select:` names the only policies to report",
    "baseline": "`imd baseline` writes one of imd's own",
    "soft-fail": "how it exits is of the call: --exit-zero",
    "framework": "imd recognises the formats of files itself",
    "skip-framework": "imd recognises the formats of files itself; `paths:` leaves files out",
    "external-checks-dir": "checks of your own are policies of your own: `imd policy new ID` begins one",
    **dict.fromkeys(
        ("compact", "directory", "file", "output", "output-file-path", "quiet"), _OF_THE_CALL
    ),
}
_LEVELS = {"LOW", "MEDIUM", "HIGH", "CRITICAL", "INFO"}


def read(taken: Taken) -> None:
    """Take over what has a counterpart."""
    taken.take_ignored(_meant(taken, "skip-check"))
    for key, severity in (("hard-fail-on", "error"), ("soft-fail-on", "warning")):
        for item, rule, policy in _meant(taken, key):
            taken.take_severity(policy, severity, item, f"{rule}: {key}")
    taken.fixtures = Listed([], "skip-path")
    for item in scalars(taken.root.get("skip-path")):
        if re.fullmatch(r"[\w./-]+", item.text):
            taken.fixtures.values.append(item.text.removeprefix("./").rstrip("/"))
        else:
            taken.leave(item, "it is a regular expression; `paths:` takes patterns as of a shell")
    taken.leave_keys(taken.root, SCHEMA["properties"], _OTHER_KEYS)


def _meant(taken: Taken, key: str) -> Iterator[tuple[Scalar, str, str]]:
    """Yield checks with the policies that they mean: by name, or by a pattern with `*`."""
    known = PEERS["checkov"].policies
    for item in scalars(taken.root.get(key)):
        for name in (one.strip() for one in item.text.split(",")):
            rules = [rule for rule in known if fnmatchcase(rule, name)]
            yield from ((item, rule, known[rule]) for rule in rules)
            if name in _LEVELS:
                taken.leave(item, "checkov knows its levels from a service; name the checks")
            elif name and not rules:
                taken.leave(item, "no policy of imd means the same")
