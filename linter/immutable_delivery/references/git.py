"""How much a Git reference fixes: a commit, a version's tag, or a branch."""

from __future__ import annotations

from immutable_delivery.facts import Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Revisions

COMMIT = lazy(r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9A-Za-z])")
"""A full commit, or a sha256, as a word of its own."""
SERIES = lazy(r"(?:^|(?<=[_/-]))v?\d+(?:\.\d+)*\.x(?!\w)")
"""`14.x`: a series, which moves."""
_SHORT = lazy(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{7,39}")
_DATE = lazy(r".*(?:19|20)\d\d-?[01]\d-?[0-3]\d.*")
_TAG = lazy(r"(?:[\w@./+-]*?[-_/@v])?v?\d+(?:[._]\d+)+[-+._~\w]*")


_ADDRESS = lazy(
    r"(?:[\w+.-]+://)?(?:[^/@]*@)?(?P<host>[^/:.][^/:]*)(?::\d+(?=/))?[:/]+(?P<path>.+)"
)


def repository_of(url: str) -> str:
    """Return an address in the one form that all ways to write it share: `host/owner/name`."""
    found = _ADDRESS.fullmatch(url.strip().partition("?")[0].rstrip("/"))
    if found is None:
        return ""
    path = found["path"].partition("//")[0].strip("/")  # behind `//` kustomize names a folder
    return f"{found['host']}/{path.removesuffix('.git')}".lower()


_MAJOR = lazy(r"v?\d+(?:\.\d+)?")
"""`v4` and `v4.2`: tags that their owners move to each release."""


def of_release(ref: str) -> Pin:
    """Return how much a reference fixes where owners move short tags to each release: such a one is partial."""
    return "partial" if _MAJOR.fullmatch(ref.removeprefix("refs/tags/")) else of_ref(ref)


def of_ref(ref: str) -> Pin:
    """Return how much a reference fixes: digest (a full commit), exact (a version tag), alias or none."""
    ref = ref.removeprefix("refs/tags/")
    if not ref or "\0" in ref:
        return "none"
    if COMMIT.fullmatch(ref):
        return "digest"
    if _SHORT.fullmatch(ref) or _DATE.fullmatch(ref):
        return "exact"
    series = SERIES.search(ref) or known(Revisions).of_series.fullmatch(ref)
    moves = series or ref.startswith("refs/heads/")
    return "exact" if _TAG.fullmatch(ref) and not moves else "alias"
