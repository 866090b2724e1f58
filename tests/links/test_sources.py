"""Sources put together: the objects that name one another, and what is this repository itself."""

from __future__ import annotations

import pytest

from immutable_delivery.context import TRUSTED, Trust
from immutable_delivery.facts import Fact, Image, Scope, Source
from immutable_delivery.links.sources import link_environments, link_own, link_sources
from immutable_delivery.records import replace
from immutable_delivery.references.git import repository_of
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span

AT = Place("a.yaml", Span(0, 1))
FILES = MemoryFiles({"deploy/web.yaml": "", "a.yaml": ""})
URL = "https://git.example/shop/web.git"


def source(owner: str, **fields: object) -> Source:
    said = {"source_type": "git", "url": URL, "pin": "alias", **fields}
    return Source(used_at=AT, extent=AT, scope=Scope(owner=owner, deployed=True), **said)  # type: ignore[arg-type]


def linked(*facts: Fact, remote: str = "") -> list[Source]:
    found = link_sources(facts, FILES, lambda: remote)
    return [fact for fact in found if isinstance(fact, Source)]


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example/shop/web.git", "https://git.example/shop/web", "https://user:x@git.example/shop/web/", "git@git.example:shop/web.git",
        "ssh://git@git.example:2222/shop/web.git", "https://GIT.example/shop/Web", "https://git.example/shop/web.git//base?ref=main",
    ],
)  # fmt: skip
def test_one_repository_is_written_in_many_ways(url: str) -> None:
    assert repository_of(url) == "git.example/shop/web"


@pytest.mark.parametrize("path", ["", "/srv/git/web", "../web", "web"])
def test_what_is_no_address_is_no_repository(path: str) -> None:
    assert repository_of(path) == ""


@pytest.mark.parametrize(
    ("folder", "remote", "own"),
    [
        ("deploy", "", True), ("./deploy", "", True), ("/deploy", "", True), ("other", "", False), (".", "", False), ("", "", False),
        ("other", "git@git.example:shop/web.git", True), ("deploy", "https://forge.example/me/web", True), ("deploy", "https://forge.example/me/infra", False),
    ],
)  # fmt: skip
def test_this_repository_is_known_by_its_remote_or_by_a_path(
    folder: str, remote: str, own: bool
) -> None:
    (found,) = linked(source("Application/web", folder=folder), remote=remote)
    assert (found.own, found.read) == (own, own and folder != "other")


@pytest.mark.parametrize(
    ("remote", "own"),
    [("git@git.example:shop/Web.git", True), ("https://git.example/shop/api", False), ("", False)],
)
def test_a_clone_in_a_pipeline_is_this_repository_by_its_remote(remote: str, own: bool) -> None:
    cloned = replace(source("deploy"), scope=Scope(owner="deploy", phase="pipeline"))
    (found,) = link_own([cloned], FILES, lambda: remote)
    assert isinstance(found, Source)
    assert found.own is own


def test_a_repository_of_flux_is_known_by_what_is_applied_of_it() -> None:
    applied = source(
        "Kustomization/apps", folder="./deploy", through="GitRepository/flux", url="flux", pin=""
    )
    base, taken = linked(source("GitRepository/flux"), applied)
    assert (base.own, taken.own, taken.url) == (True, True, URL)
    (alone,) = linked(applied)
    assert alone.own


def test_a_chart_has_the_address_of_its_repository() -> None:
    charts = source("HelmRepository/c", source_type="chart", url="https://c.example/", pin="")
    release = source(
        "HelmRelease/web", source_type="chart", url="web", through="HelmRepository/c", pin="exact"
    )
    assert [one.url for one in linked(charts, release)] == [
        "https://c.example/",
        "https://c.example/web",
    ]


def test_what_nothing_deploys_is_left_alone() -> None:
    lone = Source(used_at=AT, extent=AT, source_type="git", url=URL, folder="deploy")
    assert linked(lone) == [lone]


def test_an_address_that_is_this_repository_once_is_it_everywhere() -> None:
    first, second = (
        source("Application/a", folder="deploy"),
        source("Application/b", folder=None, url=f"{URL}/"),
    )
    assert [one.own for one in linked(second, first)] == [True, True]


def image(file: str, **scope: object) -> Image:
    at = Place(file, Span(0, 1))
    return Image(used_at=at, extent=at, scope=Scope(deployed=True, manifest=file, **scope))  # type: ignore[arg-type]


def apply(
    file: str, environment: str, folder: str = "./deploy", *, development: bool = False
) -> Source:
    at = Place(file, Span(0, 1))
    scope = Scope(
        owner="Kustomization/x",
        deployed=True,
        environments=(environment,) if environment else (),
        evidence=(file,),
        development=development,
    )
    return Source(
        used_at=at,
        extent=at,
        scope=scope,
        source_type="git",
        url=URL,
        pin="alias",
        folder=folder,
        own=True,
    )


def reached(*facts: Fact, trust: Trust = TRUSTED) -> list[tuple[tuple[str, ...], bool]]:
    return [
        (one.scope.environments, one.scope.development)
        for one in link_environments(facts, trust)
        if isinstance(one, Image)
    ]


def test_what_a_deployer_applies_reaches_its_environment() -> None:
    web, other = image("deploy/web.yaml"), image("other/web.yaml")
    live, staging = (
        apply("clusters/production/a.yaml", "production"),
        apply("clusters/staging/a.yaml", "staging"),
    )
    assert reached(live, staging, web, other) == [(("staging", "production"), False), ((), False)]
    assert reached(live, image("deploy/web.yaml", environments=("qa",))) == [(("qa",), False)]
    assert reached(live, apply("a.yaml", ""), web) == [((), False)]


def test_a_stranger_makes_nothing_development() -> None:
    web, dev = image("deploy/web.yaml"), apply("clusters/dev/a.yaml", "dev", development=True)
    assert reached(dev, web) == [(("dev",), True)]
    assert reached(dev, web, trust=Trust(known=frozenset())) == [(("dev",), False)]
