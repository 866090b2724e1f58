"""Settings that outlive their command: checks turned off, managers frozen, package sources fixed."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from immutable_delivery.effects.program_tables import Line
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.stage import Event, Stage, hull
from immutable_delivery.facts import Variable, VariableType
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

_WRITERS = frozenset(("echo", "printf", "cat", "tee", "sed"))


def settings(event: Event, stage: Stage) -> Iterator[Variable]:
    """Yield settings that turn integrity checks off; take note of those that freeze."""
    exported = event.call.exported
    for name, word in exported.items():
        stage.environment[name] = word.text if word.known else None
    for name, word in {**exported, **event.call.assignments}.items():
        if stage.tables.bypassed_by(name, word.text):
            yield _variable(event, "env", name, word.text, word.place)
    rules = event.role.rules
    if any(_matches(rule, event) for rule in rules.get("freezing_settings", ())):
        stage.settings.add(event.name)
    if any(_matches(rule, event) for rule in rules.get("bypassing_settings", ())):
        place = hull(event.call.words[0], event.call.words[-1])
        yield _variable(event, "setting", event.call.text, "", place)
    if event.name in _WRITERS:
        yield from _lines(event, stage)


def _matches(rule: Rule, event: Event) -> bool:
    """Whether a setting is what a rule describes, whatever options (`--global`) stand between."""
    if rule.options:
        return rule.matches(event.arguments)
    texts = [word.text for word in event.words if not word.text.startswith("-")]
    if len(texts) < len(rule.words):
        return False
    pairs = zip(texts, rule.words, strict=False)
    return all(any(fnmatchcase(text, word) for word in words) for text, words in pairs)


def _lines(event: Event, stage: Stage) -> Iterator[Variable]:
    """Look for lines that turn checks off, written into the files where they would."""
    files = [redirect.target.text for redirect in event.call.outputs]
    files += [
        word.text for word in event.words if "/" in word.text and not set(word.text) & set(" \n|=")
    ]
    if not files:
        return
    words = [*event.call.words, *(word for other in event.inputs for word in other.call.words)]
    for line in stage.tables.lines:
        if any(line.file.search(file) for file in files):
            texts = (word.written for word in words)
            bodies = (redirect.body for redirect in event.call.redirects if redirect.body)
            yield from _first(event, line, [*texts, *bodies])


def _first(event: Event, line: Line, texts: list[LocatedText]) -> Iterator[Variable]:
    for text in texts:
        if match := line.line.search(text.text):
            yield _variable(event, "setting", match[0].strip(), "", text.place(*match.span()))
            return


def _variable(event: Event, kind: VariableType, name: str, value: str, place: Place) -> Variable:
    return Variable(
        used_at=place,
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places={"name": place, "value": place, "bypassed_checks": place},
        variable_type=kind,
        name=name,
        value=value,
        bypassed_checks=(f"{name}={value}" if value else name,),
    )


def fixes_sources(event: Event, stage: Stage) -> bool:
    """Whether a call writes a package source that is fixed by its date (snapshot.debian.org)."""
    if event.role.fetcher is not None:
        return False
    texts = [word.text for word in event.call.words if "." in word.text]
    texts += [redirect.body.text for redirect in event.call.redirects if redirect.body]
    return any(stage.tables.frozen_hosts.search(text) for text in texts)
