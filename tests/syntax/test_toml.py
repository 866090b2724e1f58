"""TOML as a tree, held to the reader of the standard library."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from immutable_delivery.source.text import Text
from immutable_delivery.syntax.toml import read_toml
from immutable_delivery.syntax.yaml import Mapping, Node, Sequence

SAMPLES = (
    'a = "x"\nb = \'y\\n\'\n[t]\nc = "q\\"\\u0041\\n"\n',
    "[a.b.c]\nx = 1\n[a]\ny = 2\n",
    '[[m]]\na = "1"\n[[m]]\na = "2"\n[m.n]\nb = "3"\n',
    'a.b.c = "x"\n"q w".e = "y"\n',
    'l = [\n  "a", # why\n  { k = "v" },\n  ["b"],\n]\n',
    "s = \"\"\"\nx\ny\"\"\"\nt = '''z'''\n",
    '# é\nname = "é" # ü\n',
)


def plain(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [plain(one) for one in node.items]
    return node.text


def strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.strip('"'): strings(inner) for key, inner in value.items()}
    return [strings(one) for one in value] if isinstance(value, list) else str(value)


@pytest.mark.parametrize("text", SAMPLES)
def test_the_same_as_the_standard_library(text: str) -> None:
    assert strings(plain(read_toml(Text("a.toml", text)).root)) == strings(tomllib.loads(text))


def test_places() -> None:
    text = '[build]\n  image = "nginx:latest"\n'
    root = read_toml(Text("a.toml", text)).root
    node = root.get("build")
    assert isinstance(node, Mapping)
    image = node.get("image")
    assert image is not None
    assert text[image.place.span.start : image.place.span.end] == "nginx:latest"
