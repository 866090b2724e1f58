"""What makes a file an overlay: it cannot be loaded by itself, takes something back, or only completes what another says.

Compose is never told which files belong together where a person names them with `-f`, so nothing but these signs counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.formats.compose.document import ComposeDocument
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import folder_of
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.query import items, mapping, pairs, scalars, text

Name = tuple[str, str]
"""A section and the name of something in it."""

_COMPLETE = frozenset({"image", "build", "extends", "provider"})
_SECTIONS = ("services", "networks", "volumes", "secrets", "configs")
_OVERRIDE = lazy(r"(?P<stem>.+)\.override(?P<end>\.ya?ml)\Z", re.IGNORECASE)
_MAIN = lazy(r"(?:docker-)?compose[.-](?P<word>[^.]+)\.ya?ml\Z", re.IGNORECASE)
_ELSEWHERE = lazy(r"[$:@]|^/|^\.?/?\Z")
"""A build context that is an address, of the machine or hidden, or that is the folder itself."""
_PATH = lazy(r"[.~/$]|[A-Za-z]:[\\/]")
_COMPLETING = frozenset(
    {
        "configs", "cpus", "deploy", "domainname", "env_file", "environment", "extra_hosts", "healthcheck", "hostname", "image",
        "init", "labels", "logging", "mem_limit", "platform", "ports", "profiles", "pull_policy", "read_only", "restart",
        "scale", "secrets", "security_opt", "stop_grace_period", "tmpfs", "ulimits", "user",
    }
)  # fmt: skip
"""What an overlay adds to a service; where more stands, the file may be all there is."""
_STATED = frozenset({"build", "command", "entrypoint", "depends_on"})
"""What makes a service, and is said once: in the base."""


def services_of(document: ComposeDocument) -> dict[str, Node]:
    """Return the services that a file writes, by name."""
    found: dict[str, Node] = {}
    for root in document.roots:
        services = mapping(root, "services")
        found |= dict(services.items()) if services else {}
    return found


def incomplete(document: ComposeDocument) -> set[str]:
    """Return the services that cannot run with what the file says of them."""
    return {
        name
        for name, node in services_of(document).items()
        if not isinstance(node, Tree) or not _COMPLETE & node.entries.keys()
    }


def declared(document: ComposeDocument) -> set[Name]:
    """Return everything that a file declares."""
    return {
        (section, key.text)
        for root in document.roots
        for section in _SECTIONS
        for key, _ in pairs(root, section)
    }


def lacking(document: ComposeDocument) -> set[Name]:
    """Return what the services of a file use and the file does not declare: Compose refuses it by itself."""
    if any(root.get("include") is not None for root in document.roots):
        return set()  # what is included may declare it
    used = {name for node in services_of(document).values() for name in _used(node)}
    return used - declared(document) - {("networks", "default")}


def named_base(path: str, others: Iterator[str] | list[str]) -> str:
    """Return the file that an override is named after: `NAME.yml` for `NAME.override.yml`; empty where there is none."""
    found = _OVERRIDE.match(path)
    stem = found["stem"] if found else ""
    return next(
        (other for other in others if stem and other in {f"{stem}.yml", f"{stem}.yaml"}), ""
    )


def completes(document: ComposeDocument, base: ComposeDocument) -> bool:
    """Whether a file named after the main one only adds to its services, so that neither makes sense for it alone.

    Where the base mounts something from the host, nobody knows whether that stays, so they are not taken for one.
    """
    own, theirs = services_of(document), services_of(base)
    name = document.path.rpartition("/")[2]
    if folder_of(document.path) != folder_of(base.path) or not _MAIN.match(name):
        return False
    return bool(own) and all(_adds(node, theirs.get(service)) for service, node in own.items())


def relative_paths(document: ComposeDocument) -> Iterator[str]:
    """Yield the paths that the services of a file mount and build, as they are written; of mounts those that begin with a dot."""
    for node in services_of(document).values():
        for item in items(node, "volumes"):
            written = item.text if isinstance(item, Scalar) else text(item, "source")
            yield from _dotted(written.partition(":")[0])
        context = text(node, "build") or text(node, "build", "context")
        yield from [context] if context and not _ELSEWHERE.search(context) else []


def _dotted(path: str) -> list[str]:
    return [path] if path.startswith(("./", "../")) and "$" not in path else []


def _adds(node: Node, base: Node | None) -> bool:
    if not isinstance(node, Tree) or not isinstance(base, Tree):
        return False
    more = _STATED & base.entries.keys()
    return bool(more) and node.entries.keys() <= _COMPLETING and not any(_host_mounts(base))


def _host_mounts(node: Tree) -> Iterator[Node]:
    for item in items(node, "volumes"):
        if (isinstance(item, Scalar) and _PATH.match(item.text)) or text(item, "type") == "bind":
            yield item


def _used(node: Node) -> Iterator[Name]:
    """Yield what a service names of other sections."""
    for section, key in (("networks", "networks"), ("services", "depends_on")):
        yield from ((section, scalar.text) for scalar in scalars(node, key))
        yield from ((section, key_.text) for key_, _ in pairs(node, key))
    yield from (("volumes", name) for item in items(node, "volumes") if (name := _volume(item)))
    for section in ("secrets", "configs"):
        for item in items(node, section):
            name = item.text if isinstance(item, Scalar) else text(item, "source")
            yield from [(section, name)] if name else []


def _volume(item: Node) -> str:
    """Return the name of the volume that is mounted, empty for a path and for one without a name."""
    if not isinstance(item, Scalar):
        return text(item, "source") if text(item, "type") == "volume" else ""
    source, colon, _ = item.text.partition(":")
    return source if colon and not _PATH.match(source) else ""
