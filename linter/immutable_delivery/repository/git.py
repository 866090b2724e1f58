"""The only program that is ever run: git, with everything off that would run another one or reach the network."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from immutable_delivery.errors import UsageError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.escape import shown
from immutable_delivery.standins import ARCHIVES, PROCESSES, standing_in

if TYPE_CHECKING:
    import subprocess
    from threading import Event

MAX_OUTPUT = 500_000_000
"""More bytes than any listing of a repository has."""

_CHUNK = 1 << 20

MAX_SECONDS = 60
"""Longer than git takes for the largest repositories; what takes longer hangs."""

_OPTIONS = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.quotePath=true"),
    *("-c", "core.bigFileThreshold=10m"),
    *("-c", "submodule.recurse=false"),
)
_SET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # an older git would fetch what a partial clone lacks
    "LC_ALL": "C",
    "LANGUAGE": "C",
}
_UNSET = (
    *("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_PREFIX"),
    *("GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"),
)
_FOLDERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
"""What a caller may state relative to its own folder, while we run at the top."""

_NO_REPOSITORY = lazy(r"not a git repository \(or any", re.IGNORECASE)


class Answer(Record, frozen=True):
    """What one run of git said."""

    code: int
    out: bytes
    words: str
    """Its standard error."""


@contextmanager
def _bounded(process: subprocess.Popen[bytes]) -> Iterator[Event]:
    """End a git that hangs, on a pipe in the place of a `.gitignore` for example."""
    from threading import Event, Timer  # noqa: PLC0415 (as all that runs git: many runs do not)

    late = Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = Timer(MAX_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


class Git(Record, frozen=True):
    """One repository, reached by running git at its top."""

    program: str
    top: Path
    environ: Mapping[str, str]
    bare: bool = False

    @classmethod
    def open(cls, folder: Path) -> Git | None:
        """Return the repository around ``folder``; None without one or without git; UsageError if git cannot use it."""
        program = None if is_outside(folder) else find_git()
        if program is None:
            return None
        git = cls(program, folder, _environ(folder))
        answer = git.ask(
            "rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--show-toplevel"
        )
        bare, _, rest = os.fsdecode(answer.out).partition("\n")
        top = rest.partition("\n")[2].removesuffix("\n")
        if answer.code == 0 and top:
            return replace(git, top=Path(top), bare=_receives(git.environ, top))
        if bare == "true":
            return replace(git, bare=True)
        if not bare and _NO_REPOSITORY.search(answer.words) and not _has_repository(folder):
            return None
        raise UsageError(f"git cannot use {shown(str(folder))}: {_told(answer.words)}")

    def ask(self, *args: str) -> Answer:
        """Run git and return what it says, whatever that is."""
        with (
            _scratch() as words,
            self._start(args, words) as process,
            _bounded(process) as late,
        ):
            out = b"".join(_chunks(process.stdout))
            if late.is_set():
                raise UsageError(f"git {args[0]} does not answer within {MAX_SECONDS} seconds")
            if len(out) > MAX_OUTPUT:
                process.kill()
                raise UsageError(f"git {args[0]} answers with more than {MAX_OUTPUT:,} bytes")
            return Answer(process.wait(), out, _read(words))

    def run(self, *args: str) -> Answer:
        """Run git and return what it says; UsageError with git's own words where it fails."""
        answer = self.ask(*args)
        if answer.code:
            raise UsageError(f"git {args[0]} fails: {_told(answer.words)}")
        return answer

    def lines(self, *args: str) -> Iterator[bytes]:
        """Run git and yield its lines as they come, each with its newline."""
        with _scratch() as words, self._start(args, words) as process:
            yield from process.stdout or ()
            if process.wait():
                raise UsageError(f"git {args[0]} fails: {_told(_read(words))}")

    def serve(self, *args: str) -> subprocess.Popen[bytes]:
        """Start a git that answers requests on its pipes until they are closed."""
        from subprocess import DEVNULL, PIPE  # noqa: PLC0415

        return self._start(args, DEVNULL, PIPE)

    def configured(self, settings: Mapping[str, str]) -> Git:
        """Return the same repository with further settings; their names may hold any character."""
        before = int(self.environ.get("GIT_CONFIG_COUNT", "0") or "0")
        environ = {**self.environ, "GIT_CONFIG_COUNT": str(before + len(settings))}
        for number, (name, value) in enumerate(settings.items(), before):
            environ |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        return replace(self, environ=environ)

    def _start(
        self, args: Sequence[str], words: IO[bytes] | int, given: int | None = None
    ) -> subprocess.Popen[bytes]:
        with standing_in(PROCESSES):
            import subprocess  # noqa: PLC0415

        try:
            return subprocess.Popen(  # noqa: S603 (git itself, by its absolute path, without a shell)
                [self.program, *_OPTIONS, *args],
                cwd=self.top,
                env=self.environ,
                stdin=subprocess.DEVNULL if given is None else given,
                stdout=subprocess.PIPE,
                stderr=words,
            )
        except (OSError, ValueError) as error:
            raise UsageError(f"git cannot be run: {shown(str(error))}") from error


def find_git() -> str | None:
    """Return the path of git; relative folders of PATH are left out, they could lie in the repository that is judged."""
    with standing_in(ARCHIVES):
        import shutil  # noqa: PLC0415

    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    absolute = (folder for folder in folders if Path(folder).is_absolute())
    return shutil.which("git", path=os.pathsep.join(absolute))


def without_git(folder: Path) -> str:
    """Say why no repository is known around a folder."""
    if not is_outside(folder) and not find_git():
        return "git is not installed"
    return f"{shown(str(folder))} is in no git repository"


def _environ(folder: Path) -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if name not in _UNSET}
    stated = {name: str(folder.absolute() / environ[name]) for name in _FOLDERS if name in environ}
    return {**environ, **stated, **_SET}


def _receives(environ: Mapping[str, str], top: str) -> bool:
    """Tell whether git takes its own folder for the working tree, as it does in the hooks of who receives a push."""
    folder = environ.get("GIT_DIR")
    return folder is not None and os.path.realpath(folder) == os.path.realpath(top)


def is_outside(folder: Path) -> bool:
    """Tell whether it is plain without asking git that a folder lies in no repository."""
    if "GIT_DIR" in os.environ:
        return False
    folder = folder.absolute()
    return not any(
        os.path.lexists(place / ".git") or (place / "HEAD").is_file()
        for place in (folder, *folder.parents)
    )


def _has_repository(folder: Path) -> bool:
    """Tell whether there is a .git that git does not even recognise."""
    if "GIT_CEILING_DIRECTORIES" in os.environ:
        return False
    folder = folder.absolute()
    return any(os.path.lexists(place / ".git") for place in (folder, *folder.parents))


def _scratch() -> IO[bytes]:
    """Return a file without a name for what git complains of; in memory where the system has that, for there may be no folder."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("words"), "w+b")  # noqa: PTH123 (a descriptor; the caller closes it)
    import tempfile  # noqa: PLC0415

    return tempfile.TemporaryFile()


def _chunks(stream: IO[bytes] | None) -> Iterator[bytes]:
    """Yield what a program says, as far as anybody wants to hear it; never room for all of it at once."""
    left = MAX_OUTPUT + 1
    while stream and left and (chunk := stream.read(min(left, _CHUNK))):
        left -= len(chunk)
        yield chunk


def _read(words: IO[bytes]) -> str:
    words.seek(0)
    return os.fsdecode(words.read(100_000))


def _told(words: str) -> str:
    lines = (shown(line.removeprefix("fatal: ").strip()) for line in words.splitlines())
    told = " ".join(line for line in lines if line) or "it does not say why"
    return f"{told} (this is a partial clone; a whole one has it)" if "promisor" in words else told
