"""The files of one family: the workflow or action that leads it, with those that it calls read where it calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.github.actions import Action
from immutable_delivery.formats.github.calls import Calls
from immutable_delivery.formats.github.triggers import is_action
from immutable_delivery.formats.github.workflow import Workflow
from immutable_delivery.jobs.lower import lower
from immutable_delivery.jobs.spec import JobSpec
from immutable_delivery.syntax.yaml import Mapping as Tree


def facts_of(documents: Mapping[str, Tree], ctx: ParseContext) -> Iterator[Fact | Build]:
    """Yield what the first of these files says, with those that it calls; one that is not called after all speaks for itself."""
    calls = Calls(documents, ctx)
    for path, root in documents.items():
        if is_action(root):
            yield from Action(root, path, ctx, calls).builds()
        for spec in [] if path in calls.called else [*_jobs(path, root, calls)]:
            yield from lower(spec, ctx)


def _jobs(path: str, root: Tree, calls: Calls) -> Iterator[JobSpec]:
    if is_action(root):
        yield Action(root, path, calls.ctx, calls).job()
    else:
        yield from Workflow(root, path, calls.ctx, calls).jobs()
