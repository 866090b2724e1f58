"""Requests with bounded answers and few, polite tries; nothing unencrypted that nobody asked for."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Mapping
from email.utils import parsedate_to_datetime

import httpx

from immutable_delivery import __version__
from immutable_delivery.errors import UsageError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.escape import shown
from immutable_delivery.transport.deadline import Deadline, bound

_NO_NAME = lazy(
    r"Name or service not known|nodename nor servname|getaddrinfo failed|name resolution"
)

_READING = frozenset({"GET", "HEAD"})
_FORBIDDEN = 403
_TOO_MANY = 429
_SERVER_ERROR = 500


class RefusedError(Exception):
    """Why a host gives no answer, for a person; ``whole`` where the next request would fare no better."""

    def __init__(self, reason: str, *, whole: bool = False) -> None:
        super().__init__(reason)
        self.whole = whole


class UncertainError(RefusedError):
    """Nobody knows whether a request that is not to be repeated blindly did its work."""


class Limits(Record, frozen=True, kw_only=True):
    """What one request may take."""

    seconds: float = 10
    """For a connection, and for each piece of an answer."""
    seconds_in_all: float = 30
    """For a request with its redirects, from the connection to the last byte."""
    seconds_of_run: float = 600
    """For all requests of a run, with all that hosts ask to wait."""
    tries: int = 3
    longest_wait: float = 30
    bytes: int = 4_194_304
    """The size that the distribution specification asks registries to take for a manifest."""


USUAL = Limits()


class Answer(Record, frozen=True):
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    own: bool
    """Whether it comes from the origin that was asked, not from one that it redirected to."""


class Transport:
    """Sends requests; safe to share between threads."""

    def __init__(
        self,
        insecure: Collection[str] = (),
        limits: Limits = USUAL,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._insecure = frozenset(insecure)
        self._limits = limits
        self._sleep = sleep
        self._deadline = Deadline()
        self._ends = time.monotonic() + limits.seconds_of_run
        try:
            self._client = self._opened()
            bound(self._client, self._deadline)
        except ValueError as error:
            raise UsageError("the proxy that the environment names is no valid address") from error

    def _opened(self) -> httpx.Client:
        return httpx.Client(
            verify=_trust(),
            timeout=self._limits.seconds,
            follow_redirects=True,  # httpx leaves Authorization behind where the origin changes
            max_redirects=5,
            headers={"User-Agent": f"imd/{__version__}", "Accept-Encoding": "identity"},
            event_hooks={"request": [self._guard]},
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def url(self, host: str, path: str) -> str:
        """Return the address of something on a host; unencrypted only where the caller allows it."""
        return f"{'http' if host in self._insecure else 'https'}://{host}{path}"

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Mapping[str, str] | None = None,
        *,
        content: bytes | None = None,
        once: bool = False,
    ) -> Answer:
        """Return the answer, after some tries; raise RefusedError where there is none.

        What may do its work only ``once`` is sent again where it was refused for now, or never left.
        """
        host = _host(url)
        for left in reversed(range(self._limits.tries)):
            self._refuse_later(host, 0)
            try:
                answer = self._once(method, url, headers, data, content)
            except (httpx.InvalidURL, httpx.HTTPError, ValueError) as error:
                if once and not _never_left(error):
                    raise UncertainError(f"{host}: {_words(error)}") from error
                if self._deadline.passed:
                    raise RefusedError(f"{host}: the answer takes too long", whole=True) from error
                if not left or not _worth_another_try(error):
                    raise RefusedError(f"{host}: {_words(error)}", whole=_down(error)) from error
                wait = 0.0
            else:
                limited = _is_limited(answer)
                if not limited and answer.status < _SERVER_ERROR:
                    return answer
                wait = _asked_wait(answer)
                if once and not limited:
                    raise UncertainError(_given_up(host, answer, wait))
                if not left or wait > self._limits.longest_wait:
                    raise RefusedError(_given_up(host, answer, wait), whole=True)
            wait = wait or 0.5 * 2 ** (self._limits.tries - left - 1)
            self._refuse_later(host, wait)
            self._sleep(wait)
        raise AssertionError("unreachable")

    def _refuse_later(self, host: str, wait: float) -> None:
        """Refuse to wait beyond the time that a run has."""
        if time.monotonic() + wait > self._ends:
            spent = (
                f"the {self._limits.seconds_of_run:.0f} s that other hosts get in a run are used up"
            )
            raise RefusedError(f"{host}: {spent}", whole=True)

    def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Mapping[str, str] | None,
        content: bytes | None,
    ) -> Answer:
        self._deadline.until = min(time.monotonic() + self._limits.seconds_in_all, self._ends)
        follow = (
            method in _READING
        )  # what is sent may be secret, and a redirect would take it along
        with self._client.stream(
            method, url, headers=dict(headers), data=data, content=content, follow_redirects=follow
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._limits.bytes:
                    raise RefusedError(f"{response.url.host}: the answer is too large")
            own = _origin(response.url) == _origin(
                response.history[0].url if response.history else response.url
            )
            return Answer(response.status_code, response.headers, bytes(body), own)

    def _guard(self, request: httpx.Request) -> None:
        """Refuse to speak HTTP where nobody allowed it, wherever a redirect or a token service leads."""
        host = request.url.netloc.decode()
        if request.url.scheme == "http" and host not in self._insecure:
            raise RefusedError(f"{host} speaks unencrypted HTTP; `--insecure {host}` allows that")


def _trust() -> ssl.SSLContext:
    """Return the trust of the system, or of SSL_CERT_FILE; where Python knows no system store, httpx brings one."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not context.cert_store_stats()["x509_ca"] and not (paths.cafile or paths.capath):
        context = httpx.create_ssl_context()
    return context


def _host(url: str) -> str:
    """Return the host of an address that may be none, for a person; without a password that stands in it."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2]


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _words(error: Exception) -> str:
    """Return what went wrong; not in the words of an error that quotes what we sent."""
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return "the answer ends too early or is no HTTP"
    invalid = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError)
    if isinstance(
        error, invalid
    ):  # ValueError: a name that IDNA refuses, a token that is not ASCII
        return "it names an address or a token that is not valid"
    if isinstance(error, httpx.ConnectError) and _NO_NAME.search(str(error)):
        return "its name is not known here: there is no network, or no such host"
    return shown(str(error)) or type(error).__name__


def _worth_another_try(error: Exception) -> bool:
    lasting = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
    untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
    return (
        isinstance(error, httpx.TransportError) and not isinstance(error, lasting) and not untrusted
    )


def _down(error: Exception) -> bool:
    """Whether no connection comes about at all, or nothing comes through it in time."""
    return isinstance(error, (httpx.ConnectError, httpx.TimeoutException, httpx.ProxyError))


def _never_left(error: Exception) -> bool:
    """Whether a request cannot have reached anybody."""
    return isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL))


def _is_limited(answer: Answer) -> bool:
    """Whether an answer says too many requests; GitHub says it as 403 too."""
    spent = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status == _TOO_MANY or (answer.status == _FORBIDDEN and spent)


def _asked_wait(answer: Answer) -> float:
    """Return the seconds that the answer asks to wait, 0 where it says nothing that can be understood."""
    text = answer.headers.get("retry-after", "")
    reset = answer.headers.get("x-ratelimit-reset", "")
    if (
        not text
        and reset.isascii()
        and reset.isdigit()
        and answer.headers.get("x-ratelimit-remaining") == "0"
    ):
        return max(float(reset[:12]) - time.time(), 1.0)
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError):
        return 0.0


def _given_up(host: str, answer: Answer, wait: float) -> str:
    what = "too many requests" if _is_limited(answer) else f"error {answer.status}"
    later = f", try again in {wait:.0f} s" if wait else ""
    return f"{host}: {what}{later}"
