"""What can go wrong, as exit codes tell it.

Exception
├── ImdError              exit 2, message for the person who called
│   ├── UsageError        a path, an option, git
│   ├── ConfigError       .imd.yaml, pyproject.toml
│   └── PolicyError       a policy file: where and what
└── UnreadableError       a file in scope that cannot be read: becomes a finding
    ├── MissingError      it is not there
    └── HiddenError       it is there, and who deploys can read it
"""

from __future__ import annotations


class ImdError(Exception):
    """Something the caller has to mend; exits with 2."""


class UsageError(ImdError):
    """A wrong path, option or repository."""


class ConfigError(ImdError):
    """A configuration that does not fit its schema."""


class PolicyError(ImdError):
    """A policy that does not load; the message starts with file:line:column."""


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
