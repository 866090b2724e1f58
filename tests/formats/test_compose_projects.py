"""Which Compose files belong together, and whose word counts."""

from __future__ import annotations

import time

import pytest
from tests.kit import read_files

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Container, Fact, Image, Mount, Source, Start
from immutable_delivery.formats import compose

DIGEST = "sha256:" + "a" * 64


def read(files: dict[str, str]) -> tuple[list[Fact], ParseContext]:
    found, ctx = read_files(compose, files)
    return [fact for fact in found if isinstance(fact, Fact)], ctx


def images(files: dict[str, str]) -> list[tuple[str, str | None, str]]:
    """Return owner, reference and environment of every image."""
    facts, ctx = read(files)
    assert ctx.troubles == []
    return sorted(
        (fact.scope.owner, fact.reference, " ".join(fact.scope.environments))
        for fact in facts
        if isinstance(fact, Image)
    )


def test_the_first_main_file_of_a_folder_counts_and_the_others_stand_alone() -> None:
    files = {
        "docker-compose.yml": "services: {old: {image: o}}",
        "compose.yaml": "services: {new: {image: n}}",
        "sub/compose.yml": "services: {sub: {image: s}}",
    }
    assert images(files) == [("new", "n", ""), ("old", "o", ""), ("sub", "s", "")]


def test_an_override_is_judged_on_top_of_the_main_file() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x:1}, b: {image: y}}",
        "compose.override.yaml": "services: {a: {volumes: [./src:/app]}}",
    }
    facts, _ = read(files)
    assert images(files) == [("a", "x:1", ""), ("a", "x:1", "override"), ("b", "y", "")]
    mount = next(fact for fact in facts if isinstance(fact, Mount))
    assert (mount.scope.development, mount.scope.environments) == (True, ("override",))
    containers = [fact for fact in facts if isinstance(fact, Container)]
    assert sorted((container.name, container.used_at.file) for container in containers) == [
        ("a", "compose.override.yaml"),
        ("a", "compose.yaml"),
        ("b", "compose.yaml"),
    ]


def test_a_main_file_that_always_has_an_overlay_is_not_judged_alone() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x:latest}, b: {image: y:1}}",
        "compose.override.yaml": "services: {a: {image: x:dev}}",
        "compose.prod.yaml": "services: {a: {image: x:1.2.3}, b: {restart: always}}",
    }
    assert images(files) == [
        ("a", "x:1.2.3", "prod"),
        ("a", "x:dev", "override"),
        ("b", "y:1", "override"),
        ("b", "y:1", "prod"),
    ]


def test_a_file_without_images_adds_to_the_main_file_and_one_with_them_stands_alone() -> None:
    files = {
        "docker-compose.yml": "services: {a: {image: x:1}}",
        "docker-compose.dev.yml": "services: {a: {command: debug}}",
        "docker-compose.ci.yml": "services: {a: {image: own:2}}",
    }
    assert images(files) == [("a", "own:2", "ci"), ("a", "x:1", ""), ("a", "x:1", "dev")]


BASE = """\
services:
  a: {image: x:latest, command: [serve], volumes: [./src:/srv]}
networks: {inside: {}}
volumes: {data: {}}
"""


@pytest.mark.parametrize(
    "overlay",
    [
        "services: {a: {image: x:1, volumes: !reset []}}",
        "services: {a: {image: x:1, ports: !override ['80:80']}}",
        "services: {a: {image: x:1, networks: [inside]}}",
        "services: {a: {image: x:1, networks: {inside: {aliases: [b]}}}}",
        "services: {a: {image: x:1, volumes: ['data:/d']}}",
        "services: {a: {image: x:1, volumes: [{type: volume, source: data, target: /d}]}}",
        "services: {b: {image: x:1, depends_on: [a]}}",
        "services: {b: {image: x:1, depends_on: {a: {condition: service_started}}}}",
    ],
)
def test_an_overlay_may_name_images_too(overlay: str) -> None:
    files = {"docker-compose.yml": BASE, "docker-compose.prod.yml": overlay}
    facts, ctx = read(files)
    assert ctx.troubles == []
    name = "b" if "{b:" in overlay else "a"
    starts = {
        fact.argv
        for fact in facts
        if isinstance(fact, Start)
        and fact.scope.owner == name
        and "prod" in fact.scope.environments
    }
    assert starts == ({("serve",)} if name == "a" else set())
    assert [image for image in images(files) if image[2] == "prod"] == [(name, "x:1", "prod")]


def test_what_only_completes_services_lies_over_them() -> None:
    base = "services: {a: {build: ., command: [serve]}, b: {image: y:1}}"
    files = {
        "compose.yaml": base,
        "compose.prod.yaml": "services: {a: {image: x:1, restart: always}}",
        "compose.alone.yaml": "services: {a: {image: x:1, command: [other]}}",
        "other.prod.yaml": "services: {a: {image: x:1, restart: always}}",
    }
    facts, _ = read(files)
    starts = {(fact.manifest, fact.argv) for fact in facts if isinstance(fact, Start) and fact.argv}
    assert ("compose.prod.yaml", ("serve",)) in starts
    assert ("compose.alone.yaml", ("other",)) in starts
    assert not [start for start in starts if start[0] == "other.prod.yaml"]


def test_what_would_leave_a_mount_of_the_host_stands_alone() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x:1, command: [serve], volumes: [./src:/srv]}}",
        "compose.prod.yaml": "services: {a: {image: x:2}}",
    }
    facts, _ = read(files)
    mounts = [fact for fact in facts if isinstance(fact, Mount)]
    assert [mount.scope.environments for mount in mounts] == [()]


@pytest.mark.parametrize("end", ["yml", "yaml"])
def test_an_override_lies_over_the_file_that_it_is_named_after(end: str) -> None:
    files = {
        f"compose-tests.{end}": "services: {unit: {image: u:1, build: {context: ., target: t}}}",
        "compose-tests.override.yml": "services: {unit: {image: u:2, entrypoint: [dotnet, test]}}",
        "compose.yaml": "services: {a: {image: x:1}}",
    }
    facts, _ = read(files)
    assert [image[:2] for image in images(files) if image[1] == "u:2"] == [("unit", "u:2")]
    starts = [fact.argv for fact in facts if isinstance(fact, Start) and fact.argv]
    assert ("dotnet", "test") in starts


def test_paths_of_a_second_file_count_from_the_folder_of_the_first() -> None:
    text = "services: {a: {image: x:1, volumes: ['./it/tls/nginx:/etc/nginx']}}"
    files = {"compose.yaml": "services: {b: {image: y:1}}", "it/tls/docker-compose.test.yml": text}
    facts, _ = read({**files, "it/tls/nginx/nginx.conf": ""})
    assert [fact.host_path for fact in facts if isinstance(fact, Mount)] == ["it/tls/nginx"]
    facts, _ = read({**files, "it/tls/it/tls/nginx/nginx.conf": "", "it/tls/nginx/a": ""})
    assert [fact.host_path for fact in facts if isinstance(fact, Mount)] == ["it/tls/it/tls/nginx"]
    facts, _ = read(files)
    assert [fact.host_path for fact in facts if isinstance(fact, Mount)] == ["it/tls/it/tls/nginx"]


def test_an_overlay_finds_a_base_beside_it_or_above() -> None:
    files = {
        "docker-compose.base.yml": "services: {a: {image: x:1}}",
        "docker-compose.prod.yml": "services: {a: {command: serve}}",
        "deploy/docker-compose.yml": "services: {b: {image: y:1}}",
        "deploy/prod/compose.more.yaml": "services: {b: {command: serve}}",
    }
    assert images(files) == [
        ("a", "x:1", ""), ("a", "x:1", "prod"), ("b", "y:1", ""), ("b", "y:1", "prod"),
    ]  # fmt: skip


def test_compose_file_in_the_env_file_names_the_project() -> None:
    files = {
        ".env": "COMPOSE_FILE=compose.yaml:compose.extra.yaml\n",
        "compose.yaml": "services: {a: {image: x:1}}",
        "compose.extra.yaml": "services: {a: {image: x:2}}",
    }
    assert images(files) == [("a", "x:2", "")]


def test_what_is_included_is_judged_once_and_with_its_own_folder() -> None:
    files = {
        "compose.yaml": "include: [sub/compose.yaml]\nservices: {a: {image: a}}",
        "sub/compose.yaml": "services: {s: {image: s, volumes: [./x:/x]}}",
    }
    facts, _ = read(files)
    assert images(files) == [("a", "a", ""), ("s", "s", "")]
    assert [fact.host_path for fact in facts if isinstance(fact, Mount)] == ["sub/x"]


def test_all_facts_of_a_service_name_the_manifest_that_deploys_it() -> None:
    files = {
        "app/compose.yaml": "include: [../db/compose.yaml]\nservices: {db: {environment: {A: b}}}",
        "db/compose.yaml": "services: {db: {image: x, build: ., volumes: [./x:/x]}}",
    }
    facts, ctx = read(files)
    assert {fact.scope.manifest for fact in facts} == {"app/compose.yaml"}
    assert {fact.used_at.file for fact in facts} == set(files)
    assert ctx.troubles == []


def test_an_include_from_elsewhere_is_a_source() -> None:
    content = "include: ['https://github.com/a/b.git#main']\nservices: {a: {image: a}}"
    facts, ctx = read({"compose.yaml": content})
    source = next(fact for fact in facts if isinstance(fact, Source))
    assert (source.source_type, source.ref, source.pin) == ("include", "main", "alias")
    assert ctx.troubles == []


def test_what_is_made_to_be_extended_is_judged_where_it_is_used() -> None:
    files = {
        "compose.yaml": "services: {a: {extends: {file: common.compose.yml, service: base}, image: 'x:2'}}",
        "common.compose.yml": "services: {base: {image: x}, alone: {image: y}}",
    }
    assert images(files) == [("a", "x:2", ""), ("alone", "y", "")]


def test_files_that_include_each_other_are_still_judged() -> None:
    files = {
        "one.compose.yml": "include: [two.compose.yml]\nservices: {a: {image: a}}",
        "two.compose.yml": "include: [one.compose.yml]\nservices: {b: {image: b}}",
    }
    facts, ctx = read(files)
    names = {fact.reference for fact in facts if isinstance(fact, Image)}
    assert names == {"a", "b"}
    assert any("cycle" in trouble.reason for trouble in ctx.troubles)


def test_an_overlay_that_takes_the_digest_away() -> None:
    files = {
        "compose.yaml": f"services: {{a: {{image: x:1@{DIGEST}}}}}",
        "compose.override.yaml": "services: {a: {image: 'x:2'}}",
    }
    facts, _ = read(files)
    found = {f.tag: f.unpinned_from for f in facts if isinstance(f, Image)}
    assert found == {"1": "", "2": DIGEST}


def test_profiles_for_development() -> None:
    facts, _ = read({"compose.yaml": "services: {a: {image: x, profiles: [dev]}}"})
    assert {fact.scope.development for fact in facts} == {True}


def test_a_service_of_a_provider_has_no_container() -> None:
    facts, _ = read({"compose.yaml": "services: {a: {provider: {type: model}}}"})
    assert facts == []


def test_the_first_version_of_the_format() -> None:
    assert images({"docker-compose.yml": "web:\n  image: x:1\n"}) == [("web", "x:1", "")]


@pytest.mark.parametrize(
    "content",
    [
        "services:\n" + "".join(f"  s{n}: {{extends: s{n + 1}}}\n" for n in range(5000)) + "  s5000: {image: x}\n",
        "services:\n" + "".join(f"  s{n}: {{image: 'x:${{A{n}:-1}}'}}\n" for n in range(5000)),
        "services:\n  a:\n    image: x\n    volumes:\n" + "".join(f"      - ./a:/t{n}\n" for n in range(5000)),
        "services: {a: {image: x, volumes: ['" + ":" * 100_000 + "']}}",
        "services: {a: {image: x, command: '" + "a " * 50_000 + "'}}",
    ],
    ids=["extends", "variables", "volumes", "colons", "words"],
)  # fmt: skip
def test_large_files_take_linear_time(content: str) -> None:
    begin = time.process_time()
    facts, _ = read({"compose.yaml": content})
    assert facts
    assert time.process_time() - begin < 8


def test_includes_that_double_are_bounded() -> None:
    files = {
        f"{n}.compose.yaml": f"include: [{n + 1}.compose.yaml, {n + 1}.compose.yaml]\nservices: {{s{n}: {{image: x}}}}"
        for n in range(60)
    }
    begin = time.process_time()
    assert read(files)[0]
    assert time.process_time() - begin < 10


def test_short_forms_of_secrets_and_volumes_merge_by_their_target() -> None:
    base = "services:\n  web:\n    image: x\n    secrets: [a]\n    volumes: [/cache]\nsecrets: {a: {file: a}, b: {file: b}}\n"
    over = "services:\n  web:\n    secrets: [b]\n    volumes: [data:/cache]\nvolumes: {data: {}}\n"
    facts, _ = read({"compose.yaml": base, "compose.prod.yaml": over})
    mounts = [fact for fact in facts if isinstance(fact, Mount)]
    found = [
        (mount.source, mount.target) for mount in mounts if mount.scope.environments == ("prod",)
    ]
    assert found == [("data", "/cache"), ("a", "/run/secrets/a"), ("b", "/run/secrets/b")]


def test_a_file_that_is_given_beside_the_main_one_builds_from_its_folder() -> None:
    files = {
        "docker-compose.yml": "services: {es: {image: x}}",
        "ext/fleet/agent-compose.yml": "services: {apm: {build: {context: ext/fleet/}}}",
        "ext/fleet/Dockerfile": "FROM x",
    }
    found, _ = read_files(compose, files)
    assert [one.dockerfile for one in found if isinstance(one, Build)] == ["ext/fleet/Dockerfile"]
