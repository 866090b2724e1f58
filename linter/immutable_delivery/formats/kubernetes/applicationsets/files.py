"""The Git generator where it looks into this repository: a set for every folder or file that fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

from immutable_delivery.context import ParseContext
from immutable_delivery.formats.kubernetes.applicationsets.parameters import (
    Parameters,
    flattened,
    of_path,
    tree,
)
from immutable_delivery.releases.layers import merged
from immutable_delivery.source.files import folder_of, read_text
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.globs import Glob
from immutable_delivery.syntax.yaml import Mapping, documents
from immutable_delivery.syntax.yaml import Sequence as Items
from immutable_delivery.syntax.yaml.query import is_true, mappings, scalar, text

_WILD = re.compile(r"[*?\[\\]")


def of(node: Mapping, ctx: ParseContext, *, go: bool) -> Iterator[Parameters]:
    """Yield what a Git generator gives; where it looks into another repository, one set of which nothing is known."""
    patterns = [one for key in ("directories", "files") for one in mappings(node, key)]
    if not any(_lies_here(text(one, "path"), ctx) for one in patterns):
        yield Parameters(tree(node.place, {}), open=True)
        return
    prefix = text(node, "pathParamPrefix")
    for path, at in _chosen(mappings(node, "directories"), _folders(ctx), _folder):
        yield Parameters(of_path(path, at, go=go, prefix=prefix))
    for path, at in _chosen(mappings(node, "files"), ctx.files.paths, _file):
        for values in _sets(path, at, ctx):
            own = of_path(folder_of(path), at, go=go, prefix=prefix, file=path.rpartition("/")[2])
            yield Parameters(merged(values if go else flattened(values), own))


def _lies_here(pattern: str, ctx: ParseContext) -> bool:
    """Whether the folder that a pattern begins with, or the one file that it names, is in this repository."""
    wild = _WILD.search(pattern)
    fixed = pattern[: wild.start()].rpartition("/")[0] if wild else pattern
    path = fixed.strip("/").removeprefix("./")
    return not path or ctx.files.state(path) != "missing"


def _folders(ctx: ParseContext) -> Sequence[str]:
    """Return all folders that hold files, but hidden ones."""
    found = {""}
    for path in ctx.files.paths:
        folder = folder_of(path)
        while folder not in found:
            found.add(folder)
            folder = folder_of(folder)
    return sorted(
        one for one in found if one and not any(part.startswith(".") for part in one.split("/"))
    )


Fits = Callable[[str], bool]


def _folder(pattern: str) -> Fits:
    """Return what tells the folders of a pattern: Go's path.Match."""
    return Glob(pattern).matches


def _file(pattern: str) -> Fits:
    """Return what tells the files of a pattern as git's pathspecs do, which Argo CD asks unless told otherwise: `*` goes through folders."""
    below = f"{pattern.rstrip('/')}/*"
    return lambda path: fnmatchcase(path, pattern) or fnmatchcase(path, below)


def _chosen(
    rules: list[Mapping], paths: Sequence[str], fits: Callable[[str], Fits]
) -> Iterator[tuple[str, Place]]:
    """Yield the paths that one rule includes and none excludes, with where the rule stands."""
    kept = [(fits(text(one, "path")), one) for one in rules]
    out = [found for found, one in kept if is_true(one, "exclude")]
    into = [(found, scalar(one, "path")) for found, one in kept if not is_true(one, "exclude")]
    for path in paths if into else ():
        at = next((named.place for found, named in into if named and found(path)), None)
        if at is not None and not any(found(path) for found in out):
            yield path, at


def _sets(path: str, at: Place, ctx: ParseContext) -> Iterator[Mapping]:
    """Yield the mappings that a file of parameters holds: itself, or the items of its list."""
    found = ctx.texts.get(path) or read_text(ctx.files, path)
    if found is None:
        return
    ctx.texts.setdefault(path, found)
    read = documents(found)
    if read and read[0].problem:  # Argo CD makes nothing of such a file
        return
    root = read[0].root if read else None
    for item in root.items if isinstance(root, Items) else [root]:
        if isinstance(item, Mapping):
            yield item
        elif item is None:
            yield tree(at, {})
