"""COPY and ADD: what they bring from the context, from other stages and from the network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename, normpath

from immutable_delivery.facts import Copy, Fetch
from immutable_delivery.formats.commands.urls import of_url
from immutable_delivery.formats.dockerfile.context import Context
from immutable_delivery.formats.dockerfile.cut import Instruction
from immutable_delivery.formats.dockerfile.heredocs import opener
from immutable_delivery.formats.dockerfile.runs import body_of
from immutable_delivery.formats.dockerfile.stages import flag
from immutable_delivery.formats.dockerfile.state import Brought, State, cleaned
from immutable_delivery.formats.secrets import secret_file
from immutable_delivery.written import Written

_URL = re.compile(r"https?://", re.IGNORECASE)
_GIT = re.compile(
    r"git://|ssh://|git@|[\w.+-]+@[\w.-]+:|https?://[^?#]*\.git(?:[?#]|\Z)", re.IGNORECASE
)
_CONFIG = re.compile(
    r"\.(?:conf|cnf|cfg|ini|ya?ml|toml|json|properties|xml|env|crt|cer|pem|key|repo|list|sources|asc|gpg|txt|md|tmpl|tpl|j2|template)\Z",
    re.IGNORECASE,
)
_CONFIG_FOLDER = re.compile(r"/etc(?:/|\Z)|.*/conf(?:ig)?(?:\.d)?(?:/|\Z)")
_CODE_FILE = re.compile(r"(?:^|/)(?:package|tsconfig|composer|deno)\.json\Z|(?:^|/)pom\.xml\Z")
_WHOLE = frozenset({"/", "/*", "/**"})


def copy(state: State, one: Instruction) -> None:
    """Follow a COPY or ADD."""
    *sources, target = (state.expand(word) for word in one.words)
    if flag(one, "from") is not None:
        _from_stage(state, one, sources, target)
        return
    inline: list[Written] = []
    remote: list[Written] = []
    local: list[Written] = []
    for word in sources:
        heredoc = not one.json and opener(word.text) is not None
        (inline if heredoc else remote if _is_remote(one, word.text) else local).append(word)
    state.emit(*(_fetch(state, one, word, target) for word in remote))
    if state.triggered is None:
        _bring_bodies(state, one, inline, target)
        for word in remote:
            state.bring(Brought(_into(state, target.text, _url_name(word)), instruction=one.place))
    if local:
        _local(state, one, local, target)


def _is_remote(one: Instruction, source: str) -> bool:
    return one.name == "ADD" and bool(_URL.match(source) or _GIT.match(source))


def _url_name(word: Written) -> str:
    return basename(re.split(r"[?#]", word.text)[0].rstrip("/"))


def _into(state: State, target: str, name: str) -> str:
    """Return where a file of this name goes: into the folder, or under the name that the target gives it."""
    folder = target.endswith("/") or normpath(target) == "." or state.path(target) == state.workdir
    return cleaned(f"{state.path(target)}/{name}") if folder else state.path(target)


def _from_stage(
    state: State, one: Instruction, sources: Sequence[Written], target: Written
) -> None:
    reference = flag(one, "from")
    if reference is None or state.triggered is not None or not target.known:
        return
    found = state.site.plan.find(reference, state.stage)
    if found.image:
        return
    code = not all(_is_config(word.text, target.text) for word in sources)
    state.adds_code |= code
    origin = state.site.states[found.stages[0]] if found.stages else None
    for word in sources:
        source = origin.origin_of(word.text) if origin else None
        state.bring(Brought(state.path(target.text), source, one.place, code=code))


def _bring_bodies(
    state: State, one: Instruction, words: Sequence[Written], target: Written
) -> None:
    """Remember the files that here-documents become."""
    bodies = {heredoc.opener.name: body_of(heredoc) for heredoc in one.heredocs}
    for word in words:
        found = opener(word.text)
        if found and found.name in bodies and target.known:
            path = _into(state, target.text, found.name)
            code = not _is_config(path, path)
            state.adds_code |= code
            state.bring(Brought(path, instruction=one.place, body=bodies[found.name], code=code))


def _local(state: State, one: Instruction, sources: Sequence[Written], target: Written) -> None:
    context = state.site.context
    found = [(word, context.find(word.text) if word.known else []) for word in sources]
    if state.triggered is None:
        _bring(state, one, found, target)
    secret = next((word for word, paths in found if _is_secret(context, word, paths)), None)
    strange = next((word for word, paths in found if _untracked(context, paths)), None)
    whole = any(normpath(f"/{word.text}") in _WHOLE for word in sources if word.known)
    places = {"sources": sources[0].whole, "target": target.whole}
    if secret:
        places["secret_file"] = secret.whole
    if strange:
        places["untracked"] = strange.whole
    if whole:
        places["whole_context"] = sources[0].whole
    state.emit(
        Copy(
            used_at=one.rest.whole if one.rest else one.place,
            extent=one.place,
            scope=state.scope,
            places=places,
            sources=tuple(word.text for word in sources)
            if all(word.known for word in sources)
            else None,
            target=target.value,
            whole_context=whole,
            ignored=tuple(_left_in(context)) if whole else (),
            ignore_file=context.ignore.path,
            secret_file=secret.text if secret else "",
            untracked=strange.text if strange else "",
        )
    )


def _bring(
    state: State, one: Instruction, found: Sequence[tuple[Written, list[str]]], target: Written
) -> None:
    """Remember what lies where in the image."""
    config = all(_is_config(word.text, target.text) for word, _ in found)
    state.adds_code |= not config
    if not target.known:
        return
    several = len(found) > 1 or any(len(paths) > 1 for _, paths in found)
    for word, paths in found:
        for path in paths or (None,):
            into = _target(state, word.text, path, target.text, several=several)
            state.bring(Brought(into, path, one.place, code=not config))


def _target(state: State, source: str, path: str | None, target: str, *, several: bool) -> str:
    kind = state.site.context.kind(path) if path is not None else ""
    if kind == "folder" or (not kind and "." not in basename(normpath(source)).lstrip(".")):
        return state.path(target)
    name = basename(path or normpath(source))
    return _into(state, f"{target}/" if several and not target.endswith("/") else target, name)


def _is_config(source: str, target: str) -> bool:
    if _CODE_FILE.search(source):
        return False
    return bool(_CONFIG.search(source.rstrip("/")) or _CONFIG_FOLDER.match(target))


def _is_secret(context: Context, word: Written, paths: Sequence[str]) -> bool:
    if not word.known:
        return False
    if secret_file(word.text) and not paths:
        return True
    return any(
        secret_file(path)
        and secret_file(path, context.text(path))
        and context.kind(path) != "folder"
        for path in paths
    )


def _untracked(context: Context, paths: Sequence[str]) -> bool:
    return any(
        path != context.folder and context.state(path) in {"untracked", "ignored"} for path in paths
    )


def _left_in(context: Context) -> Iterator[str]:
    """Yield what the ignore file should keep out and does not."""
    if context.folder is None:
        return
    base = f"{context.folder}/" if context.folder else ""
    for name in _unwanted(context, base):
        if not context.ignore.excludes(name):
            yield name


def _unwanted(context: Context, base: str) -> Iterator[str]:
    if not base or context.state(f"{base}.git") != "missing":
        yield ".git"
    if context.kind(f"{base}package.json"):
        yield "node_modules"
    for name in (".env", ".npmrc", "id_rsa", ".venv", "venv", "node_modules"):
        if context.state(f"{base}{name}") == "missing" or (
            name == "node_modules" and context.kind(f"{base}package.json")
        ):
            continue
        if not name.startswith((".e", ".n", "id")) or secret_file(
            name, context.text(f"{base}{name}")
        ):
            yield name


def _fetch(state: State, one: Instruction, word: Written, target: Written) -> Fetch:
    address = of_url(word.text, word.missing, git=bool(_GIT.match(word.text)))
    checksum = flag(one, "checksum")
    checked = state.expand(checksum) if checksum is not None else None
    places = {"url": word.whole, "target": target.whole}
    revision = address.revision
    if revision.text:
        places["revision"] = word.place(revision.start, revision.start + len(revision.text))
    git = address.source_type == "git"
    verified = True if address.checksum else _verified(checked)
    return Fetch(
        used_at=word.whole,
        extent=one.place,
        scope=state.scope,
        places=places,
        tool="ADD",
        url=word.value,
        source_type=address.source_type,
        revision=revision.text if word.known or revision.text else None,
        pin="digest"
        if git and verified
        else address.pin
        if word.known or address.pin == "alias"
        else None,
        verified=verified,
        credentials=address.credentials,
        unpacked=flag(one, "unpack") is not None,
    )


def _verified(checksum: Written | None) -> bool | None:
    if checksum is None:
        return False
    return bool(checksum.text) if checksum.known else None
