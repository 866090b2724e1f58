"""What is done to a machine while its image is built: files that are put there, scripts that are run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from posixpath import basename, join

from immutable_delivery.containers.lower import variable
from immutable_delivery.containers.secrets import goes_to_keys, secret_file
from immutable_delivery.containers.spec import VariableSpec
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.unanalysed import CONVERGENT
from immutable_delivery.facts import Copy, Fact, Resource, Scope, Unread
from immutable_delivery.jobs.scripts import joined
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.machines.commands import MachineCommands
from immutable_delivery.machines.scripts import found, missing
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import below, read_text
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.hcl.blocks import labelled, listed
from immutable_delivery.syntax.hcl.modules import Module
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Scalar
from immutable_delivery.syntax.yaml.query import pairs, scalar

MAX_FILES = 200
"""So many files of a folder that is uploaded are looked at."""

_SHELLS = {"shell": "sh", "shell-local": "sh", "powershell": "pwsh", "windows-shell": "cmd"}
_CONVERGING = {"chef": "Chef", "puppet": "Puppet", "salt": "Salt"}
_CLEARED = lazy(
    r"\b(?:rm|shred|truncate|find|unlink)\b[^\n]*authorized_keys"
    r"|(?:^|[;&]|:|\btrue|/dev/null|\becho -n|\becho(?: [\"']{2})?)[ \t]*>[ \t]*[^\s>]*authorized_keys",
    re.MULTILINE,
)
_SWITCHED_ON = lazy(
    r"\bdpkg-reconfigure\b[^\n;&|]*\b(?P<package>unattended-upgrades)\b"
    r"|\bsystemctl\b[^\n;&|]*\benable\b[^\n;&|]*?(?P<unit>(?:unattended-upgrades|dnf-automatic|yum-cron|apt-daily-upgrade)[\w.-]*)"
    r"|(?P<setting>APT::Periodic::Unattended-Upgrade)\s*\\?\"1"
)
"""How a script has machines upgrade themselves."""
_KEYS = "authorized_keys"
"""The file whose keys open the machine to whoever has them."""
_ADDED = lazy(
    r"\b(?:echo|printf|cat|curl|wget|ssh-add)\b[^\n]*?(?:>>?|\btee\b(?:[ \t]+-a)?|[ \t]-[oO])[ \t]*(?P<keys>[^\s>|;&]*authorized_keys)"
    r"|\b(?:cp|mv|install)\b[^\n;&|]*[ \t](?P<copied>[^\s;&|]*authorized_keys)(?=[ \t]*(?:$|[;&|]))",
    re.MULTILINE,
)
"""How a script takes keys out, and how it puts some in."""


class Provisioners(Record):
    """The provisioners of one build, in their order."""

    module: Module
    build: Tree
    scope: Scope
    ctx: ParseContext
    texts: dict[str, Scalar] = field(default_factory=dict)
    """The files that the machine holds, by their paths there."""
    cleans: bool = False
    """Whether the keys are taken out, or nobody here knows: something runs that is not read."""

    def facts(self) -> Iterator[Fact]:
        """Yield what they do; configuration management is read by its own format, or by none."""
        run = MachineCommands(self.scope, self.ctx, self.texts)
        held = labelled(self.build.get("provisioner"))
        for name, block in sorted(held, key=lambda one: one[1].place):
            node = self.module.value(block)
            if not isinstance(node, Tree):
                continue
            if name.text == "file":
                yield from self._upload(node)
            elif name.text in _SHELLS:
                yield from self._variables(node, run)
                yield from self._scripts(node, run, _SHELLS[name.text])
            else:
                self.cleans = True
                yield from self._converging(name, node)
        yield from run.finish(self.build.place)

    def _converging(self, name: Scalar, node: Tree) -> Iterator[Unread]:
        """Yield configuration management that nobody here reads."""
        tool = next(
            (tool for begin, tool in _CONVERGING.items() if name.text.startswith(begin)), ""
        )
        if tool:
            yield Unread(
                used_at=name.place,
                extent=node.place,
                scope=self.scope,
                subject=tool,
                reason=CONVERGENT,
            )

    def _scripts(self, node: Tree, run: MachineCommands, shell: str) -> Iterator[Fact]:
        lines = [one.written for one in listed(node.get("inline")) if isinstance(one, Scalar)]
        if lines:
            yield from self._run(joined(tuple(lines)), run, shell)
        for said in (*listed(node.get("script")), *listed(node.get("scripts"))):
            if not isinstance(said, Scalar) or not said.written.known:
                self.cleans = True
                continue
            path = found(said.text, self.module.folder, self.ctx)
            held = self._file(path) if path else None
            if held is None:
                self.cleans = True
                yield missing(said, self.scope)
            else:
                yield from self._run(held.written, run, shell)

    def _run(self, script: LocatedText, run: MachineCommands, shell: str) -> Iterator[Fact]:
        run.script(script, None, shell)
        yield from self._upgrading(script)
        if _CLEARED.search(script.text) is not None:
            self.cleans = True
            return
        for found_ in _ADDED.finditer(script.text):
            keys = script.slice(*found_.span("keys" if found_["keys"] else "copied"))
            yield Copy(
                used_at=keys.used_at,
                extent=keys.used_at,
                scope=self.scope,
                places={"secret_file": keys.place()},
                target=keys.value,
                secret_file=basename(keys.text),
            )

    def _upgrading(self, script: LocatedText) -> Iterator[Resource]:
        """Yield what is switched on that upgrades every machine by itself."""
        for found_ in _SWITCHED_ON.finditer(script.text):
            name = script.slice(*found_.span(found_.lastgroup or 0))
            yield Resource(
                used_at=name.used_at,
                extent=name.used_at,
                scope=self.scope,
                places={"name": name.place()},
                resource_type="updater",
                name=name.text,
            )

    def _variables(self, node: Tree, run: MachineCommands) -> Iterator[Fact]:
        """Yield the environment of scripts: texts `NAME=value`, or a mapping."""
        for one in listed(node.get("environment_vars")):
            if isinstance(one, Scalar):
                name, _, _ = one.text.partition("=")
                value = one.written.slice(len(name) + 1)
                run.assign(name, value)
                spec = VariableSpec(one.written.slice(0, len(name)), value, one.place)
                yield variable(spec, self.scope)
        for key, held in pairs(node, "env"):
            said = held.written if isinstance(held, Scalar) else None
            run.assign(key.text, said)
            yield variable(VariableSpec(key.written, said, held.place), self.scope)

    def _upload(self, node: Tree) -> Iterator[Copy]:
        """Yield what is put onto the machine from here, and keep its text for the scripts that run it."""
        target, content = scalar(node, "destination"), scalar(node, "content")
        if target is None or scalar(node, "direction") is not None:
            return
        if content is not None:
            self.texts[target.text] = content
        for said in (*listed(node.get("source")), *listed(node.get("sources"))):
            if isinstance(said, Scalar) and said.written.known:
                path = found(said.text, self.module.folder, self.ctx)
                self._keep(path, said.text, target.text)
                yield self._copied(said, path, target, node)

    def _keep(self, path: str | None, said: str, target: str) -> None:
        for held in islice(below(self.ctx.files.paths, path), MAX_FILES) if path else ():
            text = self._file(held)
            inside = held[len(path or "") :].lstrip("/")
            into = target if said.endswith("/") or not inside else join(target, basename(said))
            if not inside and target.endswith("/"):
                into = join(target, basename(said))
            if text is not None:
                self.texts[join(into, inside) if inside else into] = text

    def _copied(self, said: Scalar, path: str | None, target: Scalar, node: Tree) -> Copy:
        text = read_text(self.ctx.files, path)
        named = secret_file(said.text) and secret_file(said.text, text.value if text else None)
        keys = target.written.known and goes_to_keys(target.text, basename(said.text))
        opens = target.written.known and basename(target.text) == _KEYS
        secret = _KEYS if opens else said.text if named or keys else ""
        return Copy(
            used_at=said.place,
            extent=node.place,
            scope=self.scope,
            places=dict.fromkeys(("sources", "secret_file"), said.place),
            sources=(said.text,),
            target=target.written.value,
            secret_file=secret,
        )

    def _file(self, path: str) -> Scalar | None:
        text = self.ctx.text(path)
        if text is None:
            return None
        place = Place(path, Span(0, len(text.value)))
        return Scalar(LocatedText.literal(text.value, place), place, plain=False)
