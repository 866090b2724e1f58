"""What the instructions of a Dockerfile say: files, variables, downloads, and the stage as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from immutable_delivery.facts import Build, Container, Copy, Fact, Fetch, Image, Variable
from immutable_delivery.source.text import Place, Span

if TYPE_CHECKING:
    Lower = Callable[..., Any]

RICH = """\
# syntax=docker/dockerfile:1
ARG TAG=latest
FROM --platform=$BUILDPLATFORM node:${TAG} AS build
WORKDIR /src
COPY package.json ./
COPY . .
FROM nginx
ARG TOKEN
ENV A=1 B="two" \\
  DB_PASSWORD=hunter22
LABEL org.x="y z"
COPY --from=build /src/dist /usr/share/nginx/html
ADD --checksum=sha256:aa https://x.org/foo-1.2.3.tar.gz /tmp/
VOLUME /usr/share/nginx
USER root
EXPOSE 22/tcp 80
CMD nginx
HEALTHCHECK CMD curl x
ONBUILD COPY --from=alpine x y
"""


def last(found: Any) -> Container:
    container: Container = found.of(Container)[-1]
    return container


def test_places_point_at_what_is_written(lower: Lower) -> None:
    found = lower({"Dockerfile": RICH, "package.json": "{}"})
    for fact in found.facts:
        assert found.written(fact.used_at)
        assert found.written(fact.extent)
        for name, place in fact.places.items():
            value = getattr(fact, name, None)
            if (
                isinstance(value, str)
                and value
                and name not in {"repeated", "image", "text", "form", "name", "pin"}
            ):
                assert value in {
                    found.written(place),
                    found.written(place).replace("${TAG}", "latest"),
                }


def test_every_fact_knows_its_dockerfile(lower: Lower) -> None:
    facts: list[Fact] = lower(RICH).facts
    assert {fact.scope.dockerfile for fact in facts} == {"Dockerfile"}
    assert {fact.scope.owner for fact in facts} == {"Dockerfile", "build", "stage 1"}


def test_base_images_are_of_the_operating_system(lower: Lower) -> None:
    images = lower(RICH).of(Image)
    assert {image.role: image.scope.layer for image in images if image.role == "base"} == {
        "base": "os"
    }
    assert [image.platform for image in images if image.role == "base"] == [None, ""]


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("COPY a.py b.py /app/", {"sources": ("a.py", "b.py"), "target": "/app/"}),
        ('COPY ["a b.py", "/app"]', {"sources": ("a b.py",), "target": "/app"}),
        ("COPY . /app", {"whole_context": True}),
        ("COPY ./ /app", {"whole_context": True}),
        ("ADD * /app", {"whole_context": True}),
        ("COPY src /app", {"whole_context": False}),
        ("COPY --chown=1 .env /app/", {"secret_file": ".env"}),
        ("COPY deploy/id_rsa /root/.ssh/", {"secret_file": "deploy/id_rsa"}),
        ("COPY .env.example /app/", {"secret_file": ""}),
        ("COPY server.pem /etc/ssl/", {"secret_file": ""}),
        ("COPY private.pem /etc/ssl/", {"secret_file": "private.pem"}),
        ("COPY $NAME /app/", {"sources": None, "target": "/app/"}),
        ("ARG D=/app\nCOPY x $D", {"target": "/app"}),
    ],
)
def test_copies(lower: Lower, instruction: str, expected: dict[str, object]) -> None:
    files = {
        "Dockerfile": f"FROM a\n{instruction}\n",
        "server.pem": "-----BEGIN CERTIFICATE-----",
        "private.pem": "-----BEGIN PRIVATE KEY-----",
        "deploy/id_rsa": "x",
    }
    copy = lower(files).one(Copy)
    assert {name: getattr(copy, name) for name in expected} == expected


def test_heredocs_and_stages_are_no_copies_from_the_context(lower: Lower) -> None:
    found = lower("FROM a AS b\nFROM c\nCOPY --from=b x y\nCOPY <<EOF /x\ny\nEOF\n")
    assert not found.of(Copy)


def test_untracked_files_are_named(lower: Lower) -> None:
    files = {"Dockerfile": "FROM a\nCOPY dist lib* /app/\n", "dist/x": "", "lib1": ""}
    copy = lower(files, states={"dist": "ignored"}).one(Copy)
    assert copy.untracked == "dist"


def test_what_the_ignore_file_leaves_in(lower: Lower) -> None:
    files = {"Dockerfile": "FROM a\nCOPY . .\n", "package.json": "{}", ".env": "A=1"}
    assert lower(files).one(Copy).ignored == (".git", "node_modules", ".env")
    copy = lower({**files, ".dockerignore": ".git\n**/node_modules\n.env*\n"}).one(Copy)
    assert (copy.ignored, copy.ignore_file) == ((), ".dockerignore")
    copy = lower({**files, "Dockerfile.dockerignore": "*\n!src\n"}).one(Copy)
    assert (copy.ignored, copy.ignore_file) == ((), "Dockerfile.dockerignore")


def test_the_context_is_where_the_manifest_says(lower: Lower) -> None:
    files = {
        "web/Dockerfile": "FROM a\nCOPY . .\n",
        "web/.dockerignore": ".git",
        ".dockerignore": "x",
    }
    assert lower(files, path="web/Dockerfile").one(Copy).ignore_file == "web/.dockerignore"
    builds = [Build(dockerfile="web/Dockerfile", context="", place=Place("c", Span(0, 1)))]
    copy = lower(files, path="web/Dockerfile", builds=builds).one(Copy)
    assert copy.ignore_file == ".dockerignore"
    builds = [Build(dockerfile="web/Dockerfile", context=None, place=Place("c", Span(0, 1)))]
    assert not lower(files, path="web/Dockerfile", builds=builds).one(Copy).ignore_file


def test_the_context_is_found_by_what_is_copied(lower: Lower) -> None:
    files = {
        "a/docker/Dockerfile": "FROM a\nCOPY src/x.py lib /app/\n",
        "a/src/x.py": "",
        "a/lib/y": "",
        "src/z": "",
    }
    container = last(lower(files, path="a/docker/Dockerfile"))
    assert container.code == (("/app/x.py", "a/src/x.py"), ("/app", "a/lib"))


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        (
            "ADD https://x.org/a-1.2.3.tgz /x",
            {"source_type": "url", "revision": "1.2.3", "pin": "exact", "verified": False},
        ),
        ("ADD --checksum=sha256:ab https://x.org/a /x", {"verified": True}),
        ("ADD --checksum=$SUM https://x.org/a /x", {"verified": None}),
        ("ADD https://x.org/latest/a /x", {"revision": "latest", "pin": "alias"}),
        ("ADD https://x.org/a-3.x/a-3.5.1.tgz /x", {"revision": "3.5.1", "pin": "exact"}),
        ("ADD https://x.org/a-3.x/a.tgz /x", {"revision": "3.x", "pin": "alias"}),
        (
            "ADD https://github.com/a/b.git#main:docs /x",
            {"source_type": "git", "revision": "main", "pin": "alias"},
        ),
        ("ADD git@github.com:a/b.git /x", {"source_type": "git", "revision": "", "pin": "none"}),
        (
            f"ADD https://github.com/a/b.git#{'ab' * 20} /x",
            {"source_type": "git", "pin": "digest"},
        ),
        (
            f"ADD --checksum={'ab' * 20} https://github.com/a/b.git#v1 /x",
            {"pin": "digest", "verified": True},
        ),
        ("ADD https://me:token123@x.org/a /x", {"credentials": True}),
        ("ADD https://$HOST/a /x", {"url": None}),
    ],
)
def test_remote_sources_are_fetches(
    lower: Lower, instruction: str, expected: dict[str, object]
) -> None:
    fetch = lower(f"FROM a\n{instruction}\n").one(Fetch)
    assert fetch.tool == "ADD"
    assert {name: getattr(fetch, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("instruction", "secret"),
    [
        ("ENV DB_PASSWORD=hunter22", "name"),
        ("ENV AWS_ACCESS_KEY_ID=abcdefghijklmnop", "name"),
        ("ARG openai_api_key", "name"),
        ("ARG NPM_TOKEN=", "name"),
        ("ENV TOKEN $TOKEN", ""),
        ("ENV URL=https://me:s3cret@x.org/", "url"),
        ("ENV X=AKIAABCDEFGHIJKLMNOP", "value"),
        ("ENV DB_PASSWORD=", ""),
        ("ENV DB_PASSWORD_FILE=/run/secrets/db", ""),
        ("ENV PUBLIC_KEY=abc SSH_KEY_DIR=/x KMS_KEY_ALIAS=y", ""),
        ("ENV TOKENIZERS_PARALLELISM=false GOPRIVATE=x USERNAME=y KEYBOARD=us", ""),
        ("ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D", ""),
        ("ARG VERSION=1", ""),
    ],
)
def test_secrets_are_named_and_never_shown(lower: Lower, instruction: str, secret: str) -> None:
    variables = lower(f"FROM a\n{instruction}\n").of(Variable)
    assert {variable.secret for variable in variables} == {secret}
    assert not any(variable.secret and variable.value for variable in variables)


def test_variables_of_every_kind(lower: Lower) -> None:
    found = lower('ARG G=1\nFROM a\nARG A="b c" D\nENV old  style value\nLABEL "x.y"=z w=\n')
    variables = [(v.variable_type, v.name, v.value) for v in found.of(Variable)]
    assert variables == [
        ("arg", "G", "1"),
        ("arg", "A", "b c"),
        ("arg", "D", None),
        ("env", "old", "style value"),
        ("label", "x.y", "z"),
        ("label", "w", ""),
    ]


@pytest.mark.parametrize(
    ("body", "user", "root"),
    [
        ("", "", None),
        ("USER root", "root", True),
        ("USER 0", "0", True),
        ("USER 00:0", "00:0", True),
        ('USER "root"', "root", True),
        ("USER root:root", "root:root", True),
        ("USER root\nUSER app", "app", False),
        ("USER 10001:0", "10001:0", False),
        ("ARG U\nUSER $U", None, None),
        ("USER ${U:-root}", None, None),
        ("ARG U=root\nUSER $U", "root", True),
    ],
)
def test_users(lower: Lower, body: str, user: str | None, root: bool | None) -> None:
    container = last(lower(f"FROM a\n{body}\n"))
    assert (container.user, container.root) == (user, root)


def test_a_stage_takes_over_what_its_base_has(lower: Lower) -> None:
    found = lower(
        "FROM a AS base\nWORKDIR /app\nUSER app\nEXPOSE 22 80/udp\nLABEL x=y\nCOPY main.py ./\n"
        'CMD ["python", "main.py"]\nFROM base\nWORKDIR sub\n'
    )
    container = last(found)
    assert (container.user, container.ports, container.labels) == ("app", ("22", "80/udp"), ("x",))
    assert (container.workdir, container.starts, container.own_start) == ("/app/sub", True, True)
    assert (container.image, container.adds_code, container.last) == ("a", True, True)
    assert container.entry == ("python", "main.py")
    assert found.at(container, "ports") == "22"


@pytest.mark.parametrize(
    ("body", "starts", "entry"),
    [
        ("", None, None),
        ('CMD ["a", "b"]', True, ("a", "b")),
        ("CMD a b", True, ("/bin/sh", "-c", "a b")),
        ('ENTRYPOINT ["a"]\nCMD ["b"]', True, ("a", "b")),
        ('ENTRYPOINT a\nCMD ["b"]', True, ("/bin/sh", "-c", "a")),
        ('SHELL ["/bin/bash", "-c"]\nCMD a', True, ("/bin/bash", "-c", "a")),
        ("CMD []", None, None),
    ],
)
def test_what_starts_a_stage(
    lower: Lower, body: str, starts: bool | None, entry: tuple[str, ...] | None
) -> None:
    container = last(lower(f"FROM a\n{body}\n"))
    assert (container.starts, container.entry) == (starts, entry)


def test_a_base_that_a_variable_hides_is_one_that_starts(lower: Lower) -> None:
    found = lower('FROM a AS app-base\nFROM b AS app-linux\nCMD ["x"]\nFROM app-$TARGETOS\n')
    container = last(found)
    assert (container.image, container.own_start, container.entry) == ("b", True, ("x",))


def test_an_entrypoint_drops_the_command_of_the_base(lower: Lower) -> None:
    container = last(lower('FROM a AS b\nCMD ["x"]\nFROM b\nENTRYPOINT ["y"]\n'))
    assert container.entry == ("y",)
    assert last(lower("FROM scratch\n")).starts is False


def test_repeated_starts_point_at_the_one_without_effect(lower: Lower) -> None:
    found = lower("FROM a AS x\nCMD one\nFROM x\nCMD two\nCMD three\n")
    assert [container.repeated for container in found.of(Container)] == ["", "CMD"]
    assert found.at(last(found), "repeated") == "CMD two"


@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        ("WORKDIR /app\nCOPY . .\nVOLUME /app", "/app"),
        ("COPY main.py /srv/app/\nVOLUME /srv", "/srv"),
        ('COPY src /app\nVOLUME ["/app/lib"]', "/app/lib"),
        ("WORKDIR /app\nCOPY . .\nVOLUME data", ""),
        ("COPY src /app\nVOLUME /app/data", ""),
        ("COPY nginx.conf /etc/nginx/\nVOLUME /etc/nginx", ""),
        ("COPY . /app\nVOLUME /application", ""),
        ("COPY --from=b /out /app\nVOLUME /app", "/app"),
    ],
)
def test_volumes_over_code(lower: Lower, body: str, hidden: str) -> None:
    files = {
        "Dockerfile": f"FROM x AS b\nFROM a\n{body}\n",
        "src/lib/x.py": "",
        "main.py": "",
        "nginx.conf": "",
    }
    found = lower(files)
    container = last(found)
    assert container.volume_over_code == hidden
    if hidden:
        assert found.at(container, "volume_over_code") == hidden


@pytest.mark.parametrize(
    ("body", "code", "adds"),
    [
        ("COPY main.py /app/", (("/app/main.py", "main.py"),), True),
        ("COPY main.py /app/start.py", (("/app/start.py", "main.py"),), True),
        ("WORKDIR /w\nCOPY src .", (("/w", "src"),), True),
        ("WORKDIR /w\nCOPY *.py ./", (("/w/main.py", "main.py"),), True),
        ("COPY nginx.conf /etc/nginx/", (("/etc/nginx/nginx.conf", "nginx.conf"),), False),
        ("COPY . /app", (("/app", ""),), True),
        ("COPY --from=b /out/app /bin/", (("/bin", "src"),), True),
        ("COPY --from=nginx /x /y", (), False),
        ("COPY gone /x", (), True),
    ],
)
def test_what_lies_where(
    lower: Lower, body: str, code: tuple[tuple[str, str], ...], adds: bool
) -> None:
    files = {
        "Dockerfile": f"FROM x AS b\nCOPY src /src\nFROM a\n{body}\n",
        "src/x.go": "",
        "main.py": "",
        "nginx.conf": "",
    }
    container = last(lower(files))
    assert (container.code, container.adds_code) == (code, adds)


def test_triggers_copy_from_the_context_of_another_build(lower: Lower) -> None:
    assert lower("FROM a\nONBUILD COPY . /app\n").of(Copy) == []


def test_triggers_change_nothing_here(lower: Lower) -> None:
    found = lower(
        "FROM a\nONBUILD USER x\nONBUILD WORKDIR /y\nONBUILD CMD z\nONBUILD ARG V=1\nONBUILD ENV E=$V\n"
    )
    container = last(found)
    assert container.onbuild
    assert (container.user, container.workdir, container.starts) == ("", None, None)
    assert found.at(container, "onbuild") == "ONBUILD USER x"
    assert [v.value for v in found.of(Variable)] == ["1", "1"]
