"""The tags and branches of a Git repository, asked of its host over HTTPS.

The reference is https://git-scm.com/docs/protocol-v2: one request for what the host can do, one for the refs that are wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.transport.client import RefusedError, Transport

_SERVICE = "git-upload-pack"
_V2 = {"Git-Protocol": "version=2"}
_OK = 200
_NO_ENTRY = frozenset((401, 403, 404))
_LINE = lazy(r"([0-9a-f]{40}|[0-9a-f]{64}) (HEAD|refs/\S+)((?: \S+)*)")
_PEELED = lazy(r" peeled:([0-9a-f]{40,64})")
_LENGTH = 4


def refs(transport: Transport, host: str, path: str, prefixes: Sequence[str]) -> dict[str, str]:
    """Return the refs that begin with these prefixes and the commits that they name; raise RefusedError where there is no answer."""
    base = transport.url(host, f"/{path.strip('/')}")
    offered = transport.send("GET", f"{base}/info/refs?service={_SERVICE}", _V2)
    if offered.status != _OK:
        raise RefusedError(f"{host}: {_why(offered.status)}")
    lines = list(_lines(offered.body, host))
    if not any(line.startswith("version 2") for line in lines):
        return _wanted(lines, prefixes)
    headers = {**_V2, "Content-Type": f"application/x-{_SERVICE}-request"}
    answer = transport.send("POST", f"{base}/{_SERVICE}", headers, content=_request(prefixes))
    if answer.status != _OK:  # a repository that was renamed: only a GET is led on
        told = transport.send("GET", f"{base}/info/refs?service={_SERVICE}", {})
        return _wanted(list(_lines(told.body, host)), prefixes)
    return _wanted(list(_lines(answer.body, host)), prefixes)


def _why(status: int) -> str:
    if status in _NO_ENTRY:
        return "no such repository, or not one that everybody may read"
    return f"error {status}"


def _request(prefixes: Sequence[str]) -> bytes:
    wanted = "".join(_packed(f"ref-prefix {prefix}\n") for prefix in prefixes)
    return f"{_packed('command=ls-refs')}0001{_packed('peel')}{wanted}0000".encode()


def _packed(text: str) -> str:
    return f"{len(text.encode()) + _LENGTH:04x}{text}"


def _lines(body: bytes, host: str) -> Iterator[str]:
    """Yield the lines of an answer; each says how long it is."""
    at = 0
    while at < len(body):
        try:
            length = int(body[at : at + _LENGTH], 16)
        except ValueError:
            raise RefusedError(f"{host}: the answer is not Git's") from None
        text = body[at + _LENGTH : at + length] if length > _LENGTH else b""
        at += max(length, _LENGTH)
        if text:
            yield text.decode("utf-8", "replace").rstrip("\n").partition("\0")[0]


def _wanted(lines: Sequence[str], prefixes: Sequence[str]) -> dict[str, str]:
    """Return the commits by ref: an annotated tag names the commit that it stands for."""
    found: dict[str, str] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or not match[2].startswith(tuple(prefixes)):
            continue
        peeled = _PEELED.search(match[3])
        found[match[2].removesuffix("^{}")] = peeled[1] if peeled else match[1]
    return found
