"""Files of commands read by themselves: scripts, recipes of make and its kin, lines that a machine starts.

Nobody here says that they are run, so only what they do to images, containers, workloads and hosts counts, and downloads that are
run unseen or taken unchecked: what else a build script installs on a developer's machine is no part of a delivery.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Command, Fact, Fetch, Install, Job, Unread, Variable
from immutable_delivery.jobs.artifacts import pushed
from immutable_delivery.jobs.scripts import Scripts
from immutable_delivery.jobs.spec import Recipe

MAX_COMMANDS = 5_000


def told(recipes: Sequence[Recipe], ctx: ParseContext) -> Iterator[Fact]:
    """Yield what recipes of one file do; what one makes, those that it calls and is called by do not change for good."""
    kept, left = _bounded(recipes)
    read = [(recipe, _read(recipe, ctx)) for recipe in kept]
    own: dict[str, set[str]] = {recipe.name: set() for recipe in recipes}
    for recipe, scripts in read:
        own[recipe.name] |= scripts.run.makes
    made = _made(recipes, own)
    for recipe, scripts in read:
        scripts.run.makes |= made[recipe.name]
        yield from (fact for fact in scripts.finish() if counts(fact))
        yield from _pushing(recipe, scripts)
    yield from left


def _pushing(recipe: Recipe, scripts: Scripts) -> Iterator[Job]:
    """Yield a recipe as a job, where it pushes images; one that makes a cluster pushes for that."""
    pushes = pushed(scripts.made, scripts.started, tagged=False)
    if pushes and "cluster" not in scripts.run.makes:
        place = pushes[0].place
        yield Job(used_at=place, extent=place, scope=recipe.scope, name=recipe.name, pushes=pushes)


def _bounded(recipes: Sequence[Recipe]) -> tuple[list[Recipe], list[Unread]]:
    """Return the recipes that are read, and the first one that is not: a file may hold a million."""
    kept: list[Recipe] = []
    count = 0
    for recipe in recipes:
        words = (*recipe.scripts, *(one[0] for one in recipe.programs))
        count += len(words)
        if count > MAX_COMMANDS:
            place, reason = words[0].used_at, f"only {MAX_COMMANDS} commands of a file are read"
            return kept, [Unread(used_at=place, extent=place, scope=recipe.scope, subject="sh", reason=reason)]  # fmt: skip
        kept += [recipe] if words else []
    return kept, []


def _read(recipe: Recipe, ctx: ParseContext) -> Scripts:
    scripts = Scripts(ctx, recipe.values)
    for text in recipe.scripts:
        where = recipe.scope, None
        scripts.script(text, *where, shell=recipe.shell, folder=recipe.folder, path=recipe.path)
    for words in recipe.programs:
        place = words[0].used_at.at(words[0].used_at.span.start, words[-1].used_at.span.end)
        scripts.argv(words, recipe.scope, place, folder=recipe.folder)
    return scripts


def _made(recipes: Sequence[Recipe], own: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return what is made when a recipe is run: by itself, by what it needs, by what needs it."""
    needs: dict[str, set[str]] = {}
    users: dict[str, set[str]] = {}
    for recipe in recipes:
        for need in recipe.needs:
            needs.setdefault(recipe.name, set()).add(need)
            users.setdefault(need, set()).add(recipe.name)
    below = {name: set(made) for name, made in own.items()}
    _spread(below, users)
    around = {name: set(made) for name, made in below.items()}
    _spread(around, needs)
    return around


def _spread(made: dict[str, set[str]], along: Mapping[str, set[str]]) -> None:
    """Add what a recipe makes to those that follow from it; each is looked at again only when it has grown."""
    waiting = [name for name, found in made.items() if found]
    while waiting:
        name = waiting.pop()
        for other in along.get(name, ()):
            if other in made and not made[name] <= made[other]:
                made[other] |= made[name]
                waiting.append(other)


def counts(fact: Fact) -> bool:
    """Whether a fact of what nobody is known to run is one of images, containers, workloads or hosts."""
    if fact.scope.phase != "pipeline":
        return True
    if isinstance(fact, Command):
        return bool(fact.mutates or fact.makes) or fact.builds == "image"
    if isinstance(fact, Unread):
        return fact.subject == "sh"
    if isinstance(fact, Fetch):
        return bool(fact.executed or fact.bypassed_checks)
    return not isinstance(fact, (Install, Variable))
