"""Hashes of a few words: what OpenSSL does faster is not worth loading it, unless something else has."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from immutable_delivery.standins import OPENSSL, standing_in

if TYPE_CHECKING:
    import hashlib


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal digits."""
    return _sha256()(data).hexdigest()


@cache
def _sha256() -> Callable[[bytes], hashlib._Hash]:
    with standing_in(OPENSSL):
        from hashlib import sha256 as made  # noqa: PLC0415
    return made
