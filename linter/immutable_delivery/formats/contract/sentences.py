"""What a delivery meta file says that the repository may say otherwise, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Sentence
from immutable_delivery.formats.contract.entries import items_of, text_of
from immutable_delivery.source.files import resolve
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar

_PATHS = frozenset({"context", "dockerfile", "manifests", "file", "migrations"})
"""Entries whose values are paths relative to the meta file."""


def sentences(root: Mapping, folder: str) -> tuple[Sentence, ...]:
    """Return the sentences in their order; ``folder`` is that of the file."""
    return tuple(_Reader(folder).all(root))


class _Reader:
    def __init__(self, folder: str) -> None:
        self._folder = folder

    def all(self, root: Mapping) -> Iterator[Sentence]:
        for key in ("service", "image"):
            yield from self._one(key, root.get(key), key)
        build = root.get("build")
        for key in ("context", "dockerfile", "target"):
            yield from self._one(key, _of(build, key), f"build.{key}")
        for at, port in enumerate(items_of(root.get("ports"))):
            yield from self._one("port", port, f"ports[{at}]")
        for at, one in enumerate(items_of(root.get("environments"))):
            yield from self._environment(one, f"environments[{at}]")
        yield from self._pipeline(root.get("pipeline"))
        for key, entry in (("data", "data"), ("needs", "depends_on")):
            items, stated = items_of(root.get(entry)), root.key(entry)
            if stated and all(_of(one, "name") or entry != "data" for one in items):
                yield Sentence(key=key, value=entry, path=entry, place=stated.place)
        for at, one in enumerate(items_of(root.get("data"))):
            for key in ("path", "migrations"):
                yield from self._one(key, _of(one, key), f"data[{at}].{key}")
        for at, one in enumerate(items_of(root.get("depends_on"))):
            named = _of(one, "name") if isinstance(one, Mapping) else one
            external = text_of(_of(one, "external")) == "true"
            yield from self._one("depends_on", named, f"depends_on[{at}]", external=external)

    def _environment(self, one: Node, path: str) -> Iterator[Sentence]:
        name = text_of(_of(one, "name"))
        yield from self._one("environment", _of(one, "name"), f"{path}.name", about=name)
        yield from self._one("digest", _of(one, "digest"), f"{path}.digest", about=name)
        for at, manifest in enumerate(items_of(_of(one, "manifests"))):
            yield from self._one("manifests", manifest, f"{path}.manifests[{at}]", about=name)

    def _pipeline(self, node: Node | None) -> Iterator[Sentence]:
        if isinstance(node, Scalar):
            yield from self._one("file", node, "pipeline")
            return
        yield from self._one("file", _of(node, "file"), "pipeline.file")
        yield from self._one("builds", _of(node, "builds"), "pipeline.builds")
        for at, job in enumerate(items_of(_of(node, "tests"))):
            yield from self._one("tests", job, f"pipeline.tests[{at}]")
        deploys = _of(node, "deploys")
        for name, job in deploys.items() if isinstance(deploys, Mapping) else ():
            yield from self._one("deploys", job, f"pipeline.deploys.{name}", about=name)

    def _one(
        self, key: str, node: Node | None, path: str, *, about: str = "", external: bool = False
    ) -> Iterator[Sentence]:
        """Yield a sentence where something is said; a path that leaves the repository is a problem, and no sentence."""
        if not isinstance(node, Scalar) or not text_of(node):
            return
        value = (
            resolve(self._folder, node.text)
            if key in _PATHS and "://" not in node.text
            else node.text
        )
        if value is not None:
            yield Sentence(
                key=key, value=value, path=path, about=about, external=external, place=node.place
            )


def _of(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None
