"""One service of a composed project, and what all its facts share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from immutable_delivery.containers.environments import Environment, configured
from immutable_delivery.containers.spec import Setting
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Phase, Scope
from immutable_delivery.formats.compose.loading import Model
from immutable_delivery.formats.compose.merging import built
from immutable_delivery.formats.compose.reading import Reader
from immutable_delivery.records import Record, replace
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.interpolation import interpolate
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import scalar, scalars
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments


class Service(Record, frozen=True):
    """A service: its name, what is said of it in all files, and the project around it."""

    key: Scalar
    node: Mapping
    model: Model
    reader: Reader
    scope: Scope

    @property
    def name(self) -> str:
        """Its name."""
        return self.key.text

    @property
    def place(self) -> Place:
        """Where it is named, in the last file that says something of it."""
        return self.key.place

    @property
    def image(self) -> Scalar | None:
        """The reference of its image."""
        found = scalar(self.node, "image")
        return found if found and found.text else None

    @property
    def build(self) -> Mapping | None:
        """How its image is built here."""
        node = self.node.get("build")
        if node is None or (isinstance(node, Scalar) and node.null):
            return None
        return built(node)

    @property
    def context(self) -> str | None:
        """The folder of its build context; None where it is not built here, or from elsewhere."""
        if self.build is None:
            return None
        context = scalar(self.build, "context")
        return self.path(context) if context else self.folder(self.build)

    def setting(self, key: str) -> Setting | None:
        """Return what is said under a key."""
        found = scalar(self.node, key)
        return Setting(found.written.value, found.place) if found else None

    def sampled(self, written: LocatedText) -> LocatedText | None:
        """Return a text with the values that a sample of the project's `.env` shows; None where none does."""
        for name in known(Environments).samples:
            values = self.reader.environment(f"{self.folder(self.node)}/{name}".lstrip("/"))
            if values.keys() & set(written.unresolved):
                return interpolate(written, values)
        return None

    def during(self, phase: Phase) -> Scope:
        """Return the scope of what happens in another phase."""
        return replace(self.scope, phase=phase)

    def path(self, node: Scalar) -> str | None:
        """Return a path relative to the root; None where it lies outside or is not known."""
        text = node.text
        folder = self.folder(node)
        for home in ("${PWD}", "$PWD"):
            if text == home or text.startswith(f"{home}/"):
                return resolve(folder, f".{text[len(home) :]}")
        if not node.written.known or "\\" in text or text[1:2] == ":":
            return None
        return resolve(folder, text)

    def folder(self, node: Node) -> str:
        """Return the folder that the relative paths of a node start from."""
        return self.model.folders.get(node.place.file, folder_of(node.place.file))


def service(
    key: Scalar, node: Mapping, model: Model, reader: Reader, files: tuple[str, ...]
) -> Service:
    """Return a service; the last file of its project names its environment, else its only profiles do."""
    profiles = [profile.text for profile in scalars(node, "profiles")]
    scope = Scope(
        owner=key.text,
        service=key.text,
        phase="start",
        layer="application" if node.get("build") is not None else "middleware",
        deployed=True,
        manifest=key.place.file,
    )
    reached = environment(files[-1], profiles, reader.ctx).reached(scope)
    return Service(key, node, model, reader, reached)


_DEVCONTAINER = "devcontainer"
"""A folder with this word in its name holds the place where somebody works."""


def environment(path: str, profiles: Sequence[str], ctx: ParseContext) -> Environment:
    """Return the environment of a service: as the configuration says, by its last file, or by its profiles."""
    found = configured(path, ctx.settings.environments)
    return found or conventional(path) or _profiled(profiles) or Environment()


def conventional(path: str) -> Environment | None:
    """Return the environment that the name of a file or of its folder tells."""
    words = known(Environments)
    telling = words.compose_development | words.compose_stages
    folder, _, name = path.rpartition("/")
    for word in re.split(r"[._-]", name.lower()):
        if word in telling:
            return Environment(word, f"the file name says '{word}'", _is_development(word))
    last = folder.rpartition("/")[2].lower()
    if last in telling:
        return Environment(last, f"the folder is named '{last}'", _is_development(last))
    inside = next((part for part in folder.split("/") if _DEVCONTAINER in part.lower()), None)
    if inside is None:
        return None
    return Environment(_DEVCONTAINER, f"a folder is named '{inside}'", development=True)


def _profiled(profiles: Sequence[str]) -> Environment | None:
    """Return the environment of a service that has no profiles but those of development."""
    if not profiles or not all(map(_is_development, profiles)):
        return None
    return Environment(profiles[0], f"the profile is '{profiles[0]}'", development=True)


def _is_development(name: str) -> bool:
    return name in known(Environments).compose_development or name == _DEVCONTAINER
