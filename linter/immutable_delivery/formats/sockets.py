"""The sockets of container runtimes: who holds one can start and change every container of the machine."""

from __future__ import annotations

import re
from posixpath import normpath

from immutable_delivery.patterns import lazy

_SOCKET = lazy(
    r"(?:^|[/\\])(?:docker|podman|containerd|cri-?o|cri-dockerd|dockershim|buildkitd|balena-engine|balena|k3s/containerd"
    r"|nerdctl)(?:-\w+)?\.sock$|[/\\]pipe[/\\](?:docker_engine|containerd-containerd)\b",
    re.IGNORECASE,
)
_PARENTS = frozenset(
    {
        "/", "/run", "/var", "/var/run",
        *(f"{run}/{name}" for run in ("/run", "/var/run") for name in (
            "docker", "containerd", "podman", "crio", "k3s", "k3s/containerd", "user", "balena-engine",
        )),
    }
)  # fmt: skip


def runtime_socket(path: str | None, *, read_only: bool | None = False) -> str:
    """Tell whether a host path is the socket of a container runtime, or a writable parent folder of one.

    A socket is as strong when it is mounted read-only; a folder is not.
    """
    if not path:
        return ""
    if _SOCKET.search(path):
        return "socket"
    return "parent" if not read_only and normpath(path).replace("//", "/") in _PARENTS else ""
