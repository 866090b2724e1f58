"""A plan said to the forge: read, plan, send; and again where nobody knows whether it was heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from immutable_delivery.findings import Report
from immutable_delivery.forges.model import Call, Forge, Plan, Pull, Remark, State
from immutable_delivery.forges.session import DeniedError, RejectedError, Session
from immutable_delivery.records import Record, replace
from immutable_delivery.reporters.plain import count
from immutable_delivery.review.plan import Wanted, planned
from immutable_delivery.transport.client import UncertainError

ROUNDS = 4

MOVED = "the pull request has moved on: the run for its newest commit speaks"


class Round(Record, frozen=True):
    """What there was, what to do about it, and how."""

    state: State
    plan: Plan
    calls: tuple[Call, ...]


class _NotTakenError(Exception):
    """A request that the forge does not take."""

    def __init__(self, call: Call, reason: RejectedError) -> None:
        super().__init__(str(reason))
        self.call = call
        self.reason = reason


def worked_out(forge: Forge, pull: Pull, state: State, report: Report, wanted: Wanted) -> Round:
    """Return the requests of a review."""
    plan = planned(report, state, wanted)
    return Round(state, plan, tuple(forge.calls(pull, plan, state)))


def posted(session: Session, pull: Pull, report: Report, wanted: Wanted) -> str:
    """Say it and return what was done; RefusedError where that is not all."""
    narrow: Callable[[State], State] = _whole
    for left in reversed(range(ROUNDS)):
        state = session.understood(lambda: session.forge.state(session, pull))
        if state.head and state.head != pull.head:
            return MOVED
        one = worked_out(session.forge, pull, narrow(state), report, wanted)
        try:
            _send(session, one.calls)
        except UncertainError:
            if not left:
                raise
        except _NotTakenError as refused:
            if not left:
                raise refused.reason from None
            narrow = _narrower(narrow, refused.call.about)
        else:
            return told(one.plan)
    raise AssertionError("unreachable")


def _whole(state: State) -> State:
    return state


def _narrower(narrow: Callable[[State], State], about: Remark | None) -> Callable[[State], State]:
    """Return a view of the diff without the lines that the forge refuses; without any, where it does not say which."""

    def narrower(state: State) -> State:
        state = narrow(state)
        if about is None:
            return replace(state, diff={})
        return replace(
            state, diff={path: one for path, one in state.diff.items() if path != about.path}
        )

    return narrower


def _send(session: Session, calls: Iterable[Call]) -> None:
    known: dict[str, Any] = {}
    for call in calls:
        try:
            _one(session, call, known)
        except RejectedError as error:
            raise _NotTakenError(call, error) from error


def _one(session: Session, call: Call, known: dict[str, Any]) -> None:
    """Send a request; where it is refused what takes its place, or nothing where nobody misses it."""
    try:
        answer = session.send(call, known)
    except (DeniedError, RejectedError, KeyError):
        if call.instead:
            _one(session, call.instead, known)
        elif call.needed:
            raise
        return
    except UncertainError:
        if call.needed:
            raise
        return
    if call.gives and isinstance(answer, dict):
        known[call.gives] = answer.get("id")


def told(plan: Plan) -> str:
    """Return what a plan does, for a person."""
    return ", ".join(_counts(plan)) or "nothing to say"


def _counts(plan: Plan) -> Iterator[str]:
    if plan.new:
        yield f"{count(len(plan.new), 'comment')} written"
    words: Mapping[str, int] = {
        "edited": len(plan.edited), "resolved": len(plan.resolved), "opened again": len(plan.reopened),
        "taken away": len(plan.deleted),
    }  # fmt: skip
    yield from (f"{number} {word}" for word, number in words.items() if number)
    if plan.summary:
        yield "the summary written"
