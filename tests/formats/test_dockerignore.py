"""Ignore files and file patterns, by Docker's own rules."""

from __future__ import annotations

import time

import pytest

from immutable_delivery.formats.dockerfile.context import Context, children, kind
from immutable_delivery.formats.dockerfile.ignorefile import Ignore, ignore_of
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.syntax.globs import Glob


@pytest.mark.parametrize(
    ("rules", "path", "excluded"),
    [
        ("", "a", False),
        ("a", "a", True),
        ("a", "a/b/c", True),
        ("a", "b/a", False),
        ("/a", "a", True),
        ("a/", "a/b", True),
        ("./a", "a", True),
        ("  a  ", "a", True),
        ("# a\n\na", "a", True),
        ("*/temp*", "x/temporary.txt", True),
        ("*/temp*", "x/y/temp", False),
        ("*/*/temp*", "x/y/temp", True),
        ("temp?", "tempa", True),
        ("temp?", "temp", False),
        ("**/*.go", "a.go", True),
        ("**/*.go", "x/y/a.go", True),
        ("**/node_modules", "node_modules", True),
        ("**/node_modules", "a/b/node_modules/c", True),
        ("**/node_modules", "my_node_modules", False),
        ("**", "anything/at/all", True),
        ("foo/**", "foo/bar", True),
        ("foo/**", "foo", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/bz", False),
        ("**foo", "barfoo", True),
        ("*.md\n!README.md", "README.md", False),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
        ("*\n!src", "src/main.py", False),
        ("*\n!src", "other/main.py", True),
        ("dir\n!dir/keep", "dir/keep", False),
        ("[a-c]x", "bx", True),
        ("[^a-c]x", "bx", False),
        ("[^a-c]x", "dx", True),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("[", "[", True),
        ("!", "a", False),
        (".git*", ".gitignore", True),
        ("a.b", "axb", False),
    ],
)
def test_what_stays_out(rules: str, path: str, excluded: bool) -> None:
    assert Ignore("x", rules).excludes(path) is excluded


def test_patterns_cannot_be_made_slow() -> None:
    began = time.process_time()
    path = "/".join("a" * 40)
    assert not Ignore("x", "**/a" * 60 + "/b").excludes(path)
    assert not Glob("*a" * 60 + "b").matches("a" * 200)
    assert time.process_time() - began < 1


def test_the_file_of_the_dockerfile_goes_first() -> None:
    files = MemoryFiles(
        {
            "web/Dockerfile": "",
            "web/Dockerfile.dockerignore": "a",
            "web/.dockerignore": "b",
            "c/Containerfile": "",
            "c/.containerignore": "c",
            "c/.dockerignore": "d",
            "other/.dockerignore": b"\xff",
        }
    )
    assert ignore_of(files, "web/Dockerfile", "web").path == "web/Dockerfile.dockerignore"
    assert ignore_of(files, "web/Dockerfile.dev", "web").path == "web/.dockerignore"
    assert ignore_of(files, "c/Containerfile", "c").path == "c/.containerignore"
    assert ignore_of(files, "x", "").path == ""
    assert ignore_of(files, "x", "other").path == ""


def test_files_are_found_without_a_file_system() -> None:
    paths = sorted(["a-b", "a/x", "a/y/z", "a.b", "b"])
    assert [kind(paths, path) for path in ("", "a", "a/x", "a/y", "c", "a/")] == [
        "folder",
        "folder",
        "file",
        "folder",
        "",
        "",
    ]
    assert list(children(paths, "")) == ["a-b", "a.b", "a", "b"]
    assert list(children(paths, "a")) == ["x", "y"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (".", ["web"]),
        ("src", ["web/src"]),
        ("./src/", ["web/src"]),
        ("/src/a.py", ["web/src/a.py"]),
        ("*.json", ["web/package-lock.json", "web/package.json"]),
        ("s*/*.py", ["web/src/a.py"]),
        ("gone", []),
        ("../x", []),
        ("dist", ["web/dist"]),
    ],
)
def test_sources_of_a_context(source: str, found: list[str]) -> None:
    names = ["web/src/a.py", "web/package.json", "web/package-lock.json", "x"]
    files = MemoryFiles(dict.fromkeys(names, ""), {"web/dist": "ignored"})
    assert Context(files, "web/Dockerfile", "web").find(source) == found
    assert Context(files, "web/Dockerfile", None).find(source) == []
