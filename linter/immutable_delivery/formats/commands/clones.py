"""Git: what is cloned or pulled, and the commit that a later checkout settles on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from immutable_delivery.facts import Fetch
from immutable_delivery.formats.commands.arguments import Arguments, parse
from immutable_delivery.formats.commands.paths import located
from immutable_delivery.formats.commands.stage import Event, Stage
from immutable_delivery.formats.commands.urls import of_ref, of_url
from immutable_delivery.formats.shell import Word
from immutable_delivery.text import Place

_HERE = re.compile(r"(?:\.{0,2}/|\.{1,2}$|file:)")


@dataclass(slots=True, eq=False)
class Clone:
    """A repository in the stage."""

    fact: Fetch
    folder: str
    layer: int
    settled: bool = False
    """Whether a checkout has followed."""


@dataclass(slots=True)
class Clones:
    """The repositories of a stage."""

    found: list[Clone] = field(default_factory=list)
    remotes: dict[str, Word] = field(default_factory=dict)
    """Addresses that `git remote add` names, by the folder."""

    def read(self, event: Event, stage: Stage) -> None:
        """Read a call of git."""
        options = stage.tables.git
        arguments = parse(event.words, options[""], stop=1)
        if not arguments.operands:
            return
        verb, rest = arguments.operands[0].word, [o.word for o in arguments.operands[1:]]
        folder = arguments.given(("-C",))
        where = located(event.call, folder.value.text if folder and folder.value else ".")
        bypassed = [
            o
            for o in arguments.all(("-c",))
            if o.value and re.search(r"sslverify=(?:false|0)", o.value.text, re.I)
        ]
        names = tuple(f"-c {option.value.text}" for option in bypassed if option.value)
        match verb.text:
            case "clone":
                self._clone(event, parse(rest, options["clone"]), names)
            case "fetch" | "pull":
                self._fetch(event, verb, parse(rest, options["fetch"]), where, names)
            case "checkout" | "switch" | "reset":
                self._settle(event, parse(rest, options["checkout"]), where)
            case "submodule":
                self._submodule(event, verb, rest, where)
            case "remote":
                self._remote(rest, where)

    def _remote(self, rest: list[Word], where: str) -> None:
        operands = [word for word in rest if not word.text.startswith("-")]
        if len(operands) == 3 and operands[0].text in {"add", "set-url"}:
            self.remotes[where] = operands[2]

    def _clone(self, event: Event, arguments: Arguments, bypassed: tuple[str, ...]) -> None:
        operands = [operand.word for operand in arguments.operands]
        if not operands or (operands[0].known and _HERE.match(operands[0].text)):
            return
        url = operands[0]
        chosen = arguments.given(("--branch", "-b", "--revision"))
        ref = chosen.value if chosen else None
        name = re.split(r"[/:]", url.text.rstrip("/"))[-1].removesuffix(".git")
        folder = operands[1].text if len(operands) > 1 else name
        fact = _fact(event, url, ref, url.place, bypassed)
        self.found.append(Clone(fact, located(event.call, folder), event.layer))

    def _fetch(
        self, event: Event, verb: Word, arguments: Arguments, where: str, bypassed: tuple[str, ...]
    ) -> None:
        operands = [operand.word for operand in arguments.operands]
        direct = operands and re.search(r"://|^[\w.-]+@[\w.-]+:", operands[0].text)
        url = operands[0] if direct else self.remotes.get(where)
        ref = operands[1] if len(operands) > 1 else None
        clone = self._at(where)
        if clone is not None and url is None:
            if verb.text == "fetch" or ref is None:
                return
            clone.fact = _with(clone.fact, ref)
            return
        fact = _fact(event, url, ref, verb.place if url is None else url.place, bypassed)
        if ref is None and fact.pin == "none":
            fact = replace(fact, pin="alias")
        self.found.append(Clone(fact, where, event.layer))

    def _settle(self, event: Event, arguments: Arguments, where: str) -> None:
        """Take a checkout for the revision of the repository that it works in."""
        made = arguments.given(("-b", "-B", "--orphan", "-c", "-C"))
        operands = [operand.word for operand in arguments.operands]
        ref = operands[0] if operands else None
        clone = self._at(where)
        if (
            clone is None
            or ref is None
            or ref.text in {"FETCH_HEAD", "HEAD", ".", "--"}
            or arguments.passed
        ):
            return
        if made and ref.known and not of_ref(ref.text):
            return
        clone.fact = _with(clone.fact, ref)
        clone.settled = True

    def _submodule(self, event: Event, verb: Word, rest: list[Word], where: str) -> None:
        if any(word.text == "--remote" for word in rest) and any(
            word.text == "update" for word in rest
        ):
            fact = _fact(event, None, None, verb.place, ())
            self.found.append(
                Clone(replace(fact, pin="alias", revision="--remote"), where, event.layer)
            )

    def _at(self, where: str) -> Clone | None:
        """Return the repository in a folder; the last one where nothing tells which."""
        for clone in reversed(self.found):
            if (
                clone.folder == where
                or where.endswith(f"/{clone.folder}")
                or clone.folder.endswith(f"/{where}")
            ):
                return clone
        loose = [clone for clone in self.found if not clone.settled]
        return loose[-1] if loose else None


def _fact(
    event: Event, url: Word | None, ref: Word | None, place: Place, bypassed: tuple[str, ...]
) -> Fetch:
    address = of_url(url.text, url.missing, git=True) if url else None
    places = {"url": place}
    if url is not None and len(url.written.pieces) == 1:
        places["url"] = url.written.place()
    fact = Fetch(
        used_at=places["url"],
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places=places,
        tool="git",
        url=url.text if url and url.known else None,
        source_type="git",
        revision=address.revision.text if address else "",
        pin=address.pin if address else "none",
        verified=bool(address) and address.pin == "digest" if address else False,
        bypassed_checks=bypassed,
        credentials=bool(address and address.credentials),
    )
    return _with(fact, ref) if ref is not None else fact


def _with(fact: Fetch, ref: Word) -> Fetch:
    """Return a fetch with the revision that a word names."""
    text = re.sub(r"^(?:refs/heads/|origin/|upstream/)|[~^].*$", "", ref.text)
    pin = of_ref(text) if not ref.text.startswith(("origin/", "refs/heads/")) else "alias"
    places = {
        **fact.places,
        "revision": ref.written.place() if len(ref.written.pieces) == 1 else ref.place,
    }
    if ref.missing:
        return replace(fact, revision=None, pin=None, verified=None, places=places)
    return replace(fact, revision=text, pin=pin, verified=pin == "digest", places=places)
