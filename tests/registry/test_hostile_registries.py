"""Registries that are busy, odd, slow, or lie: a small server that says what a test wants."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.registry.conftest import PASSWORD
from tests.registry.images import digest_of as sha256
from tests.registry.servers import BODY, TYPE, Server, reply, served

from immutable_delivery.registry.batch import AT_ONCE, RegistryOptions, ask_all
from immutable_delivery.registry.reference import named
from immutable_delivery.registry.resolve import describe, digest_of, find
from immutable_delivery.transport.client import Limits

LIMITS = Limits(seconds=0.7, seconds_in_all=1.5, longest_wait=2)


def ask(server: Server, reference: str = "team/app:1", **environ: str) -> str:
    """Return the digest, or the reason."""
    name = named(f"{server.host}/{reference}")
    found, refused = ask_all(
        [name], lambda one, path, n: describe(one, path, find(one, path, n.wanted)),
        RegistryOptions(insecure=(server.host,), limits=LIMITS),
        environ={"HOME": "/nonexistent", "PATH": os.environ["PATH"], **environ},
    )  # fmt: skip
    return found[name].digest if name in found else refused[name]


def first(
    times: int, answer: Callable[[BaseHTTPRequestHandler], bool]
) -> Callable[[BaseHTTPRequestHandler], bool]:
    """Answer so for the first requests only."""
    left = iter(range(times))
    return lambda handler: next(left, None) is not None and answer(handler)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_registry_is_asked_again_when_it_says(status: int) -> None:
    with served(first(1, lambda h: reply(h, status, Retry_After="1"))) as server:
        began = time.monotonic()
        assert ask(server) == sha256(BODY)
        assert time.monotonic() - began >= 1


def test_a_date_to_come_back_at_is_kept() -> None:
    with served(
        first(1, lambda h: reply(h, 429, Retry_After=formatdate(time.time() + 2, usegmt=True)))
    ) as server:
        began = time.monotonic()
        assert ask(server) == sha256(BODY)
        assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize("value", ["soon", "-3", "", "99999999999999999999", "٣"])
def test_any_retry_after_ends(value: str) -> None:
    with served(lambda h: reply(h, 429, Retry_After=value.encode().decode("latin-1"))) as server:
        assert ask(server).startswith(f"{server.host}: too many requests")


def test_who_asks_for_a_long_wait_is_not_asked_again_by_anybody() -> None:
    with served(lambda h: reply(h, 429, Retry_After="21600")) as server:
        names = [named(f"{server.host}/team/app:{number}") for number in range(20)]
        began = time.monotonic()
        found, refused = ask_all(
            names,
            lambda one, path, n: find(one, path, n.wanted),
            RegistryOptions(insecure=(server.host,), limits=LIMITS),
            environ={},
        )
        assert found == {}
        assert set(refused.values()) == {f"{server.host}: too many requests, try again in 21600 s"}
        assert len(server.asked) <= AT_ONCE
        assert time.monotonic() - began < 5


def test_a_missing_digest_header_is_made_up_for_by_the_body() -> None:
    with served(
        lambda h: h.path.endswith("/1") and reply(h, 200, BODY, Content_Type=TYPE)
    ) as server:
        assert ask(server) == sha256(BODY)


@pytest.mark.parametrize("status", [404, 405, 400])
def test_a_registry_without_head(status: int) -> None:
    with served(lambda h: h.command == "HEAD" and reply(h, status)) as server:
        assert ask(server) == sha256(BODY)


@pytest.mark.parametrize(
    "lie", ["sha256:" + "0" * 64, "sha256:ABC", "md5:" + "0" * 32, "blake3:" + "0" * 64]
)
def test_a_lying_digest_is_never_believed(lie: str) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        return "/manifests/" in handler.path and reply(
            handler, 200, BODY, Content_Type=TYPE, Docker_Content_Digest=lie
        )

    with served(answer) as server:
        said = ask(server)
        assert said in {f"{server.host}: the content does not have the digest {lie}", sha256(BODY)}
        assert lie != said


def test_a_blob_that_is_another_one_is_refused() -> None:
    with served(lambda h: "/blobs/" in h.path and reply(h, 200, b"{}")) as server:
        assert "the content does not have the digest" in ask(server)


def truncated(handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Type", TYPE)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(BODY[:100])
    handler.close_connection = True
    return True


def dripping(handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Type", TYPE)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    for byte in BODY if handler.command != "HEAD" else b"":
        handler.wfile.write(bytes([byte]))
        time.sleep(0.2)
    return True


def silent(_handler: BaseHTTPRequestHandler) -> bool:
    time.sleep(1)
    return False


def huge(handler: BaseHTTPRequestHandler) -> bool:
    return reply(handler, 200, b" " * 5_000_000, Content_Type=TYPE)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (truncated, "ends too early"),
        (dripping, "takes too long"),
        (silent, "no answer in time"),
        (huge, "too large"),
        (lambda h: reply(h, 200, b"{", Content_Type=TYPE), "is not valid"),
        (lambda h: reply(h, 200, b"[" * 100_000, Content_Type=TYPE), "is not valid"),
        (lambda h: reply(h, 200, b'{"schemaVersion": 1}', Content_Type="application/vnd.docker.distribution.manifest.v1+prettyjws"), "no kind of image"),
        (lambda h: reply(h, 200, b'{"manifests": [{"digest": 3}]}', Content_Type=TYPE), "is not valid"),
        (lambda h: reply(h, 200, BODY, Content_Type="text/html"), "its header `Content-Type` says 'text/html', the manifest 'application/vnd."),
        (lambda h: reply(h, 401, b"", WWW_Authenticate='Bearer realm="nonsense"'), "no valid address"),
        (lambda h: reply(h, 302, b"", Location="http://xn--/"), "not valid"),
        (lambda h: reply(h, 302, b"", Location="https://..../"), "not valid"),
        (lambda h: reply(h, 401, b"", WWW_Authenticate="Negotiate"), "not to be read"),
        (lambda h: h.command == "GET" and reply(h, 403, b'{"errors":[{"code":"DENIED"}]}'), "(DENIED)"),
        (lambda h: reply(h, 302, b"", Location=h.path), "redirect"),
        (lambda h: reply(h, 302, b"", Location="file:///etc/passwd"), "not valid"),
        (lambda h: reply(h, 200, BODY, Content_Encoding="gzip", Content_Type=TYPE), "decompressing"),
    ],
)  # fmt: skip
def test_odd_answers_are_reasons(
    answer: Callable[[BaseHTTPRequestHandler], bool], reason: str
) -> None:
    with served(answer) as server:
        said = ask(server)
        assert said.startswith((f"{server.host}: ", "127.0.0.1: ")), said
        assert reason in said
        assert not said.startswith("sha256")


@pytest.mark.parametrize(
    "realm", ["http://[::1", "https://xn--/", "https://" + "a" * 70 + ".example/"]
)
def test_a_token_service_that_is_nowhere_is_a_reason(realm: str) -> None:
    with served(lambda h: reply(h, 401, WWW_Authenticate=f'Bearer realm="{realm}"')) as server:
        assert ask(server).endswith("it names an address or a token that is not valid")


def test_a_token_that_no_header_can_hold_is_a_reason() -> None:
    with served() as server:
        challenge = f'Bearer realm="http://{server.host}/token"'
        server.answer = lambda h: (
            reply(h, 200, '{"token": "schlüssel"}'.encode())
            if h.path.startswith("/token")
            else reply(h, 401, WWW_Authenticate=challenge)
        )
        said = ask(server)
        assert said == f"{server.host}: it names an address or a token that is not valid"


def test_a_host_that_no_name_server_can_know_is_a_reason() -> None:
    name = named("a" * 70 + ".example/app:1")
    found, refused = ask_all(
        [name],
        lambda one, path, n: find(one, path, n.wanted),
        RegistryOptions(limits=LIMITS),
        environ={},
    )
    assert found == {}
    assert "not valid" in refused[name]


def credentials(folder: Path, host: str) -> str:
    (folder / "config.json").write_text(
        json.dumps({"auths": {host: {"username": "alice", "password": PASSWORD}}})
    )
    return str(folder)


def test_no_credential_follows_a_redirect_to_another_origin(tmp_path: Path) -> None:
    """Nor does the other origin get any by asking for them itself, with a token service of its own."""
    with ExitStack() as stack:
        thief = stack.enter_context(served())
        thief.answer = lambda h: reply(
            h, 401, b"", WWW_Authenticate=f'Bearer realm="http://{thief.host}/token",service="x"'
        )

        def answer(handler: BaseHTTPRequestHandler) -> bool:
            if not handler.headers.get("authorization"):
                return reply(handler, 401, b"", WWW_Authenticate='Basic realm="here"')
            return reply(handler, 307, b"", Location=f"http://{thief.host}{handler.path}")

        server = stack.enter_context(served(answer))
        name = named(f"{server.host}/team/app:1")
        _, refused = ask_all(
            [name], lambda one, path, n: find(one, path, n.wanted),
            RegistryOptions(insecure=(server.host, thief.host), limits=LIMITS),
            environ={"DOCKER_CONFIG": credentials(tmp_path, server.host)},
        )  # fmt: skip
        assert thief.asked
        assert {given for *_, given in thief.asked} == {""}
        assert not any("token" in path for _, path, _ in thief.asked)
        assert "not to be read" in refused[name]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_identity_token_follows_a_redirect(tmp_path: Path, status: int) -> None:
    """It stands in the body of a request, which 307 and 308 send along."""
    with served() as thief, served() as server:

        def answer(handler: BaseHTTPRequestHandler) -> bool:
            if handler.command == "POST":
                return reply(handler, status, b"", Location=f"http://{thief.host}/token")
            realm = f'Bearer realm="http://{server.host}/token",service="x"'
            return reply(handler, 401, b"", WWW_Authenticate=realm)

        server.answer = answer
        config = {"auths": {server.host: {"identitytoken": PASSWORD}}}
        (tmp_path / "config.json").write_text(json.dumps(config))
        name = named(f"{server.host}/team/app:1")
        _, refused = ask_all(
            [name], lambda one, path, n: find(one, path, n.wanted),
            RegistryOptions(insecure=(server.host, thief.host), limits=LIMITS),
            environ={"DOCKER_CONFIG": str(tmp_path)},
        )  # fmt: skip
        assert PASSWORD.encode() in server.posted[0]
        assert (thief.asked, thief.posted) == ([], [])
        assert refused[name] == f"{server.host}: its token service refuses ({status})"


def test_blobs_may_come_from_elsewhere(tmp_path: Path) -> None:
    with served() as store:

        def answer(handler: BaseHTTPRequestHandler) -> bool:
            if not handler.headers.get("authorization"):
                return reply(handler, 401, b"", WWW_Authenticate='Basic realm="here"')
            elsewhere = f"http://{store.host}{handler.path}"
            return "/blobs/" in handler.path and reply(handler, 307, b"", Location=elsewhere)

        with served(answer) as server:
            name = named(f"{server.host}/team/app:1")
            found, refused = ask_all(
                [name], lambda one, path, n: describe(one, path, find(one, path, n.wanted)),
                RegistryOptions(insecure=(server.host, store.host), limits=LIMITS),
                environ={"DOCKER_CONFIG": credentials(tmp_path, server.host)},
            )  # fmt: skip
            assert refused == {}
            assert found[name].digest == sha256(BODY)
            assert {given for *_, given in store.asked} == {""}


def test_few_at_a_time_and_each_once() -> None:
    def slow(_handler: BaseHTTPRequestHandler) -> bool:
        time.sleep(0.01)
        return False

    with served(slow) as server:
        names = [named(f"{server.host}/team/app:{number}") for number in range(50)] * 3
        found, refused = ask_all(
            names, lambda one, path, n: digest_of(one, path, n.wanted),
            RegistryOptions(insecure=(server.host,), limits=LIMITS), environ={},
        )  # fmt: skip
        assert refused == {}
        assert len(found) == len(server.asked) == 50
        assert 1 < server.most <= AT_ONCE


def test_a_proxy_carries_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.host}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        name = named("registry.example:80/team/app:1")
        found, refused = ask_all(
            [name], lambda one, path, n: find(one, path, n.wanted),
            RegistryOptions(insecure=("registry.example:80", "registry.example"), limits=LIMITS), environ={},
        )  # fmt: skip
        assert refused == {}
        assert found[name].digest == sha256(BODY)
        assert proxy.asked[0][1].startswith("http://registry.example/v2/team/app/")


def drip(handler: BaseHTTPRequestHandler, data: bytes) -> bool:
    """Send bytes one by one, each in time, for three seconds at least."""
    for byte in data.ljust(20, data[-1:]):
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.2)
    return True


def hops(handler: BaseHTTPRequestHandler) -> bool:
    time.sleep(0.5)
    return reply(handler, 307, b"", Location=f"{handler.path}x")


@pytest.mark.parametrize(
    "answer",
    [
        lambda h: drip(h, b"HTTP/1.1 200 OK\r\nX-A: aaaaaaaaaaaaaaa"),
        lambda h: all(drip(h, b"HTTP/1.1 100 Continue\r\n\r\n") for _ in range(3)),
        hops,
    ],
    ids=["headers", "continue", "redirects"],
)
def test_one_deadline_bounds_all_of_a_request(
    answer: Callable[[BaseHTTPRequestHandler], bool],
) -> None:
    with served(answer) as server:
        began = time.monotonic()
        said = ask(server)
        assert time.monotonic() - began < 3
        assert said == f"{server.host}: the answer takes too long"


def test_a_run_waits_no_longer_than_it_has() -> None:
    limits = Limits(seconds=1, seconds_of_run=2, longest_wait=30)
    busy = served(lambda h: reply(h, 429, Retry_After="1"))
    with busy as server, served(lambda h: reply(h, 429, Retry_After="25")) as other:
        names = [named(f"{one.host}/a:{tag}") for one in (server, other) for tag in range(9)]
        began = time.monotonic()
        _, refused = ask_all(
            names,
            lambda one, path, n: find(one, path, n.wanted),
            RegistryOptions(insecure=(server.host, other.host), limits=limits),
            environ={},
        )
        assert time.monotonic() - began < 3
    assert len(refused) == len(names)
    assert all(
        "the 2 s that other hosts get in a run are used up" in said for said in refused.values()
    )


def test_credentials_for_a_token_service_elsewhere_are_encrypted_and_named(tmp_path: Path) -> None:
    with served() as server:
        realm = server.host.replace("127.0.0.1", "localhost")

        def said(scheme: str) -> tuple[list[str], str]:
            challenge = f'Bearer realm="{scheme}://{realm}/token"'
            server.answer = lambda h: reply(h, 401, WWW_Authenticate=challenge)
            notes: list[str] = []
            name = named(f"{server.host}/a:1")
            _, refused = ask_all(
                [name],
                lambda one, path, n: find(one, path, n.wanted),
                RegistryOptions(insecure=(server.host, realm), limits=LIMITS, note=notes.append),
                environ={"DOCKER_CONFIG": credentials(tmp_path, server.host)},
            )
            return notes, refused[name]

        notes, reason = said("http")
        assert notes == []
        assert (
            reason == f"{server.host}: it wants the password sent to localhost, without encryption"
        )
        assert not any(secret for *_, secret in server.asked)
        notes, _ = said("https")
        assert notes == [
            f"{server.host}: the credentials are sent to its token service at localhost"
        ]
