"""Whether anything starts a container: its own command, its image's Dockerfile, or a base known to do so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Build, Container, Fact
from immutable_delivery.formats.images import name_and_tag
from immutable_delivery.lock.file import NONE, Lock
from immutable_delivery.records import replace

_NOTHING = frozenset(
    "debian ubuntu alpine busybox fedora centos rockylinux almalinux oraclelinux amazonlinux archlinux photon "
    "opensuse/leap opensuse/tumbleweed clearlinux buildpack-deps "
    "node python pypy golang ruby openjdk eclipse-temurin amazoncorretto ibm-semeru-runtimes sapmachine rust gcc "
    "php perl elixir erlang haskell clojure julia r-base swift groovy jruby dart "
    "maven gradle composer bash "
    "gcr.io/distroless/static gcr.io/distroless/base gcr.io/distroless/cc gcr.io/distroless/static-debian12 "
    "gcr.io/distroless/base-debian12 gcr.io/distroless/cc-debian12 gcr.io/distroless/static-debian11 "
    "gcr.io/distroless/base-debian11 gcr.io/distroless/cc-debian11 "
    "mcr.microsoft.com/dotnet/runtime mcr.microsoft.com/dotnet/aspnet mcr.microsoft.com/dotnet/sdk "
    "mcr.microsoft.com/dotnet/runtime-deps mcr.microsoft.com/openjdk/jdk "
    "registry.access.redhat.com/ubi8/ubi registry.access.redhat.com/ubi9/ubi registry.access.redhat.com/ubi8/ubi-minimal "
    "registry.access.redhat.com/ubi9/ubi-minimal nvidia/cuda oven/bun denoland/deno".split()
)
"""Images that by themselves start only a shell, a REPL or nothing (from their Dockerfiles, November 2026)."""

_STARTS_IN_VARIANT = {"php": ("apache", "fpm")}
"""Tags of the images above that do start a server."""


_STARTS = frozenset(
    "nginx nginxinc/nginx-unprivileged httpd caddy traefik haproxy envoyproxy/envoy tomcat jetty redis valkey/valkey "
    "postgres mysql mariadb mongo rabbitmq memcached elasticsearch kibana logstash solr neo4j influxdb registry "
    "wordpress drupal ghost joomla nextcloud grafana/grafana prom/prometheus jenkins/jenkins keycloak/keycloak "
    "quay.io/keycloak/keycloak kong nats zookeeper cassandra couchdb vault consul hashicorp/vault hashicorp/consul".split()
)
"""Images that start a server by themselves (from their Dockerfiles, November 2026)."""


def link_starts(facts: Sequence[Fact], builds: Sequence[Build], lock: Lock = NONE) -> list[Fact]:
    """Return the facts with ``runs`` and ``starts`` of every container filled in."""
    containers = [fact for fact in facts if isinstance(fact, Container)]
    runners = _runners(containers, builds)
    built = {(c.scope.service, c.name) for c in containers if c.builds}
    return [
        _linked(fact, runners, built, lock) if isinstance(fact, Container) else fact
        for fact in facts
    ]


def starts_by_itself(image: str | None, lock: Lock = NONE) -> bool | None:
    """Return whether an image starts a program by itself, by the lock or a table; None where neither says."""
    if not image:
        return None
    if image in lock.images:
        return lock.images[image].starts
    name, tag = name_and_tag(image)
    if name not in _NOTHING:
        return True if name in _STARTS else None
    return any(word in tag for word in _STARTS_IN_VARIANT.get(name, ()))


def _runners(containers: Iterable[Container], builds: Iterable[Build]) -> Mapping[str, list[bool]]:
    """Return per Dockerfile whether each of those who run it states the start command."""
    own = {(c.manifest, c.name): c.own_start for c in containers if c.container_type != "stage"}
    found: dict[str, list[bool]] = defaultdict(list)
    for build in builds:
        if build.deployed:
            found[build.dockerfile].append(own.get((build.place.file, build.service), False))
    return found


def _linked(
    container: Container,
    runners: Mapping[str, list[bool]],
    built: set[tuple[str, str]],
    lock: Lock,
) -> Container:
    if container.container_type != "stage":
        return replace(container, runs=True, starts=_deployed_starts(container, built, lock))
    states = runners.get(container.dockerfile, []) if container.last else []
    starts = container.starts
    if starts is None:
        starts = starts_by_itself(container.image, lock)
    if states and all(states):
        starts = True
    delivers = container.last and container.adds_code  # a stage that only feeds another is no image
    return replace(container, runs=bool(states), starts=starts, adds_code=delivers)


def _deployed_starts(container: Container, built: set[tuple[str, str]], lock: Lock) -> bool | None:
    """Tell whether a deployed container starts; one that is built here is judged where it is built."""
    if container.own_start or container.starts:
        return True
    if container.builds or (container.scope.service, container.name) in built:
        return True
    starts = starts_by_itself(container.image, lock)
    return True if starts is None else starts
