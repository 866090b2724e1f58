"""Deployments of Kamal: roles, accessories, destinations."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from contextlib import suppress

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Container, Fact, Image, Install, Mount, Start, Variable
from immutable_delivery.formats import kamal
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Text

PATH = "config/deploy.yml"
SAMPLE = """\
<% require "dotenv" -%>
service: shop
image: <%= ENV["OWNER"] %>/shop
servers:
  web:
    - 192.0.2.1
  jobs:
    hosts: [192.0.2.2]
    cmd: sh -c "npm install && bin/jobs"
    options:
      user: "0"
env:
  clear:
    MODE: prod
  secret:
    - RAILS_MASTER_KEY
    - DB_PASSWORD:MAIN_DB_PASSWORD
volumes:
  - shop_data:/rails/storage
builder:
  dockerfile: docker/Dockerfile.prod
  target: prod
  args: {RUBY: "3.4.1", OTHER: <%= x %>}
proxy: {app_port: 3000}
accessories:
  db:
    # imd: ignore[floating-tag] wanted
    image: mysql:latest
    host: 192.0.2.3
    port: "3306:3306"
    env: {MYSQL_ROOT_HOST: '%'}
    files:
      - config/my.cnf:/etc/mysql/my.cnf:ro
      - {local: db/setup.sql, remote: /docker-entrypoint-initdb.d/setup.sql, options: "ro,Z"}
    directories:
      - data:/var/lib/mysql
    volumes:
      - /srv/backup:/backup
traefik:
  image: traefik:v2.10
"""


def read(
    files: str | Mapping[str, str], *around: str
) -> tuple[list[Fact], list[Build], ParseContext]:
    held = {PATH: files} if isinstance(files, str) else files
    ctx = ParseContext(MemoryFiles({**held, **dict.fromkeys(around, "FROM scratch\n")}))
    documents = pickle.loads(pickle.dumps({p: kamal.parse(Text(p, t)) for p, t in held.items()}))
    found = list(kamal.facts(documents, ctx))
    facts = [fact for fact in found if isinstance(fact, Fact)]
    return facts, [one for one in found if isinstance(one, Build)], ctx


def written(content: str, place: Place) -> str:
    return content[place.span.start : place.span.end]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        (PATH, SAMPLE, True),
        ("test/fixtures/deploy.erb.yml", SAMPLE, True),
        ("config/deploy.production.yml", "servers: {web: [a]}\nx-more: {}\n", True),
        ("config/deploy.production.yml", "env: {A: b}\nreplicas: 2\n", False),
        ("deploy.production.yml", "servers: {web: [a]}\n", False),
        (PATH, '"service": a\n"image": b\n"servers": [c]\n', True),
        (PATH, "service: a\nimage: b\nservers: [c]\nbroken: [\n", True),
        (PATH, "service: a\nimage: b\nbroken: [\n", True),
        (PATH, "service: a\nimage: b\n", True),
        ("config/deploy.yml", "image: a\njobs: {}\nbroken: [\n", False),
        ("deploy.yml", "image: a\nscript: [\n", False),
        ("deploy.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: env}\n", False),
        (".github/workflows/deploy.yml", "on: push\nenv: {A: b}\njobs: {a: {}}\n", False),
        ("deploy.yml", "services: {web: {image: a}}\nservers: []\n", False),
        ("config/other.yml", SAMPLE, False),
    ],
)
def test_a_deployment_is_told_by_its_keys(path: str, content: str, claimed: bool) -> None:
    assert kamal.claims(path, content.encode()) is claimed


def test_roles_and_accessories_run() -> None:
    facts, _, ctx = read(SAMPLE)
    assert not ctx.troubles
    found = [fact for fact in facts if isinstance(fact, Container)]
    assert [(one.name, one.scope.service, one.scope.layer, one.ports) for one in found] == [
        ("shop-web", "shop", "application", ("3000",)),
        ("shop-jobs", "shop", "application", ("3000",)),
        ("shop-db", "shop-db", "middleware", ("3306:3306",)),
        ("shop-traefik", "shop-traefik", "middleware", ()),
    ]
    assert [one.user for one in found] == ["", "0", "", ""]
    images = [fact for fact in facts if isinstance(fact, Image)]
    assert [written(SAMPLE, image.place_of("tag")) for image in images] == ["latest", "v2.10"]


def test_a_list_of_servers_is_the_role_web() -> None:
    facts, _, _ = read("service: shop\nimage: shop\nservers: [192.0.2.1]\n")
    assert [fact.name for fact in facts if isinstance(fact, Container)] == ["shop-web"]


@pytest.mark.parametrize(
    ("run", "image"),
    [
        ("version: latest", "basecamp/kamal-proxy:latest"),
        ("registry: 'r:4443', repository: a/proxy, version: v1.2.3", "r:4443/a/proxy:v1.2.3"),
        ("http_port: 8080", ""),
    ],
)
def test_the_image_of_the_proxy_is_put_together(run: str, image: str) -> None:
    content = f"service: a\nimage: b\nservers: [c]\nproxy: {{run: {{{run}}}}}\n"
    found = [fact for fact in read(content)[0] if isinstance(fact, Image)]
    assert [(fact.text, written(content, fact.place_of("tag"))) for fact in found] == (
        [(image, image.rpartition(":")[2])] if image else []
    )


def test_the_command_of_a_role_is_read() -> None:
    facts, _, _ = read(SAMPLE)
    (start,) = (fact for fact in facts if isinstance(fact, Start))
    assert start.argv == ("sh", "-c", "npm install && bin/jobs")
    (install,) = (fact for fact in facts if isinstance(fact, Install))
    assert written(SAMPLE, install.used_at) == "npm install"
    assert install.scope.owner == "shop (role jobs)"


def test_mounts() -> None:
    facts, _, _ = read(SAMPLE)
    mounts = [fact for fact in facts if isinstance(fact, Mount)]
    assert [(m.mount_type, m.written_source, m.target, m.read_only, m.host_path) for m in mounts[1:]] == [
        ("volume", "shop_data", "/rails/storage", False, None),
        ("host", "/srv/backup", "/backup", False, None),
        ("host", "data", "/var/lib/mysql", False, None),
        ("config", "config/my.cnf", "/etc/mysql/my.cnf", True, "config/my.cnf"),
        ("config", "db/setup.sql", "/docker-entrypoint-initdb.d/setup.sql", True, "db/setup.sql"),
    ]  # fmt: skip


def test_secrets_have_names_and_no_values() -> None:
    facts, _, _ = read(SAMPLE)
    said = [(v.name, v.value) for v in facts if isinstance(v, Variable) and "jobs" in v.scope.owner]
    assert said == [("MODE", "prod"), ("RAILS_MASTER_KEY", None), ("DB_PASSWORD", None)]
    assert ("MYSQL_ROOT_HOST", "%") in [(v.name, v.value) for v in facts if isinstance(v, Variable)]


def test_the_image_is_built_where_the_builder_says() -> None:
    _, builds, _ = read(SAMPLE, "docker/Dockerfile.prod")
    (build,) = builds
    assert (build.dockerfile, build.context, build.target) == ("docker/Dockerfile.prod", "", "prod")
    assert (build.service, build.tool, build.deployed) == ("shop", "kamal", True)
    assert build.args == {"RUBY": "3.4.1", "OTHER": None}
    assert read(SAMPLE)[1] == []


def test_a_destination_lies_over_what_all_share() -> None:
    over = "servers: {jobs: {cmd: bin/other}}\naccessories: {db: {image: 'mysql:8.4.3'}}\n"
    facts, _, _ = read({PATH: SAMPLE, "config/deploy.production.yml": over})
    assert {fact.scope.environments for fact in facts} == {("production",)}
    starts = [fact for fact in facts if isinstance(fact, Start)]
    assert [start.argv for start in starts] == [("bin/other",)]
    assert [image.tag for image in facts if isinstance(image, Image)] == ["8.4.3", "v2.10"]
    assert starts[0].used_at.file == "config/deploy.production.yml"


def test_each_destination_is_one_deployment() -> None:
    places = {PATH: SAMPLE, "config/deploy.production.yml": "env: {A: b}\n", "config/deploy.staging.yml": "env: {A: c}\n"}  # fmt: skip
    facts, _, _ = read(places)
    web = [fact for fact in facts if isinstance(fact, Container) and fact.name == "shop-web"]
    assert [fact.scope.environments for fact in web] == [("production",), ("staging",)]


@pytest.mark.parametrize("expression", ['ENV["TAG"]', "x ? 'a' : 'b' # c", "{a: [1, 2]}[:a]"])
@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_what_a_template_puts_in_is_unknown(expression: str, quote: str) -> None:
    image = f"{quote}mysql:<%= {expression} %>{quote}"
    facts, _, ctx = read(SAMPLE.replace("mysql:latest", image))
    assert not ctx.troubles
    found = next(fact for fact in facts if isinstance(fact, Image))
    assert (found.reference, found.pin, found.text) == (None, None, "mysql:<%= … %>")


def test_what_kamal_refuses_is_told() -> None:
    _, _, ctx = read(
        "service: a\nimage: [b]\nservers: {web: {cmd: 'a \"'}}\nvolumes: ['data::/a']\naccessories: []\n"
    )
    assert sorted(trouble.reason for trouble in ctx.troubles) == [
        "'accessories' is not a mapping",
        "'image' is not text",
        "a command of 'web' holds a quote or bracket that does not end",
        "a volume of 'web' has an empty section between colons",
    ]


def test_a_comment_covers_the_accessory_below() -> None:
    text = Text(PATH, SAMPLE)
    (comment,) = (one for one in kamal.comments(kamal.parse(text), text) if "imd" in one.text)
    assert comment.covers is not None
    assert SAMPLE[slice(*comment.covers)].startswith("image: mysql")


@pytest.mark.parametrize("value", ["", "a", "[]", "{}", "[a, {}, [b]]", "{a: null}", "{a: {b: {c: d}}}", "<%= a", "'<%= a %>'"])  # fmt: skip
@pytest.mark.parametrize("key", ["service", "image", "servers", "env", "volumes", "accessories", "builder", "proxy", "labels", "traefik"])  # fmt: skip
def test_hostile_deployments_end_in_facts_or_a_reason(key: str, value: str) -> None:
    known = "service: a\nimage: b\nservers: {web: {cmd: c}}\naccessories: {db: {image: d}}\n"
    for content in (f"{known}{key}: {value}\n", f"{known}  web: {{{key}: {value}}}\n"):
        kamal.claims(PATH, content.encode())
        with suppress(UnreadableError):
            read({PATH: content, "config/deploy.a.yml": f"{key}: {value}\n"})


def test_statements_that_do_not_end_take_linear_time() -> None:
    content = "service: a\nimage: b\nservers: [c]\n" + "# <% \n" * 50_000
    assert kamal.claims(PATH, content.encode())
