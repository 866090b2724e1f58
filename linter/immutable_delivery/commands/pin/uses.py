"""What else a value decides: a digest behind the value of a variable reaches every other use of that variable too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from immutable_delivery.facts import Image
from immutable_delivery.fixes.digests import Sheet
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.text import Place, Span, Text

_NAME = lazy(r"""(?:^|[\s"',{\[-])([A-Za-z_]\w*)["']?\s*[=:]\s*["']?[^\s"'=]*\Z""")

_LONGEST = 1_000
"""How far before a value its name is looked for."""


def other_use(at: Place, images: Sequence[Image], sheet: Sheet) -> Place | None:
    """Return a use of the value at a place beside these references, None where there is none.

    A value that stands inside the one statement that uses it has no other use.
    """
    text = sheet.texts[at.file]
    if all(_holds(image.used_at, at) for image in images):
        return None
    start = text.line_starts[text.line_of(at.span.start) - 1]
    name = _NAME.search(text.value[max(start, at.span.start - _LONGEST) : at.span.start])
    if name is None:
        return None
    own = [image.used_at for image in images]
    found = (use for reader in _readers(at, images, sheet) for use in _uses(name[1], reader))
    return next((use for use in found if not any(_holds(place, use) for place in own)), None)


def _holds(outer: Place, inner: Place) -> bool:
    return (
        outer.file == inner.file
        and outer.span.start <= inner.span.start
        and inner.span.end <= outer.span.end
    )


def _readers(at: Place, images: Sequence[Image], sheet: Sheet) -> Iterator[Text]:
    """Yield the files that may use a variable: its own, those of the references, and for a .env all beside and below."""
    folder = folder_of(at.file)
    files = {at.file, *(image.used_at.file for image in images)}
    if at.file not in sheet.formats:
        below = (path for path in sheet.texts if path.startswith(f"{folder}/") or not folder)
        files.update(path for path in below if sheet.formats.get(path) in {"compose", None})
    yield from (sheet.texts[path] for path in sorted(files) if path in sheet.texts)


def _uses(name: str, text: Text) -> Iterator[Place]:
    """Yield where a text uses a variable: `$X`, `${X…}`, and in a Dockerfile the ARG of a stage that takes it up."""
    pattern = rf"\$(?:{name}\b|\{{{name}\b[^}}]*\}})|(?im:^[ \t]*ARG[ \t]+{name}[ \t]*\r?$)"
    first = re.search(r"(?im)^[ \t]*FROM[ \t]", text.value)
    for found in re.finditer(pattern, text.value):
        declares = not found[0].startswith("$")
        if not declares or (first and found.start() > first.start()):
            yield Place(text.path, Span(*found.span()))
