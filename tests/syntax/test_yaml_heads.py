"""Files that plainly are objects of Kubernetes, told without a parser."""

from __future__ import annotations

import pytest

from immutable_delivery.formats.registry import claim
from immutable_delivery.syntax.yaml.heads import are_mappings, are_objects


@pytest.mark.parametrize(
    "data",
    [
        b"apiVersion: v1\nkind: Pod\n",
        b"---\n# x\n\nkind: Pod\napiVersion: v1\n---\n--- # c\napiVersion: v1\nkind: x\n",
        b"\xef\xbb\xbfapiVersion: v1\r\nkind: Pod\r\n",
        b"# a\n--- \napiVersion: v1\nkind: b\n",
        b'rules:\n- a: "b"\n  c: []\n# d\ne:\n  f: {}\napiVersion: v1\nkind: a\n',
    ],
)
def test_documents_that_begin_as_objects_do(data: bytes) -> None:
    assert are_objects(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# x\n",
        b"{apiVersion: v1, kind: Pod}",
        b"apiVersion: v1\n",
        b"a: |\n  x\napiVersion: v1\nkind: a\n",
        b"apiVersion: v1\nkind: Pod\n---\nservices: {}\n",
        b"apiVersion: v1\nkind: Pod\n...\nservices: {}\n",
        b"x: '\napiVersion: v1\nkind: a'\n",
        b'x: "\napiVersion: v1\nkind: a"\n',
        b"x: {\napiVersion: v1,\nkind: a}\n",
        b"x: {}\nkind: a\n",
        b"---x: y\napiVersion: v1\nkind: a\n",
        b"- apiVersion: v1\n  kind: a\n",
    ],
)
def test_what_may_be_something_else(data: bytes) -> None:
    assert not are_objects(data)


@pytest.mark.parametrize("data", [b"", b"# x\na: b\n", b"---\na.b:\n- c\n--- # d\n\na: {{\n"])
def test_documents_that_begin_with_a_key_are_mappings(data: bytes) -> None:
    assert are_mappings(data)


@pytest.mark.parametrize(
    "data",
    [
        b"- a: b\n",
        b"a: b\n--- [c]\n",
        b"a: b\n...\n- c\n",
        b"{a: b}\n",
        b"a:b\n",
        b"---a: b\n",
        b"a: b\r---\r- c\r",
    ],
)
def test_what_may_be_a_list(data: bytes) -> None:
    assert not are_mappings(data)


def test_an_object_is_nobody_elses() -> None:
    words = b"services: {a: {image: b}}\nResources: {}\n"
    held = b"apiVersion: v1\nkind: ConfigMap\ndata:\n  x: |\n    services:\n      a:\n        image: b\n"
    for name in ("docker-compose.yaml", "deploy.yaml", "x.yaml"):
        found = claim(name, held)
        assert found is not None
        assert found.name == "kubernetes"
        other = claim(name, words)
        assert other is None or other.name != "kubernetes"
