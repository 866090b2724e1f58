"""Hash what `imd check` says of repositories: a change that only moves or renames code leaves every hash as it is.

python scripts/law.py FOLDER…              print a hash for each report of each folder
python scripts/law.py FOLDER… > before     … then change, and compare:
python scripts/law.py FOLDER… | diff before -
"""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

FORMATS = ("json", "sarif")
TODAY = "2026-01-01"


def report(folder: Path, name: str) -> bytes:
    """Return a report of a folder, made by the imd of this checkout."""
    command = [sys.executable, "-m", "immutable_delivery", "check", "--no-cache"]
    options = [
        "--profile",
        "strict",
        "--show-unresolved",
        "--today",
        TODAY,
        "--output-format",
        name,
    ]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, check=False)
    if done.returncode not in {0, 1}:
        sys.exit(f"{folder}: {done.stderr.decode()}")
    return done.stdout


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        for format_name in FORMATS:
            print(sha256(report(path, format_name)).hexdigest(), path.name, format_name)
