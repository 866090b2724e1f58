"""Rules that recognise commands: `kubectl set image`, `flask run --debug`, `vite !build`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.facts import Built, Deployment, Mutation, SourceType
from immutable_delivery.records import Record
from immutable_delivery.syntax.shell import Word


class Rule(Record, frozen=True):
    """A program, the operands it begins with, the options it must have, and what it must not have."""

    names: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    """Alternatives for each operand, globs allowed."""
    options: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    mutates: Mutation = ""
    builds: Built = ""
    target: tuple[str, ...] = ()
    """The number of the operand after these words that it concerns, or the options that name it."""
    either: tuple[str, ...] = ()
    """Options of which it must have one."""
    starts: str = ""
    """container or service where it starts one."""
    where: str = ""
    """A pattern of what it concerns; other calls are none of these."""
    runs: bool = False
    """Whether what it does is for the command to tell that it runs: `ssh`, `docker exec`."""
    pushes: bool = False
    """Whether what it concerns is an image that it puts into a registry."""
    copies: bool = False
    """Whether that image is in a registry already: the first operand behind these words."""
    deployment: Deployment = ""
    """How it changes a workload, where no option says what it puts in."""
    makes: str = ""
    """What it makes for its own run; `reaches` where it takes the address of what is there."""
    context: tuple[str, ...] = ()
    """The number of the operand after these words, or the options, that name the folder from which it builds by a Dockerfile."""
    sets: tuple[str, ...] = ()
    """The options whose value says what is put in (`--set image.tag=1.2`), or its version; `pairs` for the operands."""
    takes: SourceType = ""
    """What it takes from elsewhere: chart, kustomize, git …"""
    converges: str = ""
    """The configuration management that it runs: Chef, Puppet …"""
    holds: str = ""
    """The format of what it takes from its input and deploys."""
    scales: tuple[str, ...] = ()
    """The options whose value may say how many replicas run, which is no change of what runs."""

    @classmethod
    def parse(
        cls,
        run: str,
        target: object = "",
        context: object = "",
        check: Iterable[str] = (),
        sets: Iterable[str] = (),
        scales: Iterable[str] = (),
        **row: Any,
    ) -> Rule:
        """Read a rule as commands.yaml writes it."""
        _, *rest = run.split()
        return cls(
            names=programs_of(run),
            words=tuple(tuple(token.split("|")) for token in rest if token[0] not in "-!"),
            options=tuple(token for token in rest if token[0] == "-"),
            absent=tuple(token[1:] for token in rest if token[0] == "!"),
            target=tuple(str(target).split()),
            context=tuple(str(context).split()),
            either=tuple(check),
            sets=tuple(sets),
            scales=tuple(scales),
            **row,
        )

    def concerned(self, arguments: Arguments) -> list[Word]:
        """Return the words that say what it concerns: an operand behind its own words, or the values of options."""
        first = self.target[0] if self.target else ""
        if not first.lstrip("-").isdigit():
            return arguments.values(self.target)
        operands = [operand.word for operand in arguments.operands[len(self.words) :]]
        return operands[int(first) : int(first) + 1 or None]

    def matches(self, arguments: Arguments) -> bool:
        """Whether the arguments of one of its programs are what it describes."""
        texts = arguments.texts
        if len(texts) < len(self.words) or not all(map(_one_of, texts, self.words)):
            return False
        if not all(arguments.given((option,)) for option in self.options):
            return False
        if self.either and not arguments.given(self.either):
            return False
        return not any(_present(arguments, texts, word) for word in self.absent)


def programs_of(row: str | Mapping[str, Any]) -> tuple[str, ...]:
    """Return the programs that a rule is about, as its first word says."""
    run = row if isinstance(row, str) else row["run"]
    return tuple(run.split(maxsplit=1)[0].split("|"))


def _one_of(text: str, alternatives: Sequence[str]) -> bool:
    return any(text == word or ("*" in word and fnmatchcase(text, word)) for word in alternatives)


def _present(arguments: Arguments, texts: list[str], word: str) -> bool:
    return arguments.given((word,)) is not None if word[0] == "-" else word in texts[:3]
