"""`AWS::CloudFormation::Init`: what cfn-init installs, fetches, writes and runs when a machine first starts.

The reference is https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.effects.fetches import fetch
from immutable_delivery.facts import Fact, Install, Package, Scope
from immutable_delivery.machines.commands import MachineCommands
from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, mapping, pairs, scalar, text

_SETS = "configSets"
_ECOSYSTEMS = {"rubygems": "ruby", "python": "python"}
_PROGRAM = ("7", "5", "1", "3")
"""The last digit of what a file may be run by."""


def initialized(init: Mapping, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield what every configuration does, as its sections are worked through: packages, sources, files, commands."""
    scope = replace(scope, phase="boot")
    for key, config in pairs(init):
        if key.text != _SETS and isinstance(config, Mapping):
            yield from _packages(config, scope)
            yield from _sources(config, scope)
            yield from _commands(config, scope, ctx)


def _packages(config: Mapping, scope: Scope) -> Iterator[Install]:
    """Yield what is installed: for each manager names with versions, or with an address."""
    for manager, named in pairs(config, "packages"):
        packages = tuple(_package(name, version) for name, version in pairs(named))
        if packages:
            yield Install(
                used_at=manager.place,
                extent=named.place,
                scope=scope,
                places={"packages": packages[0].place},
                manager=manager.text,
                ecosystem=_ECOSYSTEMS.get(manager.text, "os"),
                action="install",
                command=f"packages: {manager.text}",
                packages=packages,
            )


def _package(name: Scalar, version: Node) -> Package:
    held = version.items if isinstance(version, Sequence) else [version]
    said = next((one for one in held if isinstance(one, Scalar) and one.text), None)
    return Package(
        name=name.text,
        version=said.text if said else "",
        pin="exact" if said else "none",
        spec=name.text,
        place=name.place,
    )


def _sources(config: Mapping, scope: Scope) -> Iterator[Fact]:
    """Yield the archives that are unpacked, and the files that are taken from an address and may be run."""
    for _, archive in pairs(config, "sources"):
        if isinstance(archive, Scalar):
            found = fetch(archive.written, "cfn-init", scope, archive.place)
            yield replace(found, unpacked=True)
    for _, file in pairs(config, "files"):
        address = scalar(file, "source")
        if address is not None:
            found = fetch(address.written, "cfn-init", scope, address.place)
            runs = text(file, "mode").endswith(_PROGRAM)
            yield replace(found, executed="file") if runs else found


def _commands(config: Mapping, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield what the commands do, in the order of their names."""
    files = {
        path.text: content
        for path, file in pairs(config, "files")
        if (content := scalar(file, "content")) is not None
    }
    run = MachineCommands(scope, ctx, files)
    named = sorted(pairs(config, "commands"), key=lambda one: one[0].text)
    for _, node in named:
        command = find(node, "command")
        if command is not None:
            run.command(command)
    held = mapping(config, "commands")
    if held is not None:
        yield from run.finish(held.place)
