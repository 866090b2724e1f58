"""What editors call documents, and the files that those are."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from pygls.uris import to_fs_path


def file_of(uri: str) -> Path | None:
    """Return the file that a URI names; None for a document that is none: one without a name yet, an old version."""
    if urlsplit(uri).scheme != "file":
        return None
    if os.name == "nt":
        return Path(to_fs_path(uri) or "")
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(uri).path)))
