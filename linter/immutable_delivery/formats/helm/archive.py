"""Packed charts: read in memory within bounds, never unpacked."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from immutable_delivery.errors import UnreadableError

if TYPE_CHECKING:
    from tarfile import TarFile

MAX_UNPACKED = 60_000_000
"""Bytes; Helm itself refuses more than 100 MB."""
MAX_MEMBER = 5_000_000
MAX_MEMBERS = 20_000


def members(data: bytes, allowance: Allowance) -> dict[str, bytes]:
    """Return the files of a packed chart by their paths in it; raise UnreadableError."""
    import tarfile  # noqa: PLC0415 (few repositories hold packed charts)

    try:
        with tarfile.open(fileobj=io.BytesIO(_unpacked(data, allowance)), mode="r:") as archive:
            return dict(_files(archive))
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise UnreadableError("is no packed chart", 0) from error


class Allowance:
    """How many bytes a packed chart, and the packed charts in it, may unpack to."""

    def __init__(self) -> None:
        self.left = MAX_UNPACKED


def _unpacked(data: bytes, allowance: Allowance) -> bytes:
    unpack = zlib.decompressobj(wbits=31)
    try:
        found = unpack.decompress(data, allowance.left + 1)
    except zlib.error as error:
        raise UnreadableError("is no packed chart", 0) from error
    if len(found) > allowance.left:
        raise UnreadableError(f"unpacks to more than {MAX_UNPACKED // 1_000_000} MB", 0)
    allowance.left -= len(found)
    return found


def _files(archive: TarFile) -> Iterator[tuple[str, bytes]]:
    for number, member in enumerate(archive):
        if number >= MAX_MEMBERS:
            raise UnreadableError(f"holds more than {MAX_MEMBERS} files", 0)
        inner = member.name.removeprefix("./").partition("/")[2]
        if not member.isreg() or not inner or ".." in inner.split("/"):
            continue
        if member.size > MAX_MEMBER:
            raise UnreadableError(f"holds a file of more than {MAX_MEMBER // 1_000_000} MB", 0)
        held = archive.extractfile(member)
        yield inner, held.read() if held else b""
