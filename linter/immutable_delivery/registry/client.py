"""One registry: requests that authenticate when they are asked to, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

import msgspec

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.registry.challenges import Challenge, wanted
from immutable_delivery.registry.credentials import Keys
from immutable_delivery.transport.client import Answer, RefusedError, Transport

_CODE = lazy(r'"code"\s*:\s*"([A-Z_]{1,40})"')
_OK, _UNAUTHORISED, _FORBIDDEN, _MISSING = 200, 401, 403, 404
CLOSED = frozenset({_UNAUTHORISED, _FORBIDDEN})
"""What a registry answers to who may not read, and often for what is not there."""


Note = Callable[[str], None]
"""Is told what who asks for details wants to know."""


class Token(Record):
    """What a token service answers; it may use either name."""

    token: str | None = None
    access_token: str | None = None


_TOKENS = msgspec.json.Decoder(Token)
"""Made before there are threads, as those of manifests are."""


class Registry:
    """A host that speaks the distribution specification."""

    def __init__(
        self, host: str, transport: Transport, keys: Keys, note: Note = lambda _said: None
    ) -> None:
        self.host = host
        self._note = note
        self._transport = transport
        self._keys = keys
        self._authorization: dict[str, str] = {}
        """By repository; a token is only good for its own."""
        self._down = ""

    def ask(self, method: str, repository: str, path: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer for `/v2/<repository>/<path>`, whatever its status; RefusedError where there is none."""
        if self._down:
            raise RefusedError(self._down)
        try:
            return self._ask(method, repository, path, headers)
        except RefusedError as error:
            if error.whole:
                self._down = str(error)
            raise

    def _ask(self, method: str, repository: str, path: str, headers: Mapping[str, str]) -> Answer:
        url = self._transport.url(self.host, f"/v2/{repository}/{path}")
        answer = self._transport.send(method, url, self._authorized(repository, headers))
        if answer.status != _UNAUTHORISED or not answer.own:
            return answer
        challenge = wanted(answer.headers.get("www-authenticate", ""))
        if challenge is None:
            return answer
        self._authorization[repository] = self._authorize(challenge, repository)
        return self._transport.send(method, url, self._authorized(repository, headers))

    def _authorized(self, repository: str, headers: Mapping[str, str]) -> dict[str, str]:
        own = self._authorization.get(repository)
        return {**headers, "Authorization": own} if own else dict(headers)

    def _authorize(self, challenge: Challenge, repository: str) -> str:
        credentials = self._keys.find(self.host, repository)
        if challenge.scheme == "bearer":
            return f"Bearer {self._token(challenge.parameters, repository)}"
        if credentials is None or not credentials.user:
            raise RefusedError(f"{self.host} asks for a user and a password, and none is known")
        return credentials.basic

    def _token(self, asked: Mapping[str, str], repository: str) -> str:
        credentials = self._keys.find(self.host, repository)
        realm = asked.get("realm", "")
        if not realm.startswith(("https://", "http://")):
            raise RefusedError(f"{self.host}: its token service has no valid address")
        if credentials:
            self._entrust(realm)
        fields = {"scope": asked.get("scope") or f"repository:{repository}:pull"}
        if service := asked.get("service"):
            fields = {"service": service, **fields}
        if credentials and credentials.identity:
            grant = {
                "grant_type": "refresh_token",
                "refresh_token": credentials.identity,
                "client_id": "imd",
            }
            answer = self._transport.send("POST", realm, {}, {**grant, **fields})
        else:
            own = {"Authorization": credentials.basic} if credentials else {}
            joint = "&" if "?" in realm else "?"
            answer = self._transport.send("GET", f"{realm}{joint}{urlencode(fields)}", own)
        return self._granted(answer)

    def _entrust(self, realm: str) -> None:
        """Note that credentials go to another host than the one that asks for them; never there without encryption."""
        own, other = _name(f"https://{self.host}"), _name(realm)
        if own == other:
            return
        if not realm.startswith("https://"):
            raise RefusedError(
                f"{self.host}: it wants the password sent to {other}, without encryption"
            )
        self._note(f"{self.host}: the credentials are sent to its token service at {other}")

    def _granted(self, answer: Answer) -> str:
        if answer.status != _OK:
            raise RefusedError(f"{self.host}: its token service refuses ({answer.status})")
        try:
            found = _TOKENS.decode(answer.body)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise RefusedError(f"{self.host}: its token service gives no token") from error
        token = found.token or found.access_token
        if not token:
            raise RefusedError(f"{self.host}: its token service gives no token")
        return token


def _name(address: str) -> str:
    """Return the name of the host of an address, "" where it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def refusal(answer: Answer) -> str:
    """Return what the status of an answer that is no success means, for a person."""
    found = _CODE.search(answer.body.decode(errors="replace"))
    code = f" ({found[1]})" if found else ""
    if answer.status in CLOSED:
        return f"not found, or not to be read with these credentials{code}"
    if answer.status == _MISSING:
        return f"not found{code}"
    return f"answered with status {answer.status}{code}"
