"""Broken and hostile Dockerfiles: facts or a clear refusal, and never a second of silence."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Fact
from immutable_delivery.formats import dockerfile
from immutable_delivery.formats.dockerfile.document import Document
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

if TYPE_CHECKING:
    Lower = Callable[..., Any]

RICH = """\
# syntax=docker/dockerfile:1
# escape=\\
ARG TAG=${OTHER:-12} \\
  NAME="a b"
FROM --platform=$BUILDPLATFORM debian:${TAG:+$TAG}-slim@sha256:aa AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENV A=1 B='two three' \\
    # a comment

    C="$A-\\"x\\""
ENV old style value
WORKDIR /src/${A}
COPY --chown=1:1 --link ["a b.txt", "c", "./"]
COPY <<-"EOF" <<B /files/
\t#!/bin/sh
\tcurl https://x.org/a.sh | sh
\tEOF
b
B
ADD --checksum=sha256:ab https://me:pw@x.org/a-1.2.tgz https://github.com/a/b.git#main:x /tmp/
RUN --mount=type=bind,from=golang:1.22,target=/go,source=/x --network=none \\
    apt-get update && apt-get install -y curl=1 $(cat list) \\
    # why
    && sh -c "echo 'x' | xargs -n1 pip install" || { make; }
RUN <<EOF bash && echo ${A%x} `date`
for x in a b; do echo "$x" > /$x; done
EOF
ONBUILD COPY --from=build --chmod=755 . .
FROM build-${TARGETARCH} as other
HEALTHCHECK --interval=3s --retries=2 CMD ["curl", "-f", "http://x"]
VOLUME ["/data", "/src"]
EXPOSE 22/tcp 80-90
LABEL a.b=c "d e"='f' \\
 g=h
STOPSIGNAL SIGTERM
USER ${UID:-0}:0
ONBUILD RUN ["npm", "ci", "--prefix=/a\\u0020b"]
RUN --mount=type=secret,id=t,env=T --mount=type=cache,target=/root/.cache \\
    --security=sandbox set -eux; case "$A" in x|y) f() { wget -qO- "$1" | tar xz -C /srv; }; f https://x.org/v1.2/a.tgz;; *) :;; esac
RUN python3 - <<'PY' && while read -r l; do (cp -a "/src/${l##*/}" /data/) & done < list
print("x")
PY
SHELL ["powershell", "-Command"]
RUN Invoke-WebRequest https://x.org/a.exe -OutFile a.exe; if ($?) { "é" }
SHELL ["/bin/sh", "-c"]
ENTRYPOINT ["tini", "--", "/files/EOF"]
CMD cp -r /src/. /data && exec npm start
FROM scratch
CMD ['npm', "start"]
"""
DATA = RICH.encode()


def parsed(data: bytes) -> tuple[Text, Document] | UnreadableError:
    try:
        text = Text.decode("Dockerfile", data)
        return text, dockerfile.parse(text)
    except UnreadableError as error:
        return error


def try_it(value: str | bytes) -> int:
    """Return how many facts there are, -1 where the file is refused; anything else is a bug."""
    began = time.process_time()
    data = value.encode() if isinstance(value, str) else value
    found = parsed(data)
    if isinstance(found, UnreadableError):
        assert found.reason
        assert 0 <= found.offset <= len(data)
        return -1
    text, document = found
    ctx = ParseContext(MemoryFiles({"Dockerfile": data, "c": "", "package.json": "{}"}))
    facts = [
        one for one in dockerfile.facts({"Dockerfile": document}, ctx) if isinstance(one, Fact)
    ]
    for fact in facts:
        for place in (fact.used_at, fact.extent, *fact.places.values(), *fact.related):
            assert 0 <= place.span.start <= place.span.end <= len(text.value)
    assert len(dockerfile.comments(document, text)) <= text.value.count("#")
    assert time.process_time() - began < 5, "a second on a busy machine"
    return len(facts)


def test_the_whole_file_is_read() -> None:
    assert try_it(RICH) > 25


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, len(DATA), 97))
def test_every_prefix(first: int) -> None:
    for end in range(first, min(first + 97, len(DATA))):
        try_it(DATA[:end])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, len(DATA), 97))
def test_every_deletion(first: int) -> None:
    for at in range(first, min(first + 97, len(DATA))):
        try_it(DATA[:at] + DATA[at + 1 :])


@given(
    st.lists(
        st.sampled_from(
            sorted(set(RICH.split(" ")) | set(RICH.split("\n")) | set("\"'\\$\n\t #{}<"))
        ),
        max_size=30,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_mixture(parts: list[str]) -> None:
    try_it("FROM a\n" + " ".join(parts))


@pytest.mark.parametrize(
    "value",
    [
        "FROM a\nENV " + "A=1 \\\n" * 9_000 + "B=2\n",
        "FROM a\nRUN " + "true && \\\n" * 9_000 + "true\n",
        "FROM a\nCOPY " + "x \\\n" * 9_000 + "/y\n",
        "FROM a\nADD " + "https://x.org/y \\\n" * 3_000 + "/y\n",
        "FROM a\nCMD " + "[" * 60_000 + "\n",
        "FROM a\nCMD [" + '"a",' * 10_000 + '"b"]\n',
        "FROM a:" + "${X:-" * 10_000 + "\n",
        "ARG A=xxxxxxxxxx\n" + "".join("ARG A=$A$A\n" for _ in range(200)) + "FROM a:$A\n",
        "FROM a AS s0\n" + "".join(f"FROM s{i} AS s{i + 1}\nCOPY . .\n" for i in range(400)),
        "FROM a\n" + "RUN <<EOF\nEOF\n" * 2_000,
        "FROM a\n" + "COPY --from=$X . .\n" * 2_000,
        "FROM a\n" + "ONBUILD " * 7_000 + "RUN x\n",
        "FROM a\nRUN " + "<<A " * 10_000 + "\n",
        "FROM a\nRUN echo " + "'" * 30_001 + " <<A\n",
        "# comment\n" * 50_000 + "FROM a\n",
        "FROM a\nRUN \\\n" + "# comment\n" * 50_000 + "x\n",
        "FROM a AS sig" + "a" * 60 + "\nFROM b\nCOPY --from=sig" + "${!a}" * 500 + "x . .\n",
        "FROM a AS " + "a" * 60 + "\nFROM b\nCOPY --from=" + "a${X}" * 30 + "x . .\n",
        "FROM a\nRUN cp x" + ")" * 30_000 + "\n",
        "FROM a\nRUN <<EOF\n" + ("cp x" + ")" * 390 + "\n") * 250 + "EOF\n",
        "FROM a\nRUN <<EOF\n" + ("x " + "> " * 390 + "\n") * 100 + "EOF\n",
        "FROM a\nRUN " + "$[" * 10_000 + "\n",
    ],
    ids=range(22),
)
def test_big_files(value: str) -> None:
    try_it(value)
