"""What is known of a policy's finding is the subject of its whole statement, not what its place happens to show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.policies.test_examples import each_policy, others

from immutable_delivery.commands.policy_test import examined, found, marked
from immutable_delivery.findings import Finding
from immutable_delivery.policy.fingerprints import content
from immutable_delivery.policy.load import Example, PolicyFile
from immutable_delivery.records import replace
from immutable_delivery.source.text import Text

_WORD = re.compile(r"(?<![\w.-])[A-Za-z](?:[\w.@/-]|:(?=//)){2,}")


def identities(file: PolicyFile, example: Example) -> Iterator[tuple[Finding, str, str]]:
    """Yield what a policy finds, the words at its place, and what it is known by."""
    plain, _ = marked(example.files)
    texts = {path: Text(path, value) for path, value in plain.items()}
    for one in found(examined(example, file.policy, others(file)), file.policy):
        span = one.place.span
        yield one, plain.get(one.place.file, "")[span.start : span.end], content(one, texts)


def swapped(file: PolicyFile, example: Example) -> Iterator[tuple[str, Any, Any]]:
    """Yield each word of a statement that can be another beside an equal place, with the identities before and after."""
    plain, _ = marked(example.files)
    for one, words, known in identities(file, example):
        path, place = one.place.file, one.place.span
        text = plain.get(path, "")
        for word in _WORD.finditer(text, one.extent.span.start, one.extent.span.end):
            if word.end() <= place.start or word.start() >= place.end:
                at = word.end() if "//" in word[0] else word.start()
                other = f"{text[:at]}x{text[at:]}"
                changed = replace(example, files={**plain, path: other})
                for two, same, identity in identities(file, changed):
                    moved = place.start + (word.end() <= place.start)
                    if (two.place.span.start, same, two.owner) == (moved, words, one.owner):
                        yield word[0], known, identity


SUBJECTS = {
    "contract-image-moves": "redis-server",
    "contract-without-start": "shop/web",
    "fetch-at-start": "v4.2.3@sha256",
    "floating-tag": "debian",
    "host-mounted-code": "srv/shop/server.js",
    "host-mounted-config": "etc/nginx/nginx.conf",
    "host-path": "host/sys",
    "ignored-input": "package.json",
    "install-by-environment": "pandas",
    "integrity-check-bypassed": "https://example.com/v1.2.3/tool",
    "interactive-container": "nginx",
    "malformed-reference": "nginx",
    "missing-digest": "node",
    "moving-pull": "nginx",
    "node-local-image": "shop/web",
    "onbuild-trigger": "node",
    "partial-tag": "node",
    "repeated-start-command": "debian",
    "runs-as-root": "node",
    "runtime-socket": "host/run",
    "ssh-server": "gitea/gitea",
    "unpinned-clone": "https://github.com/acme/tool",
    "unpinning-overlay": "shop/web",
    "unversioned-input": "app/",
    "volume-over-code": "node",
    "whole-context-copied": "app",
    "writable-root": "nginx",
}
"""A word beside the place that tells one subject from another; elsewhere the place shows all of it."""


@each_policy
def test_another_subject_beside_an_equal_place_is_not_known(file: PolicyFile) -> None:
    bad = [example for example in file.examples if example.bad]
    changed = {
        word for example in bad for word, *both in swapped(file, example) if len(set(both)) > 1
    }
    assert {SUBJECTS[file.policy.id]} <= changed if file.policy.id in SUBJECTS else True


@each_policy
def test_the_same_thing_in_another_place_is_known(file: PolicyFile) -> None:
    for example in (one for one in file.examples if one.bad):
        lower = {path: _lower(path, text) for path, text in example.files.items()}
        before = [identity for *_, identity in identities(file, example)]
        after = [identity for *_, identity in identities(file, replace(example, files=lower))]
        assert before == after


def _lower(path: str, text: str) -> str:
    """Return a text a line lower, where its format has comments; the first line of a cloud-config stays the first."""
    if path.endswith((".json", ".lock")):
        return text
    if path.endswith(".sql"):
        return f"-- a word\n{text}"
    first, _, rest = text.partition("\n")
    return f"{first}\n# a word\n{rest}" if first == "#cloud-config" else f"# a word\n{text}"
