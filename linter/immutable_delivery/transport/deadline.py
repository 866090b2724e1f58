"""One deadline over a whole request: connection, TLS, headers, `100 Continue`, redirects and body.

httpx bounds each read by itself: a server that sends a byte every nine seconds would keep it for ever.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from math import inf
from threading import local
from typing import Any

import httpcore
import httpx

Left = Callable[[float | None], float]


class Deadline(local):
    """When the request of this thread has to be answered."""

    until = inf

    def left(self, timeout: float | None) -> float:
        """Return how long to wait at most; raise ReadTimeout where nothing is left."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return time.monotonic() >= self.until


class _Stream(httpcore.NetworkStream):
    """A connection that waits no longer than the deadline of who reads."""

    def __init__(self, inner: httpcore.NetworkStream, left: Left) -> None:
        self._inner = inner
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _Stream(inner, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def __init__(self, left: Left) -> None:
        self._left = left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._left(timeout)
        return _Stream(
            super().connect_tcp(host, port, left, local_address, socket_options), self._left
        )


def bound(client: httpx.Client, deadline: Deadline) -> None:
    """Let every connection of a client keep the deadline; httpx has no option for the network below it."""
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001 (see above; a test sees that it holds)
        pool = getattr(transport, "_pool", None)
        if pool is not None:
            pool._network_backend = _Backend(deadline.left)  # noqa: SLF001 (as above)
