"""What is known of each service: what starts it, what each environment runs, and whether an earlier one ran it."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from immutable_delivery.context import UNCONFIGURED, Environment, ReadingSettings
from immutable_delivery.facts import Service
from immutable_delivery.links.link import link
from immutable_delivery.links.lockfile import NONE, ImageInfo, Lock
from immutable_delivery.links.past import Changes, Past, Seen
from immutable_delivery.reading.project import Reader, read
from immutable_delivery.source.files import MemoryFiles

OLD, NEW, LATE = (f"sha256:{letter * 64}" for letter in "abc")
STAGING, PRODUCTION = (f"overlays/{name}/kustomization.yaml" for name in ("staging", "production"))


class Remembered:
    """A history that is made up: what stood in files, and in which environments."""

    def __init__(
        self, seen: Changes, environments: frozenset[str] = frozenset(), missing: str = ""
    ) -> None:
        self.seen, self.said, self.missing = seen, environments, missing
        self.asked: list[set[str]] = []

    def changes(self, paths: Collection[str]) -> Changes:
        self.asked.append(set(paths))
        return self.seen

    def environments(self, path: str, commit: str, digest: str) -> frozenset[str]:
        assert (path, digest) in self.seen
        assert commit in self.seen[path, digest].added
        return self.said


def service(
    files: dict[str, str],
    past: Past | None = None,
    lock: Lock = NONE,
    settings: ReadingSettings = UNCONFIGURED,
) -> Service:
    tree = MemoryFiles(files)
    found = read(tree, lambda _: "", Reader(tree, settings))
    facts = link(
        found.facts, found.builds, tree, lock, settings, recall=(lambda: past) if past else None
    )
    (one,) = (fact for fact in facts if isinstance(fact, Service))
    return one


def overlaid(staging: str, production: str) -> dict[str, str]:
    image = "images: [{name: r.example/shop/web, digest: '%s'}]\n"
    return {
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
        "spec: {template: {spec: {containers: [{name: web, image: r.example/shop/web}]}}}\n",
        STAGING: "resources: [../../base]\n" + image % staging,
        PRODUCTION: "resources: [../../base]\n" + image % production,
    }


def way(one: Service, environment: str = "production") -> tuple[bool | None, str, str]:
    (image,) = (image for image in one.images if image.environment == environment)
    return image.proved, image.back, image.unseen


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (Remembered({}), (False, "", "")),
        (Remembered({(STAGING, OLD): Seen(("c1",))}), (True, "staging", "")),
        (Remembered({(PRODUCTION, OLD): Seen(("c1",))}), (False, "", "")),
        (Remembered({(PRODUCTION, OLD): Seen(("c2", "c1"), removed=True)}), (True, "production", "")),
        (Remembered({(PRODUCTION, OLD): Seen(("c2", "c1"), removed=True), (STAGING, OLD): Seen(("c1",))}), (True, "production", "")),
        (Remembered({(STAGING, LATE): Seen(("c1",), removed=True)}), (False, "", "")),
        (Remembered({}, missing="history is cut off"), (None, "", "history is cut off")),
        (Remembered({(STAGING, OLD): Seen(("c1",))}, missing="cut off"), (True, "staging", "")),
    ],
    ids=["never", "staging did", "only now", "gone back to", "gone back to what staging ran", "another did", "cut off", "cut off behind it"],
)  # fmt: skip
def test_what_an_earlier_environment_ran_before_is_proved(
    past: Remembered, expected: tuple[bool | None, str, str]
) -> None:
    assert way(service(overlaid(NEW, OLD), past)) == expected
    assert past.asked == [{STAGING, PRODUCTION}]


def test_the_same_digest_asks_no_history() -> None:
    past = Remembered({})
    one = service(overlaid(NEW, NEW), past)
    assert way(one) == (True, "", "")
    assert [(image.environment, image.earlier) for image in one.images] == [
        ("staging", ()),
        ("production", ("staging",)),
    ]
    assert past.asked == []


CONTRACT = """\
service: web
image: r.example/shop/web
start: [web]
environments:
- {{name: blue, order: 2, digest: "{late}"}}
- {{name: red, order: 1, digest: "{early}"}}
"""


@pytest.mark.parametrize(
    ("environments", "expected"), [({"red"}, True), ({"blue"}, False), (set(), False)]
)
def test_of_a_file_for_several_environments_the_one_that_ran_it_counts(
    environments: set[str], *, expected: bool
) -> None:
    past = Remembered({("delivery.yaml", OLD): Seen(("c1",))}, frozenset(environments))
    one = service({"delivery.yaml": CONTRACT.format(late=OLD, early=NEW)}, past)
    assert [image.environment for image in one.images] == ["red", "blue"]
    assert way(one, "blue")[0] is expected


def test_the_configuration_orders_environments_that_nobody_knows() -> None:
    backwards = ReadingSettings(
        (
            Environment(name="production", paths=("overlays/production/**",)),
            Environment(name="staging", paths=("overlays/staging/**",)),
        )
    )
    one = service(overlaid(NEW, OLD), settings=backwards)
    assert way(one)[0] is True
    assert way(one, "staging")[0] is False


def stated(files: dict[str, str], lock: Lock = NONE) -> list[tuple[str, str, str]]:
    return [(c.said_by, c.text, c.instead_of) for c in service(files, lock=lock).commands]


def manifest(fields: str) -> str:
    return (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: "
        f"[{{name: web, image: r.example/shop/web, {fields}}}]}}}}}}\n"
    )


OWNER = "Deployment/web (container web)"


@pytest.mark.parametrize(
    ("dockerfile", "fields", "expected"),
    [
        ('ENTRYPOINT ["a"]\nCMD ["b"]', "args: [c]", "a c"),
        ('ENTRYPOINT ["a"]\nCMD ["b"]', "command: [c]", "c"),
        ('ENTRYPOINT ["a"]\nCMD ["b"]', "command: [c], args: [d]", "c d"),
        ('CMD ["b"]', "args: [c, d]", "c d"),
        ("ENTRYPOINT exec a", "args: [c]", "exec a"),
    ],
)
def test_the_halves_of_image_and_manifest_are_put_together(
    dockerfile: str, fields: str, expected: str
) -> None:
    files = {"web/Dockerfile": f"FROM debian:12\n{dockerfile}\n", "k8s/web.yaml": manifest(fields)}
    assert [text for by, text, _ in stated(files) if by == OWNER] == [expected]


def test_the_lock_tells_the_program_of_a_base() -> None:
    files = {"web/Dockerfile": "FROM r.example/base:1\n", "k8s/web.yaml": manifest("args: [c]")}
    lock = Lock(images={"r.example/base:1": ImageInfo(digest=OLD, entrypoint=["a"], command=["b"])})
    assert stated(files, lock) == [(OWNER, "a c", "")]
    assert stated(files) == [(OWNER, "(the image's program) c", "")]


def test_the_meta_file_is_what_the_others_are_compared_with() -> None:
    files = {
        "delivery.yaml": "service: web\nimage: r.example/shop/web\nbuild: {dockerfile: Dockerfile}\nstart: [a, b]\n",
        "Dockerfile": 'FROM debian:12\nENTRYPOINT ["tini", "--", "/usr/bin/a"]\nCMD ["b"]\n',
        "k8s/web.yaml": manifest("command: [a, c]"),
    }
    assert stated(files) == [
        ("delivery.yaml", "a b", ""),
        ("Dockerfile", "tini -- /usr/bin/a b", ""),
        (OWNER, "a c", "a b"),
    ]


def services(files: dict[str, str]) -> dict[str, Service]:
    tree = MemoryFiles(files)
    found = read(tree, lambda _: "", Reader(tree, UNCONFIGURED))
    facts = link(found.facts, found.builds, tree, NONE)
    return {fact.name: fact for fact in facts if isinstance(fact, Service)}


def test_meta_files_that_order_environments_in_a_circle_order_none() -> None:
    """Neither is believed, and the convention that is left says nothing of such names."""
    one = CONTRACT.format(late=OLD, early=NEW)
    other = one.replace("order: 2", "order: 0")
    found = services({"a.delivery.yaml": one, "b.delivery.yaml": other})
    (web,) = found.values()
    assert (web.contract, {image.earlier for image in web.images}) == ("", {()})


def test_a_meta_file_may_name_what_is_not_there() -> None:
    nowhere = "build: {context: gone, dockerfile: gone/Dockerfile}\nstart: [a]\n"
    (web,) = services({"delivery.yaml": f"service: web\nimage: shop/web\n{nowhere}"}).values()
    assert [made.dockerfile for made in web.makes] == ["gone/Dockerfile"]
    assert (web.builds, web.runs, web.images) == (False, False, ())


@pytest.mark.parametrize(
    "text",
    [
        "services: {web: {command: [a]}}",
        "services: {web: {image: ''}}",
        "services: {web: {image: '${IMAGE}'}}",
        "services: {web: {build: ., image: '${IMAGE}', command: '$START'}}",
    ],
)
def test_a_service_without_a_known_image_is_linked_with_nothing(text: str) -> None:
    files = {"compose.yaml": text, "staging/compose.yaml": "services: {web: {image: shop/web}}"}
    found = services({**files, "other/Dockerfile": "FROM debian:12\n"})
    assert found["other"].runs is False
    assert all(image.proved for one in found.values() for image in one.images)


NOMAD = """\
job "web" {
  group "a" {
    task "web" {
      driver = "docker"
      config {
        image   = "shop/web"
        command = "gunicorn"
        args    = ["app"]
      }
    }
  }
}
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Procfile", "web: gunicorn app\n"),
        ("compose.yaml", "services: {web: {build: ., command: gunicorn app}}"),
        (
            "score.yaml",
            "apiVersion: score.dev/v1b1\nmetadata: {name: web}\ncontainers: {main: {image: ., command: [gunicorn], args: [app]}}\n",
        ),
        (
            "service.nomad",
            NOMAD,
        ),
    ],
)
def test_every_kind_of_manifest_is_held_to_the_meta_file(path: str, text: str) -> None:
    files = {
        "delivery.yaml": "service: web\nimage: shop/web\nbuild: {dockerfile: Dockerfile}\nstart: [flask, run]\n",
        "Dockerfile": 'FROM python:3.12\nCMD ["flask", "run"]\n',
        path: text,
    }
    said = {(one.text, one.instead_of) for one in services(files)["web"].commands}
    assert ("flask run", "") in said
    assert any("gunicorn app" in text and other == "flask run" for text, other in said), said
