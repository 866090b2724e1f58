"""Other tools whose comments are honoured: how each of them writes one, and which policy a rule of theirs means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record


class Peer(Record, frozen=True, kw_only=True):
    """A tool that reads the same files."""

    marker: re.Pattern[str]
    """Its comment, without the comment sign: the groups `rules` (empty: all), `reason`, and `file` where it is for the whole file."""
    policies: Mapping[str, str]
    """The policy that a rule of its means; rules that mean none are not there."""
    about: Literal["statement", "line", "object"] = "statement"
    """What a comment is about that is not for the whole file: the statement or line below it or before it, or the object around it."""
    heads: bool = False
    """Whether a comment for the whole file counts only as the first thing in it."""


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
    "checkov": Peer(
        marker=lazy(r"\s*checkov:skip=[ ]*(?P<rules>\w+(?:,\w+)*)(?::(?P<reason>.*))?"),
        about="object",
        policies=_meant({
            "floating-tag": "CKV_DOCKER_7 CKV_K8S_14",
            "missing-digest": "CKV_K8S_43",
            "runs-as-root": "CKV_DOCKER_3 CKV_DOCKER_8",
            "ssh-server": "CKV_DOCKER_1",
            "update-alone": "CKV_DOCKER_5",
            "broken-stage-reference": "CKV_DOCKER_11",
            "sudo-in-image": "CKV2_DOCKER_1",
            "integrity-check-bypassed": " ".join(f"CKV2_DOCKER_{n}" for n in range(2, 17)),
            "writable-root": "CKV_K8S_22 CKV_AWS_336",
            "runtime-socket": "CKV_K8S_27",
            "fetch-at-start": "CKV_K8S_159",
            "exec-permission": "CKV2_K8S_2",
        }),
    ),
    "kube-linter": Peer(
        marker=lazy(r"kube-linter ignore-(?:all|check (?P<rules>\S+)) (?P<reason>.*)"),
        about="object",
        policies=_meant({
            "floating-tag": "latest-tag",
            "writable-root": "no-read-only-root-fs",
            "runtime-socket": "docker-sock",
            "host-path": "sensitive-host-mounts writable-host-mount",
        }),
    ),
    "dclint": Peer(
        marker=lazy(
            r"\s*dclint[ \t]+(?:(?P<file>disable-file|disable(?!-))|disable-line)(?:[ \t]+(?P<rules>.*))?"
        ),
        about="line",
        heads=True,
        policies=_meant({"floating-tag": "service-image-require-explicit-tag"}),
    ),
}  # fmt: skip
"""By the name that a comment of theirs begins with."""

MARKERS = ("imd:", "checkov:", "dclint")
"""What comments in YAML hold that silence something: ours and theirs."""
