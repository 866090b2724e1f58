"""ARG and ENV: what `$X` and `${X:-d}` in an instruction stand for, with the places that decide it."""

from __future__ import annotations

from typing import Final

from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText

PLATFORM = frozenset(
    "TARGETPLATFORM TARGETOS TARGETOSVERSION TARGETARCH TARGETVARIANT TARGETSTAGE "
    "BUILDPLATFORM BUILDOS BUILDOSVERSION BUILDARCH BUILDVARIANT".split()
)
"""What BuildKit itself gives a value, another for each platform."""

PREDEFINED = frozenset(
    name
    for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (proxy, proxy.lower())
)
"""What a build may give a value without ARG."""


class Unset:
    """The value of a variable that nothing sets."""


UNSET: Final = Unset()


class Variables(Record):
    """One scope of variables."""

    values: dict[str, LocatedText | Unset | None] = field(default_factory=dict)
    """None: it has a value that the files do not tell; UNSET: declared without one."""
    closed: bool = True
    """Whether nothing else can be set; else a base image from outside may set more."""

    def find(self, name: str) -> LocatedText | Unset | None:
        """Return the value of a name, None where it is not known, UNSET where there is none."""
        if name in self.values:
            return self.values[name]
        return UNSET if self.closed and name not in PREDEFINED else None

    def lacks(self, name: str) -> bool:
        """Whether it is certain that nothing sets a name: BuildKit puts nothing in its place."""
        return self.closed and name not in self.values and name not in PREDEFINED

    def copy(self, *, closed: bool | None = None) -> Variables:
        """Return the same scope, to be changed on its own."""
        return Variables(dict(self.values), self.closed if closed is None else closed)
