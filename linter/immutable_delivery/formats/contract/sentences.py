"""What a delivery meta file says that the repository may say otherwise, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Sentence
from immutable_delivery.formats.contract.entries import items_of, text_of
from immutable_delivery.records import replace
from immutable_delivery.source.files import resolve
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar

PATHS = frozenset({"context", "dockerfile", "manifests", "file", "migrations"})
"""Entries whose values are paths relative to the meta file."""


def sentences(root: Mapping, folder: str) -> tuple[Sentence, ...]:
    """Return the sentences in their order, with paths relative to the root; ``folder`` is that of the file."""
    return tuple(one for each in written(root) if (one := _resolved(each, folder)))


def _resolved(one: Sentence, folder: str) -> Sentence | None:
    """Return a sentence with the path that it means; one that leaves the repository is a problem, and no sentence."""
    if one.key not in PATHS or "://" in one.value:
        return one
    path = resolve(folder, one.value)
    return None if path is None else replace(one, value=path)


def written(root: Mapping) -> Iterator[Sentence]:
    """Yield the sentences as they are written."""
    for key in ("service", "image"):
        yield from _one(key, root.get(key), key)
    build = root.get("build")
    for key in ("context", "dockerfile", "target"):
        yield from _one(key, _of(build, key), f"build.{key}")
    for at, port in enumerate(items_of(root.get("ports"))):
        yield from _one("port", port, f"ports[{at}]")
    for at, one in enumerate(items_of(root.get("environments"))):
        yield from _environment(one, f"environments[{at}]")
    yield from _pipeline(root.get("pipeline"))
    for key, entry in (("data", "data"), ("needs", "depends_on")):
        items, stated = items_of(root.get(entry)), root.key(entry)
        if stated and all(_of(one, "name") or entry != "data" for one in items):
            yield Sentence(key=key, value=entry, path=entry, place=stated.place)
    for at, one in enumerate(items_of(root.get("data"))):
        for key in ("path", "migrations"):
            yield from _one(key, _of(one, key), f"data[{at}].{key}")
    for at, one in enumerate(items_of(root.get("depends_on"))):
        named = _of(one, "name") if isinstance(one, Mapping) else one
        external = text_of(_of(one, "external")) == "true"
        yield from _one("depends_on", named, f"depends_on[{at}]", external=external)


def _environment(one: Node, path: str) -> Iterator[Sentence]:
    name = text_of(_of(one, "name"))
    yield from _one("environment", _of(one, "name"), f"{path}.name", about=name)
    yield from _one("digest", _of(one, "digest"), f"{path}.digest", about=name)
    for at, manifest in enumerate(items_of(_of(one, "manifests"))):
        yield from _one("manifests", manifest, f"{path}.manifests[{at}]", about=name)


def _pipeline(node: Node | None) -> Iterator[Sentence]:
    if isinstance(node, Scalar):
        yield from _one("file", node, "pipeline")
        return
    yield from _one("file", _of(node, "file"), "pipeline.file")
    yield from _one("builds", _of(node, "builds"), "pipeline.builds")
    for at, job in enumerate(items_of(_of(node, "tests"))):
        yield from _one("tests", job, f"pipeline.tests[{at}]")
    deploys = _of(node, "deploys")
    for name, job in deploys.items() if isinstance(deploys, Mapping) else ():
        yield from _one("deploys", job, f"pipeline.deploys.{name}", about=name)


def _one(
    key: str, node: Node | None, path: str, *, about: str = "", external: bool = False
) -> Iterator[Sentence]:
    """Yield a sentence where something is said."""
    if isinstance(node, Scalar) and (value := text_of(node)):
        place = node.place
        yield Sentence(key=key, value=value, path=path, about=about, external=external, place=place)


def _of(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None
