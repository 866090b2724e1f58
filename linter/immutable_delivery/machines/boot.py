"""User data, as cloud-init reads it: scripts, cloud-configs, and addresses of either.

Source: cloud-init's documentation of user-data formats and of its modules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.containers.lower import variable
from immutable_delivery.containers.spec import VariableSpec
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.fetches import fetch
from immutable_delivery.facts import (
    Action,
    Command,
    Fact,
    Install,
    Package,
    Scope,
    Unread,
    Variable,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.machines.commands import MachineCommands
from immutable_delivery.machines.parts import Part, parts
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.interpolation import Cutter
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import find, items, mappings, pairs, scalar, text

_SHELLS = {
    "text/x-shellscript": "sh",
    "text/cloud-boothook": "sh",
    "powershell": "pwsh",
    "script": "cmd",
}
"""What reads a part that is a script."""
_COMMANDS = ("bootcmd", "runcmd")
_UPGRADES = ("package_upgrade", "apt_upgrade")
_TRUE = frozenset({"true", "True", "yes", "on"})
_PAIR = 2
_ASSIGNED = lazy(
    r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)=(?:[\"'](?P<quoted>[^\"'$`\n]+)[\"']|(?P<plain>[^\s\"'$`;&|()]+))[ \t]*(?:;|[ \t]#[^\n]*)?$",
    re.MULTILINE,
)
"""A variable of a script with a value that is written out."""
_CONVERGING = {
    "puppet": "puppet",
    "chef": "chef-client",
    "salt_minion": "salt-minion",
    "ansible": "ansible-pull",
}
"""Modules of cloud-init that install and run configuration management."""
_PLAIN = frozenset({"", "text/plain"})


def user_data(
    written: LocatedText, scope: Scope, extent: Place, ctx: ParseContext, kind: str = ""
) -> Iterator[Fact]:
    """Yield what a machine that is given this text does when it first starts; ``kind`` is its type, where one is declared."""
    scope = replace(scope, phase="boot")
    for part in parts(written, kind):
        yield from _part(part, scope, extent, ctx)


def _part(part: Part, scope: Scope, extent: Place, ctx: ParseContext) -> Iterator[Fact]:
    yield from _secrets(part.text, scope)
    if part.encoding:
        yield _unread(
            part.text.used_at, scope, extent, f"a part of it is encoded as {part.encoding}"
        )
    elif part.kind == "text/cloud-config":
        for document in inner_documents(part.text):
            yield from cloud_config(document.root, scope, ctx)
    elif part.kind == "text/x-include-url":
        yield from _included(part.text, scope, extent)
    elif part.kind in _SHELLS:
        yield from script(part.text, scope, extent, ctx, shell=_SHELLS[part.kind])
    elif part.text.text.strip() and (part.kind or part.text.known):
        yield _unread(part.text.used_at, scope, extent, "it is neither a script nor a cloud-config")


def _secrets(written: LocatedText, scope: Scope) -> Iterator[Variable]:
    """Yield the secrets that a text itself writes out: whoever can describe the machine reads them."""
    cutter = Cutter(written)
    for found in _ASSIGNED.finditer(written.text):
        line = cutter.cut(*found.span())
        group = "quoted" if found["quoted"] is not None else "plain"
        name, value = (
            line.slice(found.start(one) - found.start(), found.end(one) - found.start())
            for one in ("name", group)
        )
        said = variable(VariableSpec(name, value, line.used_at), scope)
        if said.secret and said.literal:
            yield said


def script(
    written: LocatedText, scope: Scope, extent: Place, ctx: ParseContext, *, shell: str = "sh"
) -> Iterator[Fact]:
    """Yield what a script does on a machine."""
    run = MachineCommands(scope, ctx, {})
    run.script(written, extent, shell)
    yield from run.finish(extent)


def cloud_config(root: Node | None, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield what a cloud-config installs, fetches and runs."""
    scope = replace(scope, phase="boot")
    yield from _packages(root, scope)
    yield from _encoded_files(root, scope)
    run = MachineCommands(scope, ctx, _written_files(root))
    for key in _COMMANDS:
        for item in items(root, key):
            run.command(item)
    for item in _of_snap(root):
        run.command(item)
    if isinstance(root, Tree):
        yield from run.finish(root.place)
        yield from _converged(root, scope)


def _of_snap(root: Node | None) -> Iterator[Node]:
    """Yield the commands of the module for snaps: a list, or a mapping whose keys are their order."""
    yield from items(root, "snap", "commands")
    yield from (
        node for _, node in sorted(pairs(root, "snap", "commands"), key=lambda one: one[0].text)
    )


def _converged(root: Tree, scope: Scope) -> Iterator[Command]:
    """Yield the configuration management that a module of cloud-init runs on the machine."""
    for name, tool in _CONVERGING.items():
        if name in root.entries:
            key = root.entries[name][0]
            yield Command(
                used_at=key.place,
                extent=root.extent(name),
                scope=scope,
                tool=tool,
                text=f"{name}:",
                target=scope.owner,
                mutates="host",
            )


def _packages(root: Node | None, scope: Scope) -> Iterator[Install]:
    listed = items(root, "packages")
    packages = [found for item in listed if (found := _package(item)) is not None]
    if packages and isinstance(root, Tree):
        yield _install("install", "packages", root, tuple(packages), scope)
    for key in _UPGRADES:
        if text(root, key) in _TRUE and isinstance(root, Tree):
            yield _install("upgrade", key, root, (), scope)


def _install(
    action: Action, key: str, root: Tree, packages: tuple[Package, ...], scope: Scope
) -> Install:
    name = root.entries[key][0]
    return Install(
        used_at=name.place,
        extent=root.extent(key),
        scope=replace(scope, layer="os"),
        places={"packages": packages[0].place} if packages else {},
        manager="cloud-init",
        ecosystem="os",
        action=action,
        command=f"{key}:",
        packages=packages,
    )


def _package(item: Node) -> Package | None:
    """Return a package: a name, or a name with its version."""
    words = item.items if isinstance(item, Sequence) else [item]
    known = [word for word in words if isinstance(word, Scalar)]
    if not known:
        return None
    version = known[1].text if len(known) == _PAIR else ""
    name = known[0].written
    return Package(
        name=name.value,
        version=version,
        pin="exact" if version else "none",
        spec=name.text,
        place=known[0].place,
    )


def _written_files(root: Node | None) -> dict[str, Scalar]:
    """Return the texts that are written before the commands run, by their path; encoded ones nobody reads."""
    found = {}
    for node in mappings(root, "write_files"):
        path, content = scalar(node, "path"), scalar(node, "content")
        if path is not None and content is not None and find(node, "encoding") is None:
            found[path.text] = content
    return found


def _encoded_files(root: Node | None, scope: Scope) -> Iterator[Unread]:
    """Yield the files whose content is encoded."""
    for node in mappings(root, "write_files"):
        encoding = scalar(node, "encoding")
        if encoding is not None and encoding.text not in _PLAIN:
            reason = f"the content of a file is encoded as {encoding.text}"
            yield Unread(
                used_at=encoding.place,
                extent=node.place,
                scope=scope,
                subject="user data",
                reason=reason,
            )


def _included(written: LocatedText, scope: Scope, extent: Place) -> Iterator[Fact]:
    """Yield the addresses from which a machine takes more user data, which it then runs."""
    at = 0
    for line in written.text.splitlines(keepends=True):
        address = line.strip()
        if "://" in address:
            start = at + line.index(address)
            got = fetch(written.slice(start, start + len(address)), "cloud-init", scope, extent)
            yield replace(got, executed="file", places={**got.places, "executed": got.used_at})
        at += len(line)


def _unread(place: Place, scope: Scope, extent: Place, reason: str) -> Unread:
    return Unread(used_at=place, extent=extent, scope=scope, subject="user data", reason=reason)
