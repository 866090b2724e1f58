"""How a repository itself builds a Dockerfile: literal `docker build` in its Makefiles, scripts and pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from posixpath import normpath

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, below, folder_of, lies_here, read_text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import BuildCalls

_CALL = lazy(
    r"\b(?:docker|podman|nerdctl|buildah)[ \t]+(?:(?:image|buildx)[ \t]+)?(?:build|bud)[ \t]([^\n;&|]*)"
)
_JOINED = lazy(r"\\\r?\n[ \t]*")
_FILE = lazy(r"^([ \t]+)file:[ \t]*['\"]?([^\s'\"#$]+)['\"]?[ \t]*(?:#.*)?$", re.MULTILINE)
_OPTIONS = ("-f", "--file")
Call = tuple[str, str]
"""A Dockerfile and the context, as they are written."""


def called_context(files: Files, dockerfile: str) -> str | None:
    """Return the folder that the repository's own commands build a Dockerfile in; None where they do not tell one."""
    found = {
        _joined(folder, context)
        for path, folder in _callers(files.paths, folder_of(dockerfile))
        if (text := read_text(files, path)) is not None
        for name, context in _calls(text.value)
        if _joined(folder, name) == dockerfile
    }
    return found.pop() if len(found) == 1 else None


def builds_from_root(files: Files, folder: str) -> bool:
    """Whether the root holds all that a build begins with, and a folder none of it."""
    names = known(BuildCalls).roots
    beside = (f"{folder}/{name}" for name in names)
    return all(lies_here(files, name) for name in names) and not any(
        lies_here(files, path) for path in beside
    )


def _callers(paths: Sequence[str], folder: str) -> Iterator[tuple[str, str]]:
    """Yield the files that may build what lies in a folder, each with the folder that its commands run in.

    Recipes lie in that folder or above it: to look through all of a repository for each Dockerfile would take too long.
    """
    table = known(BuildCalls)
    for pipeline in sorted(table.pipelines):
        yield from ((path, "") for path in below(paths, pipeline) if path == pipeline)
    for scripts in sorted(table.folders):
        yield from ((path, "") for path in below(paths, scripts) if folder_of(path) == scripts)
    while True:
        names = (f"{folder}/{name}".lstrip("/") for name in sorted(table.recipes))
        yield from ((name, folder) for name in names if next(below(paths, name), "") == name)
        if not folder:
            return
        folder = folder_of(folder)


@lru_cache(maxsize=512)
def _calls(text: str) -> tuple[Call, ...]:
    """Return the calls in a text that name a Dockerfile in literal words."""
    return (*_commands(_JOINED.sub(" ", text)), *_steps(text))


def _commands(text: str) -> Iterator[Call]:
    import shlex  # noqa: PLC0415 (most repositories hold no such file)

    for call in _CALL.finditer(text):
        try:
            words = shlex.split(call[1], comments=True)
        except ValueError:  # a quote that the line does not close
            continue
        folder = words[-1] if words else "-"
        named = _named(words) or f"{folder}/Dockerfile"
        if not folder.startswith("-") and "$" not in named + folder:
            yield named, folder


def _named(words: list[str]) -> str:
    """Return the Dockerfile that a call names."""
    for word, following in pairwise(words):
        if word in _OPTIONS:
            return following
        if word.startswith("--file="):
            return word.partition("=")[2]
    return ""


def _steps(text: str) -> Iterator[Call]:
    """Yield the steps of a pipeline that name a Dockerfile (`file:` beside `context:`); without a context it is the root."""
    for step in _FILE.finditer(text):
        context = re.compile(rf"^{step[1]}context:[ \t]*['\"]?([^\s'\"#]+)", re.MULTILINE)
        start, end = _block(text, step.start(), step[1])
        found = context.search(text, start, end)
        if found is None or "$" not in found[1]:
            yield step[2], found[1] if found else "."


def _block(text: str, at: int, indent: str) -> tuple[int, int]:
    """Return where the lines begin and end that are indented at least as far as the one at an offset."""
    start, end = at, at
    while start and text.startswith(indent, previous := text.rfind("\n", 0, start - 1) + 1):
        start = previous
    while text.startswith(indent, end):
        following = text.find("\n", end) + 1
        if not following:
            return start, len(text)
        end = following
    return start, end


def _joined(folder: str, path: str) -> str:
    """Return a path from the root on; the root itself is empty."""
    found = normpath(f"{folder}/{path}" if folder else path)
    return "" if found == "." else found
