"""References to images and stages: FROM, `--from=`, `from=` and `# syntax=`."""

from __future__ import annotations

from immutable_delivery.facts import Image, Role, Scope, StageProblem
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.references import flag, references
from immutable_delivery.formats.dockerfile.stages import RESERVED, Plan, Stage
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.formats.dockerfile.variables import PLATFORM
from immutable_delivery.records import replace
from immutable_delivery.references.images import image_fact
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place


def frontend(syntax: LocatedText, scope: Scope) -> Image:
    """Return the fact of a `# syntax=` directive."""
    return image_fact(syntax, role="frontend", scope=scope, extent=syntax.used_at)


def base(state: State) -> None:
    """Emit what a FROM says: an image, and what is wrong with the names of stages."""
    stage, plan = state.stage, state.site.plan
    _name_problem(state)
    if (
        stage.parents
        or stage.base.text == "scratch"
        or stage.base.text.lower() in plan.request.contexts
    ):
        return
    written = stage.start.words[0]
    fact = image_fact(
        stage.base,
        role="base",
        scope=replace(state.scope, layer="os"),
        extent=stage.start.place,
        used_at=written.used_at,
        platform=_platform(state),
        stage_problem=_later(plan, stage),
    )
    state.emit(_resolved(fact, stage.base))


def referenced(state: State, instruction: Instruction) -> None:
    """Emit the images that COPY and RUN take files from, and references to stages that lead nowhere."""
    for written in references(instruction):
        target = state.site.plan.find(written, state.stage)
        role: Role = "copy" if instruction.name == "COPY" else "mount"
        if target.image:
            fact = image_fact(
                written,
                role=role,
                scope=state.scope,
                extent=instruction.place,
                stage_problem=target.problem,
            )
            state.emit(_resolved(fact, written))
        elif target.problem:
            state.emit(_stage_fact(written, role, target.problem, instruction.place, state.scope))


def _resolved(fact: Image, written: LocatedText) -> Image:
    """BuildKit gives the platform's variables a value: they hide a part, but nobody has to set them."""
    if written.unresolved and PLATFORM.issuperset(written.unresolved):
        return replace(fact, unresolved="")
    return fact


def _platform(state: State) -> str | None:
    asked = flag(state.stage.start, "platform")
    return state.site.plan.resolve(asked, state.site.plan.variables).value if asked else ""


def _later(plan: Plan, stage: Stage) -> StageProblem:
    """Return later for a stage that FROM cannot see yet; not where it is the image of that name itself."""
    name = stage.base.text.lower()
    later = [plan.stages[index] for index in plan.named.get(name, ()) if index > stage.index]
    own = any(one.base.text.lower().partition(":")[0] in {name, f"library/{name}"} for one in later)
    return "later" if later and not own else ""


def _name_problem(state: State) -> None:
    stage = state.stage
    if not stage.name:
        return
    written = stage.start.words[2]
    twice = state.site.plan.named[stage.name][0] < stage.index
    problem: StageProblem = "reserved" if stage.name in RESERVED else "duplicate" if twice else ""
    if problem:
        state.emit(_stage_fact(written, "stage", problem, stage.start.place, state.scope))


def _stage_fact(
    written: LocatedText, role: Role, problem: StageProblem, extent: Place, scope: Scope
) -> Image:
    places = {
        "reference": written.used_at,
        "name": written.used_at,
        "stage_problem": written.used_at,
    }
    return Image(
        used_at=written.used_at, extent=extent, scope=scope, places=places, role=role,
        text=written.text, reference=written.text, repository=written.text, name=written.text, pin="", stage_problem=problem,
    )  # fmt: skip
