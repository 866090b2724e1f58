"""Stages and variables: what a reference means, what ships, and which place decides a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Container, Image, Scope, Variable
from immutable_delivery.formats.dockerfile.environments import meant_for
from immutable_delivery.formats.dockerfile.expansion import BadSubstitutionError, expand
from immutable_delivery.formats.dockerfile.lines import Line
from immutable_delivery.formats.dockerfile.variables import UNSET, Variables
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span

if TYPE_CHECKING:
    Lower = Callable[..., Any]

HERE = Place("docker-compose.yml", Span(10, 20))


def word(text: str, file: str = "Dockerfile") -> LocatedText:
    return LocatedText.literal(text, Place(file, Span(0, len(text))))


KNOWN = Variables(
    {"A": word("one", "a"), "L": word("a-b-a", "l"), "E": word("", "e"), "U": UNSET, "P": None}
)
OPEN = Variables(dict(KNOWN.values), closed=False)


@pytest.mark.parametrize(
    ("text", "value", "missing"),
    [
        ("plain", "plain", ()),
        ("$A-${A}", "one-one", ()),
        ("${A:-d}${A-d}", "oneone", ()),
        ("${A:+x}${A+x}", "xx", ()),
        ("${E:-d}|${E-d}", "d|", ()),
        ("${E:+x}|${E+x}", "|x", ()),
        ("${U:-d}${U-d}", "dd", ()),
        ("${U:+x}${U+x}", "", ()),
        ("$U", "$U", ("U",)),
        ("${N:-d}", "d", ()),
        ("x${N}y$N", "xy", ()),
        ("$P/${P:-d}", "$P/${P:-d}", ("P",)),
        ("${A#o}${A%e}${A/o/x}", "neonxne", ()),
        ("${L#*-}|${L##*-}|${L%-*}|${L%%-*}", "b-a|a|a-b|a", ()),
        ("${L/a/x}|${L//a/x}|${L/?-/}|${L/z/y}", "x-b-a|x-b-x|b-a|a-b-a", ()),
        ("${L#$A}${L%$P}", "a-b-a${L%$P}", ("L",)),
        ("${L#\\*}", "${L#\\*}", ("L",)),
        ("${P%x}${U#x}", "${P%x}${U#x}", ("P", "U")),
        ("${A:?no}", "one", ()),
        ("${U:-${A}}", "one", ()),
        ("${U:-$P}", "$P", ("P",)),
        ("'$A' \"$A b\" \\$A", "$A one b $A", ()),
        ('"a\\"b\\c"', 'a"b\\c', ()),
        ("$", "$", ()),
        ("a$ b", "a$ b", ()),
        ("$HTTP_PROXY", "$HTTP_PROXY", ("HTTP_PROXY",)),
    ],
)
def test_expansion_is_that_of_buildkit(text: str, value: str, missing: tuple[str, ...]) -> None:
    found = expand(word(text), KNOWN)
    assert (found.text, found.unresolved) == (value, missing)


def test_a_base_from_outside_may_set_anything() -> None:
    assert expand(word("${N:-d}"), OPEN).unresolved == ("N",)
    assert expand(word("${U:-d}"), OPEN).text == "d"


@pytest.mark.parametrize("text", ["${A", "${A:x}", "${}", "'a", '"a', "${A:-${A}", "${" * 60])
def test_what_buildkit_refuses_has_an_offset(text: str) -> None:
    with pytest.raises(BadSubstitutionError) as caught:
        expand(word(text), KNOWN)
    assert 0 <= caught.value.offset <= len(text)


def test_nesting_and_doubling_end() -> None:
    with pytest.raises(BadSubstitutionError):
        expand(word("${U:-" * 100 + "x" + "}" * 100), KNOWN)
    variables = Variables({"X0": word("x" * 100)})
    for step in range(60):
        variables.values[f"X{step + 1}"] = expand(word(f"$X{step}$X{step}"), variables)
    assert expand(word("$X60"), variables).unresolved


def test_backticks_escape_where_they_are_asked_to() -> None:
    assert expand(word("c:\\a`$A"), KNOWN, "`").text == "c:\\a$A"


def test_lines_cut_at_piece_borders() -> None:
    first, second = word("ab", "x"), word("cd", "y")
    line = Line.of(LocatedText.joined([first, second], first.used_at))
    assert [piece.text for piece in line.segments(0, 4)] == ["ab", "cd"]
    assert [piece.text for piece in line.segments(1, 3)] == ["b", "c"]
    assert [piece.text for piece in line.segments(2, 4)] == ["cd"]
    assert line.segments(2, 2) == []


def test_the_default_of_an_argument_decides(lower: Lower) -> None:
    found = lower("ARG TAG=latest\nFROM debian:${TAG}\n")
    image = found.one(Image)
    assert (image.reference, image.tag, image.pin) == ("debian:latest", "latest", "alias")
    assert found.at(image, "tag") == "latest"
    assert image.place_of("tag").span.start < 14
    assert found.written(image.used_at) == "debian:${TAG}"


def test_a_default_in_the_reference_decides(lower: Lower) -> None:
    found = lower("FROM debian:${TAG:-stable}\n")
    assert found.at(found.one(Image), "tag") == "stable"


@pytest.mark.parametrize(
    ("dockerfile", "reference", "unresolved"),
    [
        ("ARG T=1\nARG T=2\nFROM a:$T\n", "a:2", ""),
        ("ARG A=1\nARG B=$A.2\nFROM a:$B\n", "a:1.2", ""),
        ("ARG T\nFROM a:$T\n", None, "T"),
        ("FROM a:$T\n", None, "T"),
        ("FROM a${X:+/}b\n", "ab", ""),
        ("ARG R=reg/\nFROM ${R:+$R}a:1\n", "reg/a:1", ""),
        ("FROM --platform=$BUILDPLATFORM golang:1.22\n", "golang:1.22", ""),
        ("FROM base-${TARGETARCH}\n", None, ""),
        ("ARG HOST=localhost:5000\nFROM $HOST/a:1\n", "localhost:5000/a:1", ""),
    ],
)
def test_references_as_far_as_the_file_tells(
    lower: Lower, dockerfile: str, reference: str | None, unresolved: str
) -> None:
    image = lower(dockerfile).of(Image)[-1]
    assert (image.reference, image.unresolved) == (reference, unresolved)


def test_scopes_of_arguments(lower: Lower) -> None:
    found = lower(
        "ARG G=global\nFROM a AS one\nENV SEES=$G\nARG G\nENV HAS=$G\nARG G=own\nENV OWN=$G\n"
        "ENV G=env\nENV LAST=$G\nFROM one\nENV CHILD=$LAST ARGUMENT=$G\nFROM b\nENV NOT=$G\n"
    )
    values = {v.name: v.value for v in found.of(Variable) if v.variable_type == "env"}
    assert values["SEES"] is None
    assert values["HAS"] == "global"
    assert values["OWN"] == "own"
    assert (values["LAST"], values["CHILD"], values["ARGUMENT"]) == ("env", "env", "env")
    assert values["NOT"] is None


def test_variables_of_one_env_see_what_was_before(lower: Lower) -> None:
    values = {v.name: v.value for v in lower("FROM scratch\nENV A=1\nENV A=2 B=$A\n").of(Variable)}
    assert values["B"] == "1"


def test_build_arguments_go_before_defaults(lower: Lower) -> None:
    builds = [Build(dockerfile="Dockerfile", args={"TAG": "12", "OTHER": "x"}, place=HERE)]
    image = lower("ARG TAG=latest\nFROM debian:${TAG}\n", builds=builds).one(Image)
    assert image.tag == "12"
    assert image.place_of("tag") == HERE


def test_build_arguments_have_their_own_places(lower: Lower) -> None:
    place = Place("docker-compose.yml", Span(40, 42))
    build = Build(
        dockerfile="Dockerfile", args={"TAG": "12"}, arg_places={"TAG": place}, place=HERE
    )
    assert (
        lower("ARG TAG\nFROM debian:${TAG}\n", builds=[build]).one(Image).place_of("tag") == place
    )


def test_ways_to_build_are_merged(lower: Lower) -> None:
    builds = [
        Build(dockerfile="Dockerfile", target=target, args={"T": tag}, place=HERE)
        for target, tag in (("one", "1"), ("", "1"), ("one", "2"), ("one", None))
    ]
    found = lower("ARG T=0\nFROM a:$T AS one\nFROM b AS two\n", builds=builds)
    assert sorted(str(i.reference) for i in found.of(Image)) == ["None", "a:1", "a:2", "b"]
    stages = {c.name: c for c in found.of(Container)}
    assert (stages["one"].last, stages["two"].last) == (True, True)
    assert stages["two"].scope.shipped


def test_what_ships_and_what_feeds_it(lower: Lower) -> None:
    dockerfile = (
        "FROM a AS base\nFROM base AS build\nFROM b AS tools\nFROM c AS unused\n"
        "FROM d AS mounted\nFROM e\nCOPY --from=BUILD x y\nCOPY --from=2 x y\n"
        "RUN --mount=type=bind,from=mounted,target=/m ls\n"
    )
    shipped = {c.name: c.scope.shipped for c in lower(dockerfile).of(Container)}
    assert shipped == {
        "base": True,
        "build": True,
        "tools": True,
        "unused": False,
        "mounted": True,
        "5": True,
    }
    target = [Build(dockerfile="Dockerfile", target="Unused", place=HERE)]
    shipped = {c.name: c.scope.shipped for c in lower(dockerfile, builds=target).of(Container)}
    assert [name for name, ships in shipped.items() if ships] == ["unused"]


def test_a_stage_for_each_platform(lower: Lower) -> None:
    found = lower(
        "FROM a AS base-amd64\nFROM b AS base-arm64\nFROM c AS x\nFROM base-${TARGETARCH}\n"
    )
    assert [i.reference for i in found.of(Image)] == ["a", "b", "c"]
    shipped = [c.scope.shipped for c in found.of(Container)]
    assert shipped == [True, True, False, True]


@pytest.mark.parametrize(
    ("dockerfile", "problem", "written"),
    [
        ("FROM a\nCOPY --from=nope x y\n", "unknown", "nope"),
        ("FROM a\nCOPY --from=7 x y\n", "unknown", "7"),
        ("FROM a\nCOPY --from=0 x y\n", "self", "0"),
        ("FROM a AS me\nCOPY --from=ME x y\n", "self", "ME"),
        ("FROM a\nCOPY --from=b x y\nFROM c AS b\n", "later", "b"),
        ("FROM a\nRUN --mount=from=nope ls\n", "unknown", "nope"),
        ("FROM builder\nFROM a AS builder\n", "later", "builder"),
        ("FROM a AS x\nFROM b AS X\n", "duplicate", "X"),
        ("FROM a AS scratch\n", "reserved", "scratch"),
        ("FROM a AS context\n", "reserved", "context"),
    ],
)
def test_references_that_lead_nowhere(
    lower: Lower, dockerfile: str, problem: str, written: str
) -> None:
    found = lower(dockerfile)
    (image,) = (image for image in found.of(Image) if image.stage_problem)
    assert (image.stage_problem, image.text) == (problem, written)
    assert found.at(image, "stage_problem", "reference") == written


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM node AS node\n",
        "FROM node AS build\nFROM node:20 AS node\n",
        "FROM a\nCOPY --from=nginx x y\n",
        "FROM a\nCOPY --from=org/tool x y\n",
        "FROM a\nCOPY --from=tool:1.2.3 x y\n",
        "FROM a AS x\nFROM x\nCOPY --from=0 x y\n",
        "FROM a\nCOPY --from=$NAME x y\n",
        "FROM scratch\nCOPY --from=scratch x y\n",
    ],
)
def test_references_that_are_fine(lower: Lower, dockerfile: str) -> None:
    assert not any(image.stage_problem for image in lower(dockerfile).of(Image))


def test_stages_and_scratch_are_no_images(lower: Lower) -> None:
    dockerfile = "FROM a AS Base\nFROM BASE\nCOPY --from=base x y\nFROM scratch\nFROM named\nCOPY --from=extra x y\n"
    builds = [
        Build(dockerfile="Dockerfile", contexts=dict.fromkeys(("named", "extra")), place=HERE)
    ]
    assert [image.reference for image in lower(dockerfile, builds=builds).of(Image)] == ["a"]


def test_every_kind_of_reference_is_found(lower: Lower) -> None:
    found = lower(
        "# syntax=docker/dockerfile:1.7\nFROM a:1\nCOPY --from=b:1 x y\nRUN --mount=type=cache,target=/c "
        "--mount=from=c:1,target=/d ls\nONBUILD COPY --from=d:1 x y\n"
    )
    roles = {image.reference: image.role for image in found.of(Image)}
    assert roles == {
        "docker/dockerfile:1.7": "frontend",
        "a:1": "base",
        "b:1": "copy",
        "c:1": "mount",
        "d:1": "copy",
    }
    assert [found.at(image, "tag") for image in found.of(Image)] == ["1.7", "1", "1", "1", "1"]


def test_what_cannot_be_expanded_is_said_once(lower: Lower) -> None:
    builds = [Build(dockerfile="Dockerfile", target=target, place=HERE) for target in "xy"]
    found = lower("FROM a:${X\nENV A='b\n", builds=builds)
    assert [trouble.reason for trouble in found.ctx.troubles] == [
        "'}' is missing",
        "a single quote is not closed",
    ]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("Dockerfile.develop", "the file name says 'develop'"),
        ("api/Dockerfile.dev", "the file name says 'dev'"),
        ("dev.Dockerfile", "the file name says 'dev'"),
        ("Dockerfile-local", "the file name says 'local'"),
        (".devcontainer/Dockerfile", "a folder is named '.devcontainer'"),
        ("examples/devcontainer-node/Dockerfile", "a folder is named 'devcontainer-node'"),
        ("Dockerfile", ""),
        ("dev/Dockerfile", ""),
        ("Dockerfile.device", ""),
    ],
)
def test_a_dockerfile_may_be_for_development_by_its_name(path: str, told: str) -> None:
    scope = Scope(dockerfile=path)
    found = meant_for(scope, ParseContext(MemoryFiles({})))
    assert (found.development, "".join(found.evidence)) == (bool(told), told)


def test_a_dockerfile_that_something_deployed_is_built_from_is_no_development() -> None:
    place = Place("compose.yaml", Span(0, 0))
    build = Build(dockerfile="Dockerfile.dev", place=place, deployed=True)
    scope = Scope(dockerfile="Dockerfile.dev")
    assert meant_for(scope, ParseContext(MemoryFiles({}), (build,))) is scope
