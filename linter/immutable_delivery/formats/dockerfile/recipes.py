"""What goes into an image: which paths of which context its instructions take, and the instructions themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from posixpath import normpath

from immutable_delivery.facts import Input, Recipe
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.downloads import is_remote
from immutable_delivery.formats.dockerfile.heredocs import opener
from immutable_delivery.formats.dockerfile.references import flag, flags, mounted, references
from immutable_delivery.formats.dockerfile.requests import Request
from immutable_delivery.formats.dockerfile.stages import Plan
from immutable_delivery.formats.dockerfile.state import BuildState, State
from immutable_delivery.hashing import sha256
from immutable_delivery.references.images import pieces
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span

_SOURCES = ("source", "src")
_WHOLE = "."
_IMAGE, _BUILT = "image:", "build:"
"""What an additional context is that is no folder."""


def take(state: State, instruction: Instruction, sources: Sequence[LocatedText]) -> None:
    """Note what a COPY or ADD takes from a context."""
    for word in sources:
        heredoc = not instruction.json and opener(word.text) is not None
        if not heredoc and not is_remote(instruction, word.text):
            _note(state, instruction, word, flag(instruction, "from"))


def bind(state: State, instruction: Instruction) -> None:
    """Note what bind mounts of a RUN take from a context: all of it where they name no source."""
    for mount in flags(instruction, "mount"):
        options = state.expand(mount)
        parts = (part.partition("=") for part in options.text.split(","))
        fields = {name.strip().lower(): value for name, _, value in parts}
        if fields.get("type", "bind") != "bind":
            continue
        named = next((fields[name] for name in _SOURCES if fields.get(name)), _WHOLE)
        start = options.text.rfind(named)
        source = options.slice(start, start + len(named)) if named != _WHOLE else options
        origin = next(mounted(mount), None)
        _note(state, instruction, source, origin, whole=named == _WHOLE)


def _note(
    state: State,
    instruction: Instruction,
    source: LocatedText,
    origin: LocatedText | None,
    *,
    whole: bool = False,
) -> None:
    if not state.stage.shipped:
        return
    named = origin.text.lower() if origin else ""
    contexts = state.site.plan.request.contexts
    if origin is not None and named not in contexts:
        return  # a stage, or an image
    folder = contexts[named] if origin is not None else state.site.context.folder
    if folder and folder.startswith((_IMAGE, _BUILT)):
        return
    known = source.known and (whole or "$" not in source.text)
    state.site.inputs.append(
        Input(
            folder=folder,
            pattern=(_WHOLE if whole else _inside(source.text)) if known else None,
            text=source.text if not whole else _WHOLE,
            place=instruction.place,
            main=origin is None,
            later=state.triggered is not None,
        )
    )


def _inside(path: str) -> str:
    """Return a path relative to the context: nothing leads out of that."""
    return normpath(f"/{path}").lstrip("/") or _WHOLE


def recipe(site: BuildState) -> Recipe:
    """Return what goes into the image of a build."""
    request, plan = site.plan.request, site.plan
    bases = [_name(one) for one in _bases(plan)]
    return Recipe(
        dockerfile=site.document.path,
        context=None if request.elsewhere else site.context.folder,
        assumed=request.context is None and not request.elsewhere,
        target=request.target,
        args=tuple(
            (name, value.text if value and value.known else None)
            for name, value in sorted(request.args.items())
        ),
        inputs=tuple(site.inputs),
        steps=tuple(_steps(site)),
        images=tuple(dict.fromkeys((*_made(request), *filter(None, bases)))),
        open="" in bases,
        builds=request.builds,
        place=plan.target.start.place if plan.target else Place(site.document.path, Span(0, 0)),
    )


def _steps(site: BuildState) -> Iterator[tuple[str, Place]]:
    """Yield what BuildKit reads of each instruction that counts."""
    if site.document.syntax:
        yield site.document.syntax.text, site.document.syntax.used_at
    before = takewhile(lambda one: one.name != "FROM", site.document.instructions)
    shipped = (
        one for stage in site.plan.stages if stage.shipped for one in (stage.start, *stage.body)
    )
    for one in (*before, *shipped):
        bodies = (heredoc.body.text for heredoc in one.heredocs)
        yield (
            sha256("\0".join((one.line, *bodies)).encode("utf-8", "surrogatepass"))[:16],
            one.place,
        )


def _made(request: Request) -> Iterator[str]:
    """Yield the images that additional contexts are."""
    for name in request.contexts.values():
        if name and name.startswith((_IMAGE, _BUILT)):
            yield name.partition(":")[2]


def _bases(plan: Plan) -> Iterator[LocatedText]:
    """Yield what the stages that ship build on, copy from or mount, where that is an image."""
    own = {*plan.request.contexts, "scratch"}
    for stage in plan.stages:
        if not stage.shipped:
            continue
        if not stage.parents and stage.base.text.lower() not in own:
            yield stage.base
        for one in stage.body:
            for reference in references(one.trigger or one):
                if plan.find(reference, stage).image:
                    yield reference


def _name(base: LocatedText) -> str:
    """Return a reference, or its repository where the rest is not known; empty where that is not known either."""
    repository = pieces(base)["repository"]
    return base.text if base.known else repository.text if repository.known else ""
