"""Hashes of a few words: what `hashlib` brings beside them, OpenSSL or nine more kinds, is not worth loading."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal digits."""
    return str(_sha256()(data).hexdigest())


@cache
def _sha256() -> Any:
    """Return Python's own, called so since 3.12, and so before; a Python may be built without."""
    for name in ("_sha2", "_sha256"):
        with suppress(ImportError):
            return import_module(name).sha256
    return import_module("hashlib").sha256
