"""Real registries: Debian's docker-registry on loopback, open, with a password, with tokens and with TLS."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import os
import re
import stat
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import bcrypt
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.components import program

from immutable_delivery.registry.batch import RegistryOptions
from immutable_delivery.transport.client import Limits

USER, PASSWORD = "alice", "s3cret-not-to-be-shown"
QUICK = Limits(seconds=2, seconds_in_all=4)


@dataclass
class Running:
    """A registry that runs."""

    host: str
    log: Path
    folder: Path
    base: str = ""

    def requests(self) -> list[str]:
        """Return what was asked of it: method and path."""
        found = re.findall(r'"(HEAD|GET) (/v2/\S+) HTTP', self.log.read_text())
        return [" ".join(one) for one in found]


@contextmanager
def started(folder: Path, more: str = "", scheme: str = "http") -> Iterator[Running]:
    """Run docker-registry on a free port of loopback."""
    binary = program("docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}\n"
        + (more or 'http: {addr: "127.0.0.1:0"}\n')
    )
    log = folder / "log.txt"
    environ = {"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [binary, "serve", str(config)], stdout=out, stderr=out, env=environ
        )
    try:
        host = _listening(log, process)
        yield Running(host, log, folder, f"{scheme}://{host}")
    finally:
        process.terminate()
        process.wait(10)


def _listening(log: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(500):
        found = re.search(r"listening on (127\.0\.0\.1:\d+)", log.read_text())
        if found:
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.02)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Return a registry that everybody may read and write."""
    with started(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def reach(registry: Running) -> RegistryOptions:
    """Return the way to the open registry."""
    return RegistryOptions(insecure=(registry.host,), limits=QUICK)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Return a registry that wants a password."""
    folder = tmp_path_factory.mktemp("guarded")
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(5)).decode()
    (folder / "htpasswd").write_text(f"{USER}:{hashed}\n")
    more = f'http: {{addr: "127.0.0.1:0"}}\nauth: {{htpasswd: {{realm: here, path: {folder}/htpasswd}}}}\n'
    with started(folder, more) as running:
        yield running


class Authority:
    """A key with a certificate that it signed itself."""

    def __init__(self, folder: Path) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
        now = dt.datetime.now(dt.UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(minutes=5))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        self.pem, self.key_file = folder / "cert.pem", folder / "cert.key"
        self.pem.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        self.key_file.write_bytes(self.private)

    @property
    def private(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


@dataclass
class Tokens:
    """A token service and what it was asked."""

    authority: Authority
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and kind of credentials."""

    def granted(self, service: str, scope: str, user: str) -> str:
        kind, name, actions = scope.split(":", 2)
        may = [
            a for a in actions.split(",") if user or (a == "pull" and name.startswith("public/"))
        ]
        now = int(time.time())
        claims = {
            "iss": "test-auth", "sub": user, "aud": service, "exp": now + 60, "nbf": now - 10, "iat": now,
            "jti": str(uuid.uuid4()), "access": [{"type": kind, "name": name, "actions": may}] if may else [],
        }  # fmt: skip
        der = self.authority.certificate.public_bytes(serialization.Encoding.DER)
        chain = {"x5c": [base64.b64encode(der).decode()]}
        return jwt.encode(claims, self.authority.private, algorithm="ES256", headers=chain)


def _token_handler(tokens: Tokens) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            given = self.headers.get("authorization", "")
            expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            tokens.asked.append(("GET", given.partition(" ")[0]))
            if given and given != f"Basic {expected}":
                return self.answer(401, {"errors": [{"code": "UNAUTHORIZED"}]})
            return self.grant(parse_qs(urlsplit(self.path).query), USER if given else "")

        def do_POST(self) -> None:
            query = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            tokens.asked.append(("POST", query["grant_type"][0]))
            good = query["refresh_token"] == [PASSWORD]
            return self.grant(query, USER) if good else self.answer(401, {})

        def grant(self, query: dict[str, list[str]], user: str) -> None:
            self.answer(
                200, {"access_token": tokens.granted(query["service"][0], query["scope"][0], user)}
            )

        def answer(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Serve on a free port of loopback; return the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tokens]:
    """Return a token service."""
    service = Tokens(Authority(tmp_path_factory.mktemp("authority")))
    with serving(_token_handler(service)) as port:
        service.port = port
        yield service


@pytest.fixture(scope="session")
def bearer(tokens: Tokens, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Return a registry that wants a token; `public/…` may be read by anybody."""
    more = (
        'http: {addr: "127.0.0.1:0"}\nauth:\n  token:\n'
        f"    realm: http://127.0.0.1:{tokens.port}/token\n    service: test\n    issuer: test-auth\n"
        f"    rootcertbundle: {tokens.authority.pem}\n"
    )
    with started(tmp_path_factory.mktemp("bearer"), more) as running:
        yield running


@pytest.fixture(scope="session")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """Return a registry that speaks TLS, and the certificate to trust."""
    folder = tmp_path_factory.mktemp("encrypted")
    authority = Authority(folder)
    more = f'http: {{addr: "127.0.0.1:0", tls: {{certificate: {authority.pem}, key: {authority.key_file}}}}}\n'
    with started(folder, more, "https") as running:
        yield running, authority.pem


@pytest.fixture
def helper(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a credential helper that answers with a user and a secret, and notes every call."""

    def write(user: str, secret: str) -> Path:
        path = tmp_path / "bin" / "docker-credential-fake"
        path.parent.mkdir(exist_ok=True)
        answer = json.dumps({"ServerURL": "x", "Username": user, "Secret": secret})
        path.write_text(
            f"#!/bin/sh\nread host\necho \"$host\" >> {tmp_path}/calls\necho '{answer}'\n"
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path.parent

    return write
