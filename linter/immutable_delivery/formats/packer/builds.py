"""Builds of machine images: where each begins, what is done to it, and what comes out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.effects.fetches import fetch
from immutable_delivery.facts import Fact, Fetch, Image, Resource, Scope
from immutable_delivery.formats.packer.provisioners import Provisioners
from immutable_delivery.formats.packer.templates import filled_in
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.machines.images import left, moving, public, uncatalogued
from immutable_delivery.records import replace
from immutable_delivery.references.images import image_fact
from immutable_delivery.source.files import folder_of
from immutable_delivery.syntax.hcl.blocks import blocks, labelled, listed
from immutable_delivery.syntax.hcl.folders import merged
from immutable_delivery.syntax.hcl.modules import Module
from immutable_delivery.syntax.hcl.parse import HclFile
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, mappings, pairs, scalar, text, with_entry

_NEWEST = (
    ("most_recent", r"true"),
    ("source_image_family", r".+"),
    ("image_version", r"latest"),
    ("base_image_name", r"(?i).*latest.*"),
)
"""What makes a build begin with the newest image: the argument, and a pattern of what it says."""
_NAMES = (
    "ami_name",
    "image_name",
    "managed_image_name",
    "snapshot_name",
    "vm_name",
    "template_name",
    "output",
)
_DATED = lazy(r"\{\{|\$\{|\d+\.\d+|20\d\d")
"""A name with a version or a time, or one that a variable decides."""
_TAGS = ("tags", "run_tags", "image_labels", "azure_tags", "snapshot_tags", "labels")
_UNCHECKED = "none"
_FETCHED = "file:"
"""What a checksum says that is none, and one that is fetched beside what it checks."""
_TAGGED = (
    "amazon",
    "azure",
    "googlecompute",
    "alicloud",
    "tencentcloud",
    "openstack",
    "hcloud",
    "digitalocean",
)
"""Builders whose images can have tags: on a disk there is but the name."""
_CONTAINERS = frozenset({"docker", "podman"})
"""Builders that begin with the image of a container."""
_EVERYBODY = frozenset({"all"})
_BY_KEY = frozenset({"amazon-ebs", "amazon-ebssurrogate", "amazon-ebsvolume", "amazon-instance"})
"""Builders that come in by a key of their own, and put it into the machine."""


def facts_of(documents: Mapping[str, HclFile], ctx: ParseContext) -> Iterator[Fact]:
    """Yield what every template says: a folder of HCL is one, a JSON file is one by itself.

    Files of values are not laid over the defaults: which of them a build is given, only the call tells.
    """
    folders: dict[str, list[tuple[str, Tree]]] = defaultdict(list)
    for path, document in documents.items():
        if not isinstance(document.root, Tree):
            continue
        if "builders" in document.root.entries:
            folders[path].append((path, _modern(filled_in(document.root, path))))
        elif ".pkrvars." not in path:
            folders[folder_of(path)].append((path, document.root))
    for held in folders.values():
        root = merged([tree for _, tree in held])
        module = Module(folder_of(held[0][0]), root, ctx.files)
        yield from _template(module, held[0][0], ctx)


def _template(module: Module, path: str, ctx: ParseContext) -> Iterator[Fact]:
    for kind, held in pairs(module.root, "source"):
        for name, block in labelled(held):
            node = module.value(block)
            if isinstance(node, Tree):
                scope = _scope(f"{kind.text}.{name.text}", name, path)
                yield from _image(kind, name, node, scope)
                yield from _base(kind, node, scope)
                yield from _media(node, scope)
    for kind, held in pairs(module.root, "data"):
        for name, block in labelled(held):
            if isinstance(block, Tree):
                yield from _newest(name, block, _scope(f"data.{kind.text}.{name.text}", name, path))
    for build in blocks(module.root.get("build")):
        named = text(build, "name") or path
        machine = not _made_of(module, build) <= _CONTAINERS
        scope = Scope(owner=f"build {named}", layer="os", manifest=path, machine=machine)
        provisioners = Provisioners(module, build, scope, ctx)
        yield from provisioners.facts()
        if not provisioners.cleans:
            yield from _left(module, build, path)


def _scope(owner: str, name: Scalar, path: str) -> Scope:
    return Scope(owner=owner, service=name.text, layer="os", manifest=path, machine=True)


def _sources(module: Module, build: Tree) -> Iterator[tuple[Scalar, Scalar, Tree]]:
    """Yield the sources of a build by kind and name; of one that lists none, all that there are."""
    wanted = {
        said.text.removeprefix("source.")
        for said in listed(build.get("sources"))
        if isinstance(said, Scalar)
    }
    for kind, held in pairs(module.root, "source"):
        for name, node in labelled(held):
            if not wanted or f"{kind.text}.{name.text}" in wanted:
                yield kind, name, node


def _made_of(module: Module, build: Tree) -> set[str]:
    return {kind.text for kind, _, _ in _sources(module, build)} or {""}


def _left(module: Module, build: Tree, path: str) -> Iterator[Resource]:
    """Yield the images of a build that keep the key by which Packer itself came in."""
    for kind, name, node in _sources(module, build):
        if kind.text in _BY_KEY and text(node, "ssh_clear_authorized_keys") != "true":
            scope = _scope(f"{kind.text}.{name.text}", name, path)
            at = (scalar(node, "name") or name).place
            yield left(name.text, at, node.place, scope, everybody=_is_public(node))


def _is_public(node: Tree) -> bool:
    groups = listed(node.get("ami_groups"))
    return any(isinstance(one, Scalar) and one.text in _EVERYBODY for one in groups)


def _image(kind: Scalar, name: Scalar, node: Tree, scope: Scope) -> Iterator[Resource]:
    """Yield where a build begins, and what it makes."""
    if kind.text == "azure-arm" and _is_open(node):
        offered = node.entries["image_offer"][1].place
        yield moving(name.text, offered, node.place, scope, "image_offer without image_version")
    for block in ("", "source_ami_filter"):
        for holder in blocks(node.get(block)) if block else [node]:
            yield from _newest(name, holder, scope)
    for group in listed(node.get("ami_groups")):
        if isinstance(group, Scalar) and group.text in _EVERYBODY:
            yield public(name.text, group.place, node.place, scope)
    named = next((found for key in _NAMES if (found := scalar(node, key))), None)
    tagged = not kind.text.startswith(_TAGGED) or any(node.get(key) is not None for key in _TAGS)
    dated = named is not None and (not named.written.known or _DATED.search(named.text) is not None)
    if named is not None and not (tagged and dated):
        yield uncatalogued(name.text, named.place, node.place, scope)


def _is_open(node: Tree) -> bool:
    """Whether an image of Azure's marketplace is named without its version: the newest is taken."""
    return scalar(node, "image_offer") is not None and node.get("image_version") is None


def _base(kind: Scalar, node: Tree, scope: Scope) -> Iterator[Image]:
    """Yield the image of a container that a build begins with."""
    said = scalar(node, "image")
    if kind.text in _CONTAINERS and said is not None:
        yield image_fact(said.written, role="base", scope=scope, extent=said.place)


def _media(node: Tree, scope: Scope) -> Iterator[Fetch]:
    """Yield the medium that a build installs from: a sum that is itself fetched says nothing of one that moves."""
    for holder in (node, *blocks(node.get("boot_iso"))):
        check = scalar(holder, "iso_checksum")
        said = check.text if check and check.written.known else None
        checked = None if check and said is None else bool(said) and said != _UNCHECKED
        for url in (*listed(holder.get("iso_url")), *listed(holder.get("iso_urls"))):
            if isinstance(url, Scalar) and "://" in url.text:
                found = fetch(url.written, "packer", scope, url.place, checked=checked)
                moved = found.pin == "alias" and (said or "").startswith(_FETCHED)
                yield replace(found, verified=False) if moved else found


def _newest(name: Scalar, holder: Tree, scope: Scope) -> Iterator[Resource]:
    """Yield that a build begins with the newest image of several."""
    for argument, moves in _NEWEST:
        said = scalar(holder, argument)
        known = said is not None and said.written.known and re.fullmatch(moves, said.text)
        if said is not None and known and not _is_exact(holder):
            choice = f"{argument} = {said.text}"
            yield moving(name.text, said.place, holder.place, scope, choice)


def _is_exact(holder: Tree) -> bool:
    named = find(holder, "filters", "name")
    return isinstance(named, Scalar) and named.written.known and not re.search(r"[*?]", named.text)


def _modern(root: Tree) -> Tree:
    """Return an older template as the blocks that `packer hcl2_upgrade` would write."""
    sources = Tree(place=root.place)
    for index, node in enumerate(mappings(root, "builders")):
        kind = text(node, "type") or "builder"
        held = sources.get(kind)
        inner = held if isinstance(held, Tree) else Tree(place=node.place)
        own = text(node, "name") or kind
        name = own if own not in inner.entries else f"{own} {index}"
        sources = with_entry(sources, kind, with_entry(inner, name, node))
    found: dict[str, list[Node]] = defaultdict(list)
    for node in mappings(root, "provisioners"):
        found[text(node, "type") or "shell"].append(node)
    provisioners = Tree(place=root.place)
    for kind, nodes in found.items():
        provisioners = with_entry(provisioners, kind, Sequence(nodes, place=nodes[0].place))
    build = with_entry(Tree(place=root.place), "provisioner", provisioners)
    return with_entry(with_entry(Tree(place=root.place), "source", sources), "build", build)
