"""Dockerfiles cut into instructions: exact places, comments, what is refused, what is a template."""

from __future__ import annotations

import pickle

import pytest

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats import dockerfile
from immutable_delivery.formats.dockerfile.cut import cut
from immutable_delivery.formats.dockerfile.document import Document, Instruction
from immutable_delivery.formats.dockerfile.heredocs import openers
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Text


def parse(value: str, path: str = "Dockerfile") -> Document:
    return dockerfile.parse(Text(path, value))


def only(value: str) -> Instruction:
    return cut(Text("Dockerfile", value)).instructions[-1]


def at(value: str, written: LocatedText) -> str:
    span = written.used_at.span
    return value[span.start : span.end]


@pytest.mark.parametrize(
    "path",
    [
        "Dockerfile",
        "web/dockerfile",
        "Dockerfile.prod",
        "Dockerfile-alpine",
        "dockerfile_dev",
        "web.Dockerfile",
        "deploy/web.prod.dockerfile",
        "Containerfile",
        "x/Containerfile.debug",
        "Dockerfile.j2",
        "Dockerfile.windows",
        "two\nlines.Dockerfile",
        "Dockerfile.two\nlines",
    ],
)
def test_the_usual_names_are_claimed(path: str) -> None:
    assert dockerfile.claims(path, b"")


@pytest.mark.parametrize(
    "path",
    [
        ".dockerignore",
        "Dockerfile.dockerignore",
        "web.Dockerfile.dockerignore",
        "Dockerfile.md",
        "dockerfile.py",
        "test_dockerfile.py",
        "docker-compose.yml",
        "dockerfiles/README",
        "Dockerfile.prod.bak",
        "Dockerfile~",
        "mydockerfile",
        "dockerfile-lint.json",
    ],
)
def test_other_names_are_not(path: str) -> None:
    assert not dockerfile.claims(path, b"")


@pytest.mark.parametrize("ending", ["go", "php", "py", "ts", "rb", "json", "md", "lock"])
def test_what_the_text_is_decides_under_a_name_of_another_language(ending: str) -> None:
    path = f"Dockerfile.{ending}"
    assert dockerfile.claims(path, b"# syntax=docker/dockerfile:1\nARG X=1\nfrom \\\n a:1\nCMD x\n")
    assert not dockerfile.claims(path, b"# A title\nfrom a import b\n")
    assert not dockerfile.claims(f"{path}.orig", b"FROM a\n")


def test_every_argument_stands_where_it_is_written() -> None:
    value = 'FROM a\nENV ONE=1 \\\n  # comment\n\n  TWO="2 3"\nCOPY --chown=1:1 ["a b", "c"] ./\n'
    env, copy = cut(Text("Dockerfile", value)).instructions[1:]
    assert [at(value, word) for word in env.words] == ["ONE", "1", "TWO", '"2 3"']
    assert [word.text for word in copy.words] == ['["a', 'b",', '"c"]', "./"]
    assert at(value, copy.flags[0]) == "--chown=1:1"


def test_words_across_continuations_know_both_their_places() -> None:
    value = "FROM a\nRUN apt-get ins\\\n# why\ntall -y\n"
    run = only(value)
    assert run.words[0].text == "apt-get install -y"
    pieces = run.words[0].segments
    assert [value[p.place.span.start : p.place.span.end] for p in pieces] == [
        "apt-get ins",
        "tall -y",
    ]
    assert at(value, run.words[0]) == "apt-get ins\\\n# why\ntall -y"


def test_json_strings_keep_their_places_through_escapes() -> None:
    value = 'FROM a\nCMD ["a\\"b", "\\ud83d\\ude00", "plain"]\n'
    cmd = only(value)
    assert cmd.json
    assert [word.text for word in cmd.words] == ['a"b', "\U0001f600", "plain"]
    assert at(value, cmd.words[2]) == "plain"
    assert at(value, cmd.words[0]) == 'a\\"b'


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("['a', 'b']", "JSON has double quotes, not single ones"),
        ('["a", "b",]', "JSON has no comma before the closing bracket"),
        ('["a" "b"]', "a comma is missing between two strings"),
        ('["a", b]', "JSON wants every word in double quotes"),
        ("[node, server.js]", "JSON wants every word in double quotes"),
        ('["a", "b"', "the closing bracket is missing"),
        ('["a", "b"] && c', "something follows the closing bracket"),
        ('["c:\\dir"]', "JSON does not know this escape: a backslash is written as two"),
        ("[“a”, “b”]", "JSON has straight double quotes, not typographic ones"),
        ('[ "$x" = y ] && z', ""),
        ("[ -f /x ] && z", ""),
        ("node server.js", ""),
    ],
)
def test_json_that_was_meant_says_why_it_is_none(arguments: str, reason: str) -> None:
    cmd = only(f"FROM a\nCMD {arguments}\n")
    assert not cmd.json
    assert cmd.json_error == reason


def test_directives_stand_at_the_top_only() -> None:
    value = "# syntax=docker/dockerfile:1 x\n# escape=`\n\nFROM a\nRUN dir `\n x\n"
    document = parse(value)
    assert document.syntax
    assert document.syntax.text == "docker/dockerfile:1"
    assert at(value, document.syntax) == "docker/dockerfile:1"
    assert document.instructions[1].words[0].text == "dir  x"
    assert parse("\n# escape=`\nFROM a\n").escape == "\\"


def test_crlf_and_bom_are_no_part_of_anything() -> None:
    text = Text.decode("Dockerfile", b'\xef\xbb\xbfFROM a:1\r\nRUN x \\\r\n y\r\nCMD ["z"]\r\n')
    first, second, third = dockerfile.parse(text).instructions
    assert (first.words[0].text, second.words[0].text, third.words[0].text) == ("a:1", "x  y", "z")
    assert text.value[first.place.span.start : first.place.span.end] == "FROM a:1"


@pytest.mark.parametrize(
    "command",
    [
        "echo $((1<<2))", "echo $(( x<<2 ))", "x=$((a<<1))", "echo $[1<<2]", 'echo "$(( 1 << 2 ))"', 'echo "1 << 2"',
        "echo '<<EOF'", "let 'a=1<<2'", "cat <<<word", "cat <<< word", r"echo \<<EOF", "echo a<<EOF",
    ],
)  # fmt: skip
def test_what_buildkit_takes_for_no_heredoc(command: str) -> None:
    document = parse(f"FROM a\nRUN {command}\n")
    assert [instruction.heredocs for instruction in document.instructions] == [(), ()]


@pytest.mark.parametrize(
    "command", ["echo $(( 1 << 2 ))", "echo $(( 1<<2 ))", "echo $((1 <<2))", "(( a <<= 1 ))"]
)
def test_arithmetic_that_buildkit_takes_for_a_heredoc_is_refused_as_it_is_there(
    command: str,
) -> None:
    """Since Dockerfile 1.16 a word that begins with a number and `<<`, or with `<<` and spaces, opens one."""
    with pytest.raises(UnreadableError, match="has no end"):
        parse(f"FROM a\nRUN {command}\n")


def test_heredocs_belong_to_their_instruction() -> None:
    value = "FROM a\nRUN <<A cat >/a && <<-'B' cat\n$x\nA\n\tb\n\tB\nRUN true\n"
    run = cut(Text("Dockerfile", value)).instructions[1]
    one, two = run.heredocs
    assert (one.opener.name, one.body.text, one.opener.quoted) == ("A", "$x\n", False)
    assert (two.opener.name, two.body.text, two.opener.quoted) == ("B", "\tb\n", True)
    assert value[run.place.span.start : run.place.span.end].endswith("\tB")
    assert run.script
    assert run.script.text == "<<A cat >/a && <<-'B' cat\n$x\nA\n\tb\nB"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("RUN <<EOF", ["EOF"]),
        ("RUN << EOF", ["EOF"]),
        ("RUN 3<<-'E F' <<\\X", ["E F", "X"]),
        ("RUN cat <<<word", []),
        ("RUN echo '<<EOF' \"<<EOF\"", []),
        ("RUN echo it's <<EOF", []),
        ("RUN ${x:-a <<EOF}", ["EOF}"]),
        ("RUN ${x <<EOF", []),
        ("RUN $x<<EOF", []),
    ],
)
def test_openers_are_words_of_their_own(line: str, names: list[str]) -> None:
    assert [opener.name for opener in openers(line)] == names


def test_comments_cover_what_is_below_them() -> None:
    value = (
        "# top\n\n# imd: ignore[x] why\nFROM a\nRUN a \\\n  # inside\n  b \\\n  # last\n"
        "\nRUN <<EOF\n# in script\ncmd\nEOF\n# the end\n"
    )
    document = parse(value)
    covered = {
        comment.text: value[comment.covers[0] : comment.covers[1]]
        for comment in document.comments
        if comment.covers
    }
    assert covered["imd: ignore[x] why"] == "FROM a"
    assert covered["top"] == "FROM a"
    assert covered["inside"] == "  b \\"
    assert covered["in script"] == "cmd"
    assert covered["the end"] == "# the end"
    for comment in document.comments:
        assert value[comment.start : comment.end].startswith("#")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "no instruction"),
        ("# nothing\n", "no instruction"),
        ("FROM a\nFOO b\n", "'FOO' is no instruction"),
        ("RUN x\nFROM a\n", "before the first FROM"),
        ("ARG x\n", "no FROM"),
        ("FROM\n", "FROM takes"),
        ("FROM a b\n", "FROM takes"),
        ("FROM a AS 1b\n", "cannot name a stage"),
        ("FROM a\nCOPY x\n", "a source and a target"),
        ("FROM a\nENV x\n", "names with values"),
        ("FROM a\nENV =x\n", "without a name"),
        ("FROM a\nARG =x\n", "without a name"),
        ("FROM a\nCMD [1]\n", "strings only"),
        ("FROM a\nSHELL bash\n", "JSON array"),
        ("FROM a\nHEALTHCHECK curl\n", "CMD or NONE"),
        ("FROM a\nHEALTHCHECK CMD\n", "needs a command"),
        ("FROM a\nONBUILD FROM b\n", "cannot trigger FROM"),
        ("FROM a\nONBUILD ONBUILD RUN x\n", "cannot trigger ONBUILD"),
        ("FROM a\nONBUILD FOO\n", "no instruction"),
        ("FROM a\nRUN <<EOF\nx\n", "has no end"),
        ("# escape=x\nFROM a\n", "escape character"),
        ("# syntax=a\n# syntax=b\nFROM a\n", "two 'syntax'"),
        ("FROM a\nRUN " + "x" * 70_000, "line of more than"),
        ("FROM a\n" * 501, "stages"),
        ("FROM a\n" + "USER x\n" * 20_000, "instructions"),
        ("\n" * 100_001, "lines"),
    ],
)
def test_what_buildkit_refuses_is_unreadable(value: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(value)
    assert reason in caught.value.reason
    assert 0 <= caught.value.offset <= len(value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Dockerfile.j2", "FROM a\n"),
        ("Dockerfile.tmpl", ""),
        ("Dockerfile", "FROM {{ .Base }}\n"),
        ("Dockerfile", "FROM a\n{% if x %}\nRUN x\n{% endif %}\n"),
        ("Dockerfile", "FROM a\n<%= x %>\n"),
        ("Dockerfile", "FROM debian:%%SUITE%%\n"),
        ("Dockerfile", "FROM @BASE@ AS x\n"),
        ("Dockerfile", "{{ if x }}\nFROM a\n"),
    ],
)
def test_templates_are_named(path: str, value: str) -> None:
    assert parse(value, path).template


@pytest.mark.parametrize(
    "value",
    [
        "FROM a\nRUN docker inspect --format '{{.Id}}' x\n",
        'FROM a\nENV FORMAT="{{.Id}}"\n',
        "FROM a\nCOPY <<EOF /x\n{{ y }}\nEOF\n",
        'FROM a\nARG F="{{.Name}}"\n',
        'FROM a\nLABEL x="{% y"\n',
        "FROM a\nWORKDIR /@APP@\n",
        "FROM a\nRUN <%= x %>\n",
        "FROM a\nCOPY %%FILES%% /x\n",
    ],
)
def test_what_buildkit_takes_for_arguments_makes_no_template(value: str) -> None:
    assert not parse(value).template


def test_comments_of_other_tools_and_the_check_directive_are_kept_too() -> None:
    text = "# check=skip=all\n# hadolint global ignore=DL3007\nFROM a\nRUN a \\\n# b\n c\n"
    document = parse(text)
    assert [(comment.text, comment.covers, comment.inside) for comment in document.comments] == [
        ("check=skip=all", None, False),
        ("hadolint global ignore=DL3007", (text.index("FROM"), text.index("\nRUN")), False),
        ("b", (text.rindex(" c"), len(text) - 1), True),
    ]


def test_a_document_can_be_pickled() -> None:
    document = parse("FROM a\nONBUILD RUN <<EOF\nx\nEOF\n")
    assert pickle.loads(pickle.dumps(document)) == document
