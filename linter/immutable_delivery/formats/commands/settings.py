"""Settings that outlive their command: checks turned off, managers frozen, package sources fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from immutable_delivery.facts import Variable
from immutable_delivery.formats.commands.arguments import parse
from immutable_delivery.formats.commands.rules import Rule
from immutable_delivery.formats.commands.stage import Event, Stage, hull
from immutable_delivery.formats.shell import Word
from immutable_delivery.text import Place

_WRITERS = frozenset(("echo", "printf", "cat", "tee", "sed", "sh", "bash"))


def settings(event: Event, name: str, words: list[Word], stage: Stage) -> Iterator[Variable]:
    """Yield settings that turn integrity checks off; take note of those that freeze."""
    for key, word in event.call.exported.items():
        stage.environment[key] = word.text if word.known else None
    for key, word in {**event.call.exported, **event.call.assignments}.items():
        if stage.tables.bypassed_by(key, word.text):
            yield _variable(event, "env", key, word.text, word.place)
    rules = stage.tables.rules("freezing_settings", name)
    found = next((rule for rule in rules if _matches(rule, name, words, stage)), None)
    if found is not None:
        stage.settings.add(name)
    for rule in stage.tables.rules("bypassing_settings", name):
        if _matches(rule, name, words, stage):
            place = hull(event.call.words[0], event.call.words[-1])
            yield _variable(event, "setting", event.call.text, "", place)
            return
    yield from _lines(event, words, stage)


def _matches(rule: Rule, name: str, words: list[Word], stage: Stage) -> bool:
    """Whether a setting is what a rule describes, whatever options (`--global`) stand between."""
    if rule.options:
        return rule.matches(parse(words, stage.tables.options(name)))
    texts = [word.text for word in words if not word.text.startswith("-")]
    if len(texts) < len(rule.words):
        return False
    return all(
        any(fnmatchcase(text, word) for word in alternatives)
        for text, alternatives in zip(texts, rule.words, strict=False)
    )


def _lines(event: Event, words: list[Word], stage: Stage) -> Iterator[Variable]:
    """Look for lines written into configuration files that turn checks off."""
    if event.call.name not in _WRITERS:
        return
    files = [redirect.target.text for redirect in event.call.redirects if redirect.output]
    files += [word.text for word in words if "/" in word.text and not any(c in word.text for c in " \n|=")]
    sources = [*event.call.words, *(word for other in event.inputs for word in other.call.words)]
    for line in stage.tables.lines:
        if not any(line.file.search(file) for file in files):
            continue
        for word in sources:
            if match := line.line.search(word.text):
                place = word.written.place(match.start(), match.end())
                yield _variable(event, "setting", match[0].strip(), "", place)
                return
        for redirect in event.call.redirects:
            if redirect.body is not None and (match := line.line.search(redirect.body.text)):
                place = redirect.body.place(match.start(), match.end())
                yield _variable(event, "setting", match[0].strip(), "", place)
                return


def _variable(event: Event, kind: str, name: str, value: str, place: Place) -> Variable:
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
    if stage.tables.fetcher(event.call.name) is not None:
        return False
    texts = [word.text for word in event.call.words]
    texts += [redirect.body.text for redirect in event.call.redirects if redirect.body]
    pattern = _pattern(stage)
    return any(pattern.search(text) for text in texts if "." in text)


def _pattern(stage: Stage) -> re.Pattern[str]:
    hosts = sorted(stage.tables.words("frozen_hosts"))
    return re.compile("|".join(re.escape(host).replace(r"\*", "") for host in hosts))
