"""A registry of one manifest that says what a test wants, on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.registry.conftest import serving
from tests.registry.images import digest_of as sha256
from tests.registry.images import single

IMAGE = single()
TYPE, BODY = IMAGE.manifests[-1]


@dataclass
class Server:
    """A registry of one manifest; `answer` may do anything else first and says whether it did."""

    answer: Callable[[BaseHTTPRequestHandler], bool] = lambda _handler: False
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and credentials."""
    posted: list[bytes] = field(default_factory=list)
    at_once: int = 0
    most: int = 0
    host: str = ""


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> bool:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)
    return True


@contextmanager
def served(answer: Callable[[BaseHTTPRequestHandler], bool] | None = None) -> Iterator[Server]:
    server = Server(answer or (lambda _handler: False))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            server.asked.append((self.command, self.path, self.headers.get("authorization", "")))
            server.at_once += 1
            server.most = max(server.most, server.at_once)
            try:
                _ = server.answer(self) or _manifest(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                server.at_once -= 1

        do_HEAD = do_GET  # noqa: N815

        def do_POST(self) -> None:
            server.posted.append(self.rfile.read(int(self.headers["content-length"])))
            self.do_GET()

    with serving(Handler) as port:
        server.host = f"127.0.0.1:{port}"
        yield server


def _manifest(handler: BaseHTTPRequestHandler) -> bool:
    blobs = {f"/blobs/{sha256(blob)}": blob for blob in IMAGE.blobs}
    blob = next((data for end, data in blobs.items() if handler.path.endswith(end)), None)
    if blob is not None:
        return reply(handler, 200, blob)
    return reply(handler, 200, BODY, Content_Type=TYPE, Docker_Content_Digest=sha256(BODY))
