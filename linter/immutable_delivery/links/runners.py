"""Package runners that look first at what is installed (`npx serve`): whether the build installed it."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.facts import Container, Fact, Install, Mount
from immutable_delivery.links.nodepackages import node_packages
from immutable_delivery.records import replace
from immutable_delivery.source.files import Files
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import ImageStarts, Runners


def link_runners(facts: Sequence[Fact], files: Files) -> list[Fact]:
    """Return the facts with ``fetches`` of every package that is run after the build filled in, as far as it shows."""
    return [_settled(fact, facts, files) if _open(fact) else fact for fact in facts]


def _open(fact: Fact) -> bool:
    return isinstance(fact, Install) and fact.fetches is None and fact.scope.phase != "build"


def _settled(fact: Fact, facts: Sequence[Fact], files: Files) -> Fact:
    assert isinstance(fact, Install)  # noqa: S101 (what is open is one)
    beside = [one for one in facts if _together(fact, one)]
    installs = [one for one in beside if isinstance(one, Install) and one.scope.phase == "build"]
    if fact.ecosystem == "python":
        return _completed(fact, beside, installs, files)
    installs = [
        install
        for install in installs
        if install.action == "install" and install.ecosystem == "node"
    ]
    if _wanted(fact) & {package.name for install in installs for package in install.packages}:
        return replace(fact, fetches=False)
    brought = {_brought(fact, install, files) for install in installs}
    if True in brought:
        return replace(fact, fetches=False)
    sure = _only_base(beside) if installs else _bare(beside)
    return replace(fact, fetches=True) if sure and None not in brought else fact


def _completed(
    fact: Install, beside: Sequence[Fact], installs: Sequence[Install], files: Files
) -> Install:
    """Return a run in the environment of a project, settled where the image is built here."""
    if not any(isinstance(one, Container) and one.container_type == "stage" for one in beside):
        return fact
    from immutable_delivery.links.pythonprojects import completes  # noqa: PLC0415 (rarely needed)

    brought = [one for one in installs if one.ecosystem == "python" and one.action == "install"]
    found = completes(fact, brought, files, bare=_of_nobody(beside))
    return replace(fact, fetches=found)


def _of_nobody(facts: Sequence[Fact]) -> bool:
    """Whether every stage begins with an image that holds nobody's project."""
    stages = [one for one in facts if isinstance(one, Container) and one.container_type == "stage"]
    starts = known(ImageStarts)
    names = {starts.official(_name(stage.image)) for stage in stages}
    empty = known(Runners).images | {"", "scratch"}
    return all(name in empty or starts.starts_nothing.fullmatch(name) for name in names)


def _brought(fact: Install, install: Install, files: Files) -> bool | None:
    """Whether an install brings the command that a package runner is given; one that names its packages does not."""
    if install.packages:
        return False
    project = node_packages(install, files)
    return project.bring(_wanted(fact), lean=install.lean) if project else None


def _together(fact: Fact, other: Fact) -> bool:
    """Whether both belong to one image: to one Dockerfile, else to one service."""
    if fact.scope.dockerfile and other.scope.dockerfile:
        return fact.scope.dockerfile == other.scope.dockerfile
    return bool(set(fact.scope.services) & set(other.scope.services))


def _wanted(fact: Install) -> set[str | None]:
    packages = known(Runners).packages
    names = {package.name for package in fact.packages}
    return names.union(*(packages.get(name or "", ()) for name in names))


def _bare(facts: Sequence[Fact]) -> bool:
    """Whether all that is known to lie in the image is what its base brings: the runner."""
    copied = any(isinstance(fact, Container) and fact.built for fact in facts)
    return _only_base(facts) and not copied


def _only_base(facts: Sequence[Fact]) -> bool:
    """Whether nothing comes from another base than those that bring the runner alone, or from outside."""
    containers = [fact for fact in facts if isinstance(fact, Container)]
    images = {_name(container.image) for container in containers if not container.builds}
    mounted = any(
        isinstance(fact, Mount) and fact.mount_type in {"host", "volume"} for fact in facts
    )
    return bool(images) and images <= known(Runners).images and not mounted


def _name(reference: str | None) -> str:
    text = (reference or "").partition("@")[0].removeprefix("docker.io/").removeprefix("library/")
    return text.rpartition(":")[0] or text
