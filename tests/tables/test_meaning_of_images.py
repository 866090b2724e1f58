"""What the tables say of images, in a second list: from their manuals and Dockerfiles, never from the tables."""

from __future__ import annotations

from itertools import chain

import pytest

from immutable_delivery.facts import Scope, Variable
from immutable_delivery.links.code import served_by
from immutable_delivery.links.lockfile import ImageInfo
from immutable_delivery.links.starts import starts_by_itself
from immutable_delivery.links.switches import link_switches
from immutable_delivery.references.images import tag_pin
from immutable_delivery.source.text import Place, Span
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import (
    CodePaths,
    ImageStarts,
    OfficialImages,
    Switches,
    Tags,
    Updaters,
)

ROOTS = """
nginx /usr/share/nginx/html
httpd /usr/local/apache2/htdocs
php /var/www/html
wordpress /var/www/html
joomla /var/www/html
matomo /var/www/html
mediawiki /var/www/html
drupal /var/www/html
drupal /opt/drupal/web
tomcat /usr/local/tomcat/webapps
caddy /usr/share/caddy
caddy /srv
jenkins/jenkins /usr/share/jenkins
"""
"""The folder that each image's manual tells to mount or copy pages, code or plugins into."""


def test_each_image_serves_its_own_folders() -> None:
    rows = [tuple(line.split()) for line in ROOTS.strip().splitlines()]
    for image, folder in rows:
        assert folder in served_by(f"{image}:1.2.3"), image
    found = known(CodePaths).images
    assert {(image, folder) for image, folders in found.items() for folder in folders} == set(rows)


SHELLS = """
debian:12 ubuntu:24.04 alpine:3.20 busybox:1.36 fedora:41 centos:7 rockylinux:9 almalinux:9 oraclelinux:9 amazonlinux:2023
archlinux photon:5.0 opensuse/leap:15.6 opensuse/tumbleweed clearlinux buildpack-deps:bookworm bash:5
"""
LANGUAGES = """
node:22 python:3.13 pypy:3.10 golang:1.23 ruby:3.3 openjdk:21 eclipse-temurin:21 amazoncorretto:21 ibm-semeru-runtimes:open-21-jdk
sapmachine:21 rust:1.82 gcc:14 php:8.3-cli perl:5 elixir:1.17 erlang:27 haskell:9 clojure:tools-deps julia:1 r-base:4.4 swift:6
groovy:4 jruby:9 dart:3 maven:3 gradle:8 composer:2 oven/bun:1 denoland/deno:2
"""
"""CMD is a REPL, a shell, `--help` or `--version`."""
EMPTY = """
public.ecr.aws/amazonlinux/amazonlinux:2023 mcr.microsoft.com/azurelinux/base/core:3.0 mcr.microsoft.com/windows/servercore:ltsc2022
mcr.microsoft.com/windows/nanoserver:ltsc2022 cgr.dev/chainguard/static cgr.dev/chainguard/wolfi-base mcr.microsoft.com/dotnet/runtime:8.0 mcr.microsoft.com/dotnet/aspnet:8.0
mcr.microsoft.com/dotnet/sdk:8.0 mcr.microsoft.com/dotnet/runtime-deps:8.0 mcr.microsoft.com/openjdk/jdk:21-ubuntu
registry.access.redhat.com/ubi8/ubi registry.access.redhat.com/ubi9/ubi registry.access.redhat.com/ubi8/ubi-minimal
registry.access.redhat.com/ubi9/ubi-minimal registry.access.redhat.com/ubi10/ubi registry.access.redhat.com/ubi10/ubi-minimal nvidia/cuda:12.6.0-base-ubuntu24.04
"""
SERVERS = """
nginx nginxinc/nginx-unprivileged httpd caddy traefik haproxy envoyproxy/envoy tomcat jetty
redis valkey/valkey postgres mysql mariadb mongo memcached elasticsearch solr neo4j influxdb cassandra couchdb
rabbitmq nats zookeeper consul hashicorp/consul vault hashicorp/vault kibana logstash registry kong
wordpress drupal ghost joomla nextcloud
grafana/grafana prom/prometheus jenkins/jenkins keycloak/keycloak quay.io/keycloak/keycloak
"""


def names(text: str) -> set[str]:
    return {word.partition(":")[0] for word in text.split()}


def test_what_starts_only_a_shell_starts_nothing() -> None:
    nothing = chain.from_iterable(text.split() for text in (SHELLS, LANGUAGES, EMPTY))
    assert [image for image in nothing if starts_by_itself(image) is not False] == []
    reviewed = names(SHELLS) | names(LANGUAGES) | names(EMPTY)
    assert set(known(ImageStarts).nothing) == reviewed | {"gcr.io/distroless/*"}


DISTROLESS = "static base cc static-debian11 base-debian11 cc-debian12 java21-debian12 nodejs22-debian12 python3-debian12"


def test_distroless_images_start_at_most_an_interpreter() -> None:
    for name in DISTROLESS.split():
        assert starts_by_itself(f"gcr.io/distroless/{name}:nonroot") is False, name
        assert known(ImageStarts).is_bare.fullmatch(f"gcr.io/distroless/{name}"), name
    assert known(ImageStarts).bare == ("scratch", "gcr.io/distroless/*")


ARCHITECTURES = "amd64 arm32v5 arm32v6 arm32v7 arm64v8 i386 ppc64le s390x riscv64"


def test_mirrors_and_architectures_are_the_same_images() -> None:
    prefixes = [f"{name}/" for name in ARCHITECTURES.split()]
    prefixes += ["public.ecr.aws/docker/library/", "mirror.gcr.io/library/"]
    for prefix in prefixes:
        assert starts_by_itself(f"{prefix}debian:12") is False, prefix
        assert starts_by_itself(f"{prefix}nginx:1.27") is True, prefix
        assert starts_by_itself(f"{prefix}acme:1") is None, prefix
    assert set(known(ImageStarts).prefixes) == set(prefixes)


def test_servers_start_by_themselves() -> None:
    assert [image for image in SERVERS.split() if starts_by_itself(image) is not True] == []
    assert known(ImageStarts).server == names(SERVERS)
    assert starts_by_itself("acme/server") is starts_by_itself("acme/python") is None


def test_php_with_a_server_starts_it() -> None:
    assert starts_by_itself("php:8.3-apache") is starts_by_itself("php:8.3-fpm-alpine") is True
    assert starts_by_itself("php:8.3-cli") is starts_by_itself("php:8.3-zts") is False
    assert known(ImageStarts).variants == {"php": ("apache", "fpm")}


REPLS = """
sh bash ash dash zsh busybox cmd cmd.exe powershell pwsh node python python3 pypy pypy3 irb jshell php perl lua iex erl ghci
julia R clojure lein rails-console swift groovysh jirb bun deno
"""


def test_a_repl_waits_for_somebody_to_type() -> None:
    for program in REPLS.split():
        assert not ImageInfo(digest="", command=[program]).starts, program
        assert not ImageInfo(digest="", command=[f"/usr/bin/{program}", "-i"]).starts, program
        assert ImageInfo(digest="", command=[program, "app"]).starts
    assert ImageInfo(digest="", command=["nginx"]).starts
    assert known(ImageStarts).waiting == set(REPLS.split())


PLUGINS = (
    "GF_INSTALL_PLUGINS GF_PLUGINS_PREINSTALL GF_PLUGINS_PREINSTALL_SYNC NEO4J_PLUGINS NEO4JLABS_PLUGINS \
ELASTICSEARCH_PLUGINS OPENSEARCH_PLUGINS JENKINS_PLUGINS WORDPRESS_PLUGINS SPIGET_RESOURCES"
)
MODS = "DOCKER_MODS MODRINTH_PROJECTS CURSEFORGE_FILES"
PACKAGES = "INSTALL_PACKAGES EXTRA_APT_PACKAGES"
PYTHON = "INSTALL_PIP_PACKAGES _PIP_ADDITIONAL_REQUIREMENTS EXTRA_PIP_PACKAGES"
UPDATES = "AUTO_UPDATE AUTOUPDATE ENABLE_AUTO_UPDATE UPDATE_ON_BOOT UPDATE_ON_START"
SWITCHES = {
    "plugins": PLUGINS.split(), "extensions": ["EXTENSION_AUTO_INSTALL"], "mods": MODS.split(), "packages": PACKAGES.split(),
    "Python packages": PYTHON.split(), "Conda packages": ["EXTRA_CONDA_PACKAGES"],
}  # fmt: skip


def installs(name: str, value: str) -> str | None:
    place = Place("compose.yaml", Span(0, 1))
    scope = Scope(service="web", owner="web", deployed=True)
    fact = Variable(
        used_at=place, extent=place, scope=scope, variable_type="env", name=name, value=value
    )
    (linked,) = link_switches([fact])
    assert isinstance(linked, Variable)
    return linked.installs


def test_each_list_installs_what_it_names() -> None:
    for what, variables in SWITCHES.items():
        for name in variables:
            assert installs(name, "a,b") == what, name
            assert installs(name, "") == installs(name, "[]") == "", name
    assert known(Switches).lists.keys() == set(chain(*SWITCHES.values()))


def test_each_toggle_updates_unless_it_is_off() -> None:
    for name in UPDATES.split():
        assert installs(name, "true") == "its own updates", name
        for off in ("", "0", "false", "no", "OFF", "n", "never", "disabled", "none"):
            assert installs(name, off) == "", (name, off)
    assert known(Switches).toggles.keys() == set(UPDATES.split())
    assert len(known(Switches).off) == 8


@pytest.mark.parametrize(
    ("image", "pins"),
    [
        ("postgres", "16:partial 16.4:exact"),
        ("debian", "12:partial 12.8:exact bookworm:partial"),
        ("pause", "3:partial 3.10:exact"),
        ("busybox", "1.36:partial 1.36.1:exact"),
        ("ubuntu", "24.04:partial 24.04.1:partial noble:partial noble-20241011:exact"),
        ("amazonlinux", "2023:partial 2023.6.20241010.0:exact"),
        ("oraclelinux", "9:partial 9.4:partial 9.4.1:partial"),
        ("rockylinux", "9.3:partial 9.3.1:partial 9.3.20231119:exact"),
        ("almalinux", "9.4:partial 9.4.1:partial 9.4-20240923:exact"),
        ("fedora", "41:partial 41.1.2:partial"),
        ("centos", "7:partial 7.9.2009:partial"),
        ("buildpack-deps", "24.04:partial 1.2.3:partial"),
        ("node", "22:partial 22.11:partial 22.11.0:exact"),
    ],
)
def test_how_many_components_name_a_release(image: str, pins: str) -> None:
    for row in pins.split():
        tag, _, pin = row.rpartition(":")
        assert tag_pin(image, tag)[0] == pin, tag


def test_every_image_with_its_own_count_is_reviewed() -> None:
    assert known(Tags).exact_components == {
        "postgres": 2, "debian": 2, "pause": 2, "busybox": 3, "ubuntu": 9, "amazonlinux": 4, "oraclelinux": 9, "rockylinux": 9,
        "almalinux": 9, "fedora": 9, "centos": 9, "buildpack-deps": 9,
    }  # fmt: skip


ALIASES = "latest stable edge nightly main master dev develop lts"
MOVING = "latest snapshot nightly edge dev canary unstable main master"
DEBIAN = "wheezy jessie stretch buster bullseye bookworm trixie forky"
DISTRIBUTIONS = (
    "debian ubuntu buildpack-deps neurodebian raspbian mcr.microsoft.com/devcontainers/base"
)
VARIANTS = "alpine slim debian ubuntu fpm apache"
UBUNTU = "trusty xenial bionic focal jammy noble oracular plucky questing resolute"


def test_words_that_are_pointers_pin_nothing() -> None:
    assert {tag_pin("acme/a", word) for word in ALIASES.split()} == {("alias", "pointer")}
    moving = {tag_pin("acme/a", f"1.2.3-{word}") for word in MOVING.split()}
    assert moving == {("partial", "pointer")}
    assert known(Tags).aliases == set(ALIASES.split())
    assert set(known(Tags).moving) == set(MOVING.split())


def test_code_names_are_the_releases_of_debian_and_ubuntu() -> None:
    for word in (*DEBIAN.split(), *UBUNTU.split()):
        for image in DISTRIBUTIONS.split():
            assert tag_pin(image, f"{word}-slim") == ("partial", "series"), (image, word)
        assert tag_pin("node", word) == ("alias", "pointer"), word
        assert tag_pin("acme/web", word) == ("alias", "pointer"), word
    for word in VARIANTS.split():
        assert tag_pin("nginxproxy/nginx-proxy", word) == ("alias", "pointer"), word
    assert known(Tags).variants == set(VARIANTS.split())
    assert tag_pin("acme/web", "blue") == ("alias", "word")
    assert known(Tags).distributions == set(DISTRIBUTIONS.split())
    assert known(Tags).series == {"docker/dockerfile", "docker/dockerfile-upstream"}
    assert known(Tags).code_names == {*DEBIAN.split(), *UBUNTU.split()}


OFFICIAL = """
adminer aerospike alma almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux
backdrop bash bonita buildpack-deps busybox
caddy cassandra centos chronograf cirros clearlinux clefos clickhouse clojure composer consul convertigo couchbase couchdb crate
dart debian docker drupal
eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang
fedora flink fluentd friendica
gazebo gcc geonetwork ghost golang gradle groovy
haproxy haskell haxe hello-world hitch httpd hylang
ibm-semeru-runtimes ibmjava influxdb irssi
jetty joomla jruby julia
kapacitor kibana kong krakend
lightstreamer liquibase logstash
mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql
nats nats-streaming neo4j neurodebian nextcloud nginx node notary
odoo open-liberty openjdk oraclelinux orientdb
percona perl photon php phpmyadmin plone postfixadmin postgres pypy python
r-base rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust
sapmachine scratch silverpeas sl solr sonarqube spark spiped storm swift swipl
teamspeak telegraf tomcat tomee traefik
ubuntu unit
valkey varnish vault
websphere-liberty wordpress
xwiki yourls znc zookeeper
"""
"""hub.docker.com/u/library, today's and retired ones."""


def test_bare_names_that_are_images() -> None:
    assert known(OfficialImages).names == set(OFFICIAL.split())


WATCHTOWER = "containrrr/watchtower nickfedor/watchtower beatkind/watchtower v2tec/watchtower \
ghcr.io/containrrr/watchtower ghcr.io/nicholas-fedor/watchtower"


def test_who_replaces_running_containers() -> None:
    found = known(Updaters)
    assert {image for image, name in found.by_image.items() if name == "Watchtower"} == set(
        WATCHTOWER.split()
    )
    assert {image: name for image, name in found.by_image.items() if name != "Watchtower"} == {
        "pyouroboros/ouroboros": "Ouroboros",
        "circa10a/ouroboros": "Ouroboros",
        "containrrr/shepherd": "Shepherd",
        "mazzolino/shepherd": "Shepherd",
        "keelhq/keel": "Keel",
        "ghcr.io/keel-hq/keel": "Keel",
        "quenary/tugtainer": "Tugtainer",
        "ghcr.io/quenary/tugtainer": "Tugtainer",
    }
    assert found.telling == {"--monitor-only", "--monitor-only=true", "-m"}
    assert found.telling_variables == {"WATCHTOWER_MONITOR_ONLY"}
    assert set(found.annotations) == {
        "keel.sh", "argocd-image-updater.argoproj.io", "fluxcd.io", "filter.fluxcd.io", "image.openshift.io", "diun.",
        "reloader.stakater.com", "wave.pusher.com", "configmap.reloader", "secret.reloader",
    }  # fmt: skip
