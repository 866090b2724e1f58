"""What a task sees beside its image: folders of the machine, volumes, the files that templates write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from posixpath import normpath

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.mountoptions import mount_type
from immutable_delivery.containers.spec import Flag, MountSpec
from immutable_delivery.containers.volumes import VolumeError, short
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import MountType
from immutable_delivery.formats.nomad.blocks import every, find
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.hcl.blocks import listed
from immutable_delivery.syntax.hcl.values import Values
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar

FOLDERS: Mapping[str, str] = {
    "NOMAD_TASK_DIR": "/local", "NOMAD_SECRETS_DIR": "/secrets", "NOMAD_ALLOC_DIR": "/alloc",
}  # fmt: skip
"""The folders that every task gets, where it sees them."""

_OWN = lazy(r"/(?:local|secrets|alloc)(?:/|\Z)|(?!/|~|\$|[A-Za-z]:)")
"""A source in those folders: a relative one is always."""


class Mounts(Record, frozen=True):
    """The mounts of a task."""

    node: Tree
    group: Tree
    values: Values
    ctx: ParseContext

    def files(self, mounted: Iterable[MountSpec]) -> ContainerFiles:
        """Return the view of the task: the texts of its templates, where they lie and where they are mounted."""
        held = {path: find(node, "data") for path, node in self._templates().items()}
        texts = {
            path: Scalar(self.values.written(data), data.place, plain=False)
            for path, data in held.items()
            if isinstance(data, Scalar)
        }
        places = {f"/{path}": text for path, text in texts.items()}
        shown = {
            one.target.text: texts[_inside(one.source)]
            for one in mounted
            if one.target and one.source and _inside(one.source) in texts
        }
        return ContainerFiles(self.ctx, texts={**texts, **places, **shown})

    def __iter__(self) -> Iterator[MountSpec]:
        """Yield them: what the driver mounts, volumes of the group, what templates write."""
        for node in listed(self.values.node(find(self.node, "config", "volumes"))):
            if isinstance(node, Scalar):
                yield from self._short(node)
        for key in ("mount", "mounts"):
            yield from map(self._long, every(find(self.node, "config"), key))
        for node in every(self.node, "volume_mount"):
            target, name = self._text(node, "destination"), self._text(node, "volume")
            volume = self._text(find(self.group, "volume"), name.text, "source") if name else None
            yield MountSpec("volume", volume or name, target, node.place, self._read_only(node))
        for path, node in self._templates().items():
            target = self._text(node, "destination")
            yield MountSpec(
                "config",
                target,
                replace(target, text=f"/{path}") if target else None,
                node.place,
                Flag(value=False),
                immutable=self._is_fixed(node),
            )

    def _short(self, node: Scalar) -> Iterator[MountSpec]:
        try:
            volume = short(self.values.written(node))
        except VolumeError as error:
            self.ctx.report(node.place, f"a volume {error}")
            return
        named = volume.kind == "volume" and find(self.node, "config", "volume_driver") is not None
        kind = mount_type(volume.kind if named else "bind")
        flag = Flag(volume.read_only, volume.read_only_at)
        yield self._mount(kind, volume.source, volume.path, node.place, flag)

    def _long(self, node: Tree) -> MountSpec:
        said, source = self._text(node, "type"), self._text(node, "source")
        kind = mount_type(said.text if said else "volume")
        target = self._text(node, "target")
        return self._mount(kind, source, target, node.place, self._read_only(node))

    def _mount(
        self,
        kind: MountType,
        source: LocatedText | None,
        target: LocatedText | None,
        extent: Place,
        read_only: Flag,
    ) -> MountSpec:
        """Return a mount; a path in the folders of the task is no path of the machine."""
        if kind != "host" or source is None or not _OWN.match(source.text):
            return MountSpec(kind, source, target, extent, read_only)
        template = self._templates().get(_inside(source))
        own: MountType = "config" if template else "empty"
        fixed = self._is_fixed(template) if template else False
        return MountSpec(own, source, target, extent, read_only, immutable=fixed)

    def _templates(self) -> dict[str, Tree]:
        """Return the templates by the path that they write, from the folder of the task."""
        found = ((self._text(node, "destination"), node) for node in every(self.node, "template"))
        return {_inside(target): node for target, node in found if target}

    def _is_fixed(self, template: Tree) -> bool | None:
        """Whether a template writes what the job says and nothing else: it asks no catalogue, store or file."""
        data = self._text(template, "data")
        if data is None or "{{" in data.text:
            return False
        return True if data.known else None

    def _read_only(self, node: Tree) -> Flag:
        said = next((key for key in ("readonly", "read_only") if find(node, key)), "")
        text, found = self._text(node, said), find(node, said)
        known = {"true": True, "false": False}.get(text.text) if text else False
        return Flag(known, found.place if found else None)

    def _text(self, node: Node | None, *keys: str) -> LocatedText | None:
        found = find(node, *keys)
        return self.values.written(found) if isinstance(found, Scalar) and found.text else None


def _inside(path: LocatedText) -> str:
    return normpath(path.text).lstrip("/")
