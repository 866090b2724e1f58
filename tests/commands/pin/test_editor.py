"""The pin that an editor asks for: of one finding, by the real registry, into the buffer as it is when the registry has answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.server.editor import Editor

if TYPE_CHECKING:
    from tests.commands.pin.conftest import Place

COMPOSE = "services:\n  web:\n    image: 'nginx:1.27' # é🐳\n  db:\n    image: redis:7\n"
TITLE = "Pin to its digest (asks the registry)"


@pytest.fixture
def editor(place: Place) -> Iterator[Editor]:
    place.write({
        "compose.yaml": COMPOSE, ".imd.yaml": "profile: strict\n",
        "app/compose.yaml": "services: {app: {image: 'nginx:${TAG}'}}\n", "app/.env": "TAG=1.27\n",
        "gone/compose.yaml": "services: {gone: {image: 'nginx:9.99'}}\n",
    })  # fmt: skip
    found = Editor(place.root)
    found.told("compose.yaml")
    yield found
    found.close()


def pin(editor: Editor, path: str, line: int, character: int) -> list[Any]:
    """Choose the pin at a position; return what the editor is asked to write."""
    (found,) = (one for one in editor.actions(path, line, character) if one["title"] == TITLE)
    number = editor.begin("workspace/executeCommand", found["command"])
    editor.end(number)
    return [one["params"]["edit"] for one in editor.asked if one["method"] == "workspace/applyEdit"]


def written(text: str, edit: dict[str, Any]) -> str:
    """Return a text with the one edit of it made."""
    lines = text.encode("utf-16-le").decode("utf-16-le").splitlines(keepends=True)
    start, end = edit["range"]["start"], edit["range"]["end"]
    assert start["line"] == end["line"]
    line = lines[start["line"]].encode("utf-16-le")
    new = edit["newText"].encode("utf-16-le")
    line = line[: 2 * start["character"]] + new + line[2 * end["character"] :]
    lines[start["line"]] = line.decode("utf-16-le")
    return "".join(lines)


def test_one_reference_is_pinned_and_nothing_else(place: Place, editor: Editor) -> None:
    editor.answer = lambda message: {"applied": True} if "edit" in message["params"] else None
    editor.open("compose.yaml", COMPOSE, 4)
    editor.told_of("compose.yaml", 4)
    (edit,) = pin(editor, "compose.yaml", 2, 20)
    (change,) = edit["documentChanges"]
    assert change["textDocument"] == {"uri": editor.uri("compose.yaml"), "version": 4}
    (one,) = change["edits"]
    pinned = place.with_digests("nginx:1.27@{nginx:1.27}")
    assert written(COMPOSE, one) == COMPOSE.replace("nginx:1.27", pinned)
    record = json.loads((place.root / ".imd" / "pins.json").read_text())
    assert list(record["files"]) == ["compose.yaml"]
    assert (place.root / "compose.yaml").read_text() == COMPOSE


def test_what_is_pinned_stands_where_it_is_decided(place: Place, editor: Editor) -> None:
    editor.answer = lambda message: {"applied": True} if "edit" in message["params"] else None
    (edit,) = pin(editor, "app/.env", 0, 5)
    assert list(edit["changes"]) == [editor.uri("app/.env")]
    ((one,),) = edit["changes"].values()
    assert written("TAG=1.27\n", one) == place.with_digests("TAG=1.27@{nginx:1.27}\n")


def test_what_is_typed_while_the_registry_is_asked_is_kept(place: Place, editor: Editor) -> None:
    editor.answer = lambda message: {"applied": True} if "edit" in message["params"] else None
    editor.open("compose.yaml", COMPOSE, 1)
    editor.told_of("compose.yaml", 1)
    (found,) = (one for one in editor.actions("compose.yaml", 2, 20) if one["title"] == TITLE)
    number = editor.begin("workspace/executeCommand", found["command"])
    later = "# typed meanwhile\n" + COMPOSE
    editor.change("compose.yaml", later, 2)
    editor.end(number)
    (edit,) = (one["params"]["edit"] for one in editor.asked if "edit" in one["params"])
    ((change, version),) = (
        (one["edits"][0], one["textDocument"]["version"]) for one in edit["documentChanges"]
    )
    text = {1: COMPOSE, 2: later}[version]
    pinned = place.with_digests("nginx:1.27@{nginx:1.27}")
    assert written(text, change) == text.replace("nginx:1.27", pinned)


def test_what_no_registry_tells_is_said(editor: Editor) -> None:
    assert pin(editor, "gone/compose.yaml", 0, 33) == []
    (said,) = editor.said
    assert said.startswith("imd: gone/compose.yaml:1:")
    assert "nginx:9.99" in said


def test_a_pin_that_the_editor_does_not_take_is_not_remembered(
    place: Place, editor: Editor
) -> None:
    refused = {"applied": False, "failureReason": "the document changed"}
    editor.answer = lambda message: refused if "edit" in message["params"] else None
    pin(editor, "compose.yaml", 4, 17)
    assert editor.said == ["imd: the editor did not take the pin: the document changed"]
    assert not (place.root / ".imd" / "pins.json").exists()


def test_a_finding_that_is_gone_is_said(editor: Editor) -> None:
    gone = {"command": "imd.pin", "arguments": [editor.uri("compose.yaml"), "missing-digest", "00"]}
    editor.ask("workspace/executeCommand", gone)
    assert editor.said == ["imd: what was to be pinned is not there any more"]
