"""What of a URL fixes what it serves, or lets it move: a commit, a version, a branch, `latest`."""

from __future__ import annotations

import re

from immutable_delivery.facts import Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.references.git import COMMIT, SERIES, of_ref
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Revisions


class Revision(Record, frozen=True):
    """The part of an address that fixes it or lets it move, where it stands, and how much it fixes."""

    text: str = ""
    start: int = 0
    pin: Pin = "none"


_VERSION = lazy(
    r"""(?<![\d.$])v?\d+(?:\.\d+)+(?!\.?x\b)[\w.+~-]*|(?<=[_-])\d+_\d+(?:_\d+)*
    |(?<!\d)(?:19|20)\d\d(?:-\d\d-\d\d|\d{4}(?!\d))|(?<=[_-])r?\d{5,}(?!\d)|(?<=[_-])r\d+[a-z]?(?![a-z])""",
    re.VERBOSE,
)
_CORE = lazy(r"v?\d+(?:[._-]\d+)*(?:-?(?:rc|alpha|beta|pre|p|b)\.?\d+)?(?![a-z\d])")
_FORGE = lazy(
    r"""^https?://(?:[^/@]*@)?(?:
      raw\.(?:githubusercontent|github)\.com/[^/]+/[^/]+/(?:refs/(?:heads|tags)/)?(?P<raw>[^/]+)/
    | (?:www\.)?github\.com/[^/]+/[^/]+/(?:raw|blob)/(?:refs/(?:heads|tags)/)?(?P<blob>[^/]+)/
    | (?:www\.)?github\.com/[^/]+/[^/]+/archive/(?:refs/(?:heads|tags)/)?(?P<archive>[^?#]+?)(?:\.tar\.gz|\.tgz|\.zip)
    | (?:www\.)?github\.com/[^/]+/[^/]+/(?:tarball|zipball)/(?:refs/(?:heads|tags)/)?(?P<ball>[^/?#]+)
    | (?:codeload|api)\.github\.com/(?:repos/)?[^/]+/[^/]+/(?:tar\.gz|zip|tarball|zipball)/(?:refs/(?:heads|tags)/)?(?P<load>[^/?#]+)
    | (?:www\.)?github\.com/[^/]+/[^/]+/releases/download/(?P<release>.+)/[^/]*$
    | (?:www\.)?github\.com/[^/]+/[^/]+/releases/(?P<latest>latest)/
    | [^/]+/.+?/-/(?:raw|archive|blob)/(?P<gitlab>[^/]+)/
    | bitbucket\.org/[^/]+/[^/]+/(?:raw|get)/(?P<bitbucket>[^/]+?)(?:/|\.tar\.gz|\.zip)
    | cdn\.jsdelivr\.net/(?:gh|npm)/(?:@[^/@]+/)?[^/@]+(?:/[^/@]+)?@(?P<cdn>[^/]+)/
    )""",
    re.VERBOSE,
)


def revision(text: str) -> Revision:
    """Return what of a URL fixes it; a NUL stands where a part is not known."""
    forge = _FORGE.match(text)
    if forge and forge.lastgroup:
        return _of_forge(forge[forge.lastgroup], forge.start(forge.lastgroup), forge.lastgroup)
    if match := COMMIT.search(text):
        return Revision(match[0], match.start(), "digest")
    host = re.match(r"\w+://[^/]*", text)
    blank = known(Revisions).of_system.sub(lambda match: "-" * len(match[0]), text)
    return _of_path(blank, host.end() if host else 0)


def _of_forge(ref: str, start: int, kind: str) -> Revision:
    pin = of_ref(ref)
    released = (
        kind == "release" and not known(Revisions).strong.search(ref) and any(map(str.isdigit, ref))
    )
    return Revision(ref, start, "exact" if released and pin == "alias" else pin)


def _of_path(text: str, start: int) -> Revision:
    file = max(text.rfind("/") + 1, start)
    version = _VERSION.search(text, file) if "\0" not in text[file:] else None
    if series := SERIES.search(text, file if version else start):
        return Revision(series[0], series.start(), "alias")
    words = known(Revisions)
    strong, weak = words.strong.search(text, start), words.weak.search(text, start)
    if strong is not None and not version and not _VERSION.search(text, strong.end()):
        return Revision(strong[0], strong.start(), "alias")
    version = version or _VERSION.search(text, strong.end() if strong else start)
    if version is not None and (weak is None or version.start() >= file):
        core = _CORE.match(version[0])
        return Revision(core[0] if core else version[0], version.start(), "exact")
    if weak is not None and "\0" not in text:
        return Revision(weak[0], weak.start(), "alias")
    return Revision()
