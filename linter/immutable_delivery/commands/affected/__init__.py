"""`imd affected`: what a change rebuilds and redeploys, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from immutable_delivery.commands.affected.answer import Answer, Artifact, Intake, Reason
from immutable_delivery.commands.affected.artifacts import Built, named
from immutable_delivery.commands.affected.contexts import taken_path
from immutable_delivery.commands.affected.rebuilt import Rebuilt
from immutable_delivery.commands.affected.redeployed import Redeployed
from immutable_delivery.commands.affected.states import Compared, Readers, State, compared
from immutable_delivery.commands.affected.unknown import unknown
from immutable_delivery.formats.registry import candidates
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.records import replace

__all__ = ["affected"]

_EVERYTHING = Reason("unknown", "what was there before is not known")


def affected(
    start: Path, rev: str, request: Request, *, uncommitted: bool = False, direct: bool = False
) -> Answer:
    """Return what has come since a commit means for every image that is built here, and for every service."""
    found = compared(start, rev, uncommitted=uncommitted, direct=direct)
    readers = Readers(found.tree, request, found.touched)
    after = readers.state(found.tree.files)
    before = _before(found, after, readers)
    rebuilt = Rebuilt(before, after, found.touched)
    known = found.before is not None
    reasons = rebuilt.reasons() if known else [[_EVERYTHING] for _ in rebuilt.new.all]
    readers.close()
    artifacts = tuple(_artifacts(rebuilt, reasons))
    return Answer(
        since=found.since,
        paths=len(found.touched),
        artifacts=artifacts,
        services=Redeployed(before, after, found.touched).all(artifacts),
        removed=rebuilt.removed() if known else (),
        notices=(*found.notices, *found.tree.notices),
    )


def _before(found: Compared, after: State, readers: Readers) -> State:
    """Return the older state; where nothing changed that could say something else, it says what the newer one does."""
    if found.before is None:
        return State(found.tree.files)
    if any(_may_tell(path, after) for path in found.touched):
        return readers.state(found.before)
    return replace(after, files=found.before)


def _may_tell(path: str, after: State) -> bool:
    """Whether a path may be of a file that says how something is built or run; of one that is gone nobody knows who read it."""
    name = path.rpartition("/")[2]
    read = path in after.looked_at or path not in after.paths
    return read or bool(candidates(path)) or ".env" in name or name.endswith("ignore")


def _artifacts(rebuilt: Rebuilt, reasons: Sequence[Sequence[Reason]]) -> Iterable[Artifact]:
    found = zip(rebuilt.new.all, named(rebuilt.new.all), reasons, strict=True)
    known = [_artifact(one, name, why, rebuilt) for one, name, why in found]
    every = [*known, *unknown(rebuilt.after, frozenset(one.name for one in known))]
    return sorted(every, key=lambda one: (one.name, one.dockerfile))


def _intakes(one: Built, rebuilt: Rebuilt) -> Iterable[Intake]:
    for each in dict.fromkeys(one.recipe.inputs):
        yield Intake(taken_path(each), each.place.file, rebuilt.line(each.place))


def _artifact(one: Built, name: str, reasons: Sequence[Reason], rebuilt: Rebuilt) -> Artifact:
    recipe = one.recipe
    return Artifact(
        name=name,
        dockerfile=recipe.dockerfile,
        context=None if recipe.context is None else recipe.context or ".",
        assumed=recipe.assumed,
        target=recipe.target,
        image=one.image,
        services=one.services,
        affected=bool(reasons),
        unknown=bool(reasons) and all(reason.kind == "unknown" for reason in reasons),
        reasons=tuple(reasons),
        takes=tuple(_intakes(one, rebuilt)),
        moves=rebuilt.new.moves.get(recipe.dockerfile, ()),
    )
