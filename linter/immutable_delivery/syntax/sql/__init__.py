"""SQL: scripts cut into statements, and what the head of each says.

This is no grammar of any dialect: what a migration does shows in its first words, and where a statement ends in quotes, comments
and delimiters.

The references are the manuals of PostgreSQL, MySQL, SQLite and SQL Server, and those of their command-line programs, which cut
scripts themselves (`GO`, `DELIMITER`, the data below `COPY`).
"""

from immutable_delivery.syntax.sql.dialects import Dialect, dialect_of
from immutable_delivery.syntax.sql.heads import Head, Name, head_of
from immutable_delivery.syntax.sql.normal import normal
from immutable_delivery.syntax.sql.splitting import Cut, split

__all__ = ["Cut", "Dialect", "Head", "Name", "dialect_of", "head_of", "normal", "split"]
