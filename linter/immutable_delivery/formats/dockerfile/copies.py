"""COPY and ADD: what they bring from the context, from other stages and from the network."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import basename, normpath

from immutable_delivery.formats.dockerfile.applications import arrives, passes_on
from immutable_delivery.formats.dockerfile.contents import Brought
from immutable_delivery.formats.dockerfile.contextcopies import copy_fact
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.downloads import download, fetched, is_remote
from immutable_delivery.formats.dockerfile.heredocs import opener
from immutable_delivery.formats.dockerfile.recipes import take
from immutable_delivery.formats.dockerfile.references import flag
from immutable_delivery.formats.dockerfile.runs import body_of
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Files

_CONFIG_FOLDER = lazy(r"/etc(?:/|\Z)|.*/conf(?:ig)?(?:\.d)?(?:/|\Z)", needs=("/etc", "/conf"))


def copy(state: State, instruction: Instruction) -> None:
    """Follow a COPY or ADD."""
    *sources, target = (state.expand(word) for word in instruction.words)
    if state.site.ctx.settings.wholes:
        take(state, instruction, sources)
        _fetched(state, instruction, sources, target)
        return
    if flag(instruction, "from") is not None:
        _from_stage(state, instruction, sources, target)
        return
    inline: list[LocatedText] = []
    remote: list[LocatedText] = []
    local: list[LocatedText] = []
    for word in sources:
        heredoc = not instruction.json and opener(word.text) is not None
        (inline if heredoc else remote if is_remote(instruction, word.text) else local).append(word)
    if state.triggered is None:
        _bring_bodies(state, instruction, inline, target)
    for word in remote:
        download(state, instruction, word, target)
    if local:
        found = [(word, state.site.context.find(word.text) if word.known else []) for word in local]
        if state.triggered is None:  # ONBUILD copies from the context of another build
            _bring(state, instruction, found, target)
            fact = copy_fact(state, instruction, found, target)
            state.emit(fact)
            if fact.whole_context and target.known:
                copied = len(state.site.facts) - 1, state.stage.index, state.path(target.text)
                state.site.copied.append(copied)


def _fetched(
    state: State, instruction: Instruction, sources: Sequence[LocatedText], target: LocatedText
) -> None:
    """Tell what an ADD fetches, and nothing of what becomes of it."""
    for word in sources:
        if is_remote(instruction, word.text):
            state.emit(fetched(state, instruction, word, target))


def _from_stage(
    state: State, instruction: Instruction, sources: Sequence[LocatedText], target: LocatedText
) -> None:
    reference = flag(instruction, "from")
    if reference is None or state.triggered is not None or not target.known:
        return
    found = state.site.plan.find(reference, state.stage)
    if found.image:
        return
    for index in found.stages:
        taken = (word.text if word.known else "/" for word in sources)
        state.site.taken.setdefault(index, []).extend(
            state.site.states[index].path(one) for one in taken
        )
    code = not all(_is_config(word.text, target.text) for word in sources)
    state.adds_code |= code
    origin = state.site.states[found.stages[0]] if found.stages else None
    for word in sources:
        source = origin.contents.origin_of(word.text) if origin else None
        config = _is_config(word.text, target.text)
        application = not config and passes_on(state, origin, word.text, target.text)
        state.bring(
            Brought(
                state.path(target.text),
                source,
                instruction.place,
                code=code,
                application=application,
            )
        )


def _bring_bodies(
    state: State, instruction: Instruction, words: Sequence[LocatedText], target: LocatedText
) -> None:
    """Remember the files that here-documents become."""
    bodies = {heredoc.opener.name: body_of(heredoc) for heredoc in instruction.heredocs}
    for word in words:
        found = opener(word.text)
        if found and found.name in bodies and target.known:
            path = state.into(target.text, found.name)
            code = not _is_config(path, path)
            state.adds_code |= code
            state.bring(Brought(path, None, instruction.place, body=bodies[found.name], code=code))


def _bring(
    state: State,
    instruction: Instruction,
    found: Sequence[tuple[LocatedText, list[str]]],
    target: LocatedText,
) -> None:
    """Remember what lies where in the image."""
    config = all(_is_config(word.text, target.text) for word, _ in found)
    state.adds_code |= not config
    if not target.known:
        return
    several = len(found) > 1 or any(len(paths) > 1 for _, paths in found)
    for word, paths in found:
        application = arrives(state, paths, target.text)
        for path in paths or (None,):
            into = _target(state, word.text, path, target.text, several=several)
            state.bring(
                Brought(into, path, instruction.place, code=not config, application=application)
            )


def _target(state: State, source: str, path: str | None, target: str, *, several: bool) -> str:
    kind = state.site.context.kind(path) if path is not None else ""
    if kind == "folder" or (not kind and "." not in basename(normpath(source)).lstrip(".")):
        return state.path(target)
    name = basename(path or normpath(source))
    return state.into(f"{target}/" if several and not target.endswith("/") else target, name)


def _is_config(source: str, target: str) -> bool:
    files = known(Files)
    if files.code_all_the_same.search(source):
        return False
    return bool(
        files.copied_configuration.search(source.rstrip("/")) or _CONFIG_FOLDER.match(target)
    )
