"""A refresh in a layer of its own, joined with the RUN below where that changes nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fixes.conftest import Dockerfile, Workshop


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN apt-get update\nRUN apt-get install -y curl\n", "RUN apt-get update && apt-get install -y curl\n"),
        ("run apt-get -y update  \r\n\r\n  RUN apt-get install \\\r\n  curl\r\n", "run apt-get -y update && apt-get install \\\r\n  curl\r\n"),
        ("RUN apk update\nRUN apk add curl; true\nRUN a || b\n", "RUN apk update && apk add curl; true\nRUN a || b\n"),
    ],
)  # fmt: skip
def test_it_is_joined(workshop: Workshop, dockerfile: Dockerfile, before: str, after: str) -> None:
    assert workshop.fixed(dockerfile(before), "update-alone") == dockerfile(after)


@pytest.mark.parametrize(
    "text",
    [
        "RUN apt-get update\nCOPY a b\nRUN apt-get install -y curl\n",
        "RUN apt-get update\n# why\nRUN apt-get install -y curl\n",
        "RUN apt-get update\nRUN --mount=type=cache,target=/x apt-get install -y curl\n",
        'RUN apt-get update\nRUN ["apt-get", "install", "curl"]\n',
        "RUN apt-get update\nRUN apt-get install -y curl || true\n",
        "RUN apt-get update\nRUN apt-get install -y \\\n  # the client\n  curl || true\n",
        "RUN apt-get update\nRUN cat <<EOF\napt-get install -y curl\nEOF\n",
        "RUN apt-get update\nRUN apt-get install -y \\ \n  curl || true\n",
        "RUN apt-get update\nRUN mkdir /x\n",
        "RUN apt-get update || true\nRUN apt-get install -y curl\n",
        "RUN apt-get update\n",
    ],
)
def test_what_would_mean_something_else_is_left(
    workshop: Workshop, dockerfile: Dockerfile, text: str
) -> None:
    fix = workshop.fix(dockerfile(text), "update-alone")
    assert not fix.edits
    assert fix.reason.startswith("a person must decide")
