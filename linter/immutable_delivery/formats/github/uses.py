"""What a step or job takes from elsewhere: `uses: owner/name/path@ref`, an image, or something of this repository.

The reference is https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax.
"""

from __future__ import annotations

from posixpath import normpath

from immutable_delivery.jobs.spec import SourceSpec
from immutable_delivery.references.git import of_release
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

_LOCAL = ("./", "../", "$/", "/")
"""What stands here: `$/` is how GitHub writes the root of the own repository."""
_IMAGE = "docker://"


def local(written: LocatedText) -> str | None:
    """Return the path in the repository that something stands at; None where it stands elsewhere."""
    text = written.text.strip()
    if not text.startswith(_LOCAL):
        return None
    path = normpath(text.lstrip("$").lstrip("/").partition("@")[0] or ".")
    return "" if path == "." else path


def image(written: LocatedText) -> LocatedText | None:
    """Return the image that is used as an action; None where it is none."""
    return written.slice(len(_IMAGE)) if written.text.startswith(_IMAGE) else None


def source(written: LocatedText, extent: Place, *, workflow: bool = False) -> SourceSpec:
    """Return what is taken from another repository."""
    at = written.text.rfind("@")
    url = written.slice(0, at) if at >= 0 else written
    ref = written.slice(at + 1) if at >= 0 else None
    hidden = ref is not None and not ref.known
    return SourceSpec(
        source_type="workflow" if workflow else "action",
        url=url,
        ref=ref,
        extent=extent,
        pin=None if hidden else of_release(ref.text.strip() if ref is not None else ""),
        used_at=written.used_at,
    )
