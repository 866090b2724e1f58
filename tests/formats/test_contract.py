"""The delivery meta file: what it states as facts, and every problem at its own place."""

from __future__ import annotations

from typing import TypeVar

import pytest
from tests.kit import text_at

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Contract, Fact, Image, Install, Start
from immutable_delivery.formats import contract
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

DIGEST = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32
FULL = f"""\
service: web
owner: team-shop
image: registry.example/shop/web
build:
  context: .
  dockerfile: docker/web.Dockerfile
  target: runtime
  args: {{VERSION: 1.10, DEBUG: false}}
start: [node, server.js, "--port", "8080"]
ports: [8080, 9090/tcp]
pipeline: ../.github/workflows/web.yaml
environments:
  - name: production
    order: 2
    manifests: [../deploy/production]
    digest: {DIGEST}
  - name: staging
    order: 1
    manifests: [../deploy/staging/web.yaml]
    digest: {OTHER}
x-cost-centre: 12
"""
NEIGHBOURS: dict[str, str | bytes] = {
    "web/docker/web.Dockerfile": "FROM scratch\n",
    "deploy/production/kustomization.yaml": "",
    "deploy/staging/web.yaml": "",
    ".github/workflows/web.yaml": "",
}

Kind = TypeVar("Kind", bound=Fact | Build)


def read(
    source: str, path: str = "web/delivery.yaml", **more: str
) -> tuple[list[Fact | Build], ParseContext]:
    ctx = ParseContext(MemoryFiles({path: source, **NEIGHBOURS, **more}, {"web/secret": "ignored"}))
    return list(contract.facts({path: contract.parse(Text(path, source))}, ctx)), ctx


def only(found: list[Fact | Build], kind: type[Kind]) -> Kind:
    (one,) = (fact for fact in found if isinstance(fact, kind))
    return one


def problems(source: str) -> list[tuple[str, str, str]]:
    """Return path, written text and message of each problem."""
    found, _ = read(source)
    return [
        (problem.path, text_at(source, problem.place), problem.text)
        for problem in only(found, Contract).problems
    ]


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("delivery.yaml", b"version: 1\npipeline:\n  - id: a\n    image: debian\n", False),
        ("delivery.yaml", b"- image: debian\n", False),
        ("delivery.yaml", b"pipeline: []\n---\nstart: [run]\n", True),
        ("delivery.yaml", b"{? 'environments' : []}", True),
        ("delivery.yaml", b"environment:\n  service: x\n", False),
        ("delivery.yaml", b"pipeline: [\n", True),
        ("delivery.json", b'{"stages": {"image": "debian"}}', False),
        ("delivery.yaml", b"service: web", True),
        ("shop/web/delivery.yml", b"", True),
        ("delivery.json", b'{"service": "web"}', True),
        ("deploy/web.delivery.yaml", b"start: [a]", True),
        ("mydelivery.yaml", b"service: web", False),
        ("delivery.yaml.bak", b"service: web", False),
        ("delivery/values.yaml", b"service: web", False),
        ("delivery.yaml", b"apiVersion: v1\nkind: Service\n", False),
        ("delivery.yaml", b"# a chart\nkind: Deployment\n", False),
        ("delivery.yaml", b"service: web\nx-note:\n  kind: none\n", True),
    ],
)
def test_claims_its_own_names_and_leaves_kubernetes_objects(
    path: str, head: bytes, expected: bool
) -> None:
    assert contract.claims(path, head) is expected


def test_a_full_contract_has_no_problem_and_states_everything() -> None:
    found, ctx = read(FULL)
    fact = only(found, Contract)
    assert fact.problems == ()
    assert ctx.troubles == []
    assert (fact.name, fact.image, fact.pin, fact.builds) == (
        "web",
        "registry.example/shop/web",
        "none",
        True,
    )
    assert fact.start == ("node", "server.js", "--port", "8080")
    assert [one.scope.environments for one in found if isinstance(one, Image)] == [
        (),
        ("staging",),
        ("production",),
    ]
    assert text_at(FULL, fact.places["name"]) == "web"
    assert text_at(FULL, fact.places["image"]) == "registry.example/shop/web"
    assert text_at(FULL, fact.places["start"]) == '[node, server.js, "--port", "8080"]'


def test_the_build_is_relative_to_the_file() -> None:
    build = only(read(FULL)[0], Build)
    assert (build.tool, build.dockerfile, build.context) == (
        "contract",
        "web/docker/web.Dockerfile",
        "web",
    )
    assert (build.service, build.image, build.target) == (
        "web",
        "registry.example/shop/web",
        "runtime",
    )
    assert build.args == {"VERSION": "1.10", "DEBUG": "false"}
    assert build.deployed
    assert text_at(FULL, build.place) == "docker/web.Dockerfile"


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        ("{}", ("web/Dockerfile", "web")),
        ("{context: ..}", ("Dockerfile", "")),
        ("{context: ../api}", ("api/Dockerfile", "api")),
        ("{context: .., dockerfile: Dockerfile}", ("web/Dockerfile", "")),
    ],
)
def test_what_a_build_leaves_out_has_defaults(build: str, expected: tuple[str, str]) -> None:
    one = only(read(f"service: web\nstart: [a]\nbuild: {build}\n")[0], Build)
    assert (one.dockerfile, one.context) == expected


@pytest.mark.parametrize(
    "build", ["{context: ../..}", "{dockerfile: /etc/Dockerfile}", "here", "null"]
)
def test_a_build_outside_the_repository_is_none(build: str) -> None:
    found, _ = read(f"service: web\nstart: [a]\nbuild: {build}\n")
    assert not [fact for fact in found if isinstance(fact, Build)]


def test_start_is_an_exec_form_start() -> None:
    start = only(read(FULL)[0], Start)
    assert (start.origin, start.form) == ("start", "exec")
    assert start.argv == ("node", "server.js", "--port", "8080")
    assert start.text == "node server.js --port 8080"
    assert (start.scope.owner, start.scope.phase) == ("web", "start")


def test_the_image_and_the_artifact_of_each_environment_are_images() -> None:
    images = [fact for fact in read(FULL)[0] if isinstance(fact, Image)]
    assert [(image.reference, image.pin, image.scope.environments) for image in images] == [
        ("registry.example/shop/web", "none", ()),
        (f"registry.example/shop/web@{OTHER}", "digest", ("staging",)),
        (f"registry.example/shop/web@{DIGEST}", "digest", ("production",)),
    ]
    assert {image.role for image in images} == {"contract"}
    assert {image.built_here for image in images} == {True}
    assert text_at(FULL, images[1].places["digest"]) == OTHER
    assert text_at(FULL, images[1].used_at) == OTHER
    assert "name: staging" in text_at(FULL, images[1].extent)
    assert "name: production" not in text_at(FULL, images[1].extent)


def test_an_image_that_nothing_here_builds_is_somebody_elses() -> None:
    source = "service: cache\nimage: redis:7.4\nstart: [redis-server]\n"
    found, _ = read(source)
    image, fact = only(found, Image), only(found, Contract)
    assert (image.pin, image.built_here, image.scope.layer) == ("partial", False, "middleware")
    assert (fact.pin, fact.builds) == ("partial", False)
    assert text_at(source, fact.place_of("pin")) == "redis:7.4"


@pytest.mark.parametrize(
    "image", [f"shop/web@{OTHER}", "shop/web:1.2.3", "localhost:5000/web", f"shop/web:1@{OTHER}"]
)
def test_an_artifact_takes_the_repository_alone(image: str) -> None:
    source = f"service: web\nimage: {image}\nstart: [a]\nenvironments: [{{name: live, digest: '{DIGEST}'}}]\n"
    *_, artifact = (fact for fact in read(source)[0] if isinstance(fact, Image))
    repository = image.partition("@")[0].removesuffix(":1").removesuffix(":1.2.3")
    assert artifact.reference == f"{repository}@{DIGEST}"
    assert text_at(source, artifact.places["digest"]) == DIGEST


def test_an_artifact_without_an_image_goes_by_the_service() -> None:
    source = f"service: web\nstart: [a]\nenvironments: [{{name: live, digest: '{DIGEST}'}}]\n"
    assert only(read(source)[0], Image).reference == f"web@{DIGEST}"


def test_environments_keep_the_order_of_the_list_where_none_is_written() -> None:
    named = ("name: test", "name: live", "order: 0", "name: x, order: 0")
    listed = ", ".join(f"{{{one}, digest: '{DIGEST}'}}" for one in named)
    source = f"service: web\nstart: [a]\nenvironments: [{listed}]\n"
    artifacts = [one for one in read(source)[0] if isinstance(one, Image)]
    assert [artifact.scope.environments for artifact in artifacts] == [("test",), ("x",), ("live",)]


@pytest.mark.parametrize(
    ("source", "start"),
    [
        ("service: web\n", ()),
        ("service: web\nstart:\n", ()),
        ("service: web\nstart: []\n", ()),
        ("service: web\nstart: node server.js\n", None),
        ("service: web\nstart: [[a]]\n", None),
        ("service: web\nstart: [a, b]\n", ("a", "b")),
    ],
)
def test_a_start_that_is_absent_differs_from_one_that_is_wrong(
    source: str, start: tuple[str, ...] | None
) -> None:
    found, _ = read(source)
    assert only(found, Contract).start == start
    assert bool(only(found, Contract).problems) is (start is None)
    assert bool([fact for fact in found if isinstance(fact, Start)]) is bool(start)


@pytest.mark.parametrize(
    ("source", "name", "start"),
    [
        ("service: web\nstart:\n", "web", "start"),
        ("service:\nstart: []\n", "service", "[]"),
        ("owner: me\n", "owner", "owner"),
        ("just text\n", "just text", "just text"),
    ],
)
def test_a_contract_has_a_place_to_point_at_whatever_it_lacks(
    source: str, name: str, start: str
) -> None:
    fact = only(read(source)[0], Contract)
    assert text_at(source, fact.place_of("name")) == name
    assert text_at(source, fact.place_of("start", "name")) == start


OK = "service: web\nstart: [a]\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("start: [a]\n", [("", "start", "`service` is missing: the name of the service, as Compose files and workloads call it")]),
        ("servcie: web\nstart: [a]\n", [
            ("servcie", "servcie", "unknown key `servcie`: do you mean `service`?"),
        ]),
        ("service: web\nstart: npm run 'my app'\n", [
            ("start", "npm run 'my app'", '`start` must be a list, since no shell splits it into words: write ["npm", "run", "my app"]'),
        ]),
        ("service: web\nstart: it's\n", [
            ("start", "it's", '`start` must be a list, since no shell splits it into words: write ["it\'s"]'),
        ]),
        ("service: web\nstart: [node, 8080]\n", [
            ("start[1]", "8080", '`start[1]` must be text, and `8080` is a whole number: write "8080"'),
        ]),
        ("service: web shop\nstart: [a]\n", [
            ("service", "web shop", "`service` cannot be `web shop`: the name of the service, as Compose files and workloads call it"),
        ]),
        (f"{OK}ports: [0, 80/icmp]\n", [
            ("ports[0]", "0", "`ports[0]` is 0, but must be at least 1"),
            ("ports[1]", "80/icmp", "`ports[1]` cannot be `80/icmp`: a port number, or `number/protocol`"),
        ]),
        (f"{OK}environments: [{{nmae: live}}]\n", [
            ("environments[0].nmae", "nmae", "unknown key `nmae`: do you mean `name`?"),
        ]),
        (f"{OK}environments: [{{order: 1}}]\n", [
            ("environments[0]", "order", "`name` is missing: the name of the environment, for example `staging`"),
        ]),
        (f"{OK}environments: [{{name: a, digest: latest}}]\n", [
            ("environments[0].digest", "latest", "`latest` is no digest: the digest algorithm 'latest' is not one of sha256, sha512, blake3"),
        ]),
        (f"{OK}environments: [{{name: a, digest: '{DIGEST[:-1]}'}}]\n", [
            ("environments[0].digest", DIGEST[:-1], f"`{DIGEST[:-1]}` is no digest: a sha256 digest has 64 hexadecimal digits, this one 63"),
        ]),
        (f"{OK}environments: [{{name: a, order: 1}}, {{name: a, order: 1}}]\n", [
            ("environments[1].name", "a", "the name `a` stands twice: `environments[0].name` has it already"),
            ("environments[1].order", "1", "the order `1` stands twice: `environments[0].order` has it already"),
        ]),
        (f"{OK}environments: [{{name: a, manifests: [../deploy/staging, prod, ../../x]}}]\n", [
            ("environments[0].manifests[1]", "prod", "`prod` is not there: there is no `web/prod` in the repository"),
            ("environments[0].manifests[2]", "../../x", "`../../x` is not inside the repository: write a path relative to this file"),
        ]),
        (f"{OK}build: {{dockerfile: Dockerfile}}\n", [
            ("build.dockerfile", "Dockerfile", "`Dockerfile` is not there: there is no `web/Dockerfile` in the repository"),
        ]),
        (f"{OK}build: {{context: docker}}\n", [
            ("build", "build", "`build` names no dockerfile, and there is no `web/docker/Dockerfile`"),
        ]),
        (f"{OK}build: {{context: nowhere}}\n", [
            ("build.context", "nowhere", "`nowhere` is not there: there is no `web/nowhere` in the repository"),
        ]),
        (f"{OK}build: {{context: secret, dockerfile: docker/web.Dockerfile}}\n", [
            ("build.context", "secret", "`secret` is ignored by version control, so nobody else has it"),
        ]),
        (f"{OK}pipeline: ci.yaml\n", [
            ("pipeline", "ci.yaml", "`ci.yaml` is not there: there is no `web/ci.yaml` in the repository"),
        ]),
        (f"{OK}pipeline: https://ci.example/web\nx-note: {{free: [1]}}\n", []),
        ("just text\n", [("", "just text", "the document must be a mapping, not text")]),
        (f"{OK}---\n{OK}", []),
    ],
)  # fmt: skip
def test_each_problem_has_its_place_and_its_words(
    source: str, expected: list[tuple[str, str, str]]
) -> None:
    if "---" in source:
        first, second = (fact for fact in read(source)[0] if isinstance(fact, Contract))
        assert first.problems == ()
        assert [problem.text for problem in second.problems] == [
            "one file describes one service: move this document to a file of its own"
        ]
    else:
        assert problems(source) == expected


def test_the_key_of_a_misspelt_entry_is_not_suggested_twice() -> None:
    assert problems(f"{OK}owner: a\nowners: b\n")[0][2].startswith(
        "unknown key `owners`: known here:"
    )


def test_json_is_read_alike() -> None:
    source = (
        '{"service": "web", "start": ["node"], "environments": [{"name": "live", "digest": "x"}]}'
    )
    found, _ = read(source, "web/delivery.json")
    (problem,) = only(found, Contract).problems
    assert text_at(source, problem.place) == "x"


def test_a_broken_file_is_a_trouble_and_no_fact() -> None:
    found, ctx = read("service: [web\nstart: a\n")
    assert found == []
    assert [trouble.path for trouble in ctx.troubles] == ["web/delivery.yaml"]


def test_an_unfollowed_variable_is_not_expanded() -> None:
    image = only(read(f"{OK}image: shop/web:${{TAG}}\n")[0], Image)
    assert (image.reference, image.pin, image.unresolved) == (None, None, "${TAG}")


def test_a_comment_covers_the_entry_below_it() -> None:
    source = (
        "service: web\n# imd: ignore[contract-image-moves] a mirror\nimage: shop/web\nstart: [a]\n"
    )
    text = Text("delivery.yaml", source)
    (comment,) = contract.comments(contract.parse(text), text)
    assert comment.covers is not None
    assert source[slice(*comment.covers)] == "image: shop/web"


def test_what_the_start_command_does_is_read_as_shell() -> None:
    source = "service: web\nstart: [sh, -c, 'pip install flask && exec python app.py']\n"
    install = only(read(source)[0], Install)
    assert (install.manager, install.scope.phase, install.scope.owner) == ("pip", "start", "web")
    (package,) = install.packages
    assert text_at(source, package.place) == "flask"
