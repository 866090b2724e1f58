"""Files of reports, of imd or in SARIF, as the reports that they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from immutable_delivery.commands.merge import Part, jsonreport, sariflog
from immutable_delivery.errors import UsageError
from immutable_delivery.source.escape import shown

MAX_BYTES = 500_000_000
"""More than a report has."""


def parts(argument: str) -> Iterator[Part]:
    """Yield the reports of `[NAME=]FILE`; UsageError, with the file, where it holds none."""
    name, path = _named(argument)
    try:
        yield from _parts(name, path, json.loads(_data(path)))
    except msgspec.ValidationError as error:
        raise UsageError(f"{shown(path)}: is no report: {error}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown(path)}: is no report: {shown(str(error))}") from None


def _named(argument: str) -> tuple[str, str]:
    """Return the name and the file; a file of that very name, with its equals sign, comes first."""
    name, equals, path = argument.partition("=")
    return (name.strip("/"), path) if equals and not Path(argument).exists() else ("", argument)


def _data(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{shown(path)}: is larger than {MAX_BYTES // 1_000_000} MB")
    return data.removeprefix(b"\xef\xbb\xbf")


def _parts(name: str, path: str, data: Any) -> Iterator[Part]:
    kind = data if isinstance(data, dict) else {}
    reader = sariflog if "runs" in kind else jsonreport if "findings" in kind else None
    if reader is None:
        raise UsageError(f"{shown(path)}: is neither a report of imd in JSON nor SARIF")
    if kind.get("version") != reader.VERSION:
        raise UsageError(
            f"{shown(path)}: is {reader.NAME} of version {kind.get('version')!r}; this imd reads {reader.VERSION!r}"
        )
    for tool, report in reader.reports(kind):
        own = name or _repository(report.repository) or Path(path).stem
        yield Part(source=path, name=own, tool=tool, report=report)


def _repository(url: str) -> str:
    """Return the name of a repository by its address: the path, without the host; empty for a folder of some machine."""
    host, path = urlsplit(url)[1:3] if "://" in url else url.partition(":")[::2]
    return path.strip("/").removesuffix(".git") if host and path else ""
