"""What a repository tells of each of its services, as a meta file would say it; nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from immutable_delivery.config.read import load
from immutable_delivery.facts import (
    Container,
    Contract,
    Fact,
    Image,
    Job,
    Mount,
    Recipe,
    Service,
    Variable,
)
from immutable_delivery.formats.kustomize.model import FILE_NAMES
from immutable_delivery.links import lockfile
from immutable_delivery.links.agreed import ports_of
from immutable_delivery.links.dependencies import host_of
from immutable_delivery.links.keeping import keeps
from immutable_delivery.links.link import link
from immutable_delivery.links.lockfile import Lock
from immutable_delivery.links.services import by_service
from immutable_delivery.links.startcommands import whole
from immutable_delivery.pipeline.examined import reading_settings
from immutable_delivery.reading.project import Project, Reader, read
from immutable_delivery.records import Record, replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.repository.origin import remote_of
from immutable_delivery.source.files import folder_of


class Reached(Record, frozen=True):
    """One environment that a service runs in."""

    name: str
    manifests: tuple[str, ...] = ()
    digest: str = ""


class Known(Record, frozen=True, kw_only=True):
    """What is known of one service; empty is what nothing tells, or not everywhere the same."""

    name: str
    contract: str = ""
    """The meta file that describes it."""
    dockerfile: str = ""
    context: str | None = None
    target: str = ""
    manifest: str = ""
    image: str = ""
    start: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    environments: tuple[Reached, ...] = ()
    pipeline: str = ""
    job: str = ""
    data: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()


def known(start: Path) -> tuple[Path, list[Known], frozenset[str]]:
    """Return the root of the repository around a folder, its services, and the paths that are taken."""
    tree = open_tree(start)
    settings = reading_settings(load(tree.files))
    reader = Reader(tree.files, replace(settings, wholes=True))
    project = read(tree.files, tree.skipped, reader)
    lock = lockfile.read(tree.files)
    facts = link(
        project.facts,
        project.builds,
        tree.files,
        lock,
        settings,
        remote=lambda: remote_of(tree.git),
    )
    services = _Repository(facts, project, lock).services()
    return tree.root, services, frozenset(tree.files.paths)


class _Repository:
    """The facts of a repository by service."""

    def __init__(self, facts: Sequence[Fact], project: Project, lock: Lock) -> None:
        self._services = [fact for fact in facts if isinstance(fact, Service)]
        self._contracts = {
            fact.scope.service: fact.used_at.file for fact in facts if isinstance(fact, Contract)
        }
        live = [fact for fact in facts if not fact.scope.development]
        self._containers = by_service(one for one in live if isinstance(one, Container))
        self._images = by_service(one for one in live if isinstance(one, Image))
        self._mounts = by_service(one for one in live if isinstance(one, Mount))
        self._variables = by_service(one for one in live if isinstance(one, Variable))
        self._lock = lock
        self._built = [build for build in project.builds if build.tool == "job" and build.pushed]
        self._jobs = [fact for fact in facts if isinstance(fact, Job) and not fact.scope.alone]
        self._recipes: Mapping[str, list[Recipe]] = defaultdict(list)
        for one in project.recipes:
            self._recipes[one.dockerfile].append(one)
        self._names = {one.name.rpartition(":")[2] for one in self._services}

    def services(self) -> list[Known]:
        """Return what is known of each."""
        return [self._known(one) for one in self._services]

    def _known(self, service: Service) -> Known:
        name, containers = service.name, self._containers[service.name]
        stages = [one for one in containers if one.container_type == "stage" and one.last]
        running = [one for one in containers if one.scope.deployed and one.container_type != "init"]
        own = _made_here(service, running)
        files = {one.dockerfile for one in stages}
        dockerfile = files.pop() if len(files) == 1 else ""
        recipes = [one for one in self._recipes[dockerfile] if not one.assumed]
        image = self._image(service)
        pipeline, job = self._job(image, dockerfile)
        return Known(
            name=name,
            contract=self._contracts.get(name, ""),
            dockerfile=dockerfile,
            context=_same([one.context for one in recipes]),
            target=_same([one.target for one in recipes]) or "",
            manifest=next((one.manifest for one in running), ""),
            image=image,
            start=_start(stages, own, self._lock),
            ports=_ports(own or stages),
            environments=tuple(self._environments(name, running, image)),
            pipeline=pipeline,
            job=job,
            data=self._data(name),
            needs=self._needs(name),
        )

    def _image(self, service: Service) -> str:
        """Return the repository that runs, where all that runs of what is made here, or of the service, is of one."""
        found = {
            one.name or ""
            for one in self._images[service.name]
            if one.role == "container" and one.scope.deployed
        }
        found = found & {name for made in service.makes for name in made.images} or found
        return found.pop() if len(found) == 1 else ""

    def _environments(
        self, name: str, running: Sequence[Container], image: str
    ) -> Iterable[Reached]:
        names = dict.fromkeys(env for one in running for env in one.scope.environments)
        for environment in names:
            here = [one for one in running if environment in one.scope.environments]
            others = {one.manifest for one in running if environment not in one.scope.environments}
            own = {one.manifest for one in here if one.scope.environments == (environment,)}
            own -= others  # a base says of no environment alone
            own |= self._overlays(name, environment)
            digests = {
                one.digest
                for one in self._images[name]
                if environment in one.scope.environments and one.name == image and one.digest
            }
            digest = digests.pop() if len(digests) == 1 else ""
            yield Reached(environment, tuple(sorted(own)), digest or "")

    def _overlays(self, name: str, environment: str) -> set[str]:
        """Return the folders of the kustomizations that decide the image of a service in one environment alone."""
        files = {
            one.place_of("digest", "tag").file
            for one in self._images[name]
            if one.scope.environments == (environment,)
        }
        return {folder_of(path) for path in files if path.rpartition("/")[2] in FILE_NAMES}

    def _job(self, image: str, dockerfile: str) -> tuple[str, str]:
        """Return the pipeline and the job that alone builds and pushes an image, or what a Dockerfile makes."""
        found = {
            (one.place.file, one.job) for one in self._built if one.dockerfile == dockerfile != ""
        } | {
            (job.used_at.file, job.name)
            for job in self._jobs
            for one in (*job.pushes, *job.builds)
            if image and one.image and name_and_tag(one.image)[0] == image
        }
        return found.pop() if len(found) == 1 else ("", "")

    def _data(self, name: str) -> tuple[tuple[str, str], ...]:
        kept = {
            (one.source.rpartition("/")[2] or "data", one.target)
            for one in self._mounts[name]
            if one.scope.deployed and one.source and one.target and keeps(one)
        }
        return tuple(sorted(kept))

    def _needs(self, name: str) -> tuple[str, ...]:
        hosts = {host_of(one) for one in self._variables[name] if one.scope.deployed}
        return tuple(sorted((hosts & self._names) - {name.rpartition(":")[2]}))


def _same(values: Sequence[str | None]) -> str | None:
    return values[0] if values and len(set(values)) == 1 else None


def _made_here(service: Service, running: Sequence[Container]) -> Sequence[Container]:
    """Return the containers that run what is made here, not those beside them; all where nothing is."""
    made = {name for one in service.makes for name in one.images}
    own = [one for one in running if one.builds or name_and_tag(one.image or "")[0] in made]
    return own or running


def _start(
    stages: Sequence[Container], running: Sequence[Container], lock: Lock
) -> tuple[str, ...]:
    """Return the start command, where what runs says none of its own, or all of it the same."""
    if any(one.entry != () for one in running):
        entries = {one.entry for one in running if one.entrypoint}
        agreed = len(entries) == 1 and all(one.entrypoint for one in running)
        return (entries.pop() or ()) if agreed else ()
    entries = {whole(one, one, lock) for one in stages}
    return (entries.pop() or ()) if len(entries) == 1 else ()


def _ports(containers: Sequence[Container]) -> tuple[str, ...]:
    ports = {port for one in containers for port in ports_of(one)}
    return tuple(sorted(ports, key=lambda port: (len(port), port)))
