"""Which folder a Dockerfile that only says `COPY .` is built in: as the repository's own commands say."""

from __future__ import annotations

import pytest

from immutable_delivery.formats.dockerfile.context import context_of
from immutable_delivery.formats.dockerfile.requests import Request
from immutable_delivery.source.files import MemoryFiles

DOCKERFILE = "cmd/tool/Dockerfile"
STEP = "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n"


def context(files: dict[str, str], sources: tuple[str, ...] = (".",)) -> str | None:
    return context_of(
        MemoryFiles({DOCKERFILE: "FROM scratch\n", **files}), DOCKERFILE, Request(), sources
    ).folder


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "tool:\n\tdocker build -t tool -f cmd/tool/Dockerfile .\n"),
        ("Makefile", "tool:\n\tdocker buildx build \\\n\t  --file=cmd/tool/Dockerfile \\\n\t  . && echo\n"),
        ("cmd/tool/Makefile", "tool:\n\tpodman build -f Dockerfile ../..\n"),
        ("scripts/build.sh", "docker build -f ./cmd/tool/Dockerfile -t a ./\n"),
        (".github/workflows/a.yml", f"{STEP}          context: .\n          file: cmd/tool/Dockerfile\n"),
        (".github/workflows/a.yml", f"{STEP}          file: ./cmd/tool/Dockerfile\n          push: true\n"),
    ],
)  # fmt: skip
def test_the_commands_of_the_repository_tell(path: str, text: str) -> None:
    assert context({path: text}) == ""


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"Makefile": "tool:\n\tdocker build -f cmd/other/Dockerfile .\n"},
        {"Makefile": "tool:\n\tdocker build -f $(FILE) .\n"},
        {"Makefile": "tool:\n\tdocker build -f cmd/tool/Dockerfile $(DIR)\n"},
        {"Makefile": "tool:\n\tdocker build -f cmd/tool/Dockerfile 'a .\n"},
        {"Makefile": "tool:\n\tdocker build -f cmd/tool/Dockerfile cmd/tool\n"},
        {"Makefile": "a:\n\tdocker build -f cmd/tool/Dockerfile .\n\tdocker build -f cmd/tool/Dockerfile cmd\n"},
        {".github/workflows/a.yml": f"{STEP}          context: ${{{{ x }}}}\n          file: cmd/tool/Dockerfile\n"},
        {"go.mod": "module x\n"},
        {"go.mod": "module x\n", "Makefile": "all:\n", "cmd/tool/go.mod": "module y\n"},
    ],
)  # fmt: skip
def test_else_it_is_the_folder_of_the_dockerfile(files: dict[str, str]) -> None:
    assert context(files) == "cmd/tool"


def test_what_is_built_as_a_whole_is_built_in_the_root() -> None:
    files = {"go.mod": "module x\n", "Makefile": "all:\n"}
    assert context(files) == ""
    assert context(files, ("main.go",)) == "cmd/tool"


def test_without_a_source_nothing_is_asked() -> None:
    assert context({"go.mod": "module x\n", "Makefile": "all:\n"}, ()) == "cmd/tool"


def test_what_no_folder_holds_whole_is_built_where_a_call_says() -> None:
    call = {"Makefile": "tool:\n\tdocker build -f cmd/tool/Dockerfile .\n"}
    assert context({**call, "cmd/tool/a.txt": ""}, ("a.txt", "dist")) == ""
    assert context({"cmd/tool/a.txt": ""}, ("a.txt", "dist")) == "cmd/tool"


def test_the_folder_of_the_dockerfile_is_built_where_a_call_names_only_that() -> None:
    files = {"go.mod": "module x\n", "Makefile": "all:\n\tdocker build -t tool cmd/tool\n"}
    assert context(files) == "cmd/tool"


def test_a_pattern_tells_the_context_as_a_name_does() -> None:
    files = {"package.json": "{}", "package-lock.json": "{}"}
    assert context(files, ("package*.json", ".")) == ""
