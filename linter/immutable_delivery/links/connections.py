"""What belongs together in a whole repository: each way to tell sees what the ones before it found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from immutable_delivery.facts import Build, Contract, Fact, Image, Job
from immutable_delivery.links.artifacts import artifacts_of, without_dockerfile
from immutable_delivery.links.groups import Groups
from immutable_delivery.links.joining import (
    Deployers,
    join_artifacts,
    join_folders,
    join_neighbours,
)
from immutable_delivery.links.makers import Deliverers, Makers, Used, makers_of, siblings, uses_of
from immutable_delivery.links.servicenames import Told, names_of
from immutable_delivery.links.services import Called, Key, Linked, delivers
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import folder_of


def linked(
    facts: Sequence[Fact],
    keys: Sequence[Key | None],
    builds: Sequence[Build],
    others: Sequence[Called] = (),
    remote: Callable[[], str] = str,
) -> Linked:
    """Join what belongs together, each way seeing what the ones before it found; ``others`` have their names already."""
    groups = Groups()
    for key in (*filter(None, keys), *deployers(builds)):
        groups.find(key)
    join_folders(groups)
    used = uses_of(facts, keys)
    makers = makers_of(facts, used, builds, Deliverers(_built(groups, builds), groups.find, remote))
    artifacts = _artifacts(builds, makers, _known(facts) | without_dockerfile(builds).keys())
    shared = join_artifacts(groups, artifacts)
    shared |= _of_siblings(groups, artifacts, shared)
    join_neighbours(groups, artifacts.values(), _products(used))
    called = names_of(groups, shared, _told(facts, keys, makers), others)
    owners = {
        key: tuple(sorted({called[groups.find(root)].name for root in shared.get(key, (key,))}))
        for key in groups.parent
    }
    made = artifacts_of(facts, builds, owners, makers)
    repositories, doubts = _of_repositories(owners, makers), _doubts(owners, makers)
    return Linked(owners, repositories, made, doubts, tuple(called.values()))


def _told(facts: Sequence[Fact], keys: Sequence[Key | None], makers: Makers) -> Told:
    pairs = [(fact, key) for fact, key in zip(facts, keys, strict=True) if key]
    described = {key for fact, key in pairs if isinstance(fact, Contract)}
    delivered = {key for fact, key in pairs if delivers(fact)}
    return Told(described, delivered, _called(makers))


def _called(makers: Makers) -> dict[str, str]:
    """Return the last parts of the names that builds give to the image of each Dockerfile, where they are one."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, paths in makers.named.items():
        for path in paths:
            found[path].add(name.rpartition("/")[2])
    return {path: min(names) for path, names in found.items() if len(names) == 1}


def _delivers(build: Build) -> bool:
    return bool(build.dockerfile and build.service)


def deployers(builds: Iterable[Build]) -> Iterator[Key]:
    """Yield how builds name their services."""
    return (_deployer(build) for build in builds if _delivers(build))


def _deployer(build: Build) -> Key:
    return ("deploy", folder_of(build.place.file), build.service)


def _built(groups: Groups, builds: Iterable[Build]) -> dict[Key, set[str]]:
    """Return the Dockerfiles that services build from, by every key of them."""
    found: dict[Key, set[str]] = defaultdict(set)
    for build in builds:
        if _delivers(build) and build.deployed:
            found[groups.find(_deployer(build))].add(build.dockerfile)
    return {key: found[root] for key in groups.parent if (root := groups.find(key)) in found}


def _artifacts(
    builds: Iterable[Build], makers: Makers, known: Collection[str]
) -> dict[Key, Deployers]:
    """Return who delivers what each Dockerfile makes, or what a job or a meta file says is made somewhere."""
    found: dict[Key, Deployers] = defaultdict(Deployers)
    for build in builds:
        if _delivers(build):
            by = found["image", build.dockerfile, ""]
            builder = build.deployed and build.tool != "contract"
            (by.builders if builder else by.speakers).add(_deployer(build))
    for name, made in without_dockerfile(builds).items():
        found["pushed", name, ""].speakers.update(_deployer(build) for build in made)
    for one, dockerfile in makers.of.items():
        if dockerfile:
            found["image", dockerfile, ""].runners.add(one.deployer)
        elif one.repository in known and one.repository not in makers.named:
            found["pushed", one.repository, ""].runners.add(one.deployer)
    return found


def _known(facts: Iterable[Fact]) -> set[str]:
    """Return the images that jobs make, and those that meta files speak of."""
    found: set[str] = set()
    for fact in facts:
        if isinstance(fact, Job):
            found |= _made_by(fact)
        elif isinstance(fact, Image) and fact.role == "contract" and fact.name:
            found.add(fact.name)
    return found


def _made_by(job: Job) -> set[str]:
    return {name_and_tag(one.image)[0] for one in (*job.builds, *job.pushes) if one.image}


def _of_siblings(
    groups: Groups, artifacts: Mapping[Key, Deployers], shared: Mapping[Key, set[Key]]
) -> dict[Key, set[Key]]:
    """Join a Dockerfile that is another's for one environment, and that nothing builds by itself."""
    found = {}
    for path, plain in siblings(key[1] for key in groups.parent if key[0] == "image").items():
        own, other = ("image", path, ""), ("image", plain, "")
        if own not in artifacts and other in shared:
            found[own] = shared[other]
        elif own not in artifacts:
            groups.join(own, other)
    return found


def _products(used: Iterable[Used]) -> dict[Key, set[str]]:
    """Return the last parts of the names of what services run: `redis`, from whatever registry it is taken."""
    found: dict[Key, set[str]] = defaultdict(set)
    for one in used:
        found[one.deployer].add(one.repository.rpartition("/")[2])
    return found


def _of_repositories(owners: Mapping[Key, tuple[str, ...]], makers: Makers) -> dict[str, set[str]]:
    """Return the services that run an image, or that its Dockerfile is part of."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, paths in makers.named.items():
        for path in paths:
            found[name].update(owners.get(("image", path, ""), ()))
    for one in makers.of:
        found[one.repository].update(owners[one.deployer])
    return found


def _doubts(owners: Mapping[Key, tuple[str, ...]], makers: Makers) -> dict[str, tuple[str, ...]]:
    """Return per service why it is not known what makes an image of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in makers.of:
        for paths in filter(None, [makers.doubtful.get(one)]):
            for owner in owners[one.deployer]:
                found[owner].add(f"'{one.repository}' may be made by any of {', '.join(paths)}")
    return {name: tuple(sorted(reasons)) for name, reasons in found.items()}
