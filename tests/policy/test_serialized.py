"""Serialised expressions are the same bytes each time, and still the same expression."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from immutable_delivery.policy.serialized import ordered

LINTER = Path(__file__).parents[2] / "linter"


def entry(key: int, value: bytes) -> bytes:
    payload = bytes([0x08, key, 0x12, len(value)]) + value
    return bytes([0x12, len(payload)]) + payload


def test_entries_of_maps_are_sorted_and_nothing_else_moves() -> None:
    shape = {2: None}
    first, second, other = entry(1, b"b"), entry(2, b"a"), b"\x1a\x01z"
    assert ordered(second + first + other, shape) == first + second + other
    assert ordered(first + second + other, shape) == first + second + other


def test_messages_are_ordered_inside() -> None:
    inner = entry(2, b"a") + entry(1, b"b")
    outer = bytes([0x2A, len(inner)]) + inner
    assert ordered(outer, {5: {2: None}}) == outer[:2] + entry(1, b"b") + entry(2, b"a")


def test_long_numbers_and_repeated_fields_keep_their_order() -> None:
    number = b"\x08\xff\xff\x03"
    texts = b"\x1a\x01b\x1a\x01a"
    assert ordered(texts + number, {}) == number + texts


def test_an_unknown_wire_type_is_refused() -> None:
    with pytest.raises(ValueError, match="wire type 5"):
        ordered(b"\x0d\x00\x00\x00\x00", {})


def test_two_processes_compile_the_pack_alike() -> None:
    """Maps are hashed with a seed of the process."""
    script = (
        "from pathlib import Path; from immutable_delivery.policy.model import dump; "
        "from immutable_delivery.policy.load import read_folder; import sys; "
        "sys.stdout.write(dump(f.policy for f in read_folder(Path('policies'))))"
    )
    packs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=LINTER.parent,
            env={"PYTHONPATH": str(LINTER), "PATH": ""},
            capture_output=True,
            check=True,
        ).stdout
        for _ in range(3)
    }
    assert len(packs) == 1
