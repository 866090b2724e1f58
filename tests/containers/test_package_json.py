"""The one reader of package.json: which scripts a command runs, in the order in which npm runs them."""

from __future__ import annotations

import json

import pytest

from immutable_delivery.containers.package_json import package_scripts, root_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml import Node

SCRIPTS = {
    "prestart": "npm ci",
    "start": "npm run serve",
    "preserve": "mkdir {a,b}",
    "serve": "vite --port $PORT",
    "postserve": "rm {a,b}",
    "loop": "npm run loop",
    "quoted": 'echo "a\\b"',
}


def words(command: list[str]) -> list[LocatedText]:
    return [LocatedText.literal(text, Place("f", Span(0, len(text)))) for text in command]


def run(command: list[str], content: str = json.dumps({"scripts": SCRIPTS})) -> list[str]:
    file = Text("package.json", content)
    return [script.text for script in package_scripts(words(command), lambda: root_of(file))]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            ["npm", "start"],
            ["npm ci", "npm run serve", "mkdir {a,b}", "vite --port $PORT", "rm {a,b}"],
        ),
        (["tini", "--", "npm", "run", "serve"], ["mkdir {a,b}", "vite --port $PORT", "rm {a,b}"]),
        (["sh", "-c", "cd x && yarn serve"], ["mkdir {a,b}", "vite --port $PORT", "rm {a,b}"]),
        (["npm run serve"], ["mkdir {a,b}", "vite --port $PORT", "rm {a,b}"]),
        (["npm", "run", "loop"], ["npm run loop"]),
        (["npm", "run", "nothing"], []),
        (["npm", "ci"], []),
        (["node", "start"], []),
    ],
)
def test_scripts_run_in_the_order_of_npm(command: list[str], expected: list[str]) -> None:
    assert run(command) == expected


@pytest.mark.parametrize("content", ["", "[]", "{", '{"scripts": []}', '{"scripts": {"start": 1}}'])
def test_what_is_no_table_of_scripts_has_none(content: str) -> None:
    assert run(["npm", "start"], content) in ([], ["1"])


def test_places_are_those_of_the_file() -> None:
    content = '{\n\t"scripts": {"start": "node a.js"}\n}'
    (script,) = package_scripts(
        words(["npm", "start"]), lambda: root_of(Text("package.json", content))
    )
    span = script.used_at.span
    assert (script.used_at.file, content[span.start : span.end]) == ("package.json", "node a.js")


def test_the_file_is_asked_for_only_where_a_script_is_named() -> None:
    def find() -> Node:
        raise AssertionError

    assert list(package_scripts(words(["node", "a.js"]), find)) == []
