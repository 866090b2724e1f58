"""What commands take from elsewhere and deploy: charts, manifests, bases, modules, and how far their words fix it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.context import Inside
from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.clones import Clones
from immutable_delivery.effects.recipes import where
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.stage import Event, Stage
from immutable_delivery.effects.written import PRINTERS, Written, filled_in, printed_whole
from immutable_delivery.facts import Fetch, Pin, Source, SourceType
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.references.charts import is_range, of_tag, of_version
from immutable_delivery.references.git import of_ref
from immutable_delivery.references.images import parts
from immutable_delivery.references.urls import of_url
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.wrappers import tail

_ADDRESS = lazy(
    r"(?:git\+)?(?:https?|ssh|git|oci)://|git(?:@|::)|(?:github\.com|gitlab\.com|bitbucket\.org)/"
)
_ARTIFACT = "oci://"
_DEPLOYED = frozenset(("chart", "kustomize", "module"))
"""What of a clone is deployed by its path; what is built from it or run beside the job is told elsewhere."""
_INPUT = frozenset(("-", "/dev/stdin"))
_VERSIONED = lazy(r"[\w.-]+[,:](?P<version>[^/]+)\Z")
"""A role or collection of Galaxy with its version."""
_REVISED = lazy(r"git\+[^,]+,(?P<revision>[^,/]+)\Z", needs=("git+",))
"""A role of Galaxy from a repository, with its revision."""
_FILE = lazy(r"\.(?:ya?ml|json|tgz|tar\.gz|zip)(?:[?#]|\Z)")


class _Fixed(Record, frozen=True):
    """What fixes a source, and where that is written; a pin that is None is not known."""

    ref: str | None
    pin: Pin | None
    place: Place


def sources(event: Event, rule: Rule, stage: Stage) -> Iterator[Source]:
    """Yield what a call takes from elsewhere; what it puts into an image is installed there."""
    if rule.takes == "module" and event.scope.phase == "build":
        return
    for word in rule.concerned(event.arguments):
        if _is_elsewhere(rule, word, event.arguments, event, stage):
            yield _source(rule.takes, word, event.arguments, rule.sets, event)


def cloned(event: Event, rule: Rule, stage: Stage, clones: Clones) -> Iterator[Source]:
    """Yield the repositories that were cloned before, and out of which a call deploys."""
    if rule.takes not in _DEPLOYED:
        return
    for word in rule.concerned(event.arguments):
        clone = clones.holding(event, stage.folder, word.text)
        if clone is not None and not _ADDRESS.match(word.text):
            yield _of_clone(clone.fact, event)


def _of_clone(fact: Fetch, event: Event) -> Source:
    """Return a repository as a source of what is deployed, where it is cloned."""
    url, known = fact.places["url"], fact.url is not None
    ref = fact.places.get("revision", url)
    return Source(
        used_at=fact.used_at,
        extent=fact.extent,
        related=fact.related,
        scope=event.scope,
        places={"url": url, "ref": ref, "pin": ref},
        source_type="git",
        url=fact.url,
        ref=fact.revision,
        pin=fact.pin if known else None,
    )


def documents(event: Event, rule: Rule, stage: Stage, written: Written) -> Iterator[Inside]:
    """Yield what a call deploys that commands have made: on its input (`kubectl apply -f - <<E`), or in a file.

    What only the shell fills in there is unresolved.
    """
    named = rule.concerned(event.arguments) if rule.holds else ()
    for word in named:
        for text in _given(event) if word.text in _INPUT else written.at(event.call, word):
            yield Inside(rule.holds, text, event.scope, where(event, stage))


def _given(event: Event) -> Iterator[LocatedText]:
    """Yield the here-documents on the input of a call, and what `echo` gives it."""
    for call in (event.call, *(one.call for one in event.inputs if one.name == "cat")):
        bodies = (one for one in call.redirects if one.body is not None and not one.string)
        yield from map(filled_in, bodies)
    for one in event.inputs:
        if one.name in PRINTERS and (text := printed_whole(one)) is not None:
            yield text


def _is_elsewhere(rule: Rule, word: Word, arguments: Arguments, event: Event, stage: Stage) -> bool:
    """Whether a word means what does not lie here: an address, or a name that the rule knows and no folder has."""
    if _ADDRESS.match(word.text):
        return True
    if not rule.where or not word.known or event.call.folder is None:
        return False
    charts = rule.takes == "chart"
    named = re.search(rule.where, word.text) or (charts and arguments.given(("--repo",)))
    here = charts and stage.path(event.call, f"{word.text}/Chart.yaml")
    return bool(named) and not here and not word.text.startswith((".", "/"))


def _source(
    takes: SourceType, word: Word, arguments: Arguments, options: tuple[str, ...], event: Event
) -> Source:
    chosen = arguments.value(options)
    fixed = _chosen(takes, chosen) if chosen is not None else _within(takes, word)
    held = arguments.value(("--repo",)) if takes == "chart" else None
    before = f"{held.text.rstrip('/')}/" if held is not None else ""
    return Source(
        used_at=word.place,
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places={"url": word.place, "ref": fixed.place, "pin": fixed.place},
        source_type=takes,
        url=f"{before}{word.text}" if word.known or fixed.pin == "alias" else None,
        ref=fixed.ref,
        pin=fixed.pin,
        range=fixed.pin == "partial",
    )


def _chosen(takes: SourceType, word: Word) -> _Fixed:
    """Return what an option says of the version or revision."""
    if not word.known:
        return _Fixed(None, None, word.place)
    versioned = takes == "chart" or is_range(word.text)
    return _Fixed(word.text, (of_version if versioned else of_ref)(word.text), word.place)


def _within(takes: SourceType, word: Word) -> _Fixed:
    """Return what fixes a source in its own address: the tag of an artifact, a branch, a version in the path."""
    text = word.text
    if text.startswith(_ARTIFACT):
        _, tag, digest = parts(text.removeprefix(_ARTIFACT))
        pin = "digest" if digest else of_version(tag) if takes == "chart" else of_tag("", tag)
        return _Fixed(digest or tag, pin if word.known else None, word.place)
    if not _ADDRESS.match(text):
        match = _VERSIONED.match(text) if takes == "module" else None
        version = match["version"] if match else ""
        return _Fixed(version, of_version(version.lstrip("=")), word.place)
    if takes == "module" and (match := _REVISED.match(text)):
        return _chosen(takes, tail(word, match.start("revision")))
    address = of_url(text, word.unresolved, git=takes != "chart" and not _FILE.search(text))
    moves = address.revision.text
    start = text.find(moves, address.revision.start) if moves else -1
    place = word.written.place(start, start + len(moves)) if start >= 0 else word.place
    known = word.known or address.pin == "alias"
    return _Fixed(moves if known else None, address.pin if known else None, place)
