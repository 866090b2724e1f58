"""A Dockerfile as facts: every stage followed instruction by instruction, for each way to build it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import takewhile

from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.facts import Build, Command, Container, Fact, Recipe, Scope, Start
from immutable_delivery.formats.dockerfile import (
    assignments,
    bases,
    copies,
    passing,
    runs,
    settings,
    starts,
)
from immutable_delivery.formats.dockerfile.containers import container
from immutable_delivery.formats.dockerfile.contents import Contents
from immutable_delivery.formats.dockerfile.context import context_of
from immutable_delivery.formats.dockerfile.document import Document, Instruction
from immutable_delivery.formats.dockerfile.environments import meant_for
from immutable_delivery.formats.dockerfile.expansion import Resolver
from immutable_delivery.formats.dockerfile.interpreters import finish
from immutable_delivery.formats.dockerfile.recipes import recipe
from immutable_delivery.formats.dockerfile.references import flag
from immutable_delivery.formats.dockerfile.requests import Request, requests
from immutable_delivery.formats.dockerfile.stages import Plan, Stage
from immutable_delivery.formats.dockerfile.state import BuildState, State
from immutable_delivery.formats.dockerfile.variables import Variables
from immutable_delivery.records import replace

_FINISHES = frozenset({"ADD", "COPY", "CMD", "ENTRYPOINT"})
_FOLLOW: dict[str, Callable[[State, Instruction], None]] = {
    "ADD": copies.copy,
    "ARG": assignments.arg,
    "CMD": starts.start,
    "COPY": copies.copy,
    "ENTRYPOINT": starts.start,
    "ENV": assignments.env,
    "EXPOSE": settings.expose,
    "HEALTHCHECK": starts.healthcheck,
    "LABEL": assignments.label,
    "RUN": runs.run,
    "SHELL": settings.shell,
    "USER": settings.user,
    "VOLUME": settings.volume,
    "WORKDIR": settings.workdir,
}


def lower(
    document: Document, ctx: ParseContext, builds: Iterable[Build] = ()
) -> list[Fact | Recipe]:
    """Return the facts of a Dockerfile, merged over the ways in which it is built; what goes into the image in each, where that is asked for."""
    sites = [
        _lower(document, ctx, request)
        for request in requests(document, builds, ctx.settings.build_args)
    ]
    facts = sites[0].facts if len(sites) == 1 else _merged([site.facts for site in sites])
    return [*facts, *(map(recipe, sites) if ctx.settings.wholes else ())]


def _lower(document: Document, ctx: ParseContext, request: Request) -> BuildState:
    resolve = Resolver(document.escape)
    plan = Plan(document, request, resolve)
    site = BuildState(
        document, ctx, plan, context_of(ctx.files, document.path, request, _sources(document))
    )
    scope = meant_for(Scope(owner=document.path, dockerfile=document.path), ctx)
    if document.syntax:
        site.facts.append(bases.frontend(document.syntax, scope))
    for one in takewhile(lambda one: one.name != "FROM", document.instructions):
        site.facts += assignments.arg_facts(one, plan.variables, scope)
    for stage in plan.stages:
        _stage(site, stage)
    if not ctx.settings.wholes:
        _finish(site)
    _complain(document, ctx, resolve)
    return site


def _finish(site: BuildState) -> None:
    """Follow what is known once every stage is read: what gets into the image, and how it starts."""
    passing.settle(site)
    target = site.states[site.plan.target.index] if site.plan.target else None
    for state in site.states:
        starts.starts(state, target)


def _stage(site: BuildState, stage: Stage) -> None:
    state = _opened(site, stage)
    site.states.append(state)
    bases.base(state)
    for one in stage.body:
        _step(state, one)
    built = finish(state, state.interpreter) if state.interpreter else []
    state.snapshot = state.interpreter.snapshot if state.interpreter else state.snapshot
    state.emit(*built)
    state.adds_code |= any(isinstance(fact, Command) and fact.builds == "code" for fact in built)
    state.emit(container(state))


def _opened(site: BuildState, stage: Stage) -> State:
    """Return the state that a stage begins with: its base's, where that is a stage too."""
    owner = stage.name or (
        f"stage {stage.index}" if len(site.plan.stages) > 1 else site.document.path
    )
    stated = Scope(owner=owner, shipped=stage.shipped, dockerfile=site.document.path)
    scope = meant_for(stated, site.ctx)
    if stage.parents:
        parents = [site.states[index] for index in stage.parents]
        parent = next((one for one in parents if one.start), parents[0])  # a variable may mean any
        return parent.child(stage, scope, parent.variables.copy())
    scratch = stage.base.text == "scratch"
    return State(
        site,
        stage,
        scope,
        Variables(closed=scratch),
        stage.base,
        Contents(site.context),
        workdir="/" if scratch else ".",
    )


def _step(state: State, instruction: Instruction) -> None:
    if instruction.trigger is None:
        _follow(state, instruction)
        return
    state.onbuild = state.onbuild or instruction.place
    state.unfinished |= instruction.trigger.name in _FINISHES
    state.triggers = state.triggers or state.variables.copy()
    state.triggered = state.triggers
    _follow(state, instruction.trigger)
    state.triggered = None


def _follow(state: State, instruction: Instruction) -> None:
    bases.referenced(state, instruction)
    if instruction.name in _FOLLOW:
        _FOLLOW[instruction.name](state, instruction)


def _sources(document: Document) -> list[str]:
    """Return what COPY and ADD name literally, to find the context by."""
    return [
        word.text
        for instruction in document.instructions
        if instruction.name in {"COPY", "ADD"} and flag(instruction, "from") is None
        for word in instruction.words[:-1]
        if not any(char in word.text for char in "$<:")
    ]


def _complain(document: Document, ctx: ParseContext, resolve: Resolver) -> None:
    for fault in resolve.faults:
        trouble = ParseProblem(document.path, fault.offset, fault.reason)
        if trouble not in ctx.troubles:
            ctx.troubles.append(trouble)


def _merged(found: list[list[Fact]]) -> list[Fact]:
    """Keep one of the facts that differ only in whether they ship; what ships in one build ships."""
    merged: dict[str, Fact] = {}
    for fact in (fact for facts in found for fact in facts):
        key = repr(_neutral(fact))
        merged[key] = _joined(merged[key], fact) if key in merged else fact
    return list(merged.values())


def _neutral(fact: Fact) -> Fact:
    fact = replace(fact, scope=replace(fact.scope, shipped=True))
    if isinstance(fact, Container):
        return replace(fact, last=True)
    return replace(fact, overridden=False) if isinstance(fact, Start) else fact


def _joined(fact: Fact, other: Fact) -> Fact:
    shipped = fact.scope.shipped or other.scope.shipped
    joined = replace(fact, scope=replace(fact.scope, shipped=shipped))
    if isinstance(joined, Container) and isinstance(other, Container):
        return replace(joined, last=joined.last or other.last)
    if isinstance(joined, Start) and isinstance(other, Start):
        return replace(joined, overridden=joined.overridden and other.overridden)
    return joined
