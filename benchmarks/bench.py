"""The tools as they are called here, and how often and how long they may run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import astuple

from benchmarks.inputs import Input, input_of
from benchmarks.peers import PEERS, Peer
from benchmarks.results import Kind, Measured, Trial
from benchmarks.synthetic import Mix, write
from benchmarks.timing import Before, Command, interleaved

_FLOOR = str(Path(__file__).with_name("floor.py"))
_FINDINGS = r"^([\d,]+) findings? in "


class Bench(Struct, frozen=True, kw_only=True):
    """What every trial needs."""

    python: Path
    """That of the environment that imd is installed in."""
    peers: dict[str, Path | str]
    """By name: the program, or why there is none."""
    runs: int
    limit: float
    scratch: Path
    mix: Mix
    seed: int

    def trial(self, kind: Kind, name: str, commands: Sequence[Command]) -> Trial:
        """Time the commands."""
        return Trial(kind=kind, name=name, rows=interleaved(commands, self.runs, self.limit))

    def beside_peers(self, kind: Kind, name: str, given: Input, ours: Sequence[Command]) -> Trial:
        """Time our commands and those of the peers that apply; name those that are not here."""
        trial = self.trial(kind, name, [*ours, *self._peers(given)])
        trial.rows += self._missing(given)
        return trial

    def is_read(self, given: Input) -> bool:
        """Tell whether all peers that are told their files can read them."""
        commands = self._peers(given, [peer for peer in PEERS if peer.reads != "folder"])
        return not any(row.refused for row in interleaved(list(commands), 0, self.limit))

    def imd(
        self,
        given: Input,
        *options: str,
        tool: str = "imd",
        cache: Path | None = None,
        before: Before | None = None,
    ) -> Command:
        """Return a call of imd: with the cache that is named, or with none."""
        options = options if cache else (*options, "--no-cache")
        return Command(
            tool=tool,
            words=[str(self.python.with_name("imd")), "check", *options],
            folder=given.folder,
            files=given.files,
            findings=_FINDINGS,
            environment={"IMD_CACHE_DIR": str(cache)} if cache else {},
            before=before,
        )

    def floor(self, given: Input, tool: str, step: str, processes: int = 1) -> Command:
        """Return a call of the floor."""
        words = [str(self.python), _FLOOR, step, str(given.folder), str(processes)]
        return Command(tool=tool, words=words, folder=given.folder, files=given.files)

    def folder(self) -> Path:
        """Return a new folder, gone after all."""
        return Path(tempfile.mkdtemp(dir=self.scratch))

    def synthetic(self, files: int, mix: Mix | None = None) -> Input:
        """Return a made-up repository."""
        mix = mix or self.mix
        folder = self.scratch / "-".join(map(str, ("synthetic", files, *astuple(mix))))
        if not folder.exists():
            folder.mkdir()
            write(folder, files, mix, self.seed)
        return input_of(folder)

    def _peers(self, given: Input, among: Sequence[Peer] = PEERS) -> Iterator[Command]:
        for peer in among:
            files, program = peer.files(given), self.peers.get(peer.name)
            if files and isinstance(program, Path):
                yield Command(
                    tool=peer.name,
                    words=peer.words(program, given),
                    folder=given.folder,
                    files=len(files),
                    findings=peer.findings,
                )

    def _missing(self, given: Input) -> Iterator[Measured]:
        for peer in PEERS:
            files, why = peer.files(given), self.peers.get(peer.name)
            if files and isinstance(why, str):
                note = f"not installed: {why}"
                yield Measured(tool=peer.name, files=len(files), note=note, refused=True)
