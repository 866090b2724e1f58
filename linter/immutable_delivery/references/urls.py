"""What an address says of what comes from it: of what kind it is, what fixes it, whether it holds a secret."""

from __future__ import annotations

import re

from immutable_delivery.facts import FetchSource, Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.references.git import of_ref
from immutable_delivery.references.revisions import Revision, revision

MAX_LENGTH = 2_000


class Address(Record, frozen=True):
    """A URL or repository address, classified."""

    source_type: FetchSource
    """url or git."""
    url: str
    """The address itself: without revision, fragment and installer prefix (`git+`) for a repository."""
    revision: Revision = field(default_factory=Revision)
    credentials: bool = False
    """Whether it holds a password or token."""
    local: bool = False
    """Whether it is on this machine, or an address that serves data of the machine itself."""
    checksum: str = ""
    """A hash of the content that the tool checks (`#sha256=…`)."""

    @property
    def pin(self) -> Pin:
        """digest, exact, alias or none."""
        return self.revision.pin


_GIT = lazy(
    r"(?:git\+)?(?:git|ssh|file)://|git\+(?:https?|ssh|file)://|[\w.+-]+@[\w.-]+:(?!//)|git@"
    r"|(?:github|gitlab|bitbucket|gist):(?!//)|https?://[^?#]+\.git(?:[@#/?]|$)"
)
_QUERY = lazy(r"[?&](?:ref|tag|branch|commit|checksum)=([^&]+)")
_COMMIT = lazy(r"[?&](?:commit|checksum)=([^&]+)")
"""A commit beside a tag decides: what the tag leads to is checked against it."""
_PREFIX = lazy(r"^git\+")
_CREDENTIALS = lazy(r"://(?P<user>[^/@:\s]*)(?::(?P<password>[^/@]+))?@")
_TOKEN = lazy(
    r"[?&](?:access_token|token|api_?key|private_token|sig|secret|password)=[^&]"
    r"|\b(?:gh[pousr]_|glpat-|github_pat_)\w{10}",
    re.IGNORECASE,
)
_LONG_USER = 20
"""User names of this length are tokens."""
_LOCAL = lazy(
    r"(?:\w+://)?(?:[^/@]*@)?(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal"
    r"|169\.254\.169\.254|169\.254\.170\.2|metadata\.google\.internal|metadata)(?:[:/?#]|$)|file:///"
)
_REMOTE = lazy(r"(?:oci|https?|ssh|git)://|git@|github\.com/")
_CHECKSUM = lazy(r"[#&?](?:checksum=)?(sha(?:256|384|512)[=:][0-9a-f]{64,128}|md5=[0-9a-f]{32})")


def of_url(text: str, hidden: tuple[str, ...] = (), *, git: bool = False) -> Address:
    """Classify a URL or a repository's address; ``hidden`` are the parts of it that are not known.

    ``git`` says that it is a repository whatever it looks like, as after `git clone`. Where
    something is hidden, ``pin`` speaks of the rest: only an alias says something for sure.
    """
    text = text[:MAX_LENGTH]
    for name in hidden:
        text = text.replace(name, "\0" * len(name))
    credentials = _credentials(text)
    local = _LOCAL.match(text) is not None
    if git or _GIT.match(text):
        url, found = _repository(text)
        return Address("git", url, found, credentials, local)
    checksum = _CHECKSUM.search(text)
    found = revision(text.partition("#")[0])
    return Address("url", text, found, credentials, local, checksum[1] if checksum else "")


def is_remote(path: str) -> bool:
    """Whether a path leads out of the repository, to a registry or another one."""
    return bool(_REMOTE.match(path))


def _credentials(text: str) -> bool:
    match = _CREDENTIALS.search(text)
    user = match["user"] if match else ""
    if match and (match["password"] or len(user) >= _LONG_USER or "\0" in user):
        return True
    return _TOKEN.search(text) is not None


def _repository(text: str) -> tuple[str, Revision]:
    """Cut `…#ref:folder`, `…@ref#egg=x` and `…?ref=x` into address and revision."""
    base, _, fragment = text.partition("#")
    address = _PREFIX.sub("", base.partition("?")[0])
    if query := _COMMIT.search(base) or _QUERY.search(base):
        return address, Revision(query[1], query.start(1), of_ref(query[1]))
    if fragment.startswith("semver:"):
        return address, Revision(fragment, len(base) + 1, "partial")
    if fragment and "=" not in fragment:
        ref = fragment.partition(":")[0]
        return address, Revision(ref, len(base) + 1, of_ref(ref))
    host = base.find("/", base.find("://") + 3) if "://" in base else base.find(":")
    at = base.rfind("@")
    if 0 <= host < at:
        ref = base[at + 1 :]
        return _PREFIX.sub("", base[:at]), Revision(ref, at + 1, of_ref(ref))
    return address, Revision()


__all__ = ["Address", "Revision", "is_remote", "of_ref", "of_url"]
