"""Jenkinsfiles: declarative and scripted pipelines, read as calls.

The reference is https://www.jenkins.io/doc/book/pipeline/syntax/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.comments import remarks
from immutable_delivery.syntax.groovy import Script
from immutable_delivery.syntax.groovy import read as parse

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "jenkins"

_PATH = lazy(r"(?:^|/)(?:[\w.-]*\.)?Jenkinsfile(?:[.-][\w.-]+)?\Z")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path names a pipeline."""
    return _PATH.search(path) is not None


def comments(document: Script, text: Text) -> list[Comment]:
    """Return the comments with what each covers: the statement below it or before it."""
    from immutable_delivery.formats.jenkins.jobs import statements  # noqa: PLC0415

    return remarks(text, document.remarks, [*statements(document.calls)])


def facts(documents: Mapping[str, Script], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every pipeline says."""
    from immutable_delivery.formats.jenkins.jobs import jobs, unclear  # noqa: PLC0415
    from immutable_delivery.jobs.lower import lower  # noqa: PLC0415 (it loads the shell)

    for path, script in documents.items():
        for job in jobs(script, path, ctx):
            yield from lower(job, ctx)
        yield from unclear(script, path)
