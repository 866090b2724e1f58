"""The way of a service as lines for people: a label, what it is, and where that is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.escape import shown

_LABEL = 14
_DIGEST = lazy(r"(sha\d+:[0-9a-f]{12})[0-9a-f]+")

Row = Mapping[str, Any]


def lines(data: Row) -> Iterator[str]:
    """Yield the whole account."""
    runs, builds = data["runs"], data["builds"]
    rest = "elsewhere" if any(row["environment"] for row in data["environments"]) else "everywhere"
    yield shown(f"{data['service']}: runs {runs['class']}, builds {builds['class']}")
    for label, entries in (
        ("meta file", [data["contract"]] if data["contract"] else []),
        ("made from", [*map(_artifact, data["artifacts"])]),
        ("starts", [*map(_start, data["start"])] or ["as its image does"]),
        ("mounts", [*map(_mount, data["mounts"])]),
        ("runs", [_environment(row, rest) for row in data["environments"]]),
        ("decided by", [*_decided(runs, builds)]),
        ("ambiguous", data["ambiguous"]),
        ("not known", [*_unknown(data)]),
    ):
        yield from _labelled(label, entries)


def _labelled(label: str, entries: Sequence[str]) -> Iterator[str]:
    for number, entry in enumerate(entries):
        first = "" if number else label
        short = _DIGEST.sub(r"\1", entry)
        yield f"  {first:<{_LABEL}}{shown(short)}"


def _artifact(row: Row) -> str:
    """Say what makes the image, and what it is called."""
    images = f" as {', '.join(row['images'])}" if row["images"] else ""
    tags = f", pushed as {', '.join(row['tags'])}" if row["tags"] else ""
    by = f", by {', '.join(row['by'])}" if row["by"] else ""
    shared = ", as other services are" if row["shared"] else ""
    return f"{row['dockerfile'] or 'a build without a Dockerfile here'}{images}{tags}{by}{shared}{_at(row)}"


def _start(row: Row) -> str:
    against = f", not `{row['instead_of']}` as {row['against']} says" if row["instead_of"] else ""
    said = "" if row["place"].startswith(row["said_by"]) else f" in {row['said_by']}"
    return f"`{row['text']}`{said}{_where(row)}{against}{_at(row)}"


def _mount(row: Row) -> str:
    source = f" from {row['source']}" if row["source"] else ""
    only = ", read-only" if row["read_only"] else ""
    return (
        f"{row['target'] or 'somewhere'}{source} ({row['mount_type'] or 'unknown'}{only}){_at(row)}"
    )


def _environment(row: Row, rest: str) -> str:
    return f"{row['environment'] or rest}: {row['image']}{_way(row)}{_at(row)}"


def _way(row: Row) -> str:
    """Say how the image came there."""
    earlier = ", ".join(row["earlier"])
    if row["back"]:
        again = row["back"] == row["environment"]
        return (
            ", gone back to: it ran here before" if again else f", which {row['back']} ran before"
        )
    if row["unseen"]:
        return f", whether {earlier} ran it is not known: {row['unseen']}"
    if row["instead_of"]:
        return f", which nothing here builds, instead of {row['instead_of']}"
    if row["production"]:
        return f", while others run {row['production']}"
    if not earlier:
        return ""
    return f", as {earlier}" if row["proved"] else f", which {earlier} never ran"


def _decided(runs: Row, builds: Row) -> Iterator[str]:
    for part in (runs, builds):
        if part["decided_by"]:
            yield f"{part['decided_by']['policy']}: {part['class']}{_at(part['decided_by'])}"


def _unknown(data: Row) -> Iterator[str]:
    """Say which values are missing, and which policy decides nothing without them."""
    told = set()
    for row in data["undecided"]:
        told.update(row["fields"])
        fields = " and ".join(name.removeprefix("item.") for name in row["fields"])
        yield f"{fields}, so {row['policy']} decides nothing{_at(row)}"
    yield from (name for name in data["unknown"] if name not in told)


def _where(row: Row) -> str:
    return f" ({', '.join(row['environments'])})" if row["environments"] else ""


def _at(row: Row) -> str:
    return f" · {row['place']}"
