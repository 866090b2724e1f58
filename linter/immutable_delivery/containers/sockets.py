"""The sockets of container runtimes: who holds one can start and change every container of the machine."""

from __future__ import annotations

from posixpath import normpath

from immutable_delivery.facts import SocketAccess
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Sockets


def runtime_socket(path: str | None, *, read_only: bool | None = False) -> SocketAccess:
    """Tell whether a host path is the socket of a container runtime, or a writable parent folder of one.

    A socket is as strong when it is mounted read-only; a folder is not.
    """
    if not path:
        return ""
    sockets = known(Sockets)
    if sockets.pattern.search(path):
        return "socket"
    return (
        "parent" if not read_only and normpath(path).replace("//", "/") in sockets.folders else ""
    )
