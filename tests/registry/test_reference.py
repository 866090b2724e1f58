"""References as registries take them, and where mirrors answer for them."""

from __future__ import annotations

import pytest

from immutable_delivery.errors import UsageError
from immutable_delivery.registry.reference import ImageReference, Mirrors, named

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("nginx", ImageReference("docker.io", "library/nginx", "latest")),
        ("nginx:1.27", ImageReference("docker.io", "library/nginx", "1.27")),
        ("acme/web", ImageReference("docker.io", "acme/web", "latest")),
        ("docker.io/nginx:1", ImageReference("docker.io", "library/nginx", "1")),
        ("index.docker.io/library/nginx:1", ImageReference("docker.io", "library/nginx", "1")),
        ("localhost/web:1", ImageReference("localhost", "web", "1")),
        ("localhost:5000/web", ImageReference("localhost:5000", "web", "latest")),
        ("r.example:5000/a/b:1", ImageReference("r.example:5000", "a/b", "1")),
        ("r.example/a", ImageReference("r.example", "a", "latest")),
        ("[::1]:5000/a:1", ImageReference("[::1]:5000", "a", "1")),
        (f"nginx:1@{DIGEST}", ImageReference("docker.io", "library/nginx", "1", DIGEST)),
        (f"r.example:5000/a@{DIGEST}", ImageReference("r.example:5000", "a", "latest", DIGEST)),
    ],
)
def test_names(reference: str, name: ImageReference) -> None:
    assert named(reference) == name


@pytest.mark.parametrize(
    ("given", "reference", "location"),
    [
        ((), "nginx", ("registry-1.docker.io", "library/nginx")),
        ((), "r.example:5000/a", ("r.example:5000", "a")),
        (("docker.io=m.example/hub",), "nginx", ("m.example", "hub/library/nginx")),
        (("docker.io=m.example",), "r.example/a", ("r.example", "a")),
        (("docker.io=m.example", "docker.io/library=n.example/o"), "nginx", ("n.example", "o/nginx")),
        (("docker.io/library=n.example/o", "docker.io=m.example"), "acme/web", ("m.example", "acme/web")),
        (("r.example=m.example",), "r.example.org/a", ("r.example.org", "a")),
        (("docker.io/acme/we=m.example",), "acme/web", ("registry-1.docker.io", "acme/web")),
        (("docker.io/acme/web/=m.example/x/",), "acme/web", ("m.example", "x")),
    ],
)  # fmt: skip
def test_mirrors(given: tuple[str, ...], reference: str, location: tuple[str, str]) -> None:
    assert Mirrors(given).location(named(reference)) == location


@pytest.mark.parametrize("given", ["docker.io", "=x", "docker.io=", "docker.io=https://x"])
def test_no_mirror(given: str) -> None:
    with pytest.raises(UsageError, match="is no mirror"):
        Mirrors([given])


def test_a_mirror_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(UsageError) as raised:
        Mirrors(["docker.io=alice:s3cret@m.example"])
    assert "s3cret" not in str(raised.value)
