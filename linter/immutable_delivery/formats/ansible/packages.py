"""Packages that a task installs: which of them, in which version, by which manager."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from immutable_delivery.facts import Action, Install, Package, Pin, Scope
from immutable_delivery.formats.ansible.modules import ITEM, LOOPS
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.query import items, scalar, text

Fill = Callable[[LocatedText], LocatedText]

ECOSYSTEMS: Mapping[str, str] = {
    **dict.fromkeys(
        ("apt", "yum", "dnf", "dnf5", "package", "apk", "zypper", "pacman", "homebrew"), "os"
    ),
    "pip": "python",
    "npm": "node",
    "gem": "ruby",
}
"""Modules that install packages."""
_NAMES = ("name", "pkg", "package", "deb")
_UPGRADES = frozenset({"yes", "true", "dist", "full", "safe", "True"})
_WHOLE = "*"
_ARGUMENT = lazy(r"(?P<key>\w+)=[\"']?(?P<value>(?<=[\"'])[^\"']*|[^\s\"']+)")
_TRUE, _FALSE = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})
_BYPASSES = {
    **dict.fromkeys(("disable_gpg_check", "allow_unauthenticated", "force_apt_get_unauthenticated"), _TRUE),
    **dict.fromkeys(("validate_certs", "sslverify"), _FALSE),
}  # fmt: skip
"""Arguments that turn checks off, and what they say then."""
_OWN = {"python": "==", "node": "@"}
"""How a version is written behind a name, where that is not `name=version`."""


def installed(module: str, node: Node, fill: Fill, scope: Scope, task: Tree) -> Iterator[Install]:
    """Yield what a task installs or upgrades."""
    state = text(node, "state")
    names = [one for name in _names(node) for one in _each(name, task)]
    if state in {"absent", "removed"}:
        return
    if text(node, "upgrade") in _UPGRADES or any(one.text == _WHOLE for one in names):
        yield _install(module, "upgrade", (), scope, task, node)
    packages = tuple(
        _package(module, one, node, fill) for one in names if one.text not in {"", _WHOLE}
    )
    if packages:
        yield _install(module, "install", packages, scope, task, node)


def arguments(node: Node) -> Node:
    """Return what a module is given, where that is one text of `key=value`, as a mapping."""
    if not isinstance(node, Scalar):
        return node
    found = Tree(place=node.place)
    for one in _ARGUMENT.finditer(node.text):
        key, value = (node.written.slice(*one.span(group)) for group in ("key", "value"))
        name = Scalar(key, key.used_at, plain=False)
        found.entries[key.text] = (name, Scalar(value, value.used_at, plain=False))
    return found


def _each(name: Scalar, task: Tree) -> list[Scalar]:
    """Return a name, or those that the task is repeated for."""
    found = ITEM.fullmatch(name.text)
    if found is None:
        return [name]
    turns = [one for key in LOOPS for one in items(task, key)]
    said = [scalar(one, found["key"]) if found["key"] else one for one in turns]
    return [one for one in said if isinstance(one, Scalar)] or [name]


def _names(node: Node) -> Iterator[Scalar]:
    """Yield the names: a list, or a text with commas."""
    for key in _NAMES:
        said = scalar(node, key)
        for one in [said] if said is not None else items(node, key):
            if isinstance(one, Scalar):
                yield one


def _package(module: str, name: Scalar, node: Node, fill: Fill) -> Package:
    written = fill(name.written)
    mark = _OWN.get(ECOSYSTEMS[module], "=")
    bare, _, behind = (
        written.text.rpartition(mark) if mark in written.text[1:] else (written.text, "", "")
    )
    said = scalar(node, "version")
    version = fill(said.written) if said is not None else None
    return Package(
        name=bare if written.known else None,
        version=version.value if version is not None else behind,
        pin=_pin(text(node, "state"), written, version, behind),
        spec=written.text,
        local=written.text.startswith(("/", "./")),
        place=name.place,
    )


def _pin(state: str, name: LocatedText, version: LocatedText | None, behind: str) -> Pin | None:
    """Return how far a package is fixed; `latest` takes whatever is newest at every run."""
    if state in {"latest", "forcelatest"} and not behind:
        return "alias"
    if version is not None:
        return "exact" if version.known else None
    if not name.known:
        return None
    return "partial" if behind.endswith("*") else "exact" if behind else "none"


def bypassed(node: Node) -> tuple[tuple[str, ...], dict[str, Place]]:
    """Return the checks that a module is told to leave out, and where."""
    found = [
        (key, one)
        for key, says in _BYPASSES.items()
        if (one := scalar(node, key)) and one.text.lower() in says
    ]
    where = {"bypassed_checks": found[0][1].place} if found else {}
    return tuple(f"{key}: {one.text}" for key, one in found), where


def _install(
    module: str, action: Action, packages: tuple[Package, ...], scope: Scope, task: Tree, node: Node
) -> Install:
    ecosystem = ECOSYSTEMS[module]
    at = packages[0].place if packages else node.place
    checks, where = bypassed(node)
    return Install(
        used_at=at,
        extent=task.place,
        scope=replace(scope, layer="os" if ecosystem == "os" else "application"),
        places={"packages": at, "command": at, **where},
        bypassed_checks=checks,
        manager=module,
        ecosystem=ecosystem,
        action=action,
        command=f"{module}:",
        packages=packages,
    )
