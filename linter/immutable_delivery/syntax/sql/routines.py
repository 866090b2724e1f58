"""Routines, in whose bodies a semicolon ends no statement of the script."""

from __future__ import annotations

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.sql.dialects import Dialect

_ROUTINE = lazy(
    r"(?:CREATE|ALTER)\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:(?:TEMP|TEMPORARY|DEFINER\s*=\s*\S+|AGGREGATE|CONSTRAINT|EDITIONABLE|NONEDITIONABLE)\s+)*"
    r"(?:TRIGGER|PROC|PROCEDURE|FUNCTION|EVENT|PACKAGE)\b",
    2,
)  # re.IGNORECASE
_WORD = lazy(
    r"'[^']*+'|\"[^\"]*+\"|`[^`]*+`|--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/"
    r"|\b(BEGIN|CASE|END(?:\s+(?:IF|LOOP|WHILE|REPEAT|FOR|CASE))?)\b",
    2,
)


def routine_at(script: str, start: int) -> bool:
    """Tell whether a statement makes a routine."""
    return script[start : start + 1] in "cCaA" and _ROUTINE.match(script, start) is not None


class Routine:
    """The statement that makes a routine: how deep in blocks it is."""

    def __init__(self, script: str, dialect: Dialect) -> None:
        self._script = script
        self._batch = dialect == "sqlserver"
        """There a routine ends with its batch."""
        self._depth = 0

    def goes_on(self, parts: list[tuple[int, int]]) -> bool:
        """Tell whether the statement goes on behind these further parts of it, which are taken note of."""
        for start, end in parts:
            self._count(start, end)
        parts.clear()
        return self._batch or self._depth > 0

    def _count(self, start: int, end: int) -> None:
        for found in _WORD.finditer(self._script, start, end):
            word = found[1].upper().split() if found[1] else []
            if word in (["BEGIN"], ["CASE"]):
                self._depth += 1
            elif word and (len(word) == 1 or word[1] == "CASE"):
                self._depth -= 1
