"""Credentials from where docker and podman keep them: the caller's own files and helpers, never the repository's."""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.transport.client import RefusedError

_HUB_KEY = "https://index.docker.io/v1/"
_HELPER = lazy(r"[A-Za-z0-9._-]+\Z")
_HELPER_SECONDS = 30
_TOKEN_USER = "<token>"  # noqa: S105 (the name that helpers give a user who is a token)


class Credentials(Record, frozen=True, kw_only=True):
    """Who asks: a user with a password, or a token that is exchanged for others."""

    user: str = ""
    password: str = ""
    identity: str = ""

    def __repr__(self) -> str:
        return "Credentials(…)"

    @property
    def basic(self) -> str:
        """The value of an Authorization header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


class Keys:
    """Finds credentials; each helper is asked once for a host."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._found: dict[tuple[str, str], Credentials | None] = {}
        self._lock = Lock()

    def find(self, host: str, repository: str) -> Credentials | None:
        """Return the credentials for a repository, None where there are none."""
        with self._lock:
            for path in self._files():
                found = self._in_file(_read(path), path, host, repository)
                if found:
                    return found
        return None

    def _files(self) -> Iterator[Path]:
        """Yield the files that may hold credentials, those that are named first."""
        get = self._environ.get
        home = Path(get("HOME") or Path.home())
        if named := get("REGISTRY_AUTH_FILE"):
            yield Path(named)
        yield Path(get("DOCKER_CONFIG") or home / ".docker") / "config.json"
        if runtime := get("XDG_RUNTIME_DIR"):
            yield Path(runtime) / "containers" / "auth.json"
        yield Path(get("XDG_CONFIG_HOME") or home / ".config") / "containers" / "auth.json"

    def _in_file(
        self, config: Mapping[str, Any], path: Path, host: str, repository: str
    ) -> Credentials | None:
        key = _HUB_KEY if host == "registry-1.docker.io" else host
        own = _table(config, "credHelpers")
        helper = (
            own.get(host)
            or own.get("docker.io" if key == _HUB_KEY else host)
            or config.get("credsStore")
        )
        if helper and (found := self._helped(str(helper), key)):
            return found
        auths = {_plain(name): entry for name, entry in _table(config, "auths").items()}
        for name in _places(_plain(key), repository):
            if entry := auths.get(name):
                return _entry(entry, path, name)
        return None

    def _helped(self, helper: str, key: str) -> Credentials | None:
        if (helper, key) not in self._found:
            self._found[helper, key] = _ask(helper, key, self._environ)
        return self._found[helper, key]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        config = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise RefusedError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"{path} is no JSON") from error
    return config if isinstance(config, dict) else {}


def _table(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def _plain(key: str) -> str:
    """Return a key without scheme and API version: files have them with and without."""
    bare = key.partition("://")[2] or key
    return bare.removesuffix("/").removesuffix("/v1").removesuffix("/v2")


def _places(host: str, repository: str) -> Iterator[str]:
    """Yield the keys that fit a repository, the narrowest first: podman has credentials for parts of a registry."""
    hosts = (host, "docker.io", "registry-1.docker.io") if host == "index.docker.io" else (host,)
    for one in hosts:
        parts = [one, *repository.split("/")]
        yield from ("/".join(parts[:end]) for end in range(len(parts), 0, -1))


def _entry(entry: Any, path: Path, name: str) -> Credentials | None:
    if not isinstance(entry, dict):
        return None
    if identity := entry.get("identitytoken"):
        return Credentials(identity=str(identity))
    user, password = entry.get("username", ""), entry.get("password", "")
    if encoded := entry.get("auth"):
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError, TypeError) as error:
            raise RefusedError(f"{path}: the entry of {name} cannot be read") from error
    password = str(password).rstrip("\0")
    return Credentials(user=str(user), password=password) if user or password else None


def _ask(helper: str, key: str, environ: Mapping[str, str]) -> Credentials | None:
    """Run a helper; what it prints is secret, whatever it is, and so never shown."""
    if not _HELPER.match(helper):
        raise RefusedError("the name of the credential helper is not valid")
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(  # noqa: S603 (named by the user's own configuration)
            [program, "get"], input=key.encode(), capture_output=True, timeout=_HELPER_SECONDS,
            check=False, env=dict(environ),
        )  # fmt: skip
    except OSError as error:
        raise RefusedError(f"{program} cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise RefusedError(f"{program} does not answer") from error
    if b"credentials not found" in done.stdout:
        return None
    try:
        found = json.loads(done.stdout)
        user, secret = str(found["Username"]), str(found["Secret"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RefusedError(f"{program} failed with exit code {done.returncode}") from None
    if user == _TOKEN_USER:
        return Credentials(identity=secret)
    return Credentials(user=user, password=secret)
