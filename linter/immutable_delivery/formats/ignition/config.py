"""One configuration: what is fetched, and what units run, with the files that are written for them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from immutable_delivery.context import ParseContext
from immutable_delivery.effects.fetches import fetch
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.formats.quadlet.lowering import lower
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.machines.commands import MachineCommands
from immutable_delivery.machines.scripts import found
from immutable_delivery.machines.units import commands, environment
from immutable_delivery.records import Record, replace
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.systemd import Unit, read_inner
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, scalar, text

_OWN = "data:,"
_RUN_BY_ANY = 0o111
_OCTAL = lazy(r"0[oO]?[0-7]+\Z")
_QUADLET = lazy(r".*/containers/systemd/(?:.*/)?[^/]+\.(?:container|image)\Z")


class Config(Record, frozen=True):
    """One configuration."""

    root: Node | None
    path: str
    scope: Scope
    ctx: ParseContext

    def facts(self) -> Iterator[Fact]:
        """Yield what a machine does when it first starts."""
        for key in ("merge", "replace"):
            held = find(self.root, "ignition", "config", key)
            for node in [held] if isinstance(held, Tree) else mappings(held):
                yield from self._fetched(node, node, runs=True)
        for node in mappings(self.root, "storage", "files"):
            contents = mapping(node, "contents")
            if contents is not None:
                yield from self._fetched(contents, node, runs=_runs(node))
        yield from self._commands()
        yield from self._containers()

    def _fetched(self, contents: Tree, node: Tree, *, runs: bool) -> Iterator[Fact]:
        """Yield what is taken from an address; a hash fixes it."""
        source = scalar(contents, "source")
        if source is not None and "://" in source.text:
            checked = scalar(contents, "verification", "hash") is not None
            got = fetch(source.written, "ignition", self.scope, node.place, checked=checked)
            yield replace(got, executed="file") if runs and not checked else got

    def _commands(self) -> Iterator[Fact]:
        """Yield what the services do."""
        run = MachineCommands(self.scope, self.ctx, self._files())
        for node in mappings(self.root, "systemd", "units"):
            for one in (node, *mappings(node, "dropins")):
                contents = scalar(one, "contents") or self._local(scalar(one, "contents_local"))
                unit = self._unit(contents, text(node, "name")) if contents else None
                for name, value in environment(unit) if unit else ():
                    run.assign(name, value)
                for command, extent in commands(unit) if unit else ():
                    run.script(command, extent)
        if isinstance(self.root, Tree):
            yield from run.finish(head(self.root))

    def _containers(self) -> Iterator[Fact]:
        """Yield the containers whose units are written as files."""
        written = self._files().items()
        held = {path: self._unit(one, path) for path, one in written if _QUADLET.match(path)}
        units = {path: unit for path, unit in held.items() if unit and unit.last("Image")}
        for unit in units.values():
            facts = (one for one in lower(unit, units, self.ctx) if isinstance(one, Fact))
            yield from (replace(one, scope=self._deployed(one.scope)) for one in facts)

    def _deployed(self, scope: Scope) -> Scope:
        own = self.scope
        return replace(
            scope, manifest=self.path, environments=own.environments, evidence=own.evidence
        )

    def _unit(self, contents: Scalar, name: str) -> Unit | None:
        try:
            return read_inner(contents.written, name)
        except UnreadableError as error:
            self.ctx.report(contents.written.place(error.offset), error.reason)
            return None

    def _files(self) -> dict[str, Scalar]:
        """Return the files that are written, by their paths."""
        files = {}
        for node in mappings(self.root, "storage", "files"):
            path, contents = scalar(node, "path"), mapping(node, "contents")
            inline = scalar(contents, "inline") or self._local(scalar(contents, "local"))
            held = inline or _own(scalar(contents, "source"))
            if path is not None and held is not None:
                files[path.text] = held
        return files

    def _local(self, said: Scalar | None) -> Scalar | None:
        """Return a file of the repository that Butane puts in."""
        path = found(said.text, folder_of(self.path), self.ctx) if said is not None else None
        held = self.ctx.text(path)
        if held is None:
            return None
        place = Place(held.path, Span(0, len(held.value)))
        return Scalar(LocatedText.literal(held.value, place), place, plain=False)


def _own(source: Scalar | None) -> Scalar | None:
    """Return the text that an address itself holds: what Butane makes of `inline`."""
    if source is None or not source.text.startswith(_OWN):
        return None
    content = unquote(source.text.removeprefix(_OWN))
    return Scalar(unaligned(content, source.written), source.place, plain=False)


def _runs(node: Tree) -> bool:
    """Whether a file may be run: Butane writes its mode in octal digits, Ignition in decimal ones."""
    mode = text(node, "mode")
    digits = mode.lower().removeprefix("0o")
    if not digits.isdecimal():
        return False
    return bool(int(digits, 8 if _OCTAL.match(mode) else 10) & _RUN_BY_ANY)
