"""Which manifests are for development, and which images a tool puts in after it has built them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from immutable_delivery.context import TRUSTED, Trust
from immutable_delivery.facts import Build, Fact, Image, Variable
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import familiar_name
from immutable_delivery.syntax.gitignore import anchored
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments


def link_development(
    facts: Sequence[Fact], builds: Sequence[Build], trust: Trust = TRUSTED
) -> list[Fact]:
    """Mark what is for development: a manifest that builds what another one here deploys, a service that says so.

    No service says so in a change that nobody trusts, and no manifest that comes with it deploys what another one built before.
    """
    files = _deployed_elsewhere(facts, builds, trust)
    services = _saying_so(facts, builds) if trust.words else {}
    return [_developed(fact, _evidence(fact, files, services)) for fact in facts]


def link_substituted(facts: Sequence[Fact], builds: Sequence[Build]) -> list[Fact]:
    """Mark the images that a tool has just built where it puts them: in manifests, or as the base of another build."""
    by_name: dict[str, list[Build]] = defaultdict(list)
    local: set[tuple[str, str]] = set()
    for build in builds:
        if build.tool == "skaffold" and build.image:
            by_name[familiar_name(build.image) or ""].append(build)
        elif build.image and build.deployed:
            local |= {(build.image, build.place.file), (build.image, build.dockerfile)}
    bases = {image for image, _ in local}
    return [
        replace(fact, built_here=True)
        if isinstance(fact, Image)
        and _is_built(fact, by_name.get(fact.name or "", ()), local, bases)
        else fact
        for fact in facts
    ]


def _is_built(
    image: Image, skaffold: Sequence[Build], local: set[tuple[str, str]], bases: set[str]
) -> bool:
    if not image.scope.deployed:
        return image.role != "frontend" and image.text in bases
    return (image.text, image.manifest) in local or _substituted(image, skaffold)


def _developed(fact: Fact, evidence: tuple[str, ...]) -> Fact:
    """Return a fact as one of development, where something says so."""
    if not evidence:
        return fact
    scope = fact.scope
    environments = scope.environments or ("development",)
    said = tuple(dict.fromkeys((*scope.evidence, *evidence)))
    return replace(
        fact, scope=replace(scope, development=True, environments=environments, evidence=said)
    )


def _evidence(
    fact: Fact, files: Mapping[str, str], owners: Mapping[tuple[str, str], str]
) -> tuple[str, ...]:
    if not fact.scope.deployed:
        return ()
    here = fact.manifest
    said = (files.get(here), owners.get((here, fact.scope.owner)))
    return tuple(one for one in said if one)


def _deployed_elsewhere(
    facts: Sequence[Fact], builds: Sequence[Build], trust: Trust
) -> dict[str, str]:
    """Return the manifests that build a service which another one deploys, and which one does.

    What names no image only changes what the same stack says elsewhere: an overlay (`compose.agent.yaml`) is no other deployment.
    """
    deployers: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if not isinstance(fact, Image):
            continue
        if fact.scope.deployed and fact.scope.service and trust.knows(fact.manifest):
            deployers[fact.scope.service].add(fact.manifest)
    builders = _builders(facts, builds)
    return {
        path: f"{min(others)} deploys '{service}'"
        for service, paths in sorted(builders.items(), reverse=True)
        if (others := deployers[service] - builders[service])
        for path in paths
    }


def _builders(facts: Sequence[Fact], builds: Sequence[Build]) -> dict[str, set[str]]:
    """Return, per service, the manifests that deploy what they build themselves; a meta file only says what is built and where it runs."""
    deployed = (build for build in builds if build.deployed and build.tool != "contract")
    built = {(build.place.file, build.service) for build in deployed}
    found: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if fact.scope.service and (fact.manifest, fact.scope.owner) in built:
            found[fact.scope.service].add(fact.manifest)
    return found


def _saying_so(facts: Sequence[Fact], builds: Sequence[Build]) -> dict[tuple[str, str], str]:
    """Return the manifests and owners that name development: by a build target or by an environment variable."""
    owners = {
        (b.place.file, b.service): f"{b.service}: target '{b.target}'"
        for b in builds
        if b.deployed and _DEVELOPMENT.search(b.target)
    }
    return owners | {
        (fact.manifest, fact.scope.owner): f"{fact.scope.owner}: {fact.name}={fact.value}"
        for fact in facts
        if isinstance(fact, Variable)
        and fact.scope.deployed
        and fact.name in known(Environments).variables
        and _DEVELOPMENT.search(fact.value or "")
    }


_DEVELOPMENT = lazy(r"^(?:dev|develop|development|dev-envs?|local)$", re.IGNORECASE)


def _substituted(image: Image, builds: Sequence[Build]) -> bool:
    path = image.used_at.file
    return any(
        not build.manifests or any(anchored(path, p) for p in build.manifests) for build in builds
    )
