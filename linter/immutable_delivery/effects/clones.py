"""Git: what is cloned or pulled, and the commit that a later checkout settles on."""

from __future__ import annotations

import re
from posixpath import join, normpath

from immutable_delivery.effects.arguments import Arguments, Option, parse
from immutable_delivery.effects.paths import below, located
from immutable_delivery.effects.stage import Event, Stage, decided
from immutable_delivery.facts import Fetch
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.references.urls import Address, of_ref, of_url
from immutable_delivery.syntax.shell import Word

MAX_CLONES = 100
"""So many repositories are looked through for the one that a checkout means."""

_HERE = lazy(r"\.{0,2}/|\.{1,2}$|file:")
_ADDRESS = lazy(r"\w+://|[\w.-]+@[\w.-]+:")
_UNCHECKED = lazy(r"http\..*sslverify=(?:false|0)", re.IGNORECASE)
_NEWEST = frozenset(("describe", "tag", "rev-list", "ls-remote", "for-each-ref"))
_NO_REVISION = frozenset(("FETCH_HEAD", "HEAD", "."))


class Clone(Record, eq=False):
    """A repository in the stage."""

    fact: Fetch
    folder: str
    settled: bool = False
    """Whether a checkout has followed."""
    fetched: Word | None = None
    """What `FETCH_HEAD` means in it."""


class Clones(Record):
    """The repositories of a stage."""

    found: list[Clone] = field(default_factory=list)
    _remotes: dict[str, Word] = field(default_factory=dict)
    """Addresses that `git remote add` names, by the folder."""

    def read(self, event: Event, stage: Stage) -> None:
        """Read a call of git."""
        options = stage.tables.git
        arguments = parse(event.words, options[""], stop=1)
        if not arguments.operands:
            return
        verb, *rest = [operand.word for operand in arguments.operands]
        folder = arguments.given(("-C",))
        where = located(event.call, folder.value.text if folder and folder.value else ".")
        bypassed = _unchecked(arguments)
        match verb.text:
            case "clone":
                self._clone(event, verb, parse(rest, options["clone"]), bypassed)
            case "fetch" | "pull":
                self._fetch(event, verb, parse(rest, options["fetch"]), where, bypassed)
            case "checkout" | "switch" | "reset":
                self._settle(event, parse(rest, options["checkout"]), where)
            case "submodule":
                self._submodule(event, verb, rest, where)
            case "remote":
                self._remote(rest, where)
            case _:
                pass

    def _remote(self, rest: list[Word], where: str) -> None:
        match [word for word in rest if not word.text.startswith("-")]:
            case [verb, _, url] if verb.text in {"add", "set-url"}:
                self._remotes[where] = url
            case _:
                pass

    def _clone(
        self, event: Event, verb: Word, arguments: Arguments, bypassed: list[Option]
    ) -> None:
        operands = [operand.word for operand in arguments.operands]
        if not operands or (operands[0].known and _HERE.match(operands[0].text)):
            return
        url = operands[0]
        chosen = arguments.given(("--branch", "-b", "--revision"))
        name = re.split(r"[/:]", url.text.rstrip("/"))[-1].removesuffix(".git")
        folder = operands[1].text if len(operands) > 1 else name
        bypassed = [*bypassed, *_unchecked(arguments)]
        fact = repository(event, url, verb, chosen.value if chosen else None, _texts(bypassed))
        fact = _placed(fact, bypassed)
        self.found.append(Clone(fact, located(event.call, folder)))

    def _fetch(
        self, event: Event, verb: Word, arguments: Arguments, where: str, bypassed: list[Option]
    ) -> None:
        operands = [operand.word for operand in arguments.operands]
        direct = bool(operands) and _ADDRESS.match(operands[0].text) is not None
        url = operands[0] if direct else self._remotes.get(where)
        ref = operands[1] if len(operands) > 1 else None
        clone = self._at(where) if url is None else None
        if clone is not None:
            clone.fetched = ref
            if verb.text == "pull" and ref is not None:
                clone.fact = settled(clone.fact, ref)
            return
        fact = _placed(repository(event, url, verb, ref, _texts(bypassed)), bypassed)
        fact = replace(fact, pin="alias") if fact.pin == "none" else fact
        self.found.append(Clone(fact, where))

    def _settle(self, event: Event, arguments: Arguments, where: str) -> None:
        """Take a checkout for the revision of the repository that it works in."""
        clone = self._at(where)
        ref = arguments.operands[0].word if arguments.operands else None
        if clone is not None and ref is not None and ref.text == "FETCH_HEAD":
            ref = clone.fetched
        if clone is None or ref is None or ref.text in _NO_REVISION or arguments.passed:
            return
        clone.fact = settled(clone.fact, ref, newest=any(map(_asks, event.feeding(ref))))
        clone.settled = True

    def _submodule(self, event: Event, verb: Word, rest: list[Word], where: str) -> None:
        if {"--remote", "update"} <= {word.text for word in rest}:
            fact = replace(repository(event, None, verb), pin="alias", revision="--remote")
            self.found.append(Clone(fact, where))

    def holding(self, event: Event, folder: str, path: str) -> Clone | None:
        """Return the repository that holds a path of a call, which runs in a folder of the stage."""
        if event.call.folder is None:
            return None
        own = located(event.call, path)
        paths = {own, own if own.startswith(("/", "~", "$")) else normpath(join(folder, own))}
        last = reversed(self.found[-MAX_CLONES:])
        return next((one for one in last if any(_holds(one.folder, path) for path in paths)), None)

    def _at(self, where: str) -> Clone | None:
        """Return the repository in a folder; the last one where nothing tells which."""
        last = self.found[-MAX_CLONES:]
        here = (clone for clone in reversed(last) if _ends(where, clone.folder))
        loose = (clone for clone in reversed(last) if not clone.settled)
        return next(here, None) or next(loose, None)


def _asks(event: Event) -> bool:
    """Whether a call tells what is newest in a repository: `$(git describe --tags …)`."""
    verbs = {word.text for word in event.words[:3]}
    return event.name == "git" and not verbs.isdisjoint(_NEWEST)


def _ends(where: str, folder: str) -> bool:
    return where == folder or where.endswith(f"/{folder}") or folder.endswith(f"/{where}")


def _holds(folder: str, path: str) -> bool:
    return path == folder or below(path, folder)


def _unchecked(arguments: Arguments) -> list[Option]:
    """Return the settings that turn the check of certificates off: `git -c`, `git clone --config`."""
    settings = arguments.all(("-c", "--config"))
    return [
        setting for setting in settings if setting.value and _UNCHECKED.match(setting.value.text)
    ]


def _texts(bypassed: list[Option]) -> tuple[str, ...]:
    return tuple(f"-c {one.value.text}" for one in bypassed if one.value)


def _placed(fact: Fetch, bypassed: list[Option]) -> Fetch:
    """Say where the first of these settings stands."""
    if not bypassed or bypassed[0].value is None:
        return fact
    place = bypassed[0].value.place
    return replace(fact, places={**fact.places, "bypassed_checks": place})


_BRANCH = lazy(r"(?:refs/heads/|origin/|upstream/)")
_BEHIND = lazy(r"[~^].*$")


def repository(
    event: Event,
    url: Word | None,
    verb: Word,
    ref: Word | None = None,
    bypassed: tuple[str, ...] = (),
) -> Fetch:
    """Return the fact of a repository, at its address or, where none is named, at the verb."""
    address = of_url(url.text, url.unresolved, git=True) if url else Address("git", "")
    place = decided(url) if url else verb.place
    fact = Fetch(
        used_at=url.place if url else place,
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places={"url": place},
        tool="git",
        url=url.text if url and url.known else None,
        source_type="git",
        written=url.text if url and not address.credentials else "",
        revision=address.revision.text,
        pin=address.pin,
        verified=address.pin == "digest",
        bypassed_checks=bypassed,
        credentials=address.credentials,
    )
    return settled(fact, ref) if ref is not None else fact


def settled(fact: Fetch, ref: Word, *, newest: bool = False) -> Fetch:
    """Return a repository with the revision that a word names, or the newest of the day."""
    places = {**fact.places, "revision": decided(ref)}
    if newest:
        return replace(fact, revision=ref.text, pin="alias", verified=False, places=places)
    if ref.unresolved:
        return replace(fact, revision=None, pin=None, verified=None, places=places)
    branch = _BRANCH.match(ref.text)
    text = _BEHIND.sub("", ref.text[branch.end() if branch else 0 :])
    pin = "alias" if branch else of_ref(text)
    return replace(fact, revision=text, pin=pin, verified=pin == "digest", places=places)
