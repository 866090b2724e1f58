"""What small manifests declare of a container beside its command: variables and mounts."""

from __future__ import annotations

from immutable_delivery.facts import Mount, MountType, Scope, Variable, Workload
from immutable_delivery.formats.secrets import secret_variable
from immutable_delivery.formats.sockets import runtime_socket
from immutable_delivery.text import Place
from immutable_delivery.written import Written

_TYPES: dict[str, MountType] = {
    "bind": "host", "npipe": "host", "volume": "volume", "cluster": "volume", "tmpfs": "tmpfs", "image": "image",
}  # fmt: skip
_LONG = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly"}


def variable(name: Written, value: Written | None, extent: Place, scope: Scope) -> Variable:
    """Return an entry of the environment; ``value`` is None where the files do not tell it."""
    known = None if value is None else value.value
    at = value.place() if value is not None and value.pieces else name.whole
    here = value is not None and value.whole.file == extent.file
    return Variable(
        used_at=value.whole if here and value is not None else name.whole,
        extent=extent,
        scope=scope,
        places={"name": name.whole, "value": at},
        variable_type="env",
        name=name.text,
        value=known,
        secret=secret_variable(name.text, known) if known else "",
    )


def mount(
    kind: MountType,
    source: Written | None,
    target: Written,
    extent: Place,
    scope: Scope,
    *,
    read_only: bool | None = False,
    read_only_at: Place | None = None,
    host_path: str | None = None,
    workload: Workload = "",
) -> Mount:
    """Return something mounted: a path of the host (`host`), a volume, memory."""
    socket = runtime_socket(source.text, read_only=read_only) if kind == "host" and source else ""
    at = extent
    if source is not None and source.text:
        at = source.place() if len(source.pieces) == 1 else source.whole
    places = {"source": at, "target": target.whole}
    if socket:
        places["runtime_socket"] = at
    if read_only_at is not None:
        places["read_only"] = read_only_at
    return Mount(
        used_at=extent,
        extent=extent,
        scope=scope,
        places=places,
        mount_type=kind,
        source=source.value if source is not None else "",
        target=target.value,
        read_only=read_only,
        host=kind == "host",
        host_path=host_path,
        runtime_socket=socket,
        workload=workload,
    )


def mount_type(word: str) -> MountType:
    """Return what the engines' word for a type of mount is called in facts; empty where it is none of those."""
    return _TYPES.get(word, "")


def options(written: Written) -> dict[str, Written]:
    """Return the parts of `type=bind,source=…,target=…,ro` under the longest of their names."""
    found, at = {}, 0
    for part in written.text.split(","):
        key, separator, _ = part.partition("=")
        name = key.strip().lower()
        begin = at + len(key) + len(separator)
        found[_LONG.get(name, name)] = written.slice(begin, at + len(part))
        at += len(part) + 1
    return found
