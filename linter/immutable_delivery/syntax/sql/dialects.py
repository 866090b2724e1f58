"""Which dialect a script is written in, as far as that decides where its statements end."""

from __future__ import annotations

from typing import Literal, TypeAlias

from immutable_delivery.lazy_regex import lazy

Dialect: TypeAlias = Literal["standard", "mysql", "sqlserver"]
"""PostgreSQL, SQLite and whatever else keeps to the standard are one."""

_LOOKED_AT = 50_000
_FLAGS = 10  # re.IGNORECASE | re.MULTILINE
_SQLSERVER = lazy(
    r"^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*\r?$|\[dbo\]|\bdbo\.|\bNVARCHAR\b|\bIDENTITY[ \t]*\(\d|\bDECLARE[ \t]+@|\bOBJECT_ID[ \t]*\("
    r"|\bsp_rename\b|\[\w+\][ \t]+(?:INT|BIGINT|BIT|DATETIME2?|UNIQUEIDENTIFIER)\b|\b(?:TABLE|COLUMN|INTO|FROM|UPDATE)[ \t]+\[\w",
    _FLAGS,
)
_MYSQL = lazy(
    r"\bENGINE[ \t]*=|\bAUTO_INCREMENT\b|^[ \t]*DELIMITER[ \t]+\S|/\*!\d|\bUNSIGNED\b|\bON[ \t]+DUPLICATE[ \t]+KEY\b|`\w[^`\n]*`",
    _FLAGS,
)
_POSTGRESQL = lazy(
    r"\$\w*\$|::[ \t]*\w|\bJSONB\b|\bplpgsql\b|\bTIMESTAMPTZ\b|\b(?:BIG)?SERIAL\b|\bON[ \t]+CONFLICT\b|^COPY\b",
    _FLAGS,
)


def dialect_of(script: str) -> Dialect:
    """Tell by words that only one of them has, near its beginning."""
    script = script[:_LOOKED_AT]
    if _SQLSERVER.search(script):
        return "sqlserver"
    if _MYSQL.search(script) and not _POSTGRESQL.search(script):
        return "mysql"
    return "standard"
