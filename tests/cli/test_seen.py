"""A patch for a person holds nothing that a terminal would obey; for a program it is as it is."""

from __future__ import annotations

import sys

import pytest

from immutable_delivery.cli.output import seen

PATCH = "--- a\n+++ b\n \x1b]0;title\x07\tx\r\n-\u202eold\n"


def test_a_program_gets_every_byte() -> None:
    assert seen(PATCH) == PATCH


def test_a_terminal_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    text = seen(PATCH)
    assert text.startswith("--- a\n+++ b\n ")
    assert "\tx\n" in text
    assert all(char.isprintable() or char in "\t\n" for char in text)
