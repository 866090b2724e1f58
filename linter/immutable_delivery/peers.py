"""Other tools whose comments are honoured: how each of them writes one, and which policy a rule of theirs means."""

from __future__ import annotations

import re
from collections.abc import Mapping

from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record


class Peer(Record, frozen=True, kw_only=True):
    """A tool that reads the same files."""

    marker: re.Pattern[str]
    """Its comment, without the comment sign: the groups `rules`, `reason`, and `file` where it is for the whole file."""
    policies: Mapping[str, str]
    """The policy that a rule of its means; rules that mean none are not there."""


def _meant(table: Mapping[str, str]) -> dict[str, str]:
    return {rule: policy for policy, rules in table.items() for rule in rules.split()}


PEERS: Mapping[str, Peer] = {
    "hadolint": Peer(
        marker=lazy(
            r"\s*hadolint[ \t]+(?P<file>global[ \t]+)?ignore[ \t]*=[ \t]*"
            r"(?P<rules>[A-Z]+[0-9]+(?:[ \t]*,[ \t]*[A-Z]+[0-9]+)*)[ \t]*(?:\#(?P<reason>.*))?\Z",
            re.IGNORECASE,
        ),
        policies=_meant({
            "floating-tag": "DL3006 DL3007",
            "unpinned-os-package": "DL3008 DL3018 DL3033 DL3037 DL3041",
            "unpinned-language-package": "DL3013 DL3016 DL3028 DL3062",
            "broken-stage-reference": "DL3022 DL3023 DL3024 DL3063",
            "shell-form-start": "DL3025",
            "untrusted-registry": "DL3026",
            "upgrade-in-build": "DL3035",
            "missing-image-labels": "DL3049",
            "secret-in-image": "DL3064",
            "runs-as-root": "DL3002",
            "sudo-in-image": "DL3004",
            "repeated-start-command": "DL4003 DL4004",
        }),
    ),
}  # fmt: skip
"""By the name that a comment of theirs begins with."""
