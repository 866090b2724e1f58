"""What can go wrong, as exit codes tell it.

Exception
├── ImdError              exit 2, message for the person who called
│   ├── UsageError        a path, an option, git
│   └── FaultyError       a file of the repository's own words about imd: where and what
│       ├── ConfigError   .imd.yaml, pyproject.toml, a baseline, a lock
│       └── PolicyError   a policy file
└── UnreadableError       a file in scope that cannot be read: becomes a finding
    ├── MissingError      it is not there
    └── HiddenError       it is there, and who deploys can read it
"""

from __future__ import annotations

from immutable_delivery.records import Record


class Fault(Record, frozen=True):
    """What is wrong in a file, and where: line and column for a person, offsets in code points for a program."""

    reason: str
    file: str = ""
    line: int = 0
    """0 where no place in the file is meant."""
    column: int = 0
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        at = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.file}{at}: {self.reason}" if self.file else self.reason


class ImdError(Exception):
    """Something the caller has to mend; exits with 2."""


class UsageError(ImdError):
    """A wrong path, option or repository."""


class FaultyError(ImdError):
    """Files that cannot be gone by; the message has a line for every fault, behind its file, line and column."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(one if isinstance(one, Fault) else Fault(one) for one in faults)
        super().__init__("\n".join(map(str, self.faults)))


class ConfigError(FaultyError):
    """A configuration that does not fit its schema."""


class PolicyError(FaultyError):
    """A policy that does not load."""


class UnreadableError(Exception):
    """A file that cannot be parsed: ``reason``, the offset of the trouble and the text so far."""

    def __init__(self, reason: str, offset: int = 0, text: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset
        self.text = text


class MissingError(UnreadableError):
    """A file that is not there, or a link that leads to nothing."""

    def __init__(self) -> None:
        super().__init__("is not there")


class HiddenError(UnreadableError):
    """A file that who deploys can read, but nobody here: too large, behind a link, not to be opened."""


class AbsentError(HiddenError):
    """A file of which this clone has the name alone."""
