"""What may do its work only once is sent once; what is refused for now is sent again; credentials stay with their host."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler

import pytest
from tests.registry.conftest import serving
from tests.registry.servers import reply

from immutable_delivery.transport.client import Limits, RefusedError, Transport, UncertainError

Act = Callable[[BaseHTTPRequestHandler], object]
QUICK = Limits(seconds=2, seconds_in_all=3, longest_wait=5)


class Host:
    """A host that does something else with every request."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.asked: list[tuple[str, str, bytes]] = []
        self.url = ""


@pytest.fixture
def host() -> Iterator[Host]:
    one = Host()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            one.asked.append((self.command, self.headers.get("authorization", ""), body))
            if one.acts:
                one.acts.pop(0)(self)
            else:
                reply(self, 200, b"done")

        do_POST = do_PUT = do_GET  # noqa: N815

    with serving(Handler) as port:
        one.url = f"http://127.0.0.1:{port}"
        yield one


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def _send(
    host: Host, method: str = "POST", *, once: bool = False, slept: list[float] | None = None
) -> bytes:
    name = host.url.removeprefix("http://")
    with closing(
        Transport([name], QUICK, sleep=(slept if slept is not None else []).append)
    ) as transport:
        return transport.send(
            method, host.url, {"Authorization": "Bearer x"}, content=b"{}", once=once
        ).body


@pytest.mark.parametrize(
    "act", [_hang_up, lambda handler: reply(handler, 500), lambda handler: reply(handler, 502)]
)
def test_once_is_once(host: Host, act: Act) -> None:
    host.acts = [act]
    with pytest.raises(UncertainError):
        _send(host, once=True)
    assert len(host.asked) == 1
    host.acts = [act]
    assert _send(host) == b"done"
    assert len(host.asked) == 3


def test_refused_for_now_is_sent_again_even_once(host: Host) -> None:
    slept: list[float] = []
    later = str(int(time.time()) + 4)
    host.acts = [
        lambda handler: reply(handler, 429, Retry_After="2"),
        lambda handler: reply(handler, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=later),
    ]
    assert _send(host, once=True, slept=slept) == b"done"
    assert [body for _, _, body in host.asked] == [b"{}"] * 3
    assert slept[0] == 2
    assert 1 <= slept[1] <= 4


def test_forbidden_is_no_limit(host: Host) -> None:
    host.acts = [lambda handler: reply(handler, 403, X_RateLimit_Remaining="4999")]
    assert _send(host, once=True) == b""
    assert len(host.asked) == 1


def test_long_waits_are_refused(host: Host) -> None:
    host.acts = [
        lambda handler: reply(
            handler, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(time.time()) + 3_000)
        )
    ]
    with pytest.raises(RefusedError, match="too many requests, try again in"):
        _send(host, once=True)
    assert len(host.asked) == 1


def test_nobody_there_is_no_uncertainty() -> None:
    with (
        closing(Transport(["127.0.0.1:9"], QUICK, sleep=lambda _: None)) as transport,
        pytest.raises(RefusedError) as refused,
    ):
        transport.send("POST", "http://127.0.0.1:9/", {}, content=b"{}", once=True)
    assert not isinstance(refused.value, UncertainError)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_credentials_and_content_stay_with_their_host(host: Host, method: str) -> None:
    seen: list[str] = []

    class Other(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            seen.append(self.headers.get("authorization", ""))
            reply(self, 200, b"stolen")

        do_POST = do_PUT = do_GET  # noqa: N815

    with serving(Other) as port:
        host.acts = [lambda handler: reply(handler, 307, Location=f"http://127.0.0.1:{port}/")]
        names = [host.url.removeprefix("http://"), f"127.0.0.1:{port}"]
        with closing(Transport(names, QUICK)) as transport:
            answer = transport.send(
                method,
                host.url,
                {"Authorization": "Bearer x"},
                content=None if method == "GET" else b"{}",
            )
    if method == "GET":
        assert (seen, answer.own) == ([""], False)
    else:
        assert (seen, answer.status) == ([], 307)
