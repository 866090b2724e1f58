"""What the rows of the tables mean, in a second list: from the manuals of the tools and images, never from the tables."""

from __future__ import annotations

import pytest

from immutable_delivery.containers.entrypoints import with_program
from immutable_delivery.containers.sockets import runtime_socket
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import BaseUsers, Entrypoints, Sockets

ENTRYPOINTS = """
alpine/git git
alpine/curl curl
alpine/helm helm
amazon/aws-cli aws
bitnami/kubectl kubectl
curlimages/curl curl
registry.k8s.io/kubectl kubectl
quay.io/keycloak/keycloak kc.sh
keycloak/keycloak kc.sh
hashicorp/vault vault
vault vault
hashicorp/consul consul
consul consul
hashicorp/nomad nomad
temporalio/temporal temporal
oryd/hydra hydra
oryd/kratos kratos
authzed/spicedb spicedb
gcr.io/distroless/nodejs18-debian11 /nodejs/bin/node
gcr.io/distroless/nodejs18-debian12 /nodejs/bin/node
gcr.io/distroless/nodejs20-debian11 /nodejs/bin/node
gcr.io/distroless/nodejs20-debian12 /nodejs/bin/node
gcr.io/distroless/nodejs22-debian12 /nodejs/bin/node
gcr.io/distroless/nodejs22-debian13 /nodejs/bin/node
gcr.io/distroless/nodejs24-debian12 /nodejs/bin/node
gcr.io/distroless/nodejs24-debian13 /nodejs/bin/node
gcr.io/distroless/python3-debian11 /usr/bin/python3
gcr.io/distroless/python3-debian12 /usr/bin/python3
gcr.io/distroless/python3-debian13 /usr/bin/python3
gcr.io/distroless/java11-debian11 /usr/bin/java -jar
gcr.io/distroless/java17-debian11 /usr/bin/java -jar
gcr.io/distroless/java17-debian12 /usr/bin/java -jar
gcr.io/distroless/java17-debian13 /usr/bin/java -jar
gcr.io/distroless/java21-debian12 /usr/bin/java -jar
gcr.io/distroless/java21-debian13 /usr/bin/java -jar
gcr.io/distroless/java25-debian13 /usr/bin/java -jar
"""
"""The ENTRYPOINT of each image, from its Dockerfile (curlimages/curl: a script that adds `curl` to options; vault, consul: scripts that add the program)."""


def test_each_image_starts_its_own_program() -> None:
    rows = [line.split() for line in ENTRYPOINTS.strip().splitlines()]
    for image, *program in rows:
        for reference in (image, f"{image}:1.2.3"):
            found = with_program(reference, [LocatedText.literal("-x", Place("f", Span(0, 2)))])
            assert [word.text for word in found] == [*program, "-x"], reference
    assert known(Entrypoints).programs.keys() == {image for image, *_ in rows}


TAKE_COMMAND = """
sh bash dash ash ksh zsh env exec nice sudo setpriv chpst su-exec gosu tini tini-static dumb-init catatonit
python python3 python3.13 node nodejs npm npx yarn pnpm bun bunx deno ruby bundle php perl java dotnet go
poetry uv uvx pipenv pdm hatch
"""


def test_what_means_nothing_without_its_words_takes_those_of_cmd() -> None:
    for name in TAKE_COMMAND.split():
        assert known(Entrypoints).takes_command.match(name), name
    for name in ("nginx", "pythonx", "docker-entrypoint.sh", "nodemon", "gosu2"):
        assert not known(Entrypoints).takes_command.match(name), name
    assert len(known(Entrypoints).take_command) == len(TAKE_COMMAND.split()) - 3


PROXIES = """
tecnativa/docker-socket-proxy POST
linuxserver/socket-proxy POST ALLOW_START ALLOW_STOP ALLOW_RESTARTS ALLOW_PAUSE ALLOW_UNPAUSE
"""
"""Proxies that refuse all but GET and HEAD, and what turns more on, by their READMEs."""


def test_each_proxy_passes_on_more_only_when_told() -> None:
    rows = {image: tuple(words) for image, *words in map(str.split, PROXIES.strip().splitlines())}
    assert known(Sockets).proxies == rows


SOCKETS = """
/var/run/docker.sock /run/podman/podman.sock /run/containerd/containerd.sock /run/crio/crio.sock /run/cri-o.sock
/run/cri-dockerd.sock /var/run/dockershim.sock /run/buildkit/buildkitd.sock /run/balena-engine.sock /run/balena.sock
/run/k3s/containerd/containerd.sock /run/nerdctl.sock /home/me/.docker/run/docker.sock /run/docker-other.sock
\\\\.\\pipe\\docker_engine //./pipe/docker_engine //./pipe/containerd-containerd
"""
FOLDERS = """
/ /run /var /var/run /run/ //run /run/docker /run/containerd /run/podman /run/crio /run/k3s /run/k3s/containerd
/run/user /run/balena-engine /var/run/docker /var/run/containerd /var/run/podman /var/run/crio /var/run/k3s
/var/run/k3s/containerd /var/run/user /var/run/balena-engine
"""


@pytest.mark.parametrize("path", SOCKETS.split())
def test_who_holds_the_socket_of_a_runtime_commands_it(path: str) -> None:
    assert runtime_socket(path) == runtime_socket(path, read_only=True) == "socket"


@pytest.mark.parametrize("path", FOLDERS.split())
def test_a_folder_that_holds_the_socket_is_as_good_where_it_can_be_written(path: str) -> None:
    assert runtime_socket(path) == "parent"
    assert runtime_socket(path, read_only=True) == ""


@pytest.mark.parametrize(
    "path",
    ["/run/mysqld/mysqld.sock", "/run/php.sock", "/var/lib", "/run/app", "/etc/docker", "docker.sock.d", "/x/mydocker.sock"],
)  # fmt: skip
def test_other_sockets_and_folders_command_nothing(path: str) -> None:
    assert runtime_socket(path) == ""


def test_every_name_of_a_socket_is_reviewed() -> None:
    sockets = known(Sockets)
    assert (len(sockets.names), len(sockets.pipes), len(sockets.folders)) == (12, 2, 20)


ROOT = """
debian ubuntu alpine busybox fedora centos rockylinux almalinux oraclelinux amazonlinux archlinux photon
opensuse/leap opensuse/tumbleweed buildpack-deps node python pypy golang ruby openjdk eclipse-temurin amazoncorretto
ibm-semeru-runtimes sapmachine rust gcc php perl elixir erlang haskell julia r-base swift maven composer bash
nginx httpd caddy tomcat mcr.microsoft.com/dotnet/runtime mcr.microsoft.com/dotnet/aspnet mcr.microsoft.com/dotnet/sdk
mcr.microsoft.com/dotnet/runtime-deps registry.access.redhat.com/ubi8/ubi registry.access.redhat.com/ubi9/ubi
registry.access.redhat.com/ubi8/ubi-minimal registry.access.redhat.com/ubi9/ubi-minimal nvidia/cuda oven/bun
gcr.io/distroless/static gcr.io/distroless/base gcr.io/distroless/cc gcr.io/distroless/static-debian12
gcr.io/distroless/base-debian12 gcr.io/distroless/cc-debian12
"""
"""Images whose Dockerfiles end without a USER, or with root."""


def test_images_without_a_user_of_their_own_run_as_root() -> None:
    assert known(BaseUsers).root == set(ROOT.split())
    assert known(BaseUsers).others == ("nonroot", "rootless", "unprivileged", "chiseled")
