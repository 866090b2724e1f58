"""What an address says of what comes from it: a commit, a version, a branch, `latest`, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple


class Revision(NamedTuple):
    """The part of an address that fixes it or lets it move, where it stands, and how much it fixes."""

    text: str = ""
    start: int = 0
    pin: str = "none"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL or repository address, classified."""

    source_type: str
    """url or git."""
    url: str
    """The address itself: without revision, fragment and installer prefix (`git+`) for a repository."""
    revision: Revision = Revision()
    credentials: bool = False
    """Whether it holds a password or token."""
    local: bool = False
    """Whether it is on this machine, or an address that serves data of the machine itself."""
    checksum: str = ""
    """A hash of the content that the tool checks (`#sha256=…`)."""

    @property
    def pin(self) -> str:
        """digest, exact, alias or none."""
        return self.revision.pin


_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9A-Za-z])")
_SHORT = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{7,39}")
_VERSION = re.compile(
    r"""(?<![\d.$])v?\d+(?:\.\d+)+(?!\.?x\b)[\w.+~-]*|(?<=[_-])\d+_\d+(?:_\d+)+
    |(?<!\d)(?:19|20)\d\d(?:-\d\d-\d\d|\d{4}(?!\d))|(?<=[_-])r?\d{5,}(?!\d)|(?<=[_-])r\d+[a-z]?(?![a-z])""",
    re.VERBOSE,
)
_CORE = re.compile(r"v?\d+(?:[._-]\d+)*(?:-?(?:rc|alpha|beta|pre|p|b)\.?\d+)?(?![a-z\d])")
_SERIES = re.compile(r"(?:^|(?<=[_/-]))v?\d+(?:\.\d+)*\.x(?![\w])")
_DISTRIBUTION = re.compile(
    r"(?:ubuntu|debian|fedora|centos|rhel|el|alpine|macos|osx)[-_/]?\d+(?:\.\d+)*", re.I
)
_STRONG = re.compile(
    r"(?<![a-z])(?:latest|nightly|snapshots?|continuous|last(?:Successful|Stable)Build)(?![a-z])"
    r"|(?<=[-_])current(?=[-_.])",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?<=/)(?:master|main|trunk|develop|dev|stable|current|edge|head|tip|canary|rolling|next|beta)(?=[/.?]|$)",
    re.I,
)
_FORGE = re.compile(
    r"""^https?://(?:[^/@]*@)?(?:
      raw\.(?:githubusercontent|github)\.com/[^/]+/[^/]+/(?:refs/(?:heads|tags)/)?(?P<raw>[^/]+)/
    | (?:www\.)?github\.com/[^/]+/[^/]+/(?:raw|blob)/(?:refs/(?:heads|tags)/)?(?P<blob>[^/]+)/
    | (?:www\.)?github\.com/[^/]+/[^/]+/archive/(?:refs/(?:heads|tags)/)?(?P<archive>[^?#]+?)(?:\.tar\.gz|\.tgz|\.zip)
    | (?:www\.)?github\.com/[^/]+/[^/]+/(?:tarball|zipball)/(?:refs/(?:heads|tags)/)?(?P<ball>[^/?#]+)
    | (?:codeload|api)\.github\.com/(?:repos/)?[^/]+/[^/]+/(?:tar\.gz|zip|tarball|zipball)/(?:refs/(?:heads|tags)/)?(?P<load>[^/?#]+)
    | (?:www\.)?github\.com/[^/]+/[^/]+/releases/download/(?P<release>[^/]+)/
    | (?:www\.)?github\.com/[^/]+/[^/]+/releases/(?P<latest>latest)/
    | [^/]+/.+?/-/(?:raw|archive|blob)/(?P<gitlab>[^/]+)/
    | bitbucket\.org/[^/]+/[^/]+/(?:raw|get)/(?P<bitbucket>[^/]+?)(?:/|\.tar\.gz|\.zip)
    | cdn\.jsdelivr\.net/(?:gh|npm)/(?:@[^/@]+/)?[^/@]+(?:/[^/@]+)?@(?P<cdn>[^/]+)/
    )""",
    re.VERBOSE,
)
_GIT = re.compile(
    r"(?:git\+)?(?:git|ssh|file)://|git\+(?:https?|ssh|file)://|[\w.+-]+@[\w.-]+:(?!//)|git@"
    r"|(?:github|gitlab|bitbucket|gist):(?!//)|https?://[^?#]+\.git(?:[@#/?]|$)"
)
_CREDENTIALS = re.compile(r"://(?P<user>[^/@:\s]*)(?::(?P<password>[^/@]+))?@")
_TOKEN = re.compile(
    r"(?i)[?&](?:access_token|token|api_?key|private_token|sig|secret|password)=[^&]|\b(?:gh[pousr]_|glpat-|github_pat_)\w{10}"
)
_LOCAL = re.compile(
    r"(?:\w+://)?(?:[^/@]*@)?(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal"
    r"|169\.254\.169\.254|169\.254\.170\.2|metadata\.google\.internal|metadata)(?:[:/?#]|$)|file:///"
)
_CHECKSUM = re.compile(
    r"[#&?](?:checksum=)?(sha(?:256|384|512)[=:][0-9a-f]{64,128}|md5=[0-9a-f]{32})"
)
_SERIES_BRANCH = re.compile(
    r"(?i)(?:release|releases|rel|stable|branch|maint|support|hotfix|feature)[-_/]v?\d+(?:\.\d+)?"
)
_TAG = re.compile(r"(?:[\w@./+-]*?[-_/@v])?v?\d+(?:[._]\d+)+(?:[-+._~]?\w+)*")
_DATE = re.compile(r".*(?:19|20)\d\d-?[01]\d-?[0-3]\d.*")


def of_ref(ref: str) -> str:
    """Return how much a Git reference fixes: digest (a full commit), exact (a version tag), alias or none."""
    ref = ref.removeprefix("refs/tags/")
    if not ref or "\0" in ref:
        return "none"
    if _HEX.fullmatch(ref):
        return "digest"
    if _SHORT.fullmatch(ref) or _DATE.fullmatch(ref):
        return "exact"
    moves = _SERIES.search(ref) or _SERIES_BRANCH.fullmatch(ref) or ref.startswith("refs/heads/")
    return "exact" if _TAG.fullmatch(ref) and not moves else "alias"


def of_url(text: str, hidden: tuple[str, ...] = (), *, git: bool = False) -> Address:
    """Classify a URL or a repository's address; ``hidden`` are the parts of it that are not known.

    ``git`` says that it is a repository whatever it looks like, as after `git clone`. Where something is hidden, ``pin`` speaks of the rest: only an alias says something for sure.
    """
    for name in hidden:
        text = text.replace(name, "\0" * len(name))
    credentials = _credentials(text)
    local = _LOCAL.match(text) is not None
    checksum = _CHECKSUM.search(text)
    if git or _GIT.match(text):
        url, revision = _repository(text)
        return Address("git", url, revision, credentials, local)
    revision = _revision(text.partition("#")[0])
    return Address("url", text, revision, credentials, local, checksum[1] if checksum else "")


def _credentials(text: str) -> bool:
    match = _CREDENTIALS.search(text)
    if match and (match["password"] or len(match["user"]) >= 20 or "\0" in match["user"]):
        return True
    return _TOKEN.search(text) is not None


def _repository(text: str) -> tuple[str, Revision]:
    """Cut `…#ref:folder`, `…@ref#egg=x` and `…?ref=x` into address and revision."""
    base, _, fragment = text.partition("#")
    query = re.search(r"[?&](ref|tag|branch|commit|checksum)=([^&]+)", base)
    address = re.sub(r"^git\+", "", base.partition("?")[0])
    if query:
        return address, Revision(query[2], query.start(2), of_ref(query[2]))
    if fragment and "=" not in fragment:
        ref = fragment.partition(":")[0] if not fragment.startswith("semver:") else fragment
        pin = "partial" if fragment.startswith("semver:") else of_ref(ref)
        return address, Revision(ref, len(base) + 1, pin)
    host = text.find("/", text.find("://") + 3) if "://" in text else text.find(":")
    at = base.rfind("@")
    if host < at:
        ref = base[at + 1 :]
        return re.sub(r"^git\+", "", base[:at]), Revision(ref, at + 1, of_ref(ref))
    return address, Revision()


def _revision(text: str) -> Revision:
    forge = _FORGE.match(text)
    if forge and forge.lastgroup:
        ref, start = forge[forge.lastgroup], forge.start(forge.lastgroup)
        pin = of_ref(ref)
        if forge.lastgroup == "release" and pin == "alias" and not _STRONG.search(ref):
            pin = "exact" if any(char.isdigit() for char in ref) else "alias"
        return Revision(ref, start, pin)
    if match := _HEX.search(text):
        return Revision(match[0], match.start(), "digest")
    host = re.match(r"\w+://[^/]*", text)
    start = host.end() if host else 0
    blank = _DISTRIBUTION.sub(lambda match: "-" * len(match[0]), text)
    return _versioned(blank, start)


def _versioned(text: str, start: int) -> Revision:
    file = max(text.rfind("/") + 1, start)
    version = _VERSION.search(text, file) if "\0" not in text[file:] else None
    if series := _SERIES.search(text, start):
        return Revision(series[0], series.start(), "alias")
    strong, weak = _STRONG.search(text, start), _WEAK.search(text, start)
    if version is None and strong is not None:
        return Revision(strong[0], strong.start(), "alias")
    version = version or _VERSION.search(text, start)
    if version is not None and (weak is None or version.start() >= file):
        core = _CORE.match(version[0])
        return Revision(core[0] if core else version[0], version.start(), "exact")
    if weak is not None and "\0" not in text:
        return Revision(weak[0], weak.start(), "alias")
    return Revision()
