"""Migrations belong to the service whose image holds them."""

from __future__ import annotations

from datetime import date

import pytest

from immutable_delivery.config import Config
from immutable_delivery.facts import Migration
from immutable_delivery.pipeline.applied import of_files
from immutable_delivery.pipeline.examine import examine
from immutable_delivery.pipeline.examined import reading_settings
from immutable_delivery.source.files import MemoryFiles

MIGRATION = "api/migrations/1_a.up.sql"
COMPOSE = "services:\n  api: {build: api}\n  web: {build: web}\n"
COPIES = "FROM python:3.13.1\nCOPY . /app\n"


def services(**files: str) -> list[tuple[str, ...]]:
    config = Config()
    outcome = examine(
        MemoryFiles({MIGRATION: "CREATE TABLE a (b int);\n", "compose.yaml": COMPOSE, **files}),
        [],
        config,
        classify=lambda _: "",
        today=date(2026, 1, 1),
        asked=of_files([], reading_settings(config)),
    )
    return [fact.scope.services for fact in outcome.facts if isinstance(fact, Migration)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"api/Dockerfile": COPIES, "web/Dockerfile": COPIES}, [("api",)]),
        ({"api/Dockerfile": COPIES.replace(". /app", "src /app")}, [()]),
        ({}, [()]),
    ],
)
def test_the_image_that_holds_a_migration_tells_its_service(
    files: dict[str, str], expected: list[tuple[str, ...]]
) -> None:
    assert services(**files) == expected
