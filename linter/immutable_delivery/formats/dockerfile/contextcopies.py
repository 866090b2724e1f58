"""COPY from the build context: what comes along that should not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import basename, normpath

from immutable_delivery.containers.secrets import goes_to_keys, is_key_folder, secret_file
from immutable_delivery.facts import Copy
from immutable_delivery.formats.dockerfile.contents import cleaned
from immutable_delivery.formats.dockerfile.context import Context, joined
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.source.files import below
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.globs import is_glob

_WHOLE = frozenset({"/", "/*", "/**"})


def copy_fact(
    state: State,
    instruction: Instruction,
    found: Sequence[tuple[LocatedText, list[str]]],
    target: LocatedText,
) -> Copy:
    """Return the fact of what an instruction copies from the context."""
    context = state.site.context
    sources = [word for word, _ in found]
    secret = next((word for word, paths in found if _is_secret(context, word, paths)), None)
    secret = secret or _keys(context, found, target)
    strange = next((word for word, paths in found if _untracked(context, paths)), None)
    left_out = next((word for word, paths in found if _left_out(context, word, paths)), None)
    whole = next((word for word in sources if word.known and _is_whole(word.text)), None)
    places = {
        "sources": sources[0],
        "secret_file": secret,
        "untracked": strange,
        "whole_context": whole,
        "left_out": left_out,
    }
    return Copy(
        used_at=instruction.rest.used_at if instruction.rest else instruction.place,
        extent=instruction.place,
        scope=state.scope,
        places={name: word.used_at for name, word in {**places, "target": target}.items() if word},
        sources=tuple(word.text for word in sources)
        if all(word.known for word in sources)
        else None,
        target=target.value,
        whole_context=whole is not None,
        ignored=tuple(_left_in(context)) if whole else (),
        ignore_file=context.ignore.path,
        secret_file=secret.text if secret else "",
        untracked=strange.text if strange else "",
        left_out=left_out.text if left_out else "",
    )


def _is_whole(source: str) -> bool:
    return normpath(f"/{source}") in _WHOLE


def _is_secret(context: Context, word: LocatedText, paths: Sequence[str]) -> bool:
    if not word.known or _left_out(context, word, paths):
        return False
    if secret_file(word.text) and not paths:
        return True
    return any(
        secret_file(path)
        and secret_file(path, context.text(path))
        and context.kind(path) != "folder"
        for path in paths
    )


def _keys(
    context: Context, found: Sequence[tuple[LocatedText, list[str]]], target: LocatedText
) -> LocatedText | None:
    """Return a source that is a secret by where it goes: `COPY deploy /root/.ssh/`."""
    into = target.text if target.known else ""
    renamed = secret_file(into)
    if not (renamed or is_key_folder(into)):
        return None  # whatever is copied: most that goes elsewhere is a whole repository
    for word, paths in found:
        if word.known and not _left_out(context, word, paths):
            files = [one for path in paths for one in below(context.files.paths, path)]
            names = files or [word.text]
            if any(
                goes_to_keys(into, basename(name))
                or (renamed and secret_file(into, context.text(name)))
                for name in names
            ):
                return word
    return None


def _left_out(context: Context, word: LocatedText, paths: Sequence[str]) -> bool:
    """Whether the ignore file keeps out all that a source means: BuildKit then finds nothing to copy."""
    if not word.known or context.folder is None:
        return False
    missing = () if is_glob(word.text) else (joined(context.folder, cleaned(f"/{word.text}")[1:]),)
    meant = paths or missing
    return bool(meant) and all(map(context.leaves_out, meant))


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
        if name != ".npmrc" or secret_file(name, context.text(f"{base}{name}")):
            yield name
