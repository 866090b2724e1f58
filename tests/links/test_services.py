"""Facts of one service are found to belong together, whatever file they come from."""

from __future__ import annotations

import pytest

from immutable_delivery.context import UNCONFIGURED
from immutable_delivery.facts import Build, Container, Contract, Fact, Image, Job, Scope, Service
from immutable_delivery.links.link import link
from immutable_delivery.links.lockfile import NONE
from immutable_delivery.links.services import link_services
from immutable_delivery.reading.project import Reader, read
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span


def place(file: str) -> Place:
    return Place(file, Span(0, 1))


def deployed(file: str, service: str, image: str = "") -> Image:
    scope = Scope(service=service, deployed=True, phase="start")
    return Image(used_at=place(file), extent=place(file), scope=scope, name=image)


def stage(dockerfile: str) -> Container:
    scope = Scope(dockerfile=dockerfile)
    return Container(
        used_at=place(dockerfile), extent=place(dockerfile), scope=scope, container_type="stage"
    )


def build(file: str, dockerfile: str, service: str) -> Build:
    return Build(
        dockerfile=dockerfile, service=service, place=place(file), tool="compose", deployed=True
    )


def services(facts: list[Fact], builds: list[Build] | None = None) -> list[str]:
    return [
        fact.name for fact in link_services(facts, builds or [])[0] if isinstance(fact, Service)
    ]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["compose.yaml", "compose.yaml"], ["web"]),
        (["compose.yaml", "deploy/base/web.yaml"], ["web"]),
        (
            [
                "deploy/overlays/staging/kustomization.yaml",
                "deploy/overlays/production/kustomization.yaml",
            ],
            ["web"],
        ),
        (["k8s/staging/web.yaml", "k8s/prod/web.yaml"], ["web"]),
        (["shop/compose.yaml", "blog/compose.yaml"], ["blog:web", "shop:web"]),
        (["examples/a/web.yaml", "examples/b/web.yaml"], ["examples/a:web", "examples/b:web"]),
        (
            ["examples/a/compose.yaml", "examples/a/deploy/web.yaml", "examples/b/compose.yaml"],
            ["examples/a:web", "examples/b:web"],
        ),
    ],
)
def test_equal_names_are_one_service_within_a_project(
    paths: list[str], expected: list[str]
) -> None:
    facts: list[Fact] = [deployed(path, "web") for path in paths]
    assert services(facts) == expected
    assert services(facts[::-1]) == expected


def test_a_build_joins_a_dockerfile_to_its_service() -> None:
    facts: list[Fact] = [deployed("compose.yaml", "web"), stage("src/Dockerfile")]
    linked, _ = link_services(facts, [build("compose.yaml", "src/Dockerfile", "web")])
    assert [fact.scope.service for fact in linked] == ["web", "web", "web"]


def test_a_dockerfile_by_itself_is_named_by_its_folder() -> None:
    assert services([stage("images/curl/Dockerfile"), stage("images/jq/Dockerfile")]) == [
        "curl",
        "jq",
    ]
    assert services([stage("Dockerfile")]) == ["Dockerfile"]


def test_an_image_of_a_folders_name_is_built_there() -> None:
    facts: list[Fact] = [
        deployed("deploy/all.yaml", "mail", "gcr.io/shop/emailservice"),
        stage("src/emailservice/Dockerfile"),
    ]
    assert services(facts) == ["mail"]


def test_a_meta_file_joins_by_its_name() -> None:
    contract = Contract(
        used_at=place("web/delivery.yaml"), extent=place("web/delivery.yaml"), name="web"
    )
    facts: list[Fact] = [contract, deployed("deploy/base/web.yaml", "web")]
    linked, _ = link_services(facts, [])
    assert [fact.name for fact in linked if isinstance(fact, Service)] == ["web"]
    assert isinstance(linked[-1], Service)
    assert (linked[-1].runs, linked[-1].builds) == (True, False)


def run(files: dict[str, str]) -> dict[str, tuple[bool, bool]]:
    """Return the services of a repository, each with whether it is built and runs here."""
    found = link_of(files)
    return {one.name: (one.builds, one.runs) for one in found if isinstance(one, Service)}


def link_of(files: dict[str, str], remote: str = "") -> list[Fact]:
    tree = MemoryFiles(files)
    found = read(tree, lambda _: "", Reader(tree, UNCONFIGURED))
    return link(found.facts, found.builds, tree, NONE, remote=lambda: remote)


def workload(name: str, image: str) -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n"
        f"spec: {{template: {{spec: {{containers: [{{name: {name}, image: '{image}'}}]}}}}}}\n"
    )


FROM = 'FROM debian:12\nCOPY app /app\nCMD ["/app"]\n'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {
                "cart/Dockerfile": FROM,
                "compose.yaml": "services: {cart: {build: cart, image: shop/rs-cart}, redis: {image: 'redis:6'}}",
                "K8s/helm/cart.yaml": workload("cart", "shop/rs-cart:2"),
                "K8s/helm/redis.yaml": workload("redis", "redis:4"),
            },
            {"cart": (True, True), "redis": (False, True)},
            id="a build names its result, and what stands beside it is of the same project",
        ),
        pytest.param(
            {
                "src/cart/Dockerfile": FROM,
                "src/cart/compose.yaml": "services: {cart: {build: .}}",
                "src/cart/chart/carts.yaml": workload("carts", "r.example/acme/sample-cart:1"),
            },
            {"cart": (True, True)},
            id="the manifest lies beside the Dockerfile of the folder that the image ends with",
        ),
        pytest.param(
            {
                "one/node/Dockerfile": FROM,
                "one/deploy/node.yaml": workload("nodeapp", "acme/hello-node:1"),
                "two/node/Dockerfile": FROM,
                "two/k8s/all.yaml": workload("node", "r.example/acme/shop_node:1"),
                "four/python/Dockerfile": FROM,
                "four/deploy/python-adder.yaml": workload("adder", "acme/sums-python:1"),
                "four/app/Dockerfile": FROM,
                "four/deploy/all.yaml": workload("four-app", "acme/four-app:1"),
                "two/k8s/other.yaml": workload("other", "acme/other-node:1"),
                "three/node.yaml": workload("tree", "acme/tree-node:1"),
            },
            {
                "nodeapp": (True, True),
                "node": (True, True),
                "four-app": (True, True),
                "adder": (True, True),
                "other": (False, True),
                "tree": (False, True),
            },
            id="the image ends with the folder, and the manifest beside it is called so, or its service is",
        ),
        pytest.param(
            {
                "src/one/Dockerfile": FROM,
                "src/two/Dockerfile": FROM,
                "src/three/Dockerfile": FROM,
                "docker-bake.hcl": 'variable "HUB" {}\ntarget "one" {\n  context = "src/one"\n  tags = ["${HUB}/shop-one:${TAG}"]\n}\n',
                ".gitlab-ci.yml": "a: {script: ['docker build -t $HUB/shop-two:1 src/two', 'docker build -t $HUB/$NAME src/three']}\n",
                "k8s/a.yaml": workload("first", "r.example/acme/shop-one:1"),
                "k8s/b.yaml": workload("second", "r.example/acme/shop-two:1"),
                "k8s/c.yaml": workload("third", "r.example/acme/shop-three:1"),
            },
            {
                "first": (True, True),
                "second": (True, True),
                "third": (False, True),
                "three": (True, False),
            },
            id="a variable hides the registry alone",
        ),
        pytest.param(
            {
                "react-form/Dockerfile": FROM,
                "form/Dockerfile": FROM,
                "k8s/react-form.yaml": workload("front", "acme/pubsub-react-form:1"),
            },
            {"front": (True, True), "form": (True, False)},
            id="the longest end of a name counts",
        ),
        pytest.param(
            {
                "deploy/docker-compose/compose.yml": "services: {carts: {image: 'acme/carts:1'}, db: {image: 'mongo:3'}}",
                "deploy/kubernetes/all.yaml": workload("carts", "acme/carts:1"),
                "deploy/kubernetes/helm-chart/db.yaml": workload("db", "mongo:3"),
                "deploy/kubernetes/manifests-tracing/carts.yaml": workload("carts", "acme/carts:2"),
            },
            {"carts": (False, True), "db": (False, True)},
            id="ways to deploy one project",
        ),
        pytest.param(
            {
                "vote/Dockerfile": FROM,
                "compose.yaml": "services: {vote: {build: vote}}",
                "compose.images.yaml": "services: {vote: {image: acme/voting_vote}}",
                "specifications/vote.yaml": workload("vote", "acme/voting_vote"),
            },
            {"vote": (True, True)},
            id="who builds it in one file runs it by name in another",
        ),
        pytest.param(
            {
                "Dockerfile": FROM,
                "compose.yaml": "services: {app: {build: ., image: acme/app}}",
                "deploy/web/web.yaml": workload("web", "acme/app"),
                "deploy/worker/worker.yaml": workload("worker", "acme/app"),
            },
            {"app": (True, True), "web": (True, True), "worker": (True, True)},
            id="two workloads of one image are two services",
        ),
        pytest.param(
            {
                "redis/Dockerfile": FROM,
                "k8s/all.yaml": workload("cache", "bitnami/redis:7"),
            },
            {"cache": (False, True), "redis": (True, False)},
            id="what all the world calls redis is not made in the folder redis",
        ),
        pytest.param(
            {
                "src/cart/src/Dockerfile": FROM,
                "src/cart/src/Dockerfile.debug": FROM,
                "skaffold.yaml": "apiVersion: skaffold/v4\nkind: Config\nbuild:\n  artifacts:\n"
                "  - {image: cart, context: src/cart/src}\n",
                "manifests/cart.yaml": workload("cart", "r.example/shop/cart:1"),
            },
            {"cart": (True, True)},
            id="a Dockerfile for one environment is of the service beside it",
        ),
        pytest.param(
            {"src/cart/src/Dockerfile": FROM},
            {"cart": (True, False)},
            id="src is nobody's service",
        ),
        pytest.param(
            {
                "a/compose.yaml": "services: {web: {image: nginx}}",
                "b/web.yaml": workload("web", "nginx"),
            },
            {"a:web": (False, True), "b:web": (False, True)},
            id="what everybody runs joins nothing",
        ),
        pytest.param(
            {
                "a/compose.yaml": "services: {web: {image: acme/web}}",
                "b/web.yaml": workload("web", "acme/web"),
                ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
                "    - run: docker push acme/web:1\n",
            },
            {"web": (False, True)},
            id="a job makes it",
        ),
        pytest.param(
            {
                "images/frontend/Dockerfile": FROM,
                "k8s/web.yaml": workload("web", "ghcr.io/acme/shop:1"),
                ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
                "    - uses: docker/build-push-action@v6\n      with:\n        context: images/frontend\n        push: true\n"
                "        tags: |\n          acme/shop:${{ github.sha }}\n          ghcr.io/acme/shop:${{ github.sha }}\n",
            },
            {"web": (True, True)},
            id="a job builds it under a name whose tag it alone knows",
        ),
        pytest.param(
            {
                "one/web/Dockerfile": FROM,
                "one/compose.yaml": "services: {web: {build: web, image: shop/web}}",
                "one/k8s/web.yaml": workload("site", "shop/web:1"),
                "two/web/Dockerfile": FROM,
                "two/compose.yaml": "services: {web: {build: web, image: shop/web}}",
                "two/k8s/web.yaml": workload("web", "shop/web:1"),
            },
            {"site": (True, True), "web": (True, True)},
            id="two projects call their images the same",
        ),
        pytest.param(
            {
                "services/web/delivery.yaml": "service: web\nimage: acme/web\nstart: [web]\n",
                "b/web.yaml": workload("web", "acme/web"),
            },
            {"web": (False, True)},
            id="a meta file speaks for an image made elsewhere",
        ),
    ],
)
def test_services_are_linked_by_evidence(
    files: dict[str, str], expected: dict[str, tuple[bool, bool]]
) -> None:
    assert run(files) == expected
    assert run(dict(reversed(files.items()))) == expected


def test_what_two_dockerfiles_may_make_is_said_to_be_ambiguous_and_links_neither() -> None:
    files = {
        "a/web/Dockerfile": FROM,
        "b/web/Dockerfile": FROM,
        "k8s/all.yaml": workload("shop", "acme/web"),
    }
    (shop,) = (one for one in link_of(files) if isinstance(one, Service) and one.runs)
    assert (shop.name, shop.builds) == ("shop", False)
    assert shop.doubtful == ("'acme/web' may be made by any of a/web/Dockerfile, b/web/Dockerfile",)


def test_who_builds_what_it_runs_is_in_no_doubt() -> None:
    files = {
        "a/Dockerfile": FROM,
        "b/Dockerfile": FROM,
        "compose.yaml": "services: {a: {build: a, image: 'acme/shop:1-a'}, b: {build: b, image: 'acme/shop:1-b'}}",
        "k8s/all.yaml": workload("other", "acme/shop:1-a"),
    }
    doubtful = {one.name: one.doubtful for one in link_of(files) if isinstance(one, Service)}
    assert doubtful == {
        "a": (),
        "b": (),
        "other": ("'acme/shop' may be made by any of a/Dockerfile, b/Dockerfile",),
    }


APPLICATION = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: pets}\nspec:\n"
    "  source: {repoURL: 'https://github.com/acme/shop', path: deploy, targetRevision: v1, kustomize: {images: [IMAGES]}}\n"
)


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ("acme/web:2, 'acme/cart=acme/cart:2'", {"web": 1, "cart": 1}),
        ("acme/web:2, acme/elsewhere:1", {"web": 1, "cart": 1, "pets": 1}),
        ("acme/elsewhere:1", {"web": 1, "cart": 1, "pets": 1}),
        ("acme/shared:2", {"web": 1, "cart": 1, "pets": 1}),
    ],
)
def test_an_image_that_a_deployer_puts_in_is_of_who_runs_it(
    images: str, expected: dict[str, int]
) -> None:
    files = {
        "deploy/web.yaml": workload("web", "acme/web:1"),
        "deploy/cart.yaml": workload("cart", "acme/cart:1"),
        "argo/pets.yaml": APPLICATION.replace("IMAGES", images),
    }
    if "shared" in images:
        files = {
            path: text.replace("acme/web:1", "acme/shared:1").replace(
                "acme/cart:1", "acme/shared:1"
            )
            for path, text in files.items()
        }
    found = {one.name: len(one.references) for one in link_of(files) if isinstance(one, Service)}
    assert found == expected


PUBLISH = (
    "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: docker/build-push-action@v6\n"
    "      with: {push: true, tags: 'ghcr.io/${{ github.repository }}:1', file: DOCKERFILE}\n"
)


@pytest.mark.parametrize(
    ("remote", "image", "expected"),
    [
        ("git@github.com:Acme/shop.git", "ghcr.io/acme/shop:1", True),
        ("https://github.com/acme/shop", "acme/shop:1", True),
        ("https://github.com/fork/shop", "ghcr.io/acme/shop:1", False),
        ("https://github.com/acme/shop", "ghcr.io/other/acme-shop:1", False),
        ("", "ghcr.io/acme/shop:1", False),
    ],
)
def test_an_image_that_is_called_as_the_repository_is(
    remote: str, image: str, *, expected: bool
) -> None:
    files = {
        "docker/Dockerfile": FROM,
        "k8s/web.yaml": workload("web", image),
        ".github/workflows/ci.yml": PUBLISH.replace("DOCKERFILE", "docker/Dockerfile"),
    }
    found = {one.name: one for one in link_of(files, remote) if isinstance(one, Service)}
    assert found["web"].builds is expected


def test_a_dockerfile_at_the_root_is_called_as_its_image_is() -> None:
    push = PUBLISH.replace("ghcr.io/${{ github.repository }}", "acme/shop")
    files = {
        "Dockerfile": FROM,
        ".github/workflows/ci.yml": push.replace("DOCKERFILE", "Dockerfile"),
    }
    assert run(files) == {"shop": (True, False)}
    files["a.yml"] = "services: {a: {image: acme/other}}"
    files[".github/workflows/b.yml"] = files[".github/workflows/ci.yml"].replace("shop:", "tools:")
    assert "Dockerfile" in run(files)


def test_the_image_of_a_development_container_is_nobody_elses() -> None:
    files = {
        ".devcontainer/Dockerfile": FROM,
        ".devcontainer/compose.yaml": "services: {dev: {image: shop, build: .}}",
        "compose.yaml": "services: {web: {image: 'ghcr.io/acme/shop:1'}}",
    }
    found = {one.name: one.builds for one in link_of(files) if isinstance(one, Service)}
    assert found == {"dev": True, "web": False}


def test_a_job_is_of_the_service_whose_image_it_pushes() -> None:
    files = {
        "web/Dockerfile": FROM,
        "compose.yaml": "services: {web: {build: web, image: acme/web}}",
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        "    - run: docker push acme/web:latest\n    - run: docker push acme/other:latest\n",
    }
    (job,) = (one for one in link_of(files) if isinstance(one, Job))
    assert job.scope.services == ("web",)


def test_two_meta_files_of_one_service_contradict_each_other() -> None:
    files = {
        "web/Dockerfile": FROM,
        "web/delivery.yaml": "service: web\nimage: acme/web\nbuild: {context: .}\nstart: [web]\n",
        "web/old.delivery.yaml": "service: web\nimage: acme/web\nstart: [web]\n",
    }
    contracts = [one for one in link_of(files) if isinstance(one, Contract)]
    texts = [problem.text for one in contracts for problem in one.problems]
    assert len(contracts) == 2
    assert ["web/old.delivery.yaml too" in texts[0], "web/delivery.yaml too" in texts[1]] == [
        True
    ] * 2


def test_what_is_built_without_a_dockerfile_is_built_here_all_the_same() -> None:
    files = {
        "skaffold.yaml": "apiVersion: skaffold/v4\nkind: Config\nbuild:\n  artifacts:\n"
        "  - {image: r.example/shop/ledger, jib: {}}\n",
        "k8s/web.yaml": workload("web", "r.example/shop/ledger:1"),
    }
    (web,) = (one for one in link_of(files) if isinstance(one, Service))
    assert (web.builds, web.runs) == (True, True)
    assert [(one.dockerfile, one.images, one.by) for one in web.makes] == [
        ("", ("r.example/shop/ledger",), ("skaffold.yaml",))
    ]


def test_what_runs_beside_what_is_made_here_is_not_made_here() -> None:
    beside = ", {name: proxy, image: 'gcr.io/sql/cloud-proxy:2', args: ['--port=1']}]}}}}"
    files = {
        "web/Dockerfile": FROM,
        "web/delivery.yaml": "service: web\nbuild: {context: .}\nstart: [/app]\n",
        "k8s/web.yaml": workload("web", "acme/web:1").replace("]}}}}", beside),
    }
    (web,) = (one for one in link_of(files) if isinstance(one, Service))
    assert [one.images for one in web.makes] == [("acme/web",)]
    assert [one.instead_of for one in web.commands] == ["", ""]
