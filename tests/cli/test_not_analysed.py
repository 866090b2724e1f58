"""What no one analysed is said wherever a person or a program may look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Repository = Any

WINDOWS = """\
FROM mcr.microsoft.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command"]
RUN Invoke-WebRequest https://x.org/a.exe -OutFile a.exe; npm install y
CMD ["a.exe"]
"""


def test_powershell_is_named(repository: Repository) -> None:
    repository.write(Dockerfile=WINDOWS)
    said = "nothing here reads PowerShell"
    assert "; not judged: 1 place not analysed (--verbose)\n" in repository.call("check").out
    assert f"  Dockerfile:3:5: {said}\n" in repository.call("check", "--show-unresolved").out
    whole = json.loads(repository.call("check", "--output-format", "json").out)
    (one,) = whole["not_analysed"]
    assert (one["place"]["start"]["line"], one["reason"]) == (3, said)
    assert whole["summary"]["not_analysed"] == 1
    policies = {finding["policy"] for finding in whole["findings"]}
    assert "unpinned-language-package" not in policies


def test_only_of_what_is_asked_about(repository: Repository) -> None:
    repository.write(Dockerfile=WINDOWS, **{"compose.yaml": "services: {a: {image: a}}\n"})
    assert "not analysed" not in repository.call("check", "compose.yaml").out


def test_a_build_is_not_called_repeatable(repository: Repository) -> None:
    pinned = "FROM debian:12.8@sha256:" + "0" * 64
    classes = []
    for run in ("RUN true", "RUN python3 <<EOF\nprint(1)\nEOF"):
        repository.write(Dockerfile=f"{pinned}\n{run}\nUSER 1\n")
        whole = json.loads(repository.call("check", "--output-format", "json").out)
        classes += [(one["builds"]["class"], one["unknown"]) for one in whole["services"]]
    assert classes == [("repeatable", []), ("undetermined", ["what python3 does"])]


def test_one_argument_for_two_images_names_both(repository: Repository) -> None:
    repository.write(
        Dockerfile='ARG TAG=latest\nFROM acme/one:${TAG} AS a\nFROM acme/two:${TAG}\nCOPY --from=a /a /a\nCMD ["/a"]\n'
    )
    assert "'acme/one:latest' (and 'acme/two:latest') names" in repository.call("check").out


def test_a_clone_and_a_download_are_named(repository: Repository) -> None:
    clone = "ARG V=main\nRUN git clone -b $V https://github.com/acme/tool"
    piped = "RUN curl https://x.example/v1.2.3/i.sh | sh"
    repository.write(Dockerfile=f'FROM debian:13.1-slim\n{clone}\n{piped}\nCMD ["true"]\n')
    out = " ".join(repository.call("check").out.split())
    assert "https://github.com/acme/tool is fixed by no commit" in out
    assert "used at Dockerfile:3:21" in out
    assert "holds; download one version of it, check its sha256, then run it" in out
