"""A fleet judged, by processes here or by the workers of a Dask scheduler; what is done is kept, and not done again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from hashlib import sha256
from itertools import islice
from pathlib import Path

import msgspec

from immutable_delivery import __version__
from immutable_delivery.commands.fleet.judging import Options, Outcome, judge
from immutable_delivery.commands.fleet.repositories import Repository
from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record
from immutable_delivery.source.escape import shown

Done = Callable[[int, int], None]
Ways = Callable[[Sequence[Repository], Options], Iterator[bytes]]
"""Judge repositories and yield what became of each, in any order."""

_RETRIES = 2
"""How often a worker that dies has its repository judged by another."""


def local(processes: int) -> Ways:
    """Return what judges with so many processes at a time."""

    def run(those: Sequence[Repository], options: Options) -> Iterator[bytes]:
        waiting = iter(those)
        with ThreadPoolExecutor(processes) as pool:

            def started(number: int) -> set[Future[bytes]]:
                return {pool.submit(judge, one, options) for one in islice(waiting, number)}

            running = started(processes)
            while running:
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in ended)
                running |= started(len(ended))

    return run


def scheduled(address: str) -> Ways:
    """Return what has the workers of a Dask scheduler judge."""

    def run(those: Sequence[Repository], options: Options) -> Iterator[bytes]:
        try:
            from dask.distributed import Client, as_completed  # noqa: PLC0415 (an extra)
        except ImportError:
            raise UsageError(
                "--scheduler needs Dask: install `immutable-delivery[fleet]`"
            ) from None
        try:
            client = Client(address)
        except (OSError, ValueError) as refused:
            raise UsageError(
                f"the scheduler {shown(address)} does not answer: {shown(str(refused))}"
            ) from None
        with client:
            named = {
                client.submit(judge, one, options, pure=False, retries=_RETRIES): one
                for one in those
            }
            for future in as_completed(named):
                error = future.exception()
                lost = Outcome(name=named[future].name, failure=f"no worker finished it: {error}")
                yield future.result() if error is None else msgspec.json.encode(lost)
                future.release()

    return run


def outcomes(
    those: Sequence[Repository], options: Options, ways: Ways, state: Path, done: Done
) -> Iterator[Outcome]:
    """Judge what a folder of state does not have yet, keep it there, and yield every outcome in order of the names."""
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{shown(str(state))} cannot keep what is done: {error.strerror}"
        ) from None
    files = {one.name: state / f"{_key(one, options)}.json" for one in those}
    missing = [one for one in those if not _done(files[one.name])]
    total, before = len(those), len(those) - len(missing)
    for number, data in enumerate(ways(missing, options), before + 1):
        outcome = msgspec.json.decode(data, type=Outcome)
        _keep(files[outcome.name], data)
        done(number, total)
    return _read(files[one.name] for one in those)


class _Failure(Record, frozen=True):
    failure: str = ""


def _done(file: Path) -> bool:
    """Whether a repository has been judged; what failed is tried again."""
    try:
        return not msgspec.json.decode(file.read_bytes(), type=_Failure).failure
    except (OSError, msgspec.MsgspecError):
        return False


def _read(files: Iterable[Path]) -> Iterator[Outcome]:
    for file in files:
        yield msgspec.json.decode(file.read_bytes(), type=Outcome)


def _keep(file: Path, data: bytes) -> None:
    """Write a file that is whole or not there."""
    fresh = file.with_suffix(".part")
    fresh.write_bytes(data)
    fresh.replace(file)


def _key(repository: Repository, options: Options) -> str:
    said = repr((__version__, repository, options))
    return sha256(said.encode()).hexdigest()[:24]
