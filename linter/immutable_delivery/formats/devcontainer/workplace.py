"""A workplace: what a configuration takes in, mounts and runs."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Build, Fact, Image, Mount, Scope, Source
from immutable_delivery.files import folder_of, read_text, resolve
from immutable_delivery.formats import Surroundings, yamltree
from immutable_delivery.formats.declared import mount, mount_type, options, variable
from immutable_delivery.formats.images import image_fact
from immutable_delivery.formats.launching import Home, Launch, performed
from immutable_delivery.formats.lookup import items, mapping, pairs, scalar, scalars, text
from immutable_delivery.formats.placeholders import filled
from immutable_delivery.formats.shapes import Shapes, tell
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar, Sequence
from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.written import Written

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
    around: Surroundings

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
        tell(self.root, _SHAPES, "", self.around.report)
        image = scalar(self.root, "image")
        if image is not None:
            yield self._image(image)
        yield from self._build()
        yield from self._features()
        yield from self._mounts()
        yield from self._commands()
        for section in ("containerEnv", "remoteEnv"):
            for key, value in pairs(self.root, section):
                if isinstance(value, Scalar) and not value.null:
                    extent = yamltree.entry_extent(key, value)
                    yield variable(key.written, _known(value), extent, self.scope)

    def _image(self, image: Scalar) -> Image:
        return image_fact(
            _known(image),
            role="container",
            scope=self.scope,
            extent=self.root.extent("image"),
            used_at=image.place,
        )

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
                arg_places={name: value.whole for name, value in known.items()},
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
            extent = yamltree.entry_extent(key, value)
            locks = key.text in locked
            yield replace(
                fact, source_type="feature", scope=self.scope, extent=extent, locked=locks
            )

    def _locked(self) -> set[str]:
        """Return the features that the lock file beside the configuration fixes."""
        hidden = self.path.endswith("/.devcontainer.json") or self.path == ".devcontainer.json"
        name = f"{'.' if hidden else ''}devcontainer-lock.json"
        lock = read_text(self.around.files, resolve(folder_of(self.path), name))
        root = next((one.root for one in yamltree.documents(lock)), None) if lock else None
        return {key.text for key, value in pairs(root, "features") if text(value, "integrity")}

    def _mounts(self) -> Iterator[Mount]:
        for node in items(self.root, "mounts"):
            parts = options(_known(node)) if isinstance(node, Scalar) else _long(node)
            target, source = parts.get("target"), parts.get("source")
            if target is None:
                continue
            kind = mount_type(parts["type"].text) if "type" in parts else "volume"
            inside = resolve(self.workspace, _beside(source)) if source else None
            yield mount(
                kind,
                source,
                target,
                node.place,
                self.scope,
                read_only="readonly" in parts,
                host_path=inside if kind == "host" and source else None,
            )

    def _commands(self) -> Iterator[Fact]:
        scope = replace(self.scope, phase="hook")
        for name in _COMMANDS:
            node = self.root.get(name)
            several = [value for _, value in pairs(self.root, name)]
            for one in several or ([node] if node is not None else []):
                command = _launch(name, one, self.root)
                if command is not None:
                    yield from performed(command, scope, Home(self.around, self.workspace))


def _launch(name: str, node: Node, root: Mapping) -> Launch | None:
    """Return a command: text is for a shell, a list is not."""
    extent = root.extent(name)
    if isinstance(node, Sequence):
        words = tuple(one.written for one in scalars(node))
        return Launch("hook", words, node.place, extent) if words else None
    if isinstance(node, Scalar) and not node.null and node.text:
        return Launch("hook", (node.written,), node.place, extent, "shell")
    return None


def _long(node: Node) -> dict[str, Written]:
    return {
        key: _known(value)
        for key in ("source", "target", "type")
        if (value := scalar(node, key)) is not None
    }


def _beside(source: Written) -> str:
    """Return a path as one relative to the workspace; one that leads elsewhere stays absolute."""
    if source.text.startswith(_WORKSPACE):
        return f".{source.text[len(_WORKSPACE) :]}"
    return source.text if source.known else "/"


def _known(node: Scalar) -> Written:
    """Return a text; what only the machine of the developer knows is missing in it."""
    return filled(node.written, _PLACEHOLDER, lambda _found, _own: None)
