"""Rancher's fleet.yaml: the chart of a bundle, its values, and those of its targets."""

from __future__ import annotations

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Image, Source
from immutable_delivery.formats import fleet
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text


def read(content: str, **others: str) -> tuple[list[Source], list[Image]]:
    files = {
        "web/fleet.yaml": content,
        **{f"web/{name}.yaml": text for name, text in others.items()},
    }
    ctx = ParseContext(MemoryFiles(files))
    found = list(fleet.facts({"web/fleet.yaml": fleet.parse(Text("web/fleet.yaml", content))}, ctx))
    return [one for one in found if isinstance(one, Source)], [
        one for one in found if isinstance(one, Image)
    ]


@pytest.mark.parametrize(
    ("helm", "said"),
    [
        ("{chart: web, repo: 'https://c.example/', version: 1.2.3}", ("https://c.example/web", "1.2.3", "exact")),
        ("{chart: web, repo: 'https://c.example', version: 1.x}", ("https://c.example/web", "1.x", "partial")),
        ("{chart: 'oci://r.example/web'}", ("oci://r.example/web", "", "none")),
    ],
)  # fmt: skip
def test_the_chart_of_a_bundle(helm: str, said: tuple[str, str, str]) -> None:
    (source,), _ = read(f"helm: {helm}\n")
    assert (source.url, source.ref, source.pin) == said
    assert source.scope.owner == "bundle web"


def test_a_chart_beside_it_is_none_from_elsewhere() -> None:
    assert read("helm: {chart: ./chart}\n") == ([], [])
    assert fleet.claims("web/fleet.yaml", b"defaultNamespace: a\nhelm:\n")
    assert not fleet.claims("web/fleet.yaml", b"defaultNamespace: a\n")
    assert not fleet.claims("web/other.yaml", b"helm:\n")


def test_values_of_a_bundle_and_of_its_targets() -> None:
    content = "helm:\n  chart: web\n  repo: https://c.example\n  version: 1.2.3\n  valuesFiles: [base.yaml]\n  values: {image: {tag: '1'}}\n"
    content += "targetCustomizations:\n- name: live\n  helm: {version: 1.3.0, repo: 'https://c.example', values: {image: {tag: latest}}}\n"
    sources, images = read(content, base="image: {repository: x}\n")
    assert [one.ref for one in sources] == ["1.2.3", "1.3.0"]
    assert [one.reference for one in images] == ["x:1", "x:latest"]
