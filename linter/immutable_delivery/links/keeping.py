"""What meta files say that their services keep, and what is mounted there."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from immutable_delivery.facts import Contract, Mount
from immutable_delivery.links.agreed import Around, Said

_LOST = frozenset({"empty", "tmpfs"})
_KEPT = frozenset({"volume", "host"})


def kept(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield what is said to be kept and is not, and what is kept and not said."""
    stated, running = around.said(contract, "data"), around.running(contract)
    if not stated or not running:
        return
    mounts = [one for one in around.mounts.get(contract.scope.service, []) if one.target]
    by_target = {normpath(one.target or ""): one for one in mounts}
    paths = around.said(contract, "path")
    for sentence in paths:
        mount = by_target.get(normpath(sentence.value))
        if mount is None:
            place = running[0].used_at
            yield sentence, "nothing is mounted there, so it is lost with the container", place
        elif mount.mount_type in _LOST:
            yield sentence, "what is mounted there is empty at each start", mount.used_at
    said = {normpath(sentence.value) for sentence in paths}
    for target, mount in sorted(by_target.items()):
        if keeps(mount) and target not in said:
            told = f"'{mount.source or 'a volume'}' at {target} is kept too"
            yield stated[0], told, mount.used_at


def keeps(mount: Mount) -> bool:
    """Whether a mount holds what the service writes: no code, no configuration, no socket of the machine."""
    writes = mount.mount_type in _KEPT and mount.read_only is False
    other = mount.covers_code or mount.covers_config or mount.of_machine or mount.runtime_socket
    return writes and not other
