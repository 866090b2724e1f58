"""What is released is no default any more."""

from __future__ import annotations

from immutable_delivery.facts import Fact, Image, Scope, Source
from immutable_delivery.links.charts import link_charts
from immutable_delivery.source.text import Place, Span

AT = Place("values.yaml", Span(0, 1))


def image(name: str, **scope: object) -> Image:
    return Image(used_at=AT, extent=AT, reference=name, scope=Scope(**scope))  # type: ignore[arg-type]


def test_defaults_of_a_released_chart_go_and_those_of_others_stay() -> None:
    source = Source(used_at=AT, extent=AT, scope=Scope(chart="web", defaults=True))
    released = image("a:1", chart="web")
    other = image("b:1", chart="other", defaults=True)
    plain = image("c:1")
    facts: list[Fact] = [image("a", chart="web", defaults=True), source, released, other, plain]
    assert link_charts(facts) == [source, released, other, plain]
