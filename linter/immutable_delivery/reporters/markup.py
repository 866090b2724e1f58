"""Foreign text in Markdown: neither markup, link, mention nor HTML."""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.reporters.plain import inert, printable

_MARKUP = lazy(r"[\\`*_\[\]<>|~&$#]|:(?=//)|(?<=\bwww)\.")


def literal(text: str) -> str:
    """Return ``text`` as it reads, on one line; an empty comment keeps `@` from naming somebody."""
    return _MARKUP.sub(r"\\\g<0>", printable(text)).replace("@", "@<!-- -->")


def code(text: str) -> str:
    """Return ``text`` as code, within a table too."""
    shown = inert(printable(text))
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", "\\|")
