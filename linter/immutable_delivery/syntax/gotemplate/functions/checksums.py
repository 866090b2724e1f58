"""Checksums, and what is derived from passwords."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Callable

from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import derived

_COST = 100_000
"""What deriving a password costs of the steps of a budget."""

_TEMPLATES = {
    "maximum": ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
    "long": [
        "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno",
        "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
        "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno",
        "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno",
    ],
    "medium": ["CvcnoCvc", "CvcCvcno"],
    "short": ["Cvcn"],
    "basic": ["aaanaaan", "aannaaan", "aaannaaa"],
    "pin": ["nnnn"],
}  # fmt: skip
_CHARACTERS = {
    "V": "AEIOU",
    "C": "BCDFGHJKLMNPQRSTVWXYZ",
    "v": "aeiou",
    "c": "bcdfghjklmnpqrstvwxyz",
    "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
    "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
    "n": "0123456789",
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
}
"""The Master Password algorithm's templates, and what their letters stand for."""


def _sum(name: str) -> Callable[[str], str]:
    def digest(text: str) -> str:
        return derived(hashlib.new(name, _bytes(text), usedforsecurity=False).hexdigest(), text)

    return digest


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _adler(text: str) -> str:
    return derived(str(zlib.adler32(_bytes(text))), text)


def _derive(run: Run, counter: int, kind: str, password: str, user: str, site: str) -> str:
    templates = _TEMPLATES.get(str(kind))
    if templates is None:
        return f"cannot find password template {kind}"
    run.budget.output(_COST * 10)
    run.budget.look()
    if not 0 <= counter < 2**32:
        raise FunctionError("the counter is no number of 32 bits")
    scope = b"com.lyndir.masterpassword"
    salt = scope + struct.pack(">I", len(_bytes(user))) + _bytes(user)
    key = hashlib.scrypt(_bytes(password), salt=salt, n=32768, r=8, p=2, dklen=64, maxmem=2**27)
    message = (
        scope + struct.pack(">I", len(_bytes(site))) + _bytes(site) + struct.pack(">I", counter)
    )
    seed = hmac.new(key, message, hashlib.sha256).digest()
    letters = templates[seed[0] % len(templates)]
    return "".join(
        _CHARACTERS[each][seed[at] % len(_CHARACTERS[each])] for at, each in enumerate(letters, 1)
    )


CHECKSUMS = {
    "adler32sum": Function(_adler, "string"),
    "derivePassword": Function(_derive, "int string string string string", running=True),
    "sha1sum": Function(_sum("sha1"), "string"),
    "sha256sum": Function(_sum("sha256"), "string"),
    "sha512sum": Function(_sum("sha512"), "string"),
}
