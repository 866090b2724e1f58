"""What in a delivery meta file does not fit: its schema, and what no schema can say."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from immutable_delivery.facts import Problem
from immutable_delivery.formats.contract.entries import items_of
from immutable_delivery.formats.contract.sentences import PATHS, written
from immutable_delivery.references.images import digest_problem
from immutable_delivery.source.files import Files, folder_of, resolve
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.schema import schema_of

if TYPE_CHECKING:
    from immutable_delivery.syntax.yaml.schema_errors import SchemaError


def problems(root: Node, path: str, files: Files) -> tuple[Problem, ...]:
    """Return the problems of one document in the order of the file; ``path`` is the file's own."""
    found = [
        _problem(misfit)
        for misfit in schema_of("contract").misfits(root)
        if not _is_absent_start(misfit)
    ]
    if isinstance(root, Mapping):
        found += _repeated(root)
        found += _unreachable(root, folder_of(path), files)
    return tuple(sorted(found, key=lambda problem: (problem.place.span, problem.path)))


def second_document(root: Node) -> Problem:
    """Return the problem of a document that is not the first of its file."""
    text = "one file describes one service: move this document to a file of its own"
    return Problem(text=text, path="", place=head(root))


def _is_absent_start(misfit: SchemaError) -> bool:
    """Whether no start command is stated at all: a fault of the delivery, with a policy of its own."""
    if misfit.path == "start":
        return misfit.keyword == "minItems" or (
            isinstance(misfit.node, Scalar) and misfit.node.null
        )
    return misfit.keyword == "required" and misfit.text.startswith("`start`")


def _problem(misfit: SchemaError) -> Problem:
    text, node = misfit.text, misfit.node
    if isinstance(node, Scalar):
        if misfit.path == "start" and misfit.keyword == "type":
            text = _start_text(node.text)
        elif misfit.path.endswith(".digest") and misfit.keyword == "pattern":
            why = digest_problem(node.text) or "write the algorithm, a colon and the digits"
            text = f"`{node.text}` is no digest: {why}"
    return Problem(text=text, path=misfit.path, place=misfit.place)


def _start_text(command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    listed = json.dumps(words, ensure_ascii=False)
    return f"`start` must be a list, since no shell splits it into words: write {listed}"


def _repeated(root: Mapping) -> Iterator[Problem]:
    """Yield environments that share a name or an order with an earlier one."""
    seen: dict[tuple[str, str], str] = {}
    for index, environment in enumerate(items_of(root.get("environments"))):
        for key in ("name", "order"):
            value = environment.get(key) if isinstance(environment, Mapping) else None
            if not isinstance(value, Scalar) or value.null:
                continue
            here = f"environments[{index}].{key}"
            first = seen.setdefault((key, value.text), here)
            if first != here:
                text = f"the {key} `{value.text}` stands twice: `{first}` has it already"
                yield Problem(text=text, path=here, place=value.place)


def _unreachable(root: Mapping, folder: str, files: Files) -> Iterator[Problem]:
    """Yield files and folders that are named but not there."""
    for one in written(root):
        address = one.key == "file" and "://" in one.value
        here = one.key in PATHS and not address
        if here and (why := _why_unreachable(one.value, folder, files)):
            yield Problem(text=f"`{one.value}` {why}", path=one.path, place=one.place)
    yield from _no_dockerfile(root, folder, files)


def _no_dockerfile(root: Mapping, folder: str, files: Files) -> Iterator[Problem]:
    build = root.get("build")
    key = root.key("build")
    if key is None or not isinstance(build, Mapping) or build.get("dockerfile") is not None:
        return
    context = build.get("context")
    inside = resolve(folder, context.text) if isinstance(context, Scalar) else folder
    if inside is not None and files.state(inside) != "missing":
        default = resolve(inside, "Dockerfile") or ""
        if files.state(default) == "missing":
            text = f"`build` names no dockerfile, and there is no `{default}`"
            yield Problem(text=text, path="build", place=key.place)


def _why_unreachable(name: str, folder: str, files: Files) -> str:
    path = resolve(folder, name)
    if path is None:
        return "is not inside the repository: write a path relative to this file"
    state = files.state(path)
    if state == "missing":
        return f"is not there: there is no `{path}` in the repository"
    return "is ignored by version control, so nobody else has it" if state == "ignored" else ""
