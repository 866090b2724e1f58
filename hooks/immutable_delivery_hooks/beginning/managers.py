"""Programs that keep the git hooks of a repository, and what to write into their files."""

from __future__ import annotations

from immutable_delivery import __version__
from immutable_delivery.files import Files
from immutable_delivery.records import Record

_PRE_COMMIT = f"""\
  - repo: https://github.com/immutable-delivery/immutable-delivery
    rev: v{__version__} # `pre-commit autoupdate --freeze` writes the commit
    hooks:
      - id: imd
"""
_LEFTHOOK = """\
pre-commit:
  commands:
    imd:
      run: imd hook staged
"""


class Manager(Record, frozen=True):
    """The file that keeps hooks, and what to add to it."""

    file: str
    advice: str
    text: str


_MANAGERS = (
    Manager(
        ".pre-commit-config.yaml", "keeps the hooks; add what follows to `repos:`", _PRE_COMMIT
    ),
    Manager(".pre-commit-config.yml", "keeps the hooks; add what follows to `repos:`", _PRE_COMMIT),
    Manager("lefthook.yml", "keeps the hooks; add what follows", _LEFTHOOK),
    Manager("lefthook.yaml", "keeps the hooks; add what follows", _LEFTHOOK),
    Manager(".husky/pre-commit", "is a hook of husky; add what follows", "imd hook staged\n"),
)


def manager_of(files: Files) -> Manager | None:
    """Return what keeps the hooks of a repository."""
    return next((one for one in _MANAGERS if files.state(one.file) != "missing"), None)
