"""A digest in the place of the tag, and the tag in a comment, for tools that take no reference with both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.registry.images import multi

if TYPE_CHECKING:
    from tests.commands.pin.conftest import Place

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: "
CASES = {
    "a Dockerfile": (
        {"Dockerfile": "# x\nARG BASE=nginx:1.27\r\nFROM node:22 AS a\r\nFROM $BASE\r\nCOPY --from=redis:7 /a /b\r\nFROM nginx\r\n"},
        {"Dockerfile": "# x\n# nginx:1.27\nARG BASE=nginx@{nginx:1.27}\r\n# node:22\nFROM node@{node:22} AS a\r\nFROM $BASE\r\n# redis:7\nCOPY --from=redis@{redis:7} /a /b\r\nFROM nginx@{nginx:latest}\r\n"},
    ),
    "YAML": (
        {"pod.yaml": POD + "nginx:1.27\n---\n" + POD + "'redis:7'", "compose.yaml": 'services:\n  a:\n    image: "node:22"  \n'},
        {"pod.yaml": POD + "nginx@{nginx:1.27} # 1.27\n---\n" + POD + "'redis@{redis:7}' # 7", "compose.yaml": 'services:\n  a:\n    image: "node@{node:22}" # 22  \n'},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_tag_goes_into_a_comment_and_comes_back(place: Place, case: str) -> None:
    before, after = CASES[case]
    place.write(dict(before))
    result = place.call("pin", "--style", "digest", "--apply")
    assert result.code == 0, result.err
    assert place.read() == {path: place.with_digests(text) for path, text in after.items()}
    assert place.call("pin", "--style", "digest", "--apply").code == 0
    back = place.call("unpin", "--apply")
    assert back.code == 0, back.err
    assert place.read() == before
    assert not (place.root / ".imd").exists()


def test_update_follows_the_tag_in_the_record(place: Place) -> None:
    place.write({"Dockerfile": "FROM node:22\n"})
    assert place.call("pin", "--style", "digest", "--apply").code == 0
    place.push("node:22", multi(note="newest"))
    assert place.call("pin", "--update", "--apply").code == 0
    assert place.read() == {"Dockerfile": place.with_digests("# node:22\nFROM node@{node:22}\n")}
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {"Dockerfile": "FROM node:22\n"}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"Dockerfile": "# syntax=docker/dockerfile:1\nFROM scratch\n"}, "no comment can hold its tag here"),
        ({"Dockerfile": "FROM scratch\nRUN --mount=from=redis:7,target=/x true\n"}, "no comment can hold its tag here"),
        ({"Dockerfile": "ARG A=node:22 B=redis:7\nFROM $A\nFROM $B\n"}, "another reference needs an edit in the same place"),
        ({"Dockerfile": "ARG V=22\nFROM node:$V\n"}, "its tag stands apart from its name"),
        ({"compose.yaml": "services:\n  a: {image: 'node:22', restart: always}\n"}, "no comment can hold its tag here"),
        ({"compose.yaml": "services:\n  a:\n    image: node:22 # why\n"}, "no comment can hold its tag here"),
        ({"pod.json": '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "node:22"}]}}'}, "no comment can hold its tag here"),
    ],
)  # fmt: skip
def test_where_no_comment_fits_the_reference_stays(
    place: Place, files: dict[str, str], reason: str
) -> None:
    place.write(dict(files))
    result = place.call("pin", "--style", "digest", "--apply")
    assert result.code == 1
    assert reason in result.err
    assert place.read() == files


def test_a_changed_comment_is_not_guessed_at(place: Place) -> None:
    place.write({"Dockerfile": "FROM node:22\n"})
    assert place.call("pin", "--style", "digest", "--apply").code == 0
    changed = place.read()["Dockerfile"].replace("# node:22", "# node:23")
    place.write({"Dockerfile": changed})
    result = place.call("unpin", "--apply")
    assert result.code == 1
    assert "the comment with its tag is not where it was" in result.err
    assert place.read() == {"Dockerfile": changed}


@pytest.mark.parametrize("comment", ["", " # 23"])
def test_a_comment_that_is_gone_in_compose_is_not_guessed_at(place: Place, comment: str) -> None:
    place.write({"compose.yaml": "services:\n  a:\n    image: node:22\n"})
    assert place.call("pin", "--style", "digest", "--apply").code == 0
    changed = place.read()["compose.yaml"].replace(" # 22", comment)
    place.write({"compose.yaml": changed})
    result = place.call("unpin", "--apply")
    assert result.code == 1
    assert "the comment with its tag is not where it was" in result.err
    assert place.read() == {"compose.yaml": changed}
