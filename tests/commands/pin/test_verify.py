"""What has become of pins since they were made, told by a real registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.registry.images import call, multi, single

if TYPE_CHECKING:
    from tests.commands.pin.conftest import Place


def test_good_pins_are_no_problem_and_cost_one_head_each(place: Place) -> None:
    place.write(
        {"Dockerfile": place.with_digests("FROM node:22@{node:22}\nFROM redis:7@{redis:7}\n")}
    )
    before = len(place.registry.requests())
    result = place.call("verify")
    assert (result.code, result.out) == (0, "")
    assert [request.partition(" ")[0] for request in place.registry.requests()[before:]] == [
        "HEAD",
        "HEAD",
    ]


def test_a_tag_that_moved(place: Place) -> None:
    place.write({"Dockerfile": place.with_digests("FROM node:22@{node:22}\n")})
    new = place.push("node:22", multi(note="newer"))
    result = place.call("verify")
    assert result.code == 1
    assert result.out.startswith("Dockerfile:1:14: node:22@sha256:")
    assert result.out.endswith(f"the tag names another image now: {new}\n")


def test_a_digest_that_is_gone(place: Place) -> None:
    old = place.push("acme/gone:1", multi(note="old"))
    place.write({"Dockerfile": f"FROM acme/gone:1@{old}\nFROM acme/gone@{old}\n"})
    place.push("acme/gone:1", multi(note="new"))
    base = f"{place.registry.base}/v2/docker.io/acme/gone/manifests"
    assert call("DELETE", f"{base}/{old}")[0] == 202
    result = place.call("verify")
    assert result.code == 1
    assert result.out.count("its digest is gone from the registry") == 2
    assert result.out.count("the tag names another image now") == 1


def test_the_digest_of_one_platform(place: Place) -> None:
    image = multi(note="both")
    place.push("acme/both:1", image)
    place.write({"Dockerfile": f"FROM acme/both:1@{image.child(1)}\n"})
    result = place.call("verify")
    assert result.code == 1
    assert (
        f"its digest is for linux/amd64 alone, and the tag names an index: {image.digest}"
        in result.out
    )
    place.push("acme/both:1", multi(note="both, newer"))
    assert "its digest is for one platform alone" in place.call("verify").out


def test_an_image_for_one_platform_is_pinned_as_it_is(place: Place) -> None:
    digest = place.push("acme/one:1", single(note="one"))
    place.write({"Dockerfile": f"FROM acme/one:1@{digest}\n"})
    assert place.call("verify").code == 0


@pytest.mark.parametrize(("days", "code"), [("30", 1), ("3650", 0), ("0", 0)])
def test_old_images(place: Place, days: str, code: int) -> None:
    place.write({"Dockerfile": place.with_digests("FROM node:22@{node:22}\n")})
    result = place.call("verify", "--max-age", days, "--today", "2026-11-25")
    assert result.code == code
    assert ("it was built on 2026-01-02" in result.out) == bool(code)


def test_the_configuration_says_how_old_an_image_may_be(place: Place) -> None:
    place.write({
        "Dockerfile": place.with_digests("FROM node:22@{node:22}\n"),
        ".imd.yaml": "params: {missing-digest: {max_age: 30}}\n",
    })  # fmt: skip
    assert "it was built on 2026-01-02" in place.call("verify", "--today", "2026-11-25").out
    assert place.call("verify", "--max-age", "0").code == 0
    assert place.call("verify", "--max-age", "99999999999").code == 0


def test_a_registry_that_is_away_is_2(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write({"Dockerfile": place.with_digests("FROM node:22@{node:22}\n")})
    monkeypatch.setenv("IMD_MIRROR", "docker.io=127.0.0.1:1")
    result = place.call("verify")
    assert result.code == 2
    assert "127.0.0.1:1: " in result.err
