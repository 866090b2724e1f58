"""`WWW-Authenticate` as registries write it."""

from __future__ import annotations

import time

import pytest

from immutable_delivery.registry.challenges import Challenge, challenges, wanted

BEARER = Challenge(
    "bearer", {"realm": "https://a/token", "service": "a b", "scope": "repository:x:pull,push"}
)
HEADER = 'Bearer realm="https://a/token",service="a b", scope="repository:x:pull,push"'


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (HEADER, [BEARER]),
        (f'Basic realm="here", {HEADER}', [Challenge("basic", {"realm": "here"}), BEARER]),
        (f'{HEADER}, Basic realm="here"', [BEARER, Challenge("basic", {"realm": "here"})]),
        ("BASIC Realm=here", [Challenge("basic", {"realm": "here"})]),
        ('Basic realm="a \\"b\\" c"', [Challenge("basic", {"realm": 'a "b" c'})]),
        ("Negotiate", [Challenge("negotiate")]),
        ('realm="x"', []),
        ("", []),
    ],
)
def test_challenges(header: str, found: list[Challenge]) -> None:
    assert challenges(header) == found


def test_a_token_comes_before_a_password() -> None:
    assert wanted(f'Basic realm="here", {HEADER}') == BEARER
    assert wanted("Negotiate, Digest qop=auth") is None


@pytest.mark.parametrize(
    "text", ["a " * 50_000, 'a="' + "\\" * 50_000, "a=" * 50_000, "," * 50_000]
)
def test_hostile_headers_end_soon(text: str) -> None:
    began = time.perf_counter()
    challenges(text)
    assert time.perf_counter() - began < 5
