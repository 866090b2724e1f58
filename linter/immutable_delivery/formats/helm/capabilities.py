"""What a cluster can do, as templates ask for it: the version of Kubernetes, and the APIs that it has."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.values import Object, Value
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Cluster

HELM = "v4.2"
_GO = "go1.26"


def capabilities() -> Value:
    """Return `.Capabilities`: of the cluster that the tables describe, which a configuration may change."""
    table = known(Cluster)
    return Object(
        "*common.Capabilities",
        {
            "KubeVersion": _kubernetes(table.kubernetes[0].removeprefix("v")),
            "APIVersions": _apis(table),
            "HelmVersion": Object(
                "version.BuildInfo",
                {"Version": HELM, "GitCommit": "", "GitTreeState": "", "GoVersion": _GO},
            ),
        },
    )


def _kubernetes(version: str) -> Value:
    major, _, rest = version.partition(".")
    full = f"v{version}"
    fields = {"Version": full, "Major": major, "Minor": rest.partition(".")[0]}
    methods = {"String": lambda: full, "GitVersion": lambda: full}
    return Object("common.KubeVersion", fields, methods, printed=full)


def _apis(table: Cluster) -> Value:
    there = frozenset(table.api_versions)
    return Object(
        "common.VersionSet",
        methods={"Has": lambda name: str(name) in there},
        printed=f"[{' '.join(table.api_versions)}]",
    )
