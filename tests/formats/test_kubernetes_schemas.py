"""Schemas of custom resources: what nobody asks for is not parsed, and what somebody asks for is what stands there."""

from __future__ import annotations

import pickle

import pytest
from tests.kit import read_files

from immutable_delivery.formats import kubernetes
from immutable_delivery.formats.kubernetes import schemas
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Document, Mapping, Node, Scalar, Sequence, documents
from immutable_delivery.syntax.yaml.deferred import Deferred
from immutable_delivery.syntax.yaml.query import find, items, with_entry, written

FIELDS = "".join(
    f"              f{number}:\n                description: 'What {number} is for'\n                type: string\n"
    for number in range(60)
)
DEFINITION = f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.acme.io
spec:
  group: acme.io
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
{FIELDS}    served: true
  - name: v2
    schema:
      openAPIV3Schema:
        properties:
          spec:
            properties:
{FIELDS}status: {{}}
"""
KUSTOMIZATION = """\
resources: [crd.yaml]
patches:
- target: {{kind: CustomResourceDefinition}}
  patch: |-
    - op: {op}
      path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/{name}
      value: {{}}
"""


def read(content: str) -> list[Document]:
    return schemas.read(Text("crd.yaml", content))


def schema(document: Document, version: int = 0) -> Node | None:
    return find(items(document.root, "spec", "versions")[version], "schema", "openAPIV3Schema")


def plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        held = {key: (name.place, plain(value)) for key, (name, value) in node.entries.items()}
        return node.place, held
    if isinstance(node, Sequence):
        return node.place, [plain(item) for item in node.items]
    return (node.text, node.place) if isinstance(node, Scalar) else node


def test_what_somebody_asks_for_is_what_stands_there() -> None:
    (found,), (whole,) = read(DEFINITION), documents(Text("crd.yaml", DEFINITION))
    for version in (0, 1):
        late, early = schema(found, version), schema(whole, version)
        assert isinstance(late, Deferred)
        assert not isinstance(early, Deferred)
        assert isinstance(early, Mapping)
        assert late.place == early.place
        assert plain(late) == plain(early)
    assert plain(found.root) == plain(whole.root)


def test_what_is_not_asked_for_is_not_parsed() -> None:
    broken = DEFINITION.replace("What 7 is for'", "What 7 is for")
    (found,) = read(broken)
    assert not found.problem
    late = schema(found)
    assert isinstance(late, Deferred)
    assert late.get("type") is None


def test_a_schema_travels_and_can_be_changed() -> None:
    (found,) = pickle.loads(pickle.dumps(read(DEFINITION)))
    late = schema(found)
    assert isinstance(late, Mapping)
    changed = with_entry(late, "type", written("array", late.place))
    assert [*changed.entries] == ["type", "properties"]
    assert changed.get("type") != late.get("type")


@pytest.mark.parametrize(
    "content",
    [
        f"apiVersion: v1\nkind: ConfigMap\ndata:\n  crd: |\n    {DEFINITION.replace(chr(10), chr(10) + '    ')}\n",
        DEFINITION.replace("type: string", "type: {{ .Values.type }}"),
        DEFINITION.replace("        type: object", "        type: &kind object"),
        DEFINITION.replace("kind: CustomResourceDefinition", 'kind: "CustomResourceDefinition"'),
        DEFINITION.replace(
            "type: string\n    served", "type: string # imd: ignore[all] why\n    served"
        ),
        DEFINITION.replace("type: string\nstatus", "type: string # last\nstatus"),
        DEFINITION.replace("\n", "\r\n"),
        "x: [\n---\n" + DEFINITION,
    ],
)
def test_what_may_mean_something_else_is_read_with_its_file(content: str) -> None:
    found, whole = read(content), documents(Text("crd.yaml", content))
    assert [plain(one.root) for one in found] == [plain(one.root) for one in whole]
    assert [one.problem for one in found] == [one.problem for one in whole]


@pytest.mark.parametrize(
    ("op", "name", "refused"),
    [("replace", "f7", False), ("add", "new", False), ("replace", "other/type", True)],
)
def test_a_patch_into_a_schema_asks_for_it(op: str, name: str, *, refused: bool) -> None:
    files = {
        "crd.yaml": DEFINITION,
        "kustomization.yaml": KUSTOMIZATION.format(op=op, name=name),
    }
    _, ctx = read_files(kubernetes, files)
    assert bool(ctx.troubles) is refused
