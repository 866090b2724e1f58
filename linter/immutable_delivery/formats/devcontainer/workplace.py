"""A workplace: what a configuration takes in, mounts and runs."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.lower import parts
from immutable_delivery.containers.mountoptions import mount_type, options
from immutable_delivery.containers.spec import (
    CommandSpec,
    ContainerSpec,
    Flag,
    ImageSpec,
    MountSpec,
    VariableSpec,
)
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Scope, Source
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.references.images import image_fact
from immutable_delivery.source.files import folder_of, read_text, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import items, mapping, pairs, scalar, scalars, text
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

_PLACEHOLDER = lazy(r"\$\{[^{}]*\}")
_WORKSPACE = "${localWorkspaceFolder}"
_COMMANDS = (
    "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand",
    "postAttachCommand",
)  # fmt: skip

_SHAPES: Shapes = {
    "image": "text",
    **dict.fromkeys(("build", "features", "containerEnv", "remoteEnv"), "mapping"),
    "mounts": "list",
    **dict.fromkeys(_COMMANDS, "text|texts|mapping"),
}


class Workplace(Record, frozen=True):
    """One configuration."""

    root: Mapping
    path: str
    ctx: ParseContext

    @property
    def scope(self) -> Scope:
        """What all facts of it share."""
        return Scope(
            owner=text(self.root, "name") or "devcontainer",
            phase="start",
            layer="middleware",
            development=True,
            manifest=self.path,
        )

    @property
    def workspace(self) -> str:
        """The folder that the workplace is for: the one that holds the configuration."""
        folder = f"/{folder_of(self.path)}"
        return folder.partition("/.devcontainer")[0].lstrip("/")

    def facts(self) -> Iterator[Fact | Build]:
        """Yield everything that it says."""
        tell(self.root, _SHAPES, "", self.ctx.report)
        yield from parts(self._spec(), self.ctx)
        yield from self._build()
        yield from self._features()

    def _spec(self) -> ContainerSpec:
        """Return what is said of the container that a tool of the developer makes, and keeps running itself."""
        image = scalar(self.root, "image")
        extent = self.root.extent("image")
        return ContainerSpec(
            used_at=self.root.place,
            extent=self.root.place,
            scope=self.scope,
            images=(ImageSpec(_known(image), extent, image.place),) if image else (),
            others=tuple(self._commands()),
            variables=tuple(self._variables()),
            values={},
            mounts=tuple(self._mounts()),
            files=ContainerFiles(self.ctx, self.workspace),
        )

    def _variables(self) -> Iterator[VariableSpec]:
        for section in ("containerEnv", "remoteEnv"):
            for key, value in pairs(self.root, section):
                if isinstance(value, Scalar) and not value.null:
                    extent = yaml.entry_extent(key, value)
                    yield VariableSpec(key.written, _known(value), extent)

    def _build(self) -> Iterator[Build]:
        build = mapping(self.root, "build")
        named = scalar(build, "dockerfile") or scalar(self.root, "dockerFile")
        if named is None:
            return
        folder = folder_of(self.path)
        dockerfile = resolve(folder, named.text)
        args = {key.text: value for key, value in pairs(build, "args")}
        known = {name: _known(v) for name, v in args.items() if isinstance(v, Scalar)}
        context = scalar(build, "context") or scalar(self.root, "context")
        if dockerfile:
            yield Build(
                dockerfile=dockerfile,
                context=resolve(folder, context.text if context else "."),
                target=text(build, "target"),
                args={name: value.value for name, value in known.items()},
                arg_places={name: value.used_at for name, value in known.items()},
                tool="devcontainer",
                place=named.place,
            )

    def _features(self) -> Iterator[Source]:
        locked = self._locked()
        for key, value in pairs(self.root, "features"):
            if key.text.startswith((".", "/")):
                continue
            if key.text.startswith(("https://", "http://")):
                fact = Source(used_at=key.place, extent=key.place, url=key.text, pin="none", ref="")
            else:
                image = image_fact(key.written, role="copy", scope=self.scope, extent=key.place)
                ref = image.digest or image.tag
                places = {"url": image.places.get("repository", key.place)}
                at = image.places.get("digest") or image.places.get("tag") or key.place
                fact = Source(
                    used_at=key.place,
                    extent=key.place,
                    places={**places, "ref": at},
                    url=image.repository,
                    ref=ref,
                    pin=image.pin,
                )
            extent = yaml.entry_extent(key, value)
            locks = key.text in locked
            yield replace(
                fact, source_type="feature", scope=self.scope, extent=extent, locked=locks
            )

    def _locked(self) -> set[str]:
        """Return the features that the lock file beside the configuration fixes."""
        hidden = self.path.endswith("/.devcontainer.json") or self.path == ".devcontainer.json"
        name = f"{'.' if hidden else ''}devcontainer-lock.json"
        lock = read_text(self.ctx.files, resolve(folder_of(self.path), name))
        root = next((document.root for document in yaml.documents(lock)), None) if lock else None
        return {key.text for key, value in pairs(root, "features") if text(value, "integrity")}

    def _mounts(self) -> Iterator[MountSpec]:
        for node in items(self.root, "mounts"):
            found = options(_known(node)) if isinstance(node, Scalar) else _long(node)
            target, source = found.get("target"), found.get("source")
            if target is None:
                continue
            kind = mount_type(found["type"].text) if "type" in found else "volume"
            bound = kind == "host"
            yield MountSpec(
                kind,
                source,
                target,
                node.place,
                Flag("readonly" in found),
                host_path=resolve(self.workspace, _beside(source)) if bound and source else None,
            )

    def _commands(self) -> Iterator[CommandSpec]:
        for name in _COMMANDS:
            node = self.root.get(name)
            several = [value for _, value in pairs(self.root, name)]
            for one in several or ([node] if node is not None else []):
                command = _command(one, self.root.extent(name))
                if command is not None:
                    yield command


def _command(node: Node, extent: Place) -> CommandSpec | None:
    """Return a command: text is for a shell, a list is not."""
    if isinstance(node, Sequence):
        words = tuple(one.written for one in scalars(node))
        return CommandSpec("hook", words, node.place, extent, phase="hook") if words else None
    if isinstance(node, Scalar) and not node.null and node.text:
        return CommandSpec("hook", (node.written,), node.place, extent, "shell", "hook")
    return None


def _long(node: Node) -> dict[str, LocatedText]:
    return {
        key: _known(value)
        for key in ("source", "target", "type")
        if (value := scalar(node, key)) is not None
    }


def _beside(source: LocatedText) -> str:
    """Return a path as one relative to the workspace; one that leads elsewhere stays absolute."""
    if source.text.startswith(_WORKSPACE):
        return f".{source.text[len(_WORKSPACE) :]}"
    return source.text if source.known else "/"


def _known(node: Scalar) -> LocatedText:
    """Return a text; what only the machine of the developer knows is missing in it."""
    return filled(node.written, _PLACEHOLDER, lambda _found, _own: None)
