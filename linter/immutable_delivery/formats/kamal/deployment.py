"""A deployment: the roles of the service that is built here, and the accessories beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.containers.environments import environment
from immutable_delivery.containers.lower import lower
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Layer, Scope
from immutable_delivery.formats.kamal.container import KamalContainer
from immutable_delivery.records import Record
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.yaml import Document, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml.query import (
    find,
    mapping,
    pairs,
    roots,
    scalar,
    text,
    with_entry,
    written,
)
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

_SHAPES: Shapes = {
    **dict.fromkeys(("service", "image"), "text"), "servers": "list|mapping", "volumes": "texts",
    **dict.fromkeys(("env", "labels", "builder", "accessories"), "mapping"),
}  # fmt: skip

_PROXY = "basecamp/kamal-proxy"
"""The image of the proxy, without its version."""


def deployments(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterator[Deployment]:
    """Yield what is deployed: each destination with what all share, else the one file."""
    held = {path: root for path, root in roots(documents, ctx) if isinstance(root, Tree)}
    for path, root in held.items():
        tell(root, _SHAPES, "", ctx.report)
        stem, dot, ending = path.rpartition(".")
        above = {stem[:at] + dot + ending for at, char in enumerate(stem) if char in ".-"}
        if above & held.keys():
            continue
        own = [one for one in held if one.startswith((f"{stem}.", f"{stem}-")) and one != path]
        for destination in own or [path]:
            whole = _merged(root, held[destination]) if own else root
            yield Deployment(whole, destination, ctx)


def _merged(base: Tree, over: Tree) -> Tree:
    """Return a mapping with another over it, as deep as both are mappings."""
    for key, value in over.items():
        old = base.get(key)
        if isinstance(old, Tree) and isinstance(value, Tree):
            base = with_entry(base, key, _merged(old, value))
        else:
            base = with_entry(base, key, value)
    return base


class Deployment(Record, frozen=True):
    """What one call of Kamal deploys."""

    root: Tree
    path: str
    ctx: ParseContext

    @property
    def folder(self) -> str:
        """The folder that Kamal is called in."""
        here = folder_of(self.path)
        return folder_of(here) if here.rpartition("/")[2] == "config" else here

    def facts(self) -> Iterator[Fact | Build]:
        """Yield everything that it says."""
        for key, node in self._roles():
            scope = self._scope(self.name, f"{self.name} (role {key.text})", "application")
            role = KamalContainer(key, node, scope, self.folder, self.ctx, self.root)
            yield from lower(role.spec(), self.ctx)
        for key, node in (*pairs(self.root, "accessories"), *self._proxies()):
            name = text(node, "service") or f"{self.name}-{key.text}"
            accessory = KamalContainer(
                key, node, self._scope(name, name, "middleware"), self.folder, self.ctx
            )
            yield from lower(accessory.spec(), self.ctx)
        yield from self._build()

    @property
    def name(self) -> str:
        """The name of the service."""
        return text(self.root, "service") or "web"

    def _scope(self, service: str, owner: str, layer: Layer) -> Scope:
        scope = Scope(
            owner=owner,
            service=service,
            phase="start",
            layer=layer,
            deployed=True,
            manifest=self.path,
        )
        return environment(self.path, self.ctx).reached(scope)

    def _roles(self) -> Iterator[tuple[Scalar, Node]]:
        """Yield the roles of the servers; a plain list is the role `web`."""
        servers, key = find(self.root, "servers"), self.root.key("servers")
        if isinstance(servers, Sequence) and key is not None:
            yield written("web", key.place), servers
        yield from pairs(servers)

    def _proxies(self) -> Iterator[tuple[Scalar, Node]]:
        """Yield the proxy, where its image is said: that of Kamal 1 as a whole, that of Kamal 2 in parts."""
        traefik, run = mapping(self.root, "traefik"), mapping(self.root, "proxy", "run")
        key = self.root.key("traefik")
        if key is not None and traefik is not None and scalar(traefik, "image"):
            yield key, traefik
        key, version = self.root.key("proxy"), scalar(run, "version")
        if key is not None and run is not None and version is not None:
            yield key, with_entry(run, "image", _image(run, version))

    def _build(self) -> Iterator[Build]:
        builder, image = mapping(self.root, "builder"), scalar(self.root, "image")
        context = resolve(self.folder, text(builder, "context") or ".")
        named = text(builder, "dockerfile") or "Dockerfile"
        dockerfile = resolve(self.folder, named)
        if image is None or not dockerfile or self.ctx.files.state(dockerfile) == "missing":
            return
        args = {key.text: one for key, one in pairs(builder, "args") if isinstance(one, Scalar)}
        yield Build(
            dockerfile=dockerfile,
            context=context,
            target=text(builder, "target"),
            args={name: None if "<%" in one.text else one.text for name, one in args.items()},
            arg_places={name: one.place for name, one in args.items()},
            service=self.name,
            image=image.text,
            tool="kamal",
            deployed=True,
            place=image.place,
        )


def _image(run: Tree, version: Scalar) -> Scalar:
    """Return the reference that registry, repository and version make."""
    registry, repository = scalar(run, "registry"), scalar(run, "repository")
    at = version.written
    parts = (
        *((registry.written, unaligned("/", at)) if registry else ()),
        repository.written if repository else unaligned(_PROXY, at),
        unaligned(":", at),
        at,
    )
    return Scalar(LocatedText.joined(parts, version.place), version.place, plain=False)
