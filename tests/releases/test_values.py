"""Values of releases whose chart is not here: what their shape says, and where a person would edit it."""

from __future__ import annotations

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Container, Fact, Image, Install, Mount, Scope, Start, Variable
from immutable_delivery.releases import Layer, facts, is_whole, laid
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml import Mapping, documents

DIGEST = "sha256:" + "0123456789abcdef" * 4
RELEASE = Scope(owner="HelmRelease/web", service="web", phase="start", deployed=True)


def values(content: str, path: str = "values.yaml") -> Mapping:
    root = documents(Text(path, content))[0].root
    assert isinstance(root, Mapping)
    return root


def said(content: str) -> list[Fact]:
    return list(facts(values(content), RELEASE, ParseContext(MemoryFiles({}))))


def images(content: str) -> list[Image]:
    return [fact for fact in said(content) if isinstance(fact, Image)]


@pytest.mark.parametrize(
    ("content", "reference", "pin"),
    [
        ("image: {repository: r.example/web, tag: latest}", "r.example/web:latest", "alias"),
        ("image: {registry: r.example, repository: shop/web, tag: 1.2.3}", "r.example/shop/web:1.2.3", "exact"),
        (f"image: {{repository: r.example/web, tag: 1.2.3, digest: '{DIGEST}'}}", f"r.example/web:1.2.3@{DIGEST}", "digest"),
        (f"image: {{repository: r.example/web, digest: '{DIGEST}'}}", f"r.example/web@{DIGEST}", "digest"),
        (f"image: {{repository: r.example/web, tag: 1.2.3, sha: '{DIGEST[7:]}'}}", f"r.example/web:1.2.3@{DIGEST}", "digest"),
        (f"image: {{repository: r.example/web, tag: '1.2.3@{DIGEST}'}}", f"r.example/web:1.2.3@{DIGEST}", "digest"),
        ("image: {repository: 'r.example:5000/web:stable'}", "r.example:5000/web:stable", "alias"),
        ("a: {b: {image: {repository: r.example/web, tag: edge}}}", "r.example/web:edge", "alias"),
        ("initImage: {repository: r.example/web, tag: '1'}", "r.example/web:1", "partial"),
        ("engine: {repository: r.example/web, tag: v1.2.3}", "r.example/web:v1.2.3", "exact"),
        ("image: r.example/web:latest", "r.example/web:latest", "alias"),
        ("kubectlImage: bitnami/kubectl:1.30", "bitnami/kubectl:1.30", "partial"),
        ("{image: r.example/web, tag: main}", "r.example/web:main", "alias"),
        ("{imageRepository: r.example/web, imageTag: main}", "r.example/web:main", "alias"),
        ("{global: {imageRegistry: r.example}, image: {repository: web, tag: main}}", "r.example/web:main", "alias"),
        ("image: {repository: 'r.example/web', tag: '${TAG:=1.2.3}'}", "r.example/web:1.2.3", "exact"),
        ("sidecars: [{name: a, image: busybox}]", "busybox", "none"),
        ("controller: {repository: r.example/shop, image: web, tag: v1.2.3}", "r.example/shop/web:v1.2.3", "exact"),
        ("image: {name: r.example/web, tag: latest}", "r.example/web:latest", "alias"),
        ("web: {name: web, image: {repository: r.example/web, tag: latest}}", "r.example/web:latest", "alias"),
        ("extraInitContainers: [{name: a, image: {repository: busybox, tag: stable}}]", "busybox:stable", "alias"),
    ],
)  # fmt: skip
def test_images_by_the_shape_of_values(content: str, reference: str, pin: str) -> None:
    (image,) = images(content)
    assert (image.reference, image.pin) == (reference, pin)
    assert image.scope.deployed


@pytest.mark.parametrize(
    "content",
    [
        "image: {repository: r.example/web}", "image: {registry: quay.io}", "image: {repository: r.example/web, tag: ''}", "image: {pullPolicy: Always}",
        "image: r.example/web", "server: {name: web, tag: latest}", "logoImage: https://x.example/a.png", "backgroundImage: /a.png", "image: null", "image: [a, b]",
        "web: {enabled: false, image: {repository: r.example/web, tag: latest}}", "imagePullSecrets: [{name: a}]", "repository: https://git.example/a",
    ],
)  # fmt: skip
def test_what_the_shape_does_not_say_is_not_guessed(content: str) -> None:
    assert images(content) == []


def test_a_tag_without_a_repository_floats_wherever_the_chart_takes_it_from() -> None:
    (image,) = images("server: {image: {tag: latest}}")
    assert (image.text, image.repository, image.pin) == ("<server.image>:latest", None, "alias")


def test_the_tag_decides_and_no_digest_is_written_for_a_chart_that_nobody_knows() -> None:
    content = "image:\n  repository: r.example/web\n  tag: latest\n"
    (image,) = images(content)
    span = image.place_of("tag").span
    assert content[span.start : span.end] == "latest"
    assert "pin" not in image.places


LIBRARY = """\
defaultPodOptions:
  securityContext: {runAsUser: 0}
controllers:
  web:
    type: daemonset
    initContainers:
      fetch:
        image: {repository: busybox, tag: 1.36.1}
        command: [sh, -c, "apk add curl"]
    containers:
      app:
        image: {repository: r.example/web, tag: latest, pullPolicy: Always}
        command: sleep
        args: [infinity]
        env:
          MODE: prod
          KEY: {valueFrom: {secretKeyRef: {name: a, key: b}}}
          OLD: {value: x}
        securityContext: {readOnlyRootFilesystem: true}
      off: {enabled: false, image: {repository: x, tag: latest}}
persistence:
  docker:
    type: hostPath
    hostPath: /var/run/docker.sock
    globalMounts: [{path: /run/d.sock, readOnly: true}]
  code:
    type: hostPath
    hostPath: /srv
    advancedMounts: {web: {app: [{path: /app, subPath: code}]}}
  dev: {type: hostPath, hostPath: /dev/dri}
  other:
    type: hostPath
    hostPath: /x
    advancedMounts: {api: {app: [{path: /x}]}}
  data: {existingClaim: web, globalMounts: [{path: /data}]}
  script:
    type: configMap
    identifier: script
    advancedMounts: {web: {app: [{path: /start.sh, subPath: start.sh}]}}
configMaps:
  script: {data: {start.sh: "pip install flask\\n"}}
"""


def test_the_common_library_says_every_container() -> None:
    found = said(LIBRARY)
    containers = {one.name: one for one in found if isinstance(one, Container)}
    assert containers.keys() == {"fetch", "app"}
    app = containers["app"]
    assert (app.image, app.root, app.read_only_root, app.entry) == (
        "r.example/web:latest",
        True,
        True,
        ("sleep", "infinity"),
    )
    assert app.scope.owner == "HelmRelease/web (container app)"
    assert containers["fetch"].read_only_root is False
    assert [
        one.pull_policy for one in found if isinstance(one, Image) and one.role == "container"
    ] == ["always"]
    assert [one.manager for one in found if isinstance(one, Install)] == ["apk"]
    assert [one.argv for one in found if isinstance(one, Start) and one.scope.phase == "start"] == [
        ("sleep",),
        ("infinity",),
    ]
    assert {one.name: one.value for one in found if isinstance(one, Variable)} == {
        "MODE": "prod",
        "KEY": None,
        "OLD": "x",
    }
    assert is_whole(values(LIBRARY))


def test_persistence_of_the_common_library_is_mounted() -> None:
    found = [
        one
        for one in said(LIBRARY)
        if isinstance(one, Mount) and "(container app)" in one.scope.owner
    ]
    assert [(one.source, one.target, one.host, one.read_only) for one in found] == [
        ("/var/run/docker.sock", "/run/d.sock", True, True), ("/srv/code", "/app", True, False), ("/dev/dri", "/dev/dri", True, False),
        ("web", "/data", False, False), ("script", "/start.sh", False, True),
    ]  # fmt: skip
    assert {one.workload for one in found} == {"DaemonSet"}


def test_a_script_in_the_values_is_read() -> None:
    content = LIBRARY.replace("command: sleep", "command: [/bin/sh, /start.sh]")
    assert [one.manager for one in said(content) if isinstance(one, Install)] == ["apk", "pip"]


def test_defaults_of_a_controller_fill_what_containers_leave_out() -> None:
    content = (
        "controllers: {a: {defaultContainerOptions: {image: {repository: x, tag: edge}}, "
        "containers: {b: {}, c: {image: {repository: y, tag: 1.2.3}}}, initContainers: {d: {}}%s}}"
    )
    assert [one.reference for one in images(content % "")] == ["x:edge", "x:edge", "y:1.2.3"]
    spared = ", applyDefaultContainerOptionsToInitContainers: false"
    assert [one.reference for one in images(content % spared)] == ["x:edge", "y:1.2.3"]


def test_layers_are_laid_as_helm_lays_them() -> None:
    at = Place("app.yaml", Span(0, 6))
    setting = (
        ("image.tag", LocatedText.literal("latest", at)),
        (r"a\.b", LocatedText.literal("c", at)),
        ("list[4].x", LocatedText.literal("c", at)),
    )
    low, high = (
        values("image: {repository: x, tag: '1'}\nlist: [1]\n"),
        values("image: {tag: '2'}\nlist: [2, 3]\n", "prod.yaml"),
    )
    found = laid([Layer(low), Layer(high), Layer(None, setting)])
    assert found is not None
    (image,) = [
        one
        for one in facts(found, RELEASE, ParseContext(MemoryFiles({})))
        if isinstance(one, Image)
    ]
    assert (image.reference, image.place_of("tag").file) == ("x:latest", "app.yaml")
    assert "a.b" in found.entries
    assert laid([]) is None
