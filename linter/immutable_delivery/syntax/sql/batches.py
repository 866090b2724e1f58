"""Batches of SQL Server, in which a statement may end without a semicolon: the next one begins a line with its verb."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy

_MARK = lazy(
    r"'[^']*+(?:'|\Z)|\"[^\"]*+(?:\"|\Z)|\[[^\]\n]*+(?:\]|(?=\n)|\Z)|--[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|(?P<bracket>[()])"
    r"|(?:^|(?<=\n))[ \t]*(?P<verb>(?:DROP[ \t]+(?:TABLE|DATABASE|SCHEMA|VIEW|INDEX|PROC(?:EDURE)?|FUNCTION|TRIGGER|TYPE|SYNONYM|SEQUENCE|COLUMN|CONSTRAINT)"
    r"|TRUNCATE[ \t]+TABLE|DELETE|UPDATE|INSERT|MERGE|SELECT|WITH|ALTER[ \t]+\w+|CREATE[ \t]+\w+|EXEC(?:UTE)?|DECLARE|PRINT|IF|ELSE|BEGIN|END|WHILE|RETURN"
    r"|RAISERROR|THROW|GOTO|USE|GRANT|REVOKE|DENY|SET[ \t]+@?\w+(?=[ \t]*=|[ \t]+O[NF]))\b)",
    10,  # re.IGNORECASE | re.MULTILINE
)
_WHOLE = frozenset(("MERGE", "WITH"))
"""Statements that hold the verbs of others, and do end with a semicolon."""
_GO_ON = {"INSERT": frozenset(("SELECT", "EXEC", "EXECUTE", "WITH")), "UPDATE": frozenset(("SET",)), "ALTER": frozenset(("DROP",)),
          "CREATE": frozenset(("SELECT", "WITH")), "GRANT": frozenset(("SELECT", "INSERT", "UPDATE", "DELETE"))}  # fmt: skip
"""What goes on on a line of its own, by the verb of the statement."""
_PARTS = frozenset(("COLUMN", "CONSTRAINT"))


def statements(script: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the statements of a stretch begin and end that has no semicolons."""
    begin, verb, depth = start, "", 0
    for found in _MARK.finditer(script, start, end):
        if found["bracket"]:
            depth += 1 if found["bracket"] == "(" else -1
        elif found["verb"] and depth <= 0:
            words = found["verb"].upper().split()
            if found.start("verb") > begin and _begins(verb, words):
                yield begin, found.start("verb")
                begin, depth = found.start("verb"), 0
                verb = words[0]
            verb = verb or words[0]
    yield begin, end


def _begins(verb: str, words: list[str]) -> bool:
    """Whether a verb at the beginning of a line is that of another statement."""
    if verb in _WHOLE or words[-1] in _PARTS:
        return False
    return words[0] not in _GO_ON.get(verb, ())
