"""Sockets of the container runtime behind a proxy."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Container, Mount, Scope, Variable
from immutable_delivery.links.proxies import link_proxies
from immutable_delivery.source.text import Place, Span

PLACE = Place("compose.yaml", Span(0, 1))
SCOPE = Scope(service="proxy", owner="proxy", deployed=True)
MOUNT = Mount(used_at=PLACE, extent=PLACE, scope=SCOPE, host=True, runtime_socket="socket")


def seen(image: str | None, **environment: str | None) -> str:
    own = Container(used_at=PLACE, extent=PLACE, scope=SCOPE, image=image)
    variables = [
        Variable(
            used_at=PLACE, extent=PLACE, scope=SCOPE, variable_type="env", name=name, value=value
        )
        for name, value in environment.items()
    ]
    linked = link_proxies([MOUNT, own, *variables])
    return next(fact.runtime_socket for fact in linked if isinstance(fact, Mount))


def test_a_proxy_lets_through_reading_alone_unless_told_otherwise() -> None:
    proxy = "tecnativa/docker-socket-proxy:0.3.0"
    assert seen(proxy) == seen(proxy, POST="0", CONTAINERS="1") == "reading"
    assert seen(proxy, POST="false") == "reading"


@pytest.mark.parametrize("value", ["1", "true", "yes", None])
def test_a_switch_that_is_on_or_unknown_lets_through_more(value: str | None) -> None:
    assert seen("tecnativa/docker-socket-proxy", POST=value) == "socket"


@pytest.mark.parametrize("image", ["datadog/agent:7", "", None])
def test_no_other_image_is_a_proxy(image: str | None) -> None:
    assert seen(image) == "socket"
