"""Other tools whose comments are honoured: how each of them writes one, and which policy a rule of theirs means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field

About = Literal["statement", "next", "line", "object", "block", "stage", "file"]
"""The statement below it, on the very next line or at any distance; the line below it or before it; the object around it; the block
that it heads; what follows in the stage; the whole file."""


class Peer(Record, frozen=True, kw_only=True):
    """A tool that reads the same files."""

    marker: re.Pattern[str]
    """Its comment, without the comment sign: the groups `rules` (empty: all), `reason`, `until`, and `about` where the verb tells it."""
    policies: Mapping[str, str]
    """The policy that a rule of its means; rules that mean none are not there."""
    about: Mapping[str, About] = field(default_factory=dict)
    """What a comment is about, by its verb; the empty verb is every other one."""
    word: str = ""
    """The word that its comment begins with, where that is not its name."""
    heads: Literal["", "first", "comments"] = ""
    """Whether a comment for the whole file counts only as the first thing in it, or only among the comments at its head."""
    stacks: bool = False
    """Whether comments of its own may stand between one and what it is about."""
    stays: str = ""
    """What it is still needed for beside imd, for a person; empty for what warns while it builds, and needs no step of its own."""
    declined: Mapping[str, str] = field(default_factory=dict)
    """What its other rules are about → those that imd leaves out on purpose."""


def _meant(table: Mapping[str, str]) -> dict[str, str]:
    return {rule: policy for policy, rules in table.items() for rule in rules.split()}


def _spelt(table: Mapping[str, str]) -> dict[str, str]:
    """Add the older spellings of numbered rules: `DS-0001` was `AVD-DS-0001` and `DS001`."""
    older = {
        spelling: policy
        for rule, policy in table.items()
        for spelling in (f"AVD-{rule}", rule.replace("-0", ""))
    }
    return {**table, **older}


PEERS: Mapping[str, Peer] = {
    "hadolint": Peer(
        marker=lazy(
            r"\s*hadolint[ \t]+(?:(?P<about>global|stage)[ \t]+)?ignore[ \t]*=[ \t]*"
            r"(?P<rules>[DLSC0-9]+(?:[ \t]*,[ \t]*[DLSC0-9]+)*)[ \t]*(?:\#(?P<reason>.*))?\Z"
        ),
        about={"": "next", "global": "file", "stage": "stage"},
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
        stays="ShellCheck on the script of each `RUN` (its rules SC…)",
        declined={
            "the style of a Dockerfile": (
                "DL3000 DL3001 DL3003 DL3020 DL3021 DL3027 DL3030 DL3034 DL3038 DL3043 DL3045 DL3046 DL3047 DL3059 DL3061 DL3065 DL3067 "
                "DL4000 DL4001 DL4005 DL4006"
            ),
            "the size of the image": "DL3009 DL3010 DL3014 DL3015 DL3019 DL3032 DL3036 DL3040 DL3042 DL3060",
            "labels, ports, users and health checks of your own convention": "DL3011 DL3012 DL3029 DL3044 DL3048 DL3050 DL3051 DL3052 DL3053 DL3054 DL3055 DL3056 DL3057 DL3058 DL3066",
        },
    ),
    "checkov": Peer(
        marker=lazy(r"\s*checkov:skip=[ ]*(?P<rules>\w+(?:,\w+)*)(?::(?P<reason>.*))?"),
        about={"": "object"},
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
            "unpinned-source": "CKV_TF_1",
            "floating-source": "CKV_TF_2",
            "mutable-registry": "CKV_AWS_51",
            "moving-machine-image": "CKV_AWS_386",
            "secret-in-manifest": "CKV_AWS_46",
        }),
        stays="cloud resources, pod security and secrets in code",
        declined={
            "health checks, ports and how ADD is used": "CKV_DOCKER_2 CKV_DOCKER_4 CKV_DOCKER_6 CKV_DOCKER_9 CKV_DOCKER_10",
        },
    ),
    "kube-linter": Peer(
        marker=lazy(r"kube-linter ignore-(?:all|check (?P<rules>\S+)) (?P<reason>.*)"),
        about={"": "object"},
        policies=_meant({
            "floating-tag": "latest-tag",
            "writable-root": "no-read-only-root-fs",
            "runtime-socket": "docker-sock",
            "host-path": "sensitive-host-mounts writable-host-mount",
        }),
        stays="pod security, probes, resources and network policies",
    ),
    "dclint": Peer(
        marker=lazy(
            r"\s*dclint[ \t]+(?P<about>disable-file|disable-line|disable(?!-))(?:[ \t]+(?P<rules>.*))?"
        ),
        about={"": "file", "disable-line": "line"},
        heads="first",
        policies=_meant({"floating-tag": "service-image-require-explicit-tag"}),
        stays="the order and form of a Compose file",
    ),
    "BuildKit": Peer(
        word="check",
        marker=lazy(r"check\s*=\s*(?:[a-z]+=[^\s;]*;)*skip=(?P<rules>\w+(?:,[ ]?\w+)*)", re.IGNORECASE),
        about={"": "statement"},
        policies=_meant({
            "shell-form-start": "JSONArgsRecommended",
            "secret-in-image": "SecretsUsedInArgOrEnv",
            "repeated-start-command": "MultipleInstructionsDisallowed",
            "broken-stage-reference": "DuplicateStageName ReservedStageName",
            "ignored-input": "CopyIgnoredFile",
            "unresolved-image": "UndefinedArgInFrom",
            "malformed-reference": "InvalidDefaultArgInFrom",
        }),
        declined={
            "the style of a Dockerfile": (
                "StageNameCasing FromAsCasing NoEmptyContinuation ConsistentInstructionCasing MaintainerDeprecated LegacyKeyValueFormat "
                "ExposeProtoCasing ExposeInvalidFormat InvalidDefinitionDescription"
            ),
            "platforms and paths": "UndefinedVar WorkdirRelativePath InvalidBaseImagePlatform RedundantTargetPlatform FromPlatformFlagConstDisallowed",
        },
    ),
    "trivy": Peer(
        marker=lazy(
            r"(?:\A\s*|(?<=\s))\#?trivy:ignore:(?P<rules>[A-Za-z][\w-]*)(?::exp:(?P<until>\d{4}-\d\d-\d\d))?(?!\S)"
        ),
        about={"": "next"},
        stacks=True,
        policies=_spelt(_meant({
            "floating-tag": "DS-0001 KSV-0013",
            "runs-as-root": "DS-0002 KSV-0012",
            "ssh-server": "DS-0004",
            "broken-stage-reference": "DS-0006 DS-0012",
            "repeated-start-command": "DS-0007 DS-0016",
            "sudo-in-image": "DS-0010",
            "update-alone": "DS-0017",
            "upgrade-in-build": "DS-0024",
            "secret-in-image": "DS-0031",
            "runtime-socket": "KSV-0006",
            "writable-root": "KSV-0014",
            "host-path": "KSV-0023 KSV-0121",
            "exec-permission": "KSV-0053",
            "mutable-registry": "AWS-0031",
            "moving-machine-image": "AWS-0344",
            "secret-in-manifest": "AWS-0029 AWS-0129",
        })),
        stays="vulnerabilities, secrets, licences and pod security",
        declined={
            "ports, paths, health checks and the size of the image": (
                "DS-0005 DS-0008 DS-0009 DS-0011 DS-0013 DS-0014 DS-0015 DS-0019 DS-0020 DS-0021 DS-0022 DS-0023 DS-0025 DS-0026 DS-0027 "
                "DS-0029 DS-0030"
            ),
        },
    ),
    "kics": Peer(
        word="kics-scan",
        marker=lazy(
            r"\s*kics-scan\s+(?:(?P<about>ignore-line|ignore-block)\b|disable\s*=\s*(?P<rules>[0-9a-f-]+(?:\s*,\s*[0-9a-f-]+)*))",
            re.IGNORECASE,
        ),
        about={"": "file", "ignore-line": "line", "ignore-block": "block"},
        heads="comments",
        policies=_meant({
            "floating-tag": (
                "9efb0b2d-89c9-41a3-91ca-dcc0aec911fd f45ea400-6bbe-4501-9fc7-1c3d75c32067 "
                "583053b7-e632-46f0-b989-f81ff8045385"
            ),
            "missing-digest": "7c81d34c-8e5a-402b-9798-9f442630e678",
            "unpinned-os-package": (
                "965a08d7-ef86-4f14-8792-4a3b2098937e d3499f6d-1651-41bb-a9a7-de925fea487b "
                "6452c424-1d92-4deb-bb18-a03e95d579c4 93d88cf7-f078-46a8-8ddc-178e03aeacf1 "
                "562952e4-0348-4dea-9826-44f3a2c6117b"
            ),
            "unpinned-language-package": (
                "02d9c71f-3ee8-4986-9c27-1a20d0d19bfc e36d8880-3f78-4546-b9a1-12f0745ca0d5 "
                "22cd11f7-9c6c-4f6e-84c0-02058120b341"
            ),
            "upgrade-in-build": (
                "682fe378-c180-4bd5-8a14-95fc285fb269 09fda05e-da85-4ee7-ab8d-2800a5e6e756 "
                "989ab888-7d1e-410f-9dde-c64a1d367bf2 8f6456be-0018-46db-9ce6-b3b6dc8d34d2 "
                "d4895357-dd49-4ba5-b726-1bb81cb50989"
            ),
            "update-alone": "9bae49be-0aa3-4de5-bab2-4c3a069e40cd",
            "broken-stage-reference": (
                "cdddb86f-95f6-4fc4-b5a1-483d9afceb2b f2daed12-c802-49cd-afed-fe41d0b82fed "
                "68a51e22-ae5a-4d48-8e87-b01a323605c9"
            ),
            "repeated-start-command": (
                "41c195f4-fc31-4a5c-8a1b-90605538d49f 6938958b-3f1a-451c-909b-baeee14bdc97"
            ),
            "shell-form-start": "b86987e1-6397-4619-81d5-8807f2387c79",
            "secret-in-image": "c3e1b6ae-d92c-44b3-8ed5-1f5442bab6a4",
            "runs-as-root": "fd54f200-402c-4333-a5a4-36ef6709af2f 67fd0c4a-68cf-46d7-8c41-bc9fba7e40ae",
            "sudo-in-image": "8ada6e80-0ade-439e-b176-0b28f6bce35a",
            "ssh-server": "5907595b-5b6d-4142-b173-dbb0e73fbff8",
            "runtime-socket": "d6355c88-1e8d-49e9-b2f2-f8a1ca12c75b",
            "host-path": "1c1325ff-831d-43a1-973e-839ae57dfcc0 aa8f7a35-9923-4cad-bd61-a19b7f6aac91",
            "writable-root": "a9c2f49d-0671-4fc9-9ece-f4e261e128d0",
        }),
        stays="cloud resources and pod security",
    ),
    "kube-score": Peer(
        marker=lazy(r"kube-score ignore (?P<rules>.+)"),
        about={"": "object"},
        policies=_meant({
            "floating-tag": "container-image-tag",
            "writable-root": "container-security-context-readonlyrootfilesystem",
            "runs-as-root": "container-security-context-user-group-id",
        }),
        stays="probes, resources, network policies and pod security",
    ),
    "polaris": Peer(
        marker=lazy(r"polaris exempt (?P<rules>\w+)"),
        about={"": "object"},
        policies=_meant({
            "floating-tag": "tagNotSpecified",
            "writable-root": "notReadOnlyRootFilesystem",
            "runs-as-root": "runAsRootAllowed",
            "host-path": "hostPathSet",
            "exec-permission": (
                "rolePodExecAttach clusterrolePodExecAttach rolebindingRolePodExecAttach "
                "rolebindingClusterRolePodExecAttach clusterrolebindingPodExecAttach"
            ),
        }),
        stays="probes, resources and pod security",
    ),
    "zizmor": Peer(
        marker=lazy(r"\s*zizmor: ignore\[(?P<rules>[\w-]+(?:\s*,\s*[\w-]+)*)\](?:\s+(?P<reason>.*))?"),
        about={"": "line"},
        policies=_meant({
            "floating-tag": "unpinned-images",
            "unpinned-source": "unpinned-uses",
            "unpinned-language-package": "adhoc-packages",
        }),
        stays="template injection, permissions, credentials and cache poisoning in workflows",
    ),
}  # fmt: skip
"""By their names."""

_NAMED = 6
"""So many rules of one tool are named: trivy has three spellings of each."""

BY_WORD: Mapping[str, str] = {peer.word or name: name for name, peer in PEERS.items()}
"""Their names by the word that a comment of theirs begins with."""

MARKERS = ("imd:", "checkov:", "dclint", "kics-scan", "trivy:ignore:", "zizmor:")
"""What comments in YAML hold that silence something: ours and theirs."""


def meant(name: str) -> tuple[str, str]:
    """Return the tool that has a rule of this name, and the policy that it means; empty where none has."""
    wanted = name.rpartition(":")[2].casefold()
    found = (
        (tool, policy)
        for tool, peer in PEERS.items()
        for rule, policy in peer.policies.items()
        if rule.casefold() == wanted
    )
    return next(found, ("", ""))


def counterparts(policy: str) -> dict[str, list[str]]:
    """Return the rules of other tools that mean a policy, by tool."""
    found = {
        tool: [rule for rule, meaning in peer.policies.items() if meaning == policy]
        for tool, peer in PEERS.items()
    }
    return {tool: rules[:_NAMED] for tool, rules in found.items() if rules}
