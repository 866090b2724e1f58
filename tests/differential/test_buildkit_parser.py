"""Our cutting against BuildKit's own parser (PyPI `dockerfile`, BuildKit 0.12), and against dockerfile-parse.

Later versions of BuildKit differ in a few points, where we follow the latest: text after a JSON array makes it shell
form, `<< EOF` with a space opens a here-document, `check` is a directive, flags know the escape character and UTF-8.
"""

from __future__ import annotations

import re

import dockerfile
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.dockerfile import secondreader
from immutable_delivery.formats.dockerfile.cut import cut
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.grammar import INSTRUCTIONS
from immutable_delivery.source.text import Text

REFUSED = "refused"
GLUED = re.compile(r"^\s*\S*[^\s\\`][\\`]\s*$", re.MULTILINE)
"""A keyword that a continuation follows without a blank: dockerfile-parse sees no instruction."""
LATER_FLAG = re.compile(r"escape=`.*--.*\\", re.DOTALL)

KEYWORDS = st.sampled_from(
    "FROM RUN CMD ENTRYPOINT COPY ADD ENV LABEL ARG USER WORKDIR EXPOSE VOLUME SHELL STOPSIGNAL "
    "HEALTHCHECK MAINTAINER run Copy env from".split()
)
WORDS = st.sampled_from(
    [
        "debian:12", "AS", "base", "a=b", 'a="b c"', "a='b c'", "$X", "${X:-y z}", "${X", "&&", "|", "#", "'", '"', "\\",
        "\\\\", "\\ ", '\\"', "`", "<<EOF", "<<-EOF", "<<'EOF'", '<<"E F"', "3<<EOF", "<<<x", "<", "CMD", "NONE", "=", "é",
        '["a",]', "['a']", "[", "\t", "  ", "\\\r",
    ]
)  # fmt: skip
JSON = st.sampled_from(
    [
        '["a", "b"]',
        "[]",
        " [ ]",
        '["\\u00e9\\n", "\\""]',
        '["\\ud83d\\ude00", "\\ud83d"]',
        "[1]",
        "[[]]",
        '["a" "b"]',
        '["\\x"]',
    ]
)
FLAGS = st.sampled_from(
    ["--from=base", "--mount=type=cache,target='/a b'", '--x="y z"', "--link", "--", "--a\\ b=c"]
)
ENDS = st.sampled_from(
    [
        "\n",
        "\n",
        "\n",
        "\r\n",
        " \\\n",
        "\\\n",
        "\\ \t\n",
        "\\\\\n",
        "`\n",
        "\n\n",
        "\\\n\n",
        "\\\n# c\n  ",
    ]
)
LINES = st.sampled_from(
    ["EOF\n", "\tEOF\n", "E F\n", "# comment\n", "  # indented\n", "\n", "text\n", "\ufeff"]
)
INSTRUCTION = st.builds(
    lambda keyword, flags, words, end: " ".join([keyword, *flags, *words]) + end,
    KEYWORDS | KEYWORDS.map("ONBUILD {}".format),
    st.lists(FLAGS, max_size=2),
    st.lists(WORDS, max_size=5),
    ENDS,
)
EXEC_FORM = st.builds(
    "{} {} {}{}".format,
    KEYWORDS,
    st.sampled_from(["", "--x=y", "CMD"]),
    JSON,
    st.sampled_from(["\n", " \r\n"]),
)
DIRECTIVES = st.sampled_from(
    [
        "",
        "# escape=`\n",
        "#escape = \\\n",
        "# syntax=docker/dockerfile:1\n",
        "#Escape=x\n",
        "\ufeff",
        " # syntax=a b\n",
    ]
)
DOCKERFILES = st.builds(
    lambda directives, parts: "".join([*directives, *parts]),
    st.lists(DIRECTIVES, max_size=2),
    st.lists(INSTRUCTION | INSTRUCTION | EXEC_FORM | LINES, max_size=8),
)


def ours(value: str) -> object:
    bom = value.startswith("\ufeff")
    try:
        found = cut(Text.decode("Dockerfile", value.encode())).instructions
    except UnreadableError:
        return REFUSED
    return [_ours(one, value[bom:]) for one in found]


def _ours(instruction: Instruction, value: str) -> tuple[object, ...]:
    inner = instruction.trigger or instruction
    heredocs = [(h.opener.name, h.opener.descriptor, h.body.text) for h in instruction.heredocs]
    return (
        instruction.name,
        instruction.trigger.name if instruction.trigger else None,
        inner.json,
        instruction.line,
        value.count("\n", 0, instruction.place.span.start) + 1,
        tuple(flag.text.encode().decode("latin-1") for flag in instruction.flags),
        tuple(word.text for word in inner.words) if inner.name in INSTRUCTIONS else ("",),
        [] if instruction.trigger else heredocs,
    )


def theirs(value: str) -> object:
    try:
        found = dockerfile.parse_string(value)
    except dockerfile.GoParseError:
        return REFUSED
    return [
        (
            one.cmd.upper(),
            one.sub_cmd and one.sub_cmd.upper(),
            one.json,
            one.original.partition("\n")[0],
            one.start_line,
            one.flags,
            one.value,
            [(h.name, h.file_descriptor, h.content) for h in one.heredocs],
        )
        for one in found
    ]


@given(DOCKERFILES)
@settings(max_examples=400, deadline=None)
def test_generated_dockerfiles_are_cut_alike(value: str) -> None:
    assume(not LATER_FLAG.search(value))
    assert ours(value) == theirs(value)


@pytest.mark.parametrize(
    "value",
    [
        "FROM debian\nRUN <<A cat >/a && <<-'B' cat >/b\na\nA\n\tb $X\n\tB\nRUN true\n",
        "FROM debian\nRUN echo \\\n  # comment\n\n  two \\\n\tthree\nCMD x\\\n",
        "# escape=`\n# syntax=docker/dockerfile:1\nFROM windows\nRUN dir c:\\ `\n  && echo\n",
        "FROM debian\r\nENV A=1 B='2 3' \\\r\n C=\"4\"\r\nENV old style  value \r\n",
        'FROM debian\nHEALTHCHECK --interval=3s CMD ["a", "b"]\nHEALTHCHECK NONE\nHEALTHCHECK CMD a  b\n',
        "from debian as Base\nonbuild copy --from=base --chown=1:1 . /x\n",
        "FROM debian\nCOPY <<EOF <<EOT /dest/\none\nEOF\ntwo\nEOT\n",
        "FROM debian\nRUN echo it's <<EOF\n",
        "FROM debian\nRUN <<EOF\nnever ends\n",
        "FROM debian\nRUN ${x:-a <<EOF}\nb\nEOF}\n",
        "FROM debian\nCMD [1, 2]\n",
        "FROM debian\nENV A\n",
        "# only a comment\n",
        "",
    ],
)
def test_hard_cases_are_cut_alike(value: str) -> None:
    assert ours(value) == theirs(value)


@given(DOCKERFILES)
@settings(max_examples=400, deadline=None)
def test_dockerfile_parse_reads_generated_dockerfiles_alike_behind_the_masks(value: str) -> None:
    assume(not GLUED.search(value))
    text = Text.decode("Dockerfile", value.encode())
    try:
        document = cut(text)
    except UnreadableError:
        return
    second = [their.meaning for their in secondreader.theirs(text, document)]
    assert second == [our.meaning for our in secondreader.ours(text, document)]
