"""PowerShell: the programs that it runs, as a shell would read them."""

from __future__ import annotations

import pytest
from tests.kit import located, text_at

from immutable_delivery.source.text import Span
from immutable_delivery.syntax.powershell import MAX_CHARACTERS, as_shell


def told(script: str, *hidden: str) -> list[str]:
    found = as_shell(located(script), hidden)
    assert found is not None
    return [line.strip() for line in found.text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("gem install foo", ["'gem' 'install' 'foo'"]),
        ('npm install "lodash@1" `\n  --global', ["'npm' 'install' 'lodash@1' '--global'"]),
        ("a 1; b 2", ["'a' '1'", "'b' '2'"]),
        ("if ($x) { choco install git -y } else { pip install a }", ["'choco' 'install' 'git' '-y'", "'pip' 'install' 'a'"]),
        ("& docker run 'alpine:3'", ["'docker' 'run' 'alpine:3'"]),
        ("docker push a/b:$env:TAG", ["'docker' 'push' 'a/b:$env:TAG'"]),
        ("irm https://a.example/i.ps1 | iex", ["'curl' 'https://a.example/i.ps1'  | 'sh'"]),
        ("iwr -Uri https://a.example/x -OutFile x.exe", ["'curl' 'https://a.example/x' '-o' 'x.exe'"]),
        ("iex ((New-Object Net.WebClient).DownloadString('https://a.example/i.ps1'))", ["'curl' 'https://a.example/i.ps1'"]),
        ("function F { docker build . }\ntry { go install a@latest } catch {}", ["'docker' 'build' '.'", "'go' 'install' 'a@latest'"]),
        ("Write-Host 'é' ; npm i ü", ["'Write-Host' 'é'", "'npm' 'i' 'ü'"]),
        ("", []),
        ("}}} ((( '", []),
    ],
)  # fmt: skip
def test_commands(script: str, commands: list[str]) -> None:
    assert [line for line in told(script) if commands or "'" not in line][
        : len(commands)
    ] == commands


def test_what_has_no_value_is_unresolved() -> None:
    found = as_shell(
        located("docker push a/b:$env:TAG c:${{ inputs.x }} '$d'"), ("${{ inputs.x }}",)
    )
    assert found is not None
    assert set(found.unresolved) == {"$env:TAG", "${{ inputs.x }}"}


def test_words_stand_where_they_are_written() -> None:
    script = "if ($x) {\n  npm install lodash\n}"
    found = as_shell(located(script))
    assert found is not None
    at = found.text.index("lodash")
    assert text_at(script, found.place(at, at + 6)) == "lodash"
    assert found.place(at, at + 6).span == Span(24, 30)


def test_what_is_too_long_is_not_read() -> None:
    assert as_shell(located("a\n" * MAX_CHARACTERS)) is None
    assert as_shell(located("a b\n" * 5_001)) is None
