"""Print a command line of the README by its name, so that what is tested is what is written."""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def command(name: str) -> str:
    """Return the command in the code block that follows ``<!-- line:NAME -->``."""
    found = re.search(rf"<!-- line:{name} -->\n+```\w*\n(.+)\n```", README.read_text("utf-8"))
    if found is None:
        raise SystemExit(f"README.md has no line '{name}'")
    return found[1]


if __name__ == "__main__":
    print(command(sys.argv[1]))
