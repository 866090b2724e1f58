"""What an editor shows of a place: why a policy objects, and the value with all that it comes from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conftest import Repository
from tests.server.editor import Editor

FILES = {
    "compose.yaml": "services:\n  web:\n    image: nginx:${TAG}\n  db:\n    image: postgres:${PG:-16.4}\n",
    ".env": "# `tags`\nTAG=latest\n",
}


@pytest.fixture
def editor(repository: Repository) -> Iterator[Editor]:
    repository.commit(FILES)
    found = Editor(repository.root)
    found.told(".env")
    yield found
    found.close()


def shown(editor: Editor, path: str, line: int, character: int) -> str:
    found = editor.at("hover", path, line, character)
    return found["contents"]["value"] if found else ""


@pytest.mark.parametrize(("path", "line", "character"), [("compose.yaml", 2, 18), (".env", 1, 5)])
def test_a_finding_says_why_and_what_to_write_and_where_its_value_comes_from(
    editor: Editor, path: str, line: int, character: int
) -> None:
    said = shown(editor, path, line, character)
    assert said.startswith("**floating-tag**: Image reference that can move")
    assert "**Instead:** " in said
    assert "/policies/floating-tag/)" in said
    assert "image nginx:latest of web" in said
    assert "pin, tag from .env:2: TAG=latest" in said
    assert "from compose.yaml:3: image: nginx:${TAG}" in said
    assert "service: web" in said


def test_a_value_is_resolved_where_nothing_is_found(editor: Editor) -> None:
    said = shown(editor, "compose.yaml", 4, 25)
    assert "**" not in said
    assert "image postgres:16.4 of db" in said


def test_of_what_says_nothing_nothing_is_shown(editor: Editor) -> None:
    assert shown(editor, "compose.yaml", 0, 2) == ""
    assert shown(editor, ".env", 0, 3) == ""


def test_a_place_that_was_typed_since_is_not_guessed_at(editor: Editor) -> None:
    editor.open("compose.yaml", "# one line more\n" + FILES["compose.yaml"])
    assert shown(editor, "compose.yaml", 4, 25) == ""
    editor.told(".env")
    assert "postgres:16.4" in shown(editor, "compose.yaml", 5, 25)
