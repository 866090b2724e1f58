"""The index of a repository of charts: `index.yaml`, which Helm reads too (https://helm.sh/docs/topics/chart_repository/)."""

from __future__ import annotations

from collections.abc import Collection

from immutable_delivery.errors import UnreadableError
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Mapping, documents
from immutable_delivery.syntax.yaml.query import mapping, mappings, text
from immutable_delivery.transport.client import RefusedError, Transport

_OK = 200


def listed(
    transport: Transport, host: str, path: str, charts: Collection[str]
) -> dict[str, list[str]]:
    """Return the versions of some charts that a repository lists; raise RefusedError where it tells nothing."""
    where = "/".join(part for part in (path.strip("/"), "index.yaml") if part)
    answer = transport.send("GET", transport.url(host, f"/{where}"), {})
    if answer.status != _OK:
        raise RefusedError(f"{host}: no index of charts there (status {answer.status})")
    entries = _entries(answer.body, host)
    return {
        chart: [text(one, "version") for one in mappings(entries, chart) if text(one, "version")]
        for chart in charts
    }


def _entries(body: bytes, host: str) -> Mapping:
    try:
        read = documents(Text("index.yaml", body.decode("utf-8", "replace")))
    except UnreadableError as error:
        raise RefusedError(f"{host}: its index of charts is no YAML") from error
    found = mapping(read[0].root, "entries") if read and not read[0].problem else None
    if found is None:
        raise RefusedError(f"{host}: its index of charts has no entries")
    return found
