"""A digest instead of a tag, for tools that take no reference with both; the tag goes into a comment.

In YAML the comment ends the line, in a Dockerfile it stands above the instruction. Elsewhere there is none, and the tag stays.
"""

from __future__ import annotations

from immutable_delivery.facts import Image
from immutable_delivery.findings import Edit
from immutable_delivery.fixes.digests import NoSlotError, Sheet, insert_digest, replace_digest
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place, Text

_REST = lazy(r"[\"']?(?P<end>)[ \t]*(?:\r?\n|\Z)")
_COMMENTED = lazy(r"[\"']?(?P<start>) # (?P<tag>\S+)(?P<end>)[ \t]*(?:\r?\n|\Z)")
_INSTRUCTION = lazy(r"[ \t]*(?:from|arg|copy)[ \t]")
_CONTINUED = ("\\", "`")


def pin_digest_only(image: Image, digest: str, sheet: Sheet) -> list[Edit]:
    """Return the edits that write a digest for a tag, and the tag into a comment."""
    usual = insert_digest(image, digest, sheet)
    if not image.tag:
        return [usual]
    at = image.places["tag"]
    text = sheet.texts[at.file]
    start = at.span.start - 1
    if text.value[start] != ":" or not usual.text.startswith("@"):
        raise NoSlotError("its tag stands apart from its name, so a digest cannot take its place")
    return [
        Edit(place=at.at(start, at.span.end), text=f"@{digest}"),
        _comment(image, text, at, sheet),
    ]


def restore_tag(image: Image, tag: str, sheet: Sheet) -> list[Edit]:
    """Return the edits that undo this."""
    at = replace_digest(image, "", sheet).place
    text = sheet.texts[at.file]
    edit = Edit(place=at.at(at.span.start - 1, at.span.end), text=f":{tag}")
    if sheet.formats.get(at.file) == "dockerfile":
        line = text.line_of(at.span.start)
        above = text.line_starts[line - 2] if line > 1 else 0
        if line == 1 or text.line(line - 1) != _above(image.repository or "", tag):
            raise NoSlotError("the comment with its tag is not where it was")
        return [edit, Edit(place=at.at(above, text.line_starts[line - 1]), text="")]
    found = _COMMENTED.match(text.value, at.span.end)
    if found is None or found["tag"] != tag:
        raise NoSlotError("the comment with its tag is not where it was")
    return [edit, Edit(place=at.at(found.start("start"), found.end("end")), text="")]


def _comment(image: Image, text: Text, at: Place, sheet: Sheet) -> Edit:
    if sheet.formats.get(at.file) == "dockerfile":
        line = text.line_of(at.span.start)
        start = text.line_starts[line - 1]
        before = text.line(line - 1) if line > 1 else ""
        if not _INSTRUCTION.match(text.line(line).lower()) or before.endswith(_CONTINUED):
            raise NoSlotError("no comment can hold its tag here, so it needs the usual form")
        return Edit(
            place=at.at(start, start), text=_above(image.repository or "", image.tag or "") + "\n"
        )
    rest = _REST.match(text.value, at.span.end)
    if rest is None or not at.file.endswith((".yaml", ".yml")):
        raise NoSlotError("no comment can hold its tag here, so it needs the usual form")
    return Edit(place=at.at(rest.end("end"), rest.end("end")), text=f" # {image.tag}")


def _above(repository: str, tag: str) -> str:
    return f"# {repository}:{tag}"
