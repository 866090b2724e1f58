"""`imd report`: what it counts, whom it names, and that every format says the same."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from tests.conftest import Repository

from immutable_delivery import __version__
from immutable_delivery.commands.report.overview import Overview
from immutable_delivery.commands.report.owners import Owners
from immutable_delivery.commands.report.rendering import FORMATS, badge, causes, page
from immutable_delivery.commands.report.run import overview
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.source.files import MemoryFiles

TODAY = date(2026, 6, 15)
DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
      - name: {name}
        image: registry.example/shop/{image}
        command: {command}
"""
FILES = {
    "deploy/staging/web.yaml": WORKLOAD.format(name="web", image=f"web@{OTHER}", command="[serve]"),
    "deploy/production/web.yaml": WORKLOAD.format(
        name="web", image=f"web@{DIGEST}", command="[serve]"
    ),
    "deploy/production/mail.yaml": WORKLOAD.format(
        name="mail", image="mail:latest", command='[sh, -c, "pip install x && mail"]'
    ),
    ".github/CODEOWNERS": "* @shop/platform\ndeploy/*/mail.yaml @shop/mail # theirs\n",
}


def told(repository: Repository, most: int = 0) -> Overview:
    return overview(repository.root, Request(today=TODAY), most, lambda _done, _all: None)


@pytest.fixture
def shop(repository: Repository) -> Repository:
    repository.commit(FILES)
    repository.git("remote", "add", "origin", "git@github.com:shop/delivery.git")
    return repository


def test_services_stand_with_their_word_their_environments_and_owners(shop: Repository) -> None:
    found = told(shop)
    mail, web = found.services
    assert (mail.name, mail.runs, mail.owners) == ("mail", "divergent", ("@shop/mail",))
    assert mail.runs_by is not None
    assert (mail.runs_by.policy, mail.runs_by.at.file) == (
        "install-at-start",
        "deploy/production/mail.yaml",
    )
    assert [(ran.environment, ran.digest) for ran in web.ran] == [
        ("staging", OTHER),
        ("production", DIGEST),
    ]
    assert found.environments == ("staging", "production")
    assert (found.title, web.start) == ("shop/delivery", "serve")


def test_who_should_act_first_comes_first(shop: Repository) -> None:
    teams = told(shop).teams
    assert [team.name for team in teams] == ["@shop/mail", "@shop/platform"]
    assert teams[0].divergent == 1
    assert teams[0].errors >= 2


def test_every_number_leads_to_its_lines(shop: Repository) -> None:
    found = told(shop)
    commit = shop.git("rev-parse", "HEAD").strip()
    urls = {one.at.url for one in found.findings}
    assert f"https://github.com/shop/delivery/blob/{commit}/deploy/production/mail.yaml#L12" in urls


def test_the_four_measures_are_counted_from_facts(shop: Repository) -> None:
    measures = {one.name: one for one in told(shop).measures}
    assert {name: one.better for name, one in measures.items()} == {
        "Variety": "more", "Velocity": "more", "Visibility": "more", "Variability": "less",
    }  # fmt: skip
    assert measures["Variability"].value == "1 reference can move"
    assert (
        measures["Variability"].parts[0].value == "1"
    )  # web differs between staging and production
    assert measures["Visibility"].value == "start command known of 2 of 2 (100%)"


def test_each_share_names_what_lacks_it(repository: Repository) -> None:
    half = WORKLOAD.format(name="half", image="half:1", command="[serve]")
    repository.commit(
        {
            "production/web.yaml": FILES["deploy/production/web.yaml"],
            "production/half.yaml": half.replace("command:", "args:"),
        }
    )
    (visibility,) = (one for one in told(repository).measures if one.name == "Visibility")
    assert visibility.parts[0].value == "1 of 2 (50%)"
    assert [one.file for one in visibility.parts[0].at] == ["half"]


def test_environments_differ_where_one_image_has_two_versions(repository: Repository) -> None:
    beside = f"      - {{name: proxy, image: registry.example/proxy@{OTHER}}}\n"
    web = FILES["deploy/production/web.yaml"]
    repository.commit({"deploy/production/web.yaml": web, "deploy/staging/web.yaml": web + beside})
    (same,) = (one for one in told(repository).measures if one.name == "Variability")
    assert same.parts[0].value == "0"
    repository.commit({"deploy/staging/web.yaml": FILES["deploy/staging/web.yaml"] + beside})
    (other,) = (one for one in told(repository).measures if one.name == "Variability")
    assert (other.parts[0].value, other.parts[0].at[0].file) == ("1", "web")


def test_a_tag_can_move_however_exact_it_is(repository: Repository) -> None:
    repository.commit(
        {
            "a.yaml": WORKLOAD.format(name="a", image="web:1.2.3", command="[serve]"),
            "b.yaml": WORKLOAD.format(name="b", image=f"web:1.2.3@{DIGEST}", command="[serve]"),
        }
    )
    (variability,) = (one for one in told(repository).measures if one.name == "Variability")
    assert variability.value == "1 reference can move"
    assert [(one.file, one.line) for one in variability.parts[1].at] == [("a.yaml", 11)]


def test_hashes_of_packages_are_no_digests_of_images(repository: Repository) -> None:
    repository.commit({"uv.lock": f'hash = "{DIGEST}"\n', "r.txt": f"x --hash={DIGEST}\n"})
    repository.commit({"values.yaml": f'image: {{digest: "{DIGEST}"}}\n'})
    repository.commit({"Dockerfile": f"FROM node@{DIGEST}\n"})
    now = overview(repository.root, Request(today=date.today()), 0, lambda _d, _a: None)  # noqa: DTZ011 (commits are of today)
    (velocity,) = (one for one in now.measures if one.name == "Velocity")
    assert velocity.value == "2 commits moved digests in 90 days"
    assert len(velocity.parts[-1].at) == 2


def test_where_to_begin_is_the_line_that_decides_most(repository: Repository) -> None:
    repository.commit(
        {
            "compose.yaml": "services:\n"
            + "".join(f"  web{n}: {{image: 'web:$TAG'}}\n" for n in range(3)),
            ".env": "TAG=latest\n",
            "b/compose.yaml": "services: {mail: {image: 'mail:latest'}}\n",
        }
    )
    found = causes(told(repository))
    assert [(one.at.file, number) for _, one, number in found] == [
        (".env", 3),
        ("b/compose.yaml", 1),
    ]


def test_what_is_not_known_has_its_line(repository: Repository) -> None:
    repository.commit({"compose.yaml": "services:\n  web:\n    image: ${IMAGE}\n"})
    found = told(repository)
    (web,) = found.services
    assert (web.runs, "pin" in web.unknown) == ("undetermined", True)
    assert [(one.file, one.line) for one in web.unknown_at] == [("compose.yaml", 3)]
    assert "compose.yaml:3" in page(found)


def test_velocity_is_how_often_digests_move(repository: Repository) -> None:
    for number in range(3):
        digest = "sha256:" + f"{number}" * 64
        repository.commit(
            {"web.yaml": WORKLOAD.format(name="web", image=f"web@{digest}", command="[serve]")}
        )
    repository.commit({"README.md": "nothing of a digest"})
    now = overview(repository.root, Request(today=date.today()), 0, lambda _d, _a: None)  # noqa: DTZ011 (commits are of today)
    (velocity,) = (one for one in now.measures if one.name == "Velocity")
    assert velocity.value == "3 commits moved digests in 90 days"


def test_the_trend_judges_earlier_commits_by_the_settings_of_today(repository: Repository) -> None:
    bad = {"compose.yaml": "services:\n  web:\n    image: nginx:latest\n"}
    repository.commit(bad)
    repository.commit(
        {
            "compose.yaml": f"services:\n  web:\n    image: nginx:1.27.3@{DIGEST}\n",
            ".imd.yaml": "severity: {floating-tag: warning}\n",
        }
    )
    found = told(repository, most=5)
    assert [
        (point.convergent, point.congruent, point.errors, point.warnings) for point in found.trend
    ] == [(1, 0, 0, 1), (0, 1, 0, 0)]


def test_formats_say_the_same(shop: Repository) -> None:
    found = told(shop)
    said: Any = json.loads(FORMATS["json"](found))
    assert [one["name"] for one in said["services"]] == ["mail", "web"]
    text = FORMATS["markdown"](found)
    assert "| mail | divergent: install-at-start at `deploy/production/mail.yaml:12` |" in text
    assert f"`web@{DIGEST[7:19]}`" in text
    assert "| @<!-- -->shop/mail | 1 | 0 |" in text
    assert fromstring(badge(found)).get("aria-label") == "delivery: 1 divergent"
    assert "1 divergent" in page(found)


def test_json_says_its_own_version_and_that_of_the_tool(shop: Repository) -> None:
    said: Any = json.loads(FORMATS["json"](told(shop)))
    assert (said["version"], said["minor_version"]) == (1, 0)
    assert said["tool"] == {"name": "imd", "version": __version__}


@pytest.mark.parametrize("kind", FORMATS)
def test_names_that_are_not_utf_8_can_be_printed_in_every_format(
    repository: Repository, kind: str
) -> None:
    name = os.fsdecode(b"shop\xff")
    repository.commit({f"{name}/compose.yaml": "services:\n  web:\n    image: nginx:latest\n"})
    repository.git("remote", "add", "origin", "git@github.com:shop/delivery.git")
    said = FORMATS[kind](told(repository))
    assert said.encode()
    assert kind == "badge" or r"shop\xff/compose.yaml" in said.replace("\\\\", "\\")


def test_what_a_repository_names_is_no_markup(repository: Repository) -> None:
    evil = "<script>alert(1)</script>"
    repository.commit(
        {
            "compose.yaml": f"services:\n  web:\n    image: 'nginx:latest'\n    container_name: '{evil}'\n    command: ['{evil}']\n"
        }
    )
    assert evil not in page(told(repository))


def test_an_empty_repository_and_one_without_git_have_a_report(repository: Repository) -> None:
    assert "0 services run here" in page(told(repository))


@pytest.mark.parametrize(
    ("text", "path", "owners"),
    [
        ("*.js @a\n/web/ @b @c", "web/app.js", ("@b", "@c")),
        ("*.js @a\n", "web/app.py", ()),
        ("* @a\nweb/*\n", "web/app.py", ()),
        ("[Section] @x\n^[Optional]\n* @a # why", "app.py", ("@a",)),
        ("\xff\x00 @a\n[ @b", "app.py", ()),
        ("", "app.py", ()),
        ("docs/* @a", "docs/a.md", ("@a",)),
        ("/docs/* @a", "docs/deep/a.md", ()),
        ("* @a", "docs/deep/a.md", ("@a",)),
        ("docs/** @a", "docs/deep/a.md", ("@a",)),
        ("docs/*/ @a", "docs/deep/a.md", ("@a",)),
    ],
)
def test_the_last_pattern_that_fits_says_who_owns(
    text: str, path: str, owners: tuple[str, ...]
) -> None:
    assert Owners(MemoryFiles({"CODEOWNERS": text})).of(path) == owners


def test_owners_of_the_forge_s_own_folder_come_before_those_of_the_root() -> None:
    files = MemoryFiles({"CODEOWNERS": "* @root", ".github/CODEOWNERS": "* @forge"})
    assert Owners(files).of("app.py") == ("@forge",)
