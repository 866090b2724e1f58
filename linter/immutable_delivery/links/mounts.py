"""What a mount hides: the code of the image, or the configuration of what runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from posixpath import normpath

from immutable_delivery.facts import Container, Fact, Mount, Start
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.links.code import (
    CodeFolders,
    holds_state,
    program_below,
    served_by,
)
from immutable_delivery.links.conventions import Convention, Paths, convention
from immutable_delivery.links.services import by_service
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import Files
from immutable_delivery.tables import known
from immutable_delivery.tables.mounts import Mounts
from immutable_delivery.tables.subjects import Files as FileNames

_DATA_SOURCE = lazy(r"(?:^|[/_-])(?:data|db|database|storage)/?$", re.IGNORECASE)
"""Folders of the host that hold data, whatever the image calls the place: `database:/config`."""


def link_mounts(facts: Sequence[Fact], files: Files) -> list[Fact]:
    """Return the facts with ``covers_code`` and ``covers_config`` of every mount of a path or volume filled in."""
    stages = [
        fact for fact in facts if isinstance(fact, Container) and fact.container_type == "stage"
    ]
    deployed = [
        fact for fact in facts if isinstance(fact, Container) and fact.container_type != "stage"
    ]
    built = by_service(stages)
    own = {(c.manifest, c.scope.owner): c for c in deployed}
    code = CodeFolders(files)
    ran = _ran(facts)
    return [
        _linked(fact, built, own, code, ran.get(fact.scope.service, ()))
        if isinstance(fact, Mount) and _may_hide(fact)
        else fact
        for fact in facts
    ]


def _ran(facts: Sequence[Fact]) -> Mapping[str, list[str]]:
    """Return the folders of which the start of a service runs whatever lies there."""
    found: dict[str, list[str]] = {}
    for fact in facts:
        if isinstance(fact, Start) and fact.folders and not fact.overridden:
            for name in fact.scope.services:
                found.setdefault(name, []).extend(fact.folders)
    return found


def _run_there(mount: Mount, target: str, ran: Sequence[str]) -> str:
    """Return why what lies in a mount is code: the start runs it, whatever it is called."""
    if not _from_host(mount):
        return ""
    found = next((one for one in ran if f"{target}/".startswith(f"{one}/")), "")
    return f"its start runs what lies in {found}" if found else ""


def _may_hide(mount: Mount) -> bool:
    kept = mount.mount_type in {"volume", "empty"}
    return (_from_host(mount) or kept) and not mount.runtime_socket


def _from_host(mount: Mount) -> bool:
    """Whether what is mounted lies on the host: a path, or a config or secret that is a file of the checkout."""
    return bool(mount.host) or (
        mount.mount_type in {"config", "secret"} and mount.host_path is not None
    )


def _linked(
    mount: Mount,
    stages: Mapping[str, list[Container]],
    own: Mapping[tuple[str, str], Container],
    code: CodeFolders,
    ran: Sequence[str],
) -> Mount:
    if not mount.target:
        return mount
    target = clean(mount.target)
    container = own.get((mount.manifest, mount.scope.owner))
    seen = _evidence(mount, target, stages.get(mount.scope.service, ()), container, code)
    seen = seen or _run_there(mount, target, ran)
    told = None if seen or not _from_host(mount) else _told(mount, target, container, code)
    evidence = told.evidence if told else seen
    machine = bool(mount.host) and known(Mounts).machine.match(mount.source or "") is not None
    elsewhere = mount.host and not evidence and not machine
    config = _config(mount, target, container, code) if elsewhere else ""
    return replace(
        mount,
        covers_code=evidence,
        covers_code_likely=told is not None and told.likely,
        covers_config=config,
        of_machine=machine,
    )


def clean(path: str) -> str:
    """Return a path of a container as its engine takes it: `//app/./x` is `/app/x`."""
    return normpath(re.sub(r"^/{2,}", "/", path))


def _told(
    mount: Mount, target: str, container: Container | None, code: CodeFolders
) -> Convention | None:
    """Return what the two paths of a mount tell by themselves."""
    image = (container.image if container else "") or ""
    held = code.held(mount.host_path) if mount.host_path else None
    return convention(Paths(mount.sample or mount.written_source, target, image, held))


def _evidence(
    mount: Mount,
    target: str,
    stages: Sequence[Container],
    container: Container | None,
    code: CodeFolders,
) -> str:
    """Return why the target is code, the strongest evidence first; "" where nothing says so."""
    if holds_state(target):
        return ""
    for stage in stages:
        for inside, source in stage.code:
            if _hides(mount, target, normpath(inside), source, code):
                return f"the Dockerfile copies '{source or '.'}' there"
    if _from_host(mount) and container and (program := program_below(target, container)):
        return f"'{program}' starts from there"
    if mount.mount_type == "volume" and (image := _serves(target, container)):
        return f"'{image}' serves what lies there"
    if (
        mount.host_path is not None
        and code.holds_source(mount.host_path)
        and _is_home(target, stages, container)
    ):
        return f"'{mount.host_path or '.'}' holds source code"
    return ""


def _serves(target: str, container: Container | None) -> str:
    """Return the image that serves what a volume hides; a folder below may hold data alone (`wp-content/uploads`)."""
    image = (container.image if container else "") or ""
    homes = (f"{home}/" for home in served_by(image))
    hidden = any(home.startswith(f"{target.rstrip('/')}/") for home in homes)
    return name_and_tag(image)[0] if hidden else ""


def _hides(mount: Mount, target: str, inside: str, source: str, code: CodeFolders) -> bool:
    """Whether a mount hides code copied to ``inside``: all of it, or a part that is code there or on the host."""
    if target == inside or inside.startswith(f"{target.rstrip('/')}/"):
        return code.holds_source(source)
    if not target.startswith(f"{inside.rstrip('/')}/"):
        return False
    part = f"{source}/{target[len(inside) :].lstrip('/')}".lstrip("/")
    return code.holds_source(part) or (
        mount.host_path is not None and code.holds_source(mount.host_path)
    )


def _same_or_above(target: str, inside: str) -> bool:
    inside = normpath(inside)
    return (
        target == inside
        or inside.startswith(f"{target.rstrip('/')}/")
        or target.startswith(f"{inside.rstrip('/')}/")
    )


def _is_home(target: str, stages: Sequence[Container], container: Container | None) -> bool:
    """Whether the target is where the image keeps its code: a working directory, a known path, a usual name."""
    homes = [stage.workdir for stage in stages if stage.workdir not in {"", "/", None}]
    homes += [container.workdir] if container and container.workdir else []
    homes += served_by(container.image if container else "")
    if any(home and _same_or_above(target, home) for home in homes):
        return True
    return known(FileNames).code_folder.match(target) is not None


def _config(mount: Mount, target: str, container: Container | None, code: CodeFolders) -> str:
    if holds_state(target) or not (
        _looks_like_config(mount, target) or _reads_there(container, target)
    ):
        return ""
    if mount.host_path is None:
        return "outside"
    return "tracked" if code.files.state(mount.host_path) == "tracked" else "untracked"


def _reads_there(container: Container | None, target: str) -> bool:
    """Whether the start command names a configuration file in a mounted folder, or what is mounted itself."""
    words = " ".join((container.entry if container else None) or ())
    named = re.search(rf"(?<![\w/.-]){re.escape(target)}(?:/[\w./-]+)?(?![\w/-])", words)
    return named is not None and known(FileNames).configures.search(named[0]) is not None


def _looks_like_config(mount: Mount, target: str) -> bool:
    source = mount.source or ""
    return bool(
        known(FileNames).configures.search(source)
        or (
            re.match(
                r"^/(?:etc|usr/local/etc|opt/[\w.-]+/(?:conf|etc)|config|conf)(?:/|$)|.*/(?:conf|configuration)$",
                target,
            )
            and not _DATA_SOURCE.search(source)
        )
    )
