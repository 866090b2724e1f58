"""The Git generator where it looks into this repository: a set for every folder or file that fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
    for path, at in _chosen(mappings(node, "directories"), _folders(ctx), deep=False):
        yield Parameters(of_path(path, at, go=go, prefix=prefix))
    for path, at in _chosen(mappings(node, "files"), ctx.files.paths, deep=True):
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


def _chosen(
    rules: list[Mapping], paths: Sequence[str], *, deep: bool
) -> Iterator[tuple[str, Place]]:
    """Yield the paths that one rule includes and none excludes, with where the rule stands."""
    kept = [(Glob(text(one, "path"), deep=deep), one) for one in rules]
    out = [glob for glob, one in kept if is_true(one, "exclude")]
    into = [(glob, scalar(one, "path")) for glob, one in kept if not is_true(one, "exclude")]
    for path in paths if into else ():
        at = next((named.place for glob, named in into if named and glob.matches(path)), None)
        if at is not None and not any(glob.matches(path) for glob in out):
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
