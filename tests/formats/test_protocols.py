"""What formats and fixes are asked for by name is what the types say: mypy reads the tables here, the tests the names."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from immutable_delivery import fixes
from immutable_delivery.fixes import (
    Kind,
    checksums,
    installs,
    pins,
    refreshes,
    repeated,
    revisions,
    settings,
    starts,
    unused,
)
from immutable_delivery.formats import (
    Assigns,
    Encloses,
    Families,
    Format,
    Pins,
    Rereads,
    Revises,
    Within,
    ansible,
    apps,
    azure,
    bake,
    bitbucket,
    buildkite,
    chart,
    circleci,
    cloudbuild,
    cloudformation,
    cloudinit,
    codebuild,
    compose,
    contract,
    crontab,
    devcontainer,
    dockerfile,
    drone,
    ecs,
    fleet,
    github,
    gitlab,
    helmfile,
    ignition,
    implements,
    jenkins,
    justfile,
    kamal,
    kubernetes,
    liquibase,
    makefile,
    migration,
    nomad,
    npm,
    packer,
    platforms,
    precommit,
    procfile,
    pytasks,
    quadlet,
    score,
    script,
    semaphore,
    skaffold,
    systemd,
    taskfile,
    terraform,
    tox,
    woodpecker,
)
from immutable_delivery.formats.registry import NAMED, load

FORMATS: tuple[Format, ...] = (
    ansible, apps, azure, bake, bitbucket, buildkite, chart, circleci, cloudbuild, cloudformation, cloudinit, codebuild, compose, contract, crontab, devcontainer, dockerfile, drone, ecs, fleet, github, gitlab, helmfile, ignition, jenkins, justfile, kamal, kubernetes, liquibase, makefile, migration, nomad, npm, packer, platforms, precommit, procfile, pytasks, quadlet, score, script, semaphore, skaffold, systemd, taskfile, terraform, tox, woodpecker,
)  # fmt: skip
ASSIGNS: tuple[Assigns, ...] = (compose, kubernetes)
ENCLOSES: tuple[Encloses, ...] = (chart,)
FAMILIES: tuple[Families, ...] = (chart, cloudformation, compose, github, kubernetes, terraform)
PINS: tuple[Pins, ...] = (chart, kubernetes)
REREADS: tuple[Rereads, ...] = (dockerfile,)
REVISES: tuple[Revises, ...] = (kubernetes,)
WITHIN: tuple[Within, ...] = (compose, kubernetes)
FIXES: Mapping[str, Kind] = {
    "add-checksum": checksums.fix,
    "exec-form": starts.fix,
    "frozen-install": installs.fix,
    "immutable-object": settings.immutable_object,
    "join-refresh": refreshes.fix,
    "pin-digest": pins.fix,
    "pin-revision": revisions.fix,
    "read-only-root": settings.read_only_root,
    "remove-repeated": repeated.fix,
    "remove-suppression": unused.fix,
}


def test_the_tables_hold_every_format_that_has_such_a_function() -> None:
    formats = {name: load(name) for name in NAMED}
    assert set(FORMATS) == set(formats.values())
    for protocol, known in (
        (Assigns, ASSIGNS),
        (Families, FAMILIES),
        (Pins, PINS),
        (Rereads, REREADS),
        (Revises, REVISES),
        (Within, WITHIN),
    ):
        assert {one for one in formats.values() if implements(one, protocol)} == set(known)


def test_every_kind_of_fix_names_a_function_that_makes_fixes() -> None:
    named = {kind: path.rpartition(".") for kind, path in fixes.KINDS.items()}
    found = {
        kind: getattr(import_module(f"{fixes.__name__}.{module}"), name)
        for kind, (module, _, name) in named.items()
    }
    assert found == FIXES
