"""What identifies a finding or a line from one run to the next, though lines move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from immutable_delivery.findings import Finding
from immutable_delivery.hashing import sha256
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.text import Text

_BASE = 37
_WINDOW = 100
_MASK = 2**64 - 1
_END = 0xFFFF
_ENOUGH = 32
"""Digits that no two findings share by chance."""
_POSITION = lazy(r"stage \d+")
_OUT = pow(_BASE, _WINDOW, 2**64)


def fingerprinted(findings: Iterable[Finding], texts: Mapping[str, Text]) -> tuple[Finding, ...]:
    """Return the findings with their fingerprints: the same when lines are moved or indented anew.

    Twins in one file are told apart by their order, so ``findings`` has to be in the order of places.
    """
    seen: Counter[str] = Counter()
    return tuple(
        replace(finding, fingerprint=_fingerprint(finding, texts, seen)) for finding in findings
    )


def _fingerprint(finding: Finding, texts: Mapping[str, Text], seen: Counter[str]) -> str:
    evidence = _identity(finding, texts)
    content = f"{finding.policy}\0{finding.place.file}\0{_owner(finding)}\0{evidence}"
    seen[content] += 1
    return _hash(f"{content}\0{seen[content]}")


def content(finding: Finding, texts: Mapping[str, Text]) -> str:
    """Return what a policy objects to, wherever that lies; twins have the same."""
    return _hash(f"{_owner(finding)}\0{_identity(finding, texts)}")[:_ENOUGH]


def words_alone(finding: Finding, texts: Mapping[str, Text]) -> str:
    """Return what baselines of version 1 knew a finding by: not what it is about, only what its place shows."""
    return _hash(f"{_owner(finding)}\0{_words(finding, texts)}")[:_ENOUGH]


def _owner(finding: Finding) -> str:
    """Return what a finding belongs to, if that has a name: a file is called after its path, a stage after its position."""
    owner = finding.owner
    return "" if owner == finding.place.file or _POSITION.fullmatch(owner) else owner


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass"))


def _identity(finding: Finding, texts: Mapping[str, Text]) -> str:
    """Return what a finding is about, as its place shows it and as a whole."""
    return "\0".join([_words(finding, texts), *finding.subjects])


def _words(finding: Finding, texts: Mapping[str, Text]) -> str:
    """Return what a finding is about in words, however they are indented and broken into lines."""
    return " ".join(_evidence(finding, texts.get(finding.place.file)).split())


def _evidence(finding: Finding, text: Text | None) -> str:
    """Return what stands at the place of a finding; where nothing does, what the finding says."""
    span = finding.place.span
    return (
        finding.evidence or (text.value[span.start : span.end] if text else "") or finding.message
    )


def line_hashes(text: Text) -> list[str]:
    """Return the `primaryLocationLineHash` of every line, as GitHub's code scanning computes it.

    A polynomial hash (base 37, modulo 2^64) of the 100 UTF-16 units from the line's first one on, without
    spaces and tabs and with LF for every newline; behind the colon, which occurrence of that hash it is.
    """
    units, starts = _units(text)
    seen: Counter[str] = Counter()
    hashes = []
    for value in _rolled(units, starts):
        digest = f"{value:x}"
        seen[digest] += 1
        hashes.append(f"{digest}:{seen[digest]}")
    return hashes


def _units(text: Text) -> tuple[list[int], list[int]]:
    """Return the units that count, with the closing mark, and the indices at which lines begin."""
    from struct import unpack  # noqa: PLC0415 (few reports have such hashes)

    value = ("\ufeff" if text.bom else "") + text.value.replace("\r\n", "\n").replace("\r", "\n")
    kept = value.replace(" ", "").replace("\t", "").encode("utf-16-le")
    units = [*unpack(f"<{len(kept) // 2}H", kept), _END]
    newlines = (index + 1 for index, unit in enumerate(units) if unit == ord("\n"))
    return units, [0, *newlines]


def _rolled(units: list[int], starts: list[int]) -> Iterator[int]:
    """Yield the hash of the window that begins at each of ``starts``."""
    wanted = set(starts)
    value = 0
    leaving = chain([0] * _WINDOW, units)
    for end, (unit, gone) in enumerate(zip(chain(units, [0] * _WINDOW), leaving, strict=False), 1):
        value = (value * _BASE + unit - gone * _OUT) & _MASK
        if end - _WINDOW in wanted:
            yield value
