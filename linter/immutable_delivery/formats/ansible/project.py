"""Plays and the hosts that they change; files of tasks; what Galaxy is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.containers.environments import environment
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Command, Fact, Pin, Scope, Source
from immutable_delivery.formats.ansible.modules import (
    BLOCKS,
    OWN_ROLE,
    bare,
    included,
    is_role,
    turns,
)
from immutable_delivery.formats.ansible.packages import arguments
from immutable_delivery.formats.ansible.reading import changes
from immutable_delivery.formats.ansible.tasks import Tasks
from immutable_delivery.formats.ansible.variables import of_file, of_mapping
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.git import of_release
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.syntax.yaml import Document, Node, Scalar, Sequence, entry_extent
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as read
from immutable_delivery.syntax.yaml.query import find, items, pairs, roots, scalar, text

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_TASKS = ("pre_tasks", "roles", "tasks", "post_tasks", "handlers")
_ALWAYS = frozenset({"docker_image_build"})
_BUILDING = _ALWAYS | {"docker_image", "podman_image"}
_EXACT = lazy(r"=?=?v?\d+\.\d+\.\d+[\w.+-]*\Z")
_PLAYBOOK = lazy(r"[\"']([^\"'\s]+\.ya?ml)[\"']")
_GIT = lazy(r"git\+|git@|https?://.*\.git\Z|https://git(?:hub|lab)\.com/")


def facts_of(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterator[Fact]:
    """Yield what every file says."""
    every = _all_tasks(documents, ctx)
    baked, made = _baked(ctx), _built(every)
    taken = {path for task in every for path in included(task, task.place.file)}
    for path, root in roots(documents, ctx):
        if path.rpartition("/")[2].startswith("requirements."):
            yield from _galaxy([items(root), items(root, "roles"), items(root, "collections")])
            continue
        if isinstance(root, Tree):
            yield from _galaxy([_elsewhere(root)])
            continue
        if path in taken and OWN_ROLE.match(path) and not is_role(path, ctx.files):
            continue  # it is read where it is taken in
        held = [one for one in items(root) if isinstance(one, Tree)]
        plays = [one for one in held if one.get("hosts") is not None]
        scope = environment(path, ctx).reached(
            Scope(owner=path, phase="pipeline", layer="os", deployed=True, manifest=path)
        )
        shared = of_file(path, ctx)
        for play in plays:
            built = path.rpartition("/")[2] in baked
            if not built:
                yield from _changed(play, scope)
            own = replace(scope, phase="build", machine=True, deployed=False) if built else scope
            values = {**shared, **dict(of_mapping(play.get("vars")))}
            named = replace(own, owner=text(play, "name") or path)
            tasks = Tasks(ctx, named, values, reaches=not _is_here(play), built=made)
            for key in _TASKS:
                yield from tasks.facts(find(play, key))
        if not plays:
            yield from Tasks(ctx, scope, shared, built=made).facts(root)


def _built(tasks: Iterable[Tree]) -> frozenset[str]:
    """Return the names of images that tasks build, and do not pull."""
    calls = ((task, module, value) for task in tasks for module, value in pairs(task))
    return frozenset(name for task, module, value in calls for name in _made(module, value, task))


def _all_tasks(documents: Mapping[str, list[Document]], ctx: ParseContext) -> list[Tree]:
    """Return the tasks of all files and blocks, and those of the files that they take in."""
    waiting: list[Node | None] = [one.root for held in documents.values() for one in held]
    found, seen = list[Tree](), set(documents)
    while waiting:
        for task in items(waiting.pop()):
            waiting += [find(task, key) for key in (*BLOCKS, *_TASKS)]
            for path in included(task, task.place.file):
                held = ctx.text(path) if path not in seen else None
                waiting += [one.root for one in read(held)] if held is not None else []
                seen.add(path)
            found += [task] if isinstance(task, Tree) else []
    return found


def _made(module: Scalar, value: Node, task: Node) -> Iterator[str]:
    """Yield the names of the images that a module builds, once for each turn of its loop."""
    called = bare(module.text)
    given = arguments(value) if called in _BUILDING else None
    name = scalar(given, "name")
    builds = text(given, "source") == "build" or find(given, "build") is not None
    if name is not None and (builds or called in _ALWAYS):
        yield from (name_and_tag(one)[0] for one in turns(name.text, task))


def _baked(ctx: ParseContext) -> frozenset[str]:
    """Return the names of playbooks that an image build of this repository runs: they change no running machine."""
    found: set[str] = set()
    for path in ctx.files.paths:
        if path.endswith((".pkr.hcl", ".pkr.json")) or (
            "packer" in path and path.endswith(".json")
        ):
            data = ctx.files.read(path).decode("utf-8", "replace")
            found.update(one.rpartition("/")[2] for one in _PLAYBOOK.findall(data))
    return frozenset(found)


def _changed(play: Tree, scope: Scope) -> Iterator[Command]:
    """Yield that a play changes machines which run already, unless it runs on the own machine alone."""
    said, names = play.get("hosts"), _names(play)
    told = [one for key in _TASKS for one in items(play, key)]
    does = bool(items(play, "roles")) or changes(told)
    if said is None or not does or _is_here(play):
        return
    key = play.entries["hosts"][0]
    yield Command(
        used_at=said.place,
        extent=entry_extent(key, said),
        scope=replace(scope, phase="start"),
        tool="ansible-playbook",
        text=f"hosts: {', '.join(names)}",
        target=", ".join(names),
        mutates="host",
    )


def _names(play: Tree) -> list[str]:
    said = play.get("hosts")
    held = said.items if isinstance(said, Sequence) else [said]
    return [one.text for one in held if isinstance(one, Scalar)]


def _is_here(play: Tree) -> bool:
    """Whether a play runs on the own machine alone."""
    return set(_names(play)) <= _HERE or text(play, "connection") == "local"


def _elsewhere(meta: Tree) -> list[Node]:
    """Return the roles that a role says it needs, with where they come from; a bare name is one of this repository, or asked for elsewhere."""
    return [one for one in items(meta, "dependencies") if scalar(one, "src") is not None]


def _galaxy(listed: list[list[Node]]) -> Iterator[Source]:
    """Yield the roles and collections that are taken from Galaxy or a repository."""
    for entry in (one for held in listed for one in held):
        name = (
            entry
            if isinstance(entry, Scalar)
            else scalar(entry, "src") or scalar(entry, "name") or scalar(entry, "source")
        )
        version = scalar(entry, "version")
        if name is None or not name.written.known:
            continue
        said = version.text if version else ""
        git = (
            _GIT.match(name.text) is not None
            or text(entry, "type") == "git"
            or text(entry, "scm") == "git"
        )
        at = version.place if version else name.place
        pin = of_release(said) if git else _pin(said)
        yield Source(
            used_at=name.place,
            extent=entry.place,
            scope=Scope(owner=name.text, phase="pipeline", layer="os", deployed=True),
            places={"url": name.place, "ref": at, "pin": at},
            source_type="git" if git else "module",
            url=name.text,
            ref=said,
            pin=pin,
            range=pin == "partial" and not git,
        )


def _pin(version: str) -> Pin:
    """Return how far a version of Galaxy fixes a role or collection."""
    if version in {"", "*"}:
        return "none"
    return "exact" if _EXACT.match(version) else "partial"
