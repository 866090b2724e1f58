"""One download on its way through a stage: where it is, what checks it, what uses it."""

from __future__ import annotations

import re
from posixpath import basename

from immutable_delivery.effects.paths import located
from immutable_delivery.effects.stage import Event
from immutable_delivery.facts import Execution, Fetch
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Call
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Revisions

MAX_NAME = 200
FROM_ELSEWHERE = "what another download says"
"""The revision of what is fetched by a version that was looked up."""
_MATERIAL = lazy(
    r"(?:.*[-_.])?(?:sha\d*sums?|md5sums?|checksums?|shasums\d*)(?:[._-].*)?|gpg|(?:.*[-_.])?key(?:ring)?s?(?:\.gpg)?"
    r"|.*\.(?:asc|sig|sign|gpg|minisig|sigstore|bundle|pem|crt|cer|pub|sum|sha\d+(?:sum)?s?|md5(?:sum)?s?|digests?)(?:\.(?:txt|key))?",
    re.IGNORECASE,
)
"""Keys, signatures and checksums: what other bytes are checked with."""
_KEYRING = lazy(r"/(?:keyrings|trusted\.gpg\.d|rpm-gpg|apk/keys|ca-certificates|pki|certs)/")
_NOWHERE = frozenset(("/dev/null", "/dev/stdout", "-", "/dev/stderr"))

PROGRAMS = lazy(r"(?:/usr)?(?:/local)?/s?bin/|/opt/(?:.*/)?bin/|(?:~|/root|\$HOME)/\.local/bin/")
"""Folders in which a shell looks for programs."""


class Download(Record, eq=False):
    """Bytes on their way through a stage."""

    fact: Fetch
    number: int
    """The number of the call that takes them."""
    paths: list[str] = field(default_factory=list)
    """The files that hold them, in the order in which they come to."""
    kept: bool = False
    """Whether they are kept as they come, in a file."""
    verified: bool | None = False
    executed: Execution = ""
    executed_at: int | None = None
    executed_by: Place | None = None
    unpacked_at: int | None = None
    origin: str = ""
    """The host that it comes from, as written."""
    signed: bool = False
    """Whether a signature has told that it is what it should be."""
    asked: tuple[Event, ...] = ()
    """The calls whose output stands in its address."""
    folder: str = ""
    """The folder that they fill, where they are a tree of files."""
    material: bool = False
    """Whether they are keys, signatures or checksums, with which other bytes are checked."""
    key: bool = False
    """Whether they are keys or certificates that something takes for true."""

    def trust(self) -> None:
        """Note that something takes them for keys."""
        self.material = self.key = True

    def keep(self, call: Call, path: str) -> None:
        """Note that a file holds them."""
        if path in _NOWHERE:
            return
        self.paths.append(located(call, path))
        self.kept = True
        url = re.split(r"[?#]", self.fact.url or "")[0]
        names = (basename(path)[:MAX_NAME], basename(url)[:MAX_NAME])
        self.material |= any(map(_MATERIAL.fullmatch, names))
        if _KEYRING.search(path):
            self.trust()

    def check(self, number: int, *, verdict: bool | None) -> None:
        """Note a check, which counts where nothing has used the bytes before."""
        used = [at for at in (self.executed_at, self.unpacked_at) if at is not None and at < number]
        if self.verified is not True and not used:
            self.verified = verdict

    @property
    def tells(self) -> bool:
        """Whether it only tells which version is the newest."""
        return known(Revisions).lookup.fullmatch(self.fact.url or "") is not None

    def move(self) -> None:
        """Note that another download tells what is fetched."""
        if self.fact.pin in {None, "none"}:
            self.fact = replace(self.fact, pin="alias", revision=FROM_ELSEWHERE)

    def shares_its_source(self, sums: Download) -> bool:
        """Whether a list of checksums comes from where the file does, and nobody has signed it: who replaces one replaces both."""
        return bool(self.origin) and self.origin == sums.origin and not sums.signed

    @property
    def counts(self) -> bool:
        """Whether they stay or run: requests, values taken out of answers and checksums do not count."""
        used = (
            self.key or self.executed or self.unpacked_at is not None or self.fact.bypassed_checks
        )
        return bool(used) or (self.kept and not self.material and not self.tells)

    def settled(self) -> Fetch:
        """Return the fact with what has become of them."""
        verified = True if self.fact.verified else self.verified
        told = verified and not self.material  # by a sum, which tells what a certificate would
        bypassed = () if told else self.fact.bypassed_checks
        by = {"executed": self.executed_by} if self.executed_by else {}
        return replace(
            self.fact,
            verified=verified,
            bypassed_checks=bypassed,
            executed="" if verified else self.executed,
            unpacked=self.fact.unpacked or self.unpacked_at is not None,
            installed=any(map(PROGRAMS.match, self.paths)),
            key=self.key,
            places={**self.fact.places, **by},
        )
