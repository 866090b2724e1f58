"""Image references: every format has this one grammar and this one ladder of pins."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Image, Scope
from immutable_delivery.references.images import image_fact
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span

DIGEST = "sha256:" + "a" * 64


def image(reference: str) -> Image:
    written = LocatedText.literal(reference, Place("f", Span(0, len(reference))))
    return image_fact(written, role="base", scope=Scope(), extent=written.used_at)


@pytest.mark.parametrize(
    ("reference", "pin"),
    [
        ("nginx", "none"),
        ("registry:5000/shop/web", "none"),
        ("localhost/web", "none"),
        ("nginx:latest", "alias"),
        ("nginx:LATEST", "alias"),
        ("nginx:stable-alpine", "alias"),
        ("debian:sid", "alias"),
        ("node:bookworm", "alias"),
        ("rust:buster", "alias"),
        ("python:slim-bookworm", "alias"),
        ("node:lts-buster-slim", "alias"),
        ("postgres:bookworm", "alias"),
        ("docker.io/library/ubuntu:noble", "partial"),
        ("arm64v8/debian:bookworm", "partial"),
        ("mcr.microsoft.com/devcontainers/base:bookworm", "partial"),
        ("shop/web:befacaad", "exact"),
        ("shop/web:sha-befacaad", "exact"),
        ("shop/web:deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "exact"),
        ("shop/web:facade", "alias"),
        ("shop/web:befacaad-alpine", "alias"),
        ("redis:alpine", "alias"),
        ("acme/engine:4.1-p2", "exact"),
        ("acme/engine:4-p2", "partial"),
        ("acme/engine:4.1-pre", "partial"),
        ("registry:5000/web:latest", "alias"),
        ("nginx:1", "partial"),
        ("nginx:1.27-alpine", "partial"),
        ("node:22-alpine3.20", "partial"),
        ("debian:bookworm-slim", "partial"),
        ("ubuntu:22.04", "partial"),
        ("openjdk:17-jdk-slim", "partial"),
        ("app:3.2.1-SNAPSHOT", "partial"),
        ("mcr.microsoft.com/mssql/server:2022-latest", "partial"),
        ("nginx:1.27.3", "exact"),
        ("node:22.11.0-alpine3.20", "exact"),
        ("debian:12.8", "exact"),
        ("debian:bookworm-20241111-slim", "exact"),
        ("ubuntu:jammy-20240911.1", "exact"),
        ("postgres:16.4", "exact"),
        ("eclipse-temurin:17.0.9_9-jdk", "exact"),
        ("minio/minio:RELEASE.2024-11-07T00-52-20Z", "exact"),
        ("python:3.13.0rc2", "exact"),
        ("app:sha-0a1b2c3", "exact"),
        ("app:main-abc1234", "exact"),
        ("app:1234567", "exact"),
        (f"nginx@{DIGEST}", "digest"),
        (f"nginx:latest@{DIGEST}", "digest"),
        (f"localhost:5000/a/b:1@{DIGEST}", "digest"),
        ("nginx@sha256:abc", "malformed"),
        (f"nginx@{DIGEST.upper()}", "malformed"),
        (f"nginx@sha256:{'A' * 64}", "malformed"),
        ("nginx@latest", "malformed"),
        (f"nginx@md5:{'a' * 32}", "malformed"),
        ("shop/Web:1.2.3", "malformed"),
        ("nginx:1:2", "malformed"),
        ("nginx:", "none"),
        ("", "malformed"),
    ],
)
def test_pin(reference: str, pin: str) -> None:
    assert image(reference).pin == pin


@pytest.mark.parametrize(
    ("reference", "pin", "unresolved"),
    [
        ("${IMAGE}", None, "${IMAGE}"),
        ("$IMAGE", None, "$IMAGE"),
        ("nginx:${TAG}", None, "${TAG}"),
        ("nginx:1.27${SUFFIX}", None, "${SUFFIX}"),
        ("shop/web:{{ .Values.tag }}", None, "{{ .Values.tag }}"),
        ("shop/web:CONTAINER_IMAGES_TAG", None, "CONTAINER_IMAGES_TAG"),
        ("${REGISTRY}/web", "none", ""),
        ("${REGISTRY}/web:latest", "alias", ""),
        (f"nginx:${{TAG}}@{DIGEST}", "digest", ""),
        ("gcr.io/PROJECT_ID/web:v1.2.3", "exact", ""),
        ("$(grep -oP '(?<=^FROM )a' Dockerfile)", None, "$(grep -oP '(?<=^FROM )a' Dockerfile)"),
        ("$(REGISTRY)/web:$(cat $(pwd)/tag)", None, "$(REGISTRY), $(cat $(pwd)/tag)"),
        ("<your registry>/web:latest", "alias", ""),
        ("[registry]/web:latest", "alias", ""),
        ("{registry}/web:latest", "alias", ""),
        ("YOUR-REGISTRY/web:latest", "alias", ""),
        ("ACCOUNT_ID.registry.REGION.example.com/web:latest", "alias", ""),
        ("shop/web:[version]", None, "[version]"),
    ],
)
def test_a_variable_hides_only_what_it_holds(
    reference: str, pin: str | None, unresolved: str
) -> None:
    fact = image(reference)
    assert (fact.pin, fact.unresolved, fact.text) == (pin, unresolved, reference)
    assert fact.reference is None


@pytest.mark.parametrize(
    ("reference", "moves"),
    [
        ("nginx", "pointer"),
        ("shop/web", "pointer"),
        ("shop/web:latest", "pointer"),
        ("shop/web:edge-alpine", "pointer"),
        ("node:bookworm", "pointer"),
        ("docker.io/library/php:apache", "pointer"),
        ("amd64/redis:alpine", "pointer"),
        ("mcr.microsoft.com/mssql/server:2022-latest", "pointer"),
        ("shop/web:blue", "word"),
        ("shop/web:v5", "word"),
        ("shop/web:14", "word"),
        ("redis:e2e", "word"),
        ("node:22", "series"),
        ("docker/dockerfile:1", "series"),
        ("docker.io/docker/dockerfile-upstream:1", "series"),
        ("shop/web:1.4", "series"),
        ("debian:bookworm", "series"),
        ("nginx:1.27.3", ""),
        ("shop/web:befacaad", ""),
        (f"shop/web:blue@{DIGEST}", ""),
        ("shop/web:${TAG}", None),
        ("${IMAGE}", None),
    ],
)
def test_how_a_tag_moves(reference: str, moves: str | None) -> None:
    assert image(reference).moves == moves


def test_parts_have_their_own_places() -> None:
    reference = f"registry:5000/shop/web:1.2.3@{DIGEST}"
    fact = image(reference)
    parts = {name: reference[p.span.start : p.span.end] for name, p in fact.places.items()}
    assert parts == {
        "reference": reference,
        "repository": "registry:5000/shop/web",
        "name": "registry:5000/shop/web",
        "pin": "1.2.3",
        "tag": "1.2.3",
        "digest": DIGEST,
    }
    assert (fact.registry, fact.repository, fact.tag, fact.digest) == (
        "registry:5000", "registry:5000/shop/web", "1.2.3", DIGEST,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("docker.io/library/nginx", "nginx"),
        ("index.docker.io/bitnami/redis:7", "bitnami/redis"),
        ("ghcr.io/a/b", "ghcr.io/a/b"),
    ],
)
def test_familiar_name(reference: str, name: str) -> None:
    assert image(reference).name == name


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("localhost:5000/web:latest", True),
        ("127.0.0.1:5001/shop/web", True),
        ("kind-registry:5000/web:1", True),
        ("k3d-shop.localhost:5000/web", True),
        ("localhost.example.com/web", False),
        ("registry.example.com:5000/web", False),
        ("registry:5000/web", False),
        ("localhost", False),
        ("kind-registry", False),
        ("${REGISTRY}/web", False),
        ("localhost:5000/${NAME}", True),
        ("$(hostname -I):5000/web:latest", True),
    ],
)
def test_a_registry_of_one_machine(reference: str, *, expected: bool) -> None:
    assert image(reference).machine_registry is expected
