"""The workflows and actions of a repository together: each is read where it is called, and by itself where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.github.actions import Action
from immutable_delivery.formats.github.calls import Calls
from immutable_delivery.formats.github.triggers import is_called
from immutable_delivery.formats.github.workflow import Workflow
from immutable_delivery.jobs.lower import lower
from immutable_delivery.syntax.yaml import Mapping as Tree


def facts_of(documents: Mapping[str, Tree], ctx: ParseContext) -> Iterator[Fact | Build]:
    """Yield what the files say: first what starts by itself, then what nothing of that calls."""
    calls = Calls(documents, ctx)
    for path in sorted(
        documents, key=lambda path: (_is_action(documents[path]), is_called(documents[path]), path)
    ):
        root, known = documents[path], path in calls.called
        if _is_action(root):
            action = Action(root, path, ctx, calls)
            yield from action.builds()
            specs = [] if known else [action.job()]
        else:
            specs = [] if known else [*Workflow(root, path, ctx, calls).jobs()]
        for spec in specs:
            yield from lower(spec, ctx)


def _is_action(root: Tree) -> bool:
    return root.get("runs") is not None and root.get("jobs") is None
