"""Targets as builds: what each inherits, its Dockerfile and context, its arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.effects.fetches import fetch
from immutable_delivery.facts import Build, Fact, Recipe, Scope, Unread
from immutable_delivery.formats.dockerfile.embedded import inlined
from immutable_delivery.records import Record, replace
from immutable_delivery.references.contexts import named_context
from immutable_delivery.references.images import familiar_name, image_fact, pieces
from immutable_delivery.references.urls import is_remote
from immutable_delivery.source.files import Files, folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.hcl.values import Values
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, entry_extent
from immutable_delivery.syntax.yaml.canonical import identity
from immutable_delivery.syntax.yaml.query import mapping, pairs, scalar, scalars

MAX_PARENTS = 100
"""Targets that one target inherits from, directly or not; more are left out."""

_IMAGE = "docker-image://"
_MERGED = frozenset({"args", "contexts", "labels"})


def lower(root: Node | None, path: str, ctx: ParseContext) -> Iterator[Fact | Build | Recipe]:
    """Yield what the targets of a file build and take in; those that only others inherit from build nothing."""
    file = _File(Values(root), path, ctx)
    inherited = {one.text for _, node in pairs(root, "target") for one in scalars(node, "inherits")}
    grouped = {one.text for _, node in pairs(root, "group") for one in scalars(node, "targets")}
    for key, node in pairs(root, "target"):
        if isinstance(node, Mapping) and (key.text in grouped or key.text not in inherited):
            whole = _inherited(root, key.text, node)
            yield from _Target(file, key, whole).facts()


def _inherited(root: Node | None, name: str, node: Mapping) -> Mapping:
    """Return a target with what it inherits: later parents count more, its own entries most."""
    order: list[Mapping] = []
    waiting, seen = [(name, node, False)], {name}
    while waiting:
        here, target, opened = waiting.pop()
        if opened:
            order.append(target)
            continue
        waiting.append((here, target, True))
        for parent in reversed(scalars(target, "inherits")):
            found = mapping(root, "target", parent.text)
            if found is not None and parent.text not in seen and len(seen) <= MAX_PARENTS:
                seen.add(parent.text)
                waiting.append((parent.text, found, False))
    whole = Mapping(place=node.place)
    for target in order:
        for key, value in target.entries.values():
            old = whole.get(key.text)
            if key.text in _MERGED and isinstance(old, Mapping) and isinstance(value, Mapping):
                value = Mapping(old.entries | value.entries, place=value.place)  # noqa: PLW2901
            whole.entries[key.text] = (key, value)
    return whole


class _File(Record, frozen=True):
    """One file: its variables, and what lies around it."""

    values: Values
    path: str
    ctx: ParseContext


class _Target(Record, frozen=True):
    """One target with what it inherits."""

    file: _File
    key: Scalar
    node: Mapping

    @property
    def scope(self) -> Scope:
        return Scope(owner=self.key.text, layer="middleware")

    def facts(self) -> Iterator[Fact | Build | Recipe]:
        """Yield the build, and what it takes from elsewhere."""
        context = self._text("context")
        if context is not None and is_remote(context.text):
            scope = replace(self.scope, phase="build")
            yield fetch(context, "build", scope, self.node.extent("context"))
        else:
            yield from self._builds(context)
        for key, value in pairs(self.node, "contexts"):
            if isinstance(value, Scalar):
                yield from self._image(key, value)

    def _builds(self, context: LocatedText | None) -> Iterator[Fact | Build | Recipe]:
        inline, named = self._text("dockerfile-inline"), self._text("dockerfile")
        folder, dockerfile = self._paths(context, named)
        if inline is not None:
            dockerfile = f"{self.file.path}#{self.key.text}"
        if dockerfile:
            build = self._build(folder, dockerfile, named)
            yield build
            if inline is not None:
                yield from inlined(inline, build, self.file.ctx)

    def _build(self, folder: str | None, dockerfile: str, named: LocatedText | None) -> Build:
        values = {
            key.text: self.file.values.written(value)
            for key, value in pairs(self.node, "args")
            if isinstance(value, Scalar) and not self.file.values.is_unset(value)
        }
        tags = [self.file.values.written(tag) for tag in scalars(self.node, "tags")]
        image = next((tag.text for tag in tags if tag.known), "")
        repositories = dict.fromkeys(pieces(tag)["repository"].text for tag in tags)
        target = self._text("target")
        return Build(
            dockerfile=dockerfile,
            context=folder,
            target=target.text if target and target.known else "",
            args={name: value.value for name, value in values.items()},
            arg_places={name: value.place() for name, value in values.items() if value.text},
            contexts={
                key.text: self._context(value) for key, value in pairs(self.node, "contexts")
            },
            said=identity(self.node, lambda one: self.file.values.written(one).text),
            service=_name(image) or (self.key.text if "#" in dockerfile else ""),
            image=image,
            names=tuple(repositories),
            tool="bake",
            place=named.used_at if named else self.key.place,
        )

    def _context(self, value: Node) -> str | None:
        written = self.file.values.written(value) if isinstance(value, Scalar) else None
        if written is None or not written.known:
            return None
        return named_context(written.text, resolve(folder_of(self.file.path), written.text))

    def _paths(
        self, context: LocatedText | None, named: LocatedText | None
    ) -> tuple[str | None, str]:
        """Return context and Dockerfile; paths start where Bake is called: beside the file, else at the root."""
        if (context and not context.known) or (named and not named.known):
            return None, ""
        folder, files = folder_of(self.file.path), self.file.ctx.files
        inside = context.text if context else "."
        tried = [_dockerfile(home, inside, named) for home in dict.fromkeys((folder, ""))]
        there = (one for one in tried if _is_there(files, one[1]))
        return next(there, tried[0])

    def _image(self, key: Scalar, value: Scalar) -> Iterator[Fact]:
        written = self.file.values.written(value)
        if written.text.startswith(_IMAGE):
            reference = written.slice(len(_IMAGE))
            extent: Place = entry_extent(key, value)
            yield image_fact(
                reference, role="base", scope=self.scope, extent=extent, used_at=value.place
            )
        elif not written.known and _hides_image(written):
            yield Unread(
                used_at=value.place,
                extent=entry_extent(key, value),
                scope=self.scope,
                subject="context",
                reason="only the build knows whether it is an image",
            )

    def _text(self, key: str) -> LocatedText | None:
        found = scalar(self.node, key)
        return self.file.values.written(found) if found and found.text else None


def _dockerfile(folder: str, inside: str, named: LocatedText | None) -> tuple[str | None, str]:
    context = resolve(folder, inside)
    if context is None:
        return None, ""
    return context, resolve(context, named.text if named else "Dockerfile") or ""


def _hides_image(written: LocatedText) -> bool:
    """Whether what is not known may say that a context is an image: it begins the text, or stands in `docker-image:`."""
    return _IMAGE.startswith(written.text.partition("$")[0])


def _is_there(files: Files, path: str) -> bool:
    return bool(path) and files.state(path) != "missing"


def _name(image: str) -> str:
    """Return the last part of a reference without its tag: what is built is called so."""
    last = (familiar_name(image) or "").rpartition("/")[2]
    return re.split(r"[:@]", last, maxsplit=1)[0]
