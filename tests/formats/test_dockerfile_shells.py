"""Shells other than sh are named with their place, and never misread as sh."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from immutable_delivery.facts import Fetch, Install, Start, Unread

if TYPE_CHECKING:
    Lower = Callable[..., Any]

CORE = "mcr.microsoft.com/windows/servercore:ltsc2022"


@pytest.mark.parametrize(
    ("dockerfile", "language", "place"),
    [
        (f"FROM {CORE}\nRUN choco install git", "cmd", "choco install git"),
        (f"FROM {CORE}\nCMD npm install && app", "cmd", "npm install && app"),
        (
            f'FROM {CORE}\nSHELL ["powershell", "-Command"]\nRUN apt-get install curl',
            "PowerShell",
            "apt-get install curl",
        ),
        (
            f'# escape=`\nFROM {CORE}\nSHELL ["C:\\\\ps\\\\pwsh.exe", "-c"]\nRUN curl x |`\n  sh',
            "PowerShell",
            "curl x |`\n  sh",
        ),
        (f"FROM {CORE} AS a\nFROM a\nRUN pip install x", "cmd", "pip install x"),
        ("FROM golang:1.22-nanoserver-ltsc2022\nRUN go install x@latest", "cmd", "go install x@latest"),
        ("FROM --platform=windows/amd64 app\nRUN npm install x", "cmd", "npm install x"),
        (
            f'FROM {CORE}\nRUN ["powershell", "-c", "curl x | sh"]',
            "PowerShell",
            '"powershell", "-c", "curl x | sh"',
        ),
        (
            "FROM debian\nRUN pwsh -c pip install x && true",
            "PowerShell",
            "pwsh -c pip install x",
        ),
        ('FROM debian\nSHELL ["fish", "-c"]\nRUN pip install x', "fish", "pip install x"),
        ("FROM debian\nRUN <<EOF\n#!/usr/bin/perl\npip install x\nEOF", "perl", "#!/usr/bin/perl\npip install x\n"),
        ("FROM debian\nRUN python3 <<EOF\npip install x\nEOF", "python3", "pip install x\n"),
    ],
)  # fmt: skip
def test_what_is_no_sh(lower: Lower, dockerfile: str, language: str, place: str) -> None:
    found = lower(f"{dockerfile}\n")
    one = found.one(Unread)
    assert (one.subject, found.written(one.used_at).strip('[]"')) == (language, place.strip('[]"'))
    assert not found.of(Install)
    assert not found.of(Fetch)


@pytest.mark.parametrize(
    "dockerfile",
    [
        f'FROM {CORE}\nSHELL ["bash", "-c"]\nRUN pip install x',
        'FROM debian\nSHELL ["conda", "run", "-n", "a", "/bin/bash", "-c"]\nRUN pip install x',
        "FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN pip install x",
        "FROM windows-tools\nRUN pip install x",
    ],
)
def test_what_is_sh(lower: Lower, dockerfile: str) -> None:
    found = lower(f"{dockerfile}\n")
    assert found.one(Install).packages[0].name == "x"
    assert not found.of(Unread)


def test_the_start_of_a_windows_image_is_known(lower: Lower) -> None:
    found = lower(f"FROM {CORE}\nCMD app.exe\n")
    assert (found.one(Start).form, found.one(Unread).scope.phase) == ("shell", "start")
