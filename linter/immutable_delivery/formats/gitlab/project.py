"""The pipelines of a repository: what nothing else includes, each with the jobs that it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.gitlab.includes import Includes, child_pipelines, child_sources
from immutable_delivery.formats.gitlab.jobs import Pipeline
from immutable_delivery.jobs.lower import lower, source
from immutable_delivery.jobs.spec import SourceSpec, pipeline_scope
from immutable_delivery.syntax.yaml import Document


def facts_of(
    documents: Mapping[str, Sequence[Document]], ctx: ParseContext
) -> Iterator[Fact | Build]:
    """Yield what the files say: first the pipelines that start by themselves, then what none of them includes."""
    _tell(documents, ctx)
    for pipeline, sources in pipelines(documents, ctx):
        scope = pipeline_scope(pipeline.path, pipeline.path)
        yield from (source(one, scope) for one in sources)
        for job in pipeline.jobs():
            yield from lower(job, ctx)


def pipelines(
    documents: Mapping[str, Sequence[Document]], ctx: ParseContext
) -> Iterator[tuple[Pipeline, Sequence[SourceSpec]]]:
    """Yield the pipelines, each with what it includes from elsewhere."""
    includes = Includes(documents, ctx)
    waiting, seen = sorted(documents, key=_rank), set[str]()
    while waiting:
        path = waiting.pop(0)
        if path in seen or path in includes.used:
            continue
        seen.add(path)
        root = includes.whole(path)
        if root is not None:
            yield Pipeline(root, path, ctx), (*includes.sources, *child_sources(root))
            waiting[:0] = list(child_pipelines(root))


def _rank(path: str) -> tuple[int, int, str]:
    """Return the order in which files are read: the one that GitLab looks for, then by how deep they lie."""
    return path.rpartition("/")[2] != ".gitlab-ci.yml", path.count("/"), path


def _tell(documents: Mapping[str, Sequence[Document]], ctx: ParseContext) -> None:
    for path, held in documents.items():
        for one in held:
            if one.problem:
                ctx.troubles.append(ParseProblem(path, one.problem_at, one.problem))
