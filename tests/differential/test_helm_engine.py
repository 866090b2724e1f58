"""Our charts against Helm itself: the same containers, images, commands, mounts and volumes; and what is blamed decides them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from immutable_delivery.formats.helm import Charts, Layer, Release
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Sequence, documents
from immutable_delivery.syntax.yaml.query import scalar

helm = pytest.importorskip("helm_python", reason="needs helm-python-sdk")
engine = pytest.importorskip("helm_python.chart", reason="needs helm-python-sdk")

Files = dict[str, str]
BY_HAND = Path(__file__).parent / "helm"
"""Charts for single features; `over-*.yaml` are values to lay over theirs, one after the other."""

Rows = set[tuple[str, ...]]


def files_of(folder: Path) -> Files:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def written(files: Files, folder: Path) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def helms(files: Files, over: str, folder: Path) -> dict[str, str]:
    """Return what Helm renders, by the names of the templates."""
    values = engine.values_from_yaml(over) if over else None
    with helm.Chart.load(written(files, folder)) as chart:
        found: dict[str, str] = chart.render(values=values, name="rel", namespace="ns")
    return found


def ours(files: Files, over: str) -> dict[str, list[Node]]:
    roots = [one.root for one in documents(Text("over.yaml", over))]
    layers = tuple(Layer(root) for root in roots if isinstance(root, Tree))
    rendered = Charts(MemoryFiles(files)).render("", Release("rel", "ns", layers))
    assert not rendered.problems
    assert not rendered.failures
    return {
        one.name: [document.root for document in one.documents if document.root is not None]
        for one in rendered.manifests
    }


def plain(node: Node) -> Any:
    if isinstance(node, Tree):
        return {key: plain(value) for key, value in node.items()}
    return [plain(item) for item in node.items] if isinstance(node, Sequence) else node.text


def containers(name: str, node: Any) -> Iterator[tuple[str, ...]]:
    """Yield what an object says of its containers, as text."""
    if isinstance(node, Mapping):
        for key in ("initContainers", "containers"):
            for one in node.get(key) or ():
                said = (
                    one.get(field) for field in ("name", "image", "command", "args", "volumeMounts")
                )
                yield name, *(json.dumps(field) for field in (*said, node.get("volumes")))
        for value in node.values():
            yield from containers(name, value)
    elif isinstance(node, list):
        for item in node:
            yield from containers(name, item)


def theirs_of(rendered: dict[str, str]) -> Rows:
    yaml = YAML(typ="base", pure=True)
    held = {name: [*yaml.load_all(text)] for name, text in rendered.items() if "kind:" in text}
    return {row for name, roots in held.items() for root in roots for row in containers(name, root)}


def ours_of(rendered: dict[str, list[Node]]) -> Rows:
    return {
        row
        for name, roots in rendered.items()
        for root in roots
        for row in containers(name, plain(root))
    }


CASES = [
    pytest.param(folder, over, id=f"{folder.name}-{over.stem if over else 'defaults'}")
    for folder in sorted(BY_HAND.iterdir())
    for over in (None, *sorted(folder.glob("over-*.yaml")))
]


@pytest.mark.parametrize(("folder", "over"), CASES)
def test_containers_are_those_that_helm_renders(
    folder: Path, over: Path | None, tmp_path: Path
) -> None:
    files, values = files_of(folder), over.read_text() if over else ""
    theirs = theirs_of(helms(files, values, tmp_path))
    assert theirs
    assert ours_of(ours(files, values)) == theirs


def images(files: Files) -> Iterator[tuple[str, Any]]:
    """Yield where every image of a chart is decided: a file, and a stretch of one letter or more."""
    for name, roots in ours(files, "").items():
        waiting: list[Node] = [*roots]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Sequence):
                waiting += node.items
            elif isinstance(node, Tree):
                waiting += [value for _, value in node.items()]
                image = scalar(node, "image")
                if image is not None and image.written.known:
                    yield from ((name, piece) for piece in image.written.segments if piece.aligned)


@pytest.mark.parametrize("folder", sorted(BY_HAND.iterdir()), ids=lambda folder: folder.name)
def test_what_is_blamed_is_what_helm_takes(folder: Path, tmp_path: Path) -> None:
    files = files_of(folder)
    before = theirs_of(helms(files, "", tmp_path / "before"))
    blamed = {(piece.place.file, piece.place.span) for _, piece in images(files)}
    assert {file.rpartition("/")[2] for file, _ in blamed} - {"Chart.yaml"}
    for number, (file, span) in enumerate(sorted(blamed)):
        text = files[file]
        letter = next((at for at in range(span.start, span.end) if text[at].isalnum()), None)
        if letter is None:
            continue
        other = "7" if text[letter] != "7" else "8"
        changed = {**files, file: text[:letter] + other + text[letter + 1 :]}
        after = theirs_of(helms(changed, "", tmp_path / str(number)))
        assert after != before, (file, text[span.start : span.end])
