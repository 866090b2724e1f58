"""Ways to write the same thing differently: each rewriting keeps the meaning for the engine and must not change the verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

Rewriting: TypeAlias = Callable[[str], str]


def _in_first(pattern: str, replacement: str) -> Rewriting:
    return lambda text: re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)


def _in_all(pattern: str, replacement: str) -> Rewriting:
    return lambda text: re.sub(pattern, replacement, text, flags=re.MULTILINE)


def _lowered(text: str) -> str:
    return re.sub(r"^[A-Z]+", lambda found: found[0].lower(), text, flags=re.MULTILINE)


YAML: Mapping[str, Rewriting] = {
    "a byte order mark": lambda text: "\ufeff" + text,
    "lines that end in CRLF": lambda text: text.replace("\n", "\r\n"),
    "a comment first": lambda text: f"# a comment\n\n{text}",
    "a long comment first": lambda text: f"# {'long ' * 20_000}\n{text}",
    "a document marker": lambda text: f"---\n{text}",
    "a directive": lambda text: f"%YAML 1.1\n---\n{text}",
    "an end marker": lambda text: f"{text}...\n",
    "quoted image": _in_all(r"image: ([^\s{}'\",]+)$", r"image: '\1'"),
    "doubly quoted image": _in_all(r"image: ([^\s{}'\",]+)$", r'image: "\1"'),
    "escaped image": _in_all(r"image: n([^\s{}'\",]+)$", r'image: "\\x6e\1"'),
    "tagged image": _in_all(r"image: ([^\s{}'\",]+)$", r"image: !!str \1"),
    "folded image": _in_all(r"^(\s*(?:- )?)image: ([^\s{}'\",]+)$", r"\1image: >-\n          \2"),
    "literal image": _in_all(r"^(\s*(?:- )?)image: ([^\s{}'\",]+)$", r"\1image: |-\n          \2"),
    "anchored image": _in_all(r"image: ([^\s{}'\",]+)$", r"image: &i \1"),
    "quoted key": _in_all(r"image: ", r'"image": '),
    "escaped key": _in_all(r"image: ", r'"im\\u0061ge": '),
    "a blank before the colon": _in_all(r"image: ", r"image : "),
    "a comment behind": _in_all(r"image: ([^\s{}'\",]+)$", r"image: \1 # it"),
    "template marks in a comment": lambda text: f"{text}# {{{{ x }}}} @APP@ <%= y %>\n",
    "blank lines": lambda text: text.replace("\n", "\n\n"),
}
"""What every reader of YAML takes for the same document."""

DOCKERFILE: Mapping[str, Rewriting] = {
    "a byte order mark": lambda text: "\ufeff" + text,
    "lines that end in CRLF": lambda text: text.replace("\n", "\r\n"),
    "small letters": _lowered,
    "a continued line": _in_all(r"^([A-Z]+) ", r"\1 \\\n "),
    "a comment inside": _in_all(r"^([A-Z]+) ", r"\1 \\\n# {{ x }}\n "),
    "blanks before": _in_all(r"^", "  "),
    "tabs behind the keyword": _in_all(r"^([A-Z]+) ", r"\1\t \t"),
    "another escape": lambda text: f"# escape=`\n{text}",
    "a comment first": lambda text: f"# a comment\n{text}",
    "an argument": _in_first(r"^FROM (\S+)", r"ARG BASE=\1\nFROM ${BASE}"),
    "a default": _in_first(r"^FROM (\S+)", r"FROM ${BASE:-\1}"),
    "a suffix cut off": _in_first(r"^FROM (\S+)", r"ARG BASE=\1@x\nFROM ${BASE%@*}"),
    "a prefix cut off": _in_first(r"^FROM (\S+)", r"ARG BASE=x/\1\nFROM ${BASE#x/}"),
    "a part put in": _in_first(r"^FROM (\S+?):(\S+)", r"ARG BASE=\1:x\nFROM ${BASE/x/\2}"),
    "a variable that nothing declares": _in_first(r"^FROM (\S+)", r"FROM ${NONE}\1"),
    "quoted base": _in_first(r"^FROM (\S+)", r'FROM "\1"'),
    "escaped base": _in_first(r"^FROM (\S)", r"FROM \\\1"),
    "a name": _in_first(r"^FROM (\S+)$", r"FROM \1 AS last"),
    "a platform": _in_first(r"^FROM ", "FROM --platform=linux/amd64 "),
    "a stage between": _in_first(r"^FROM (\S+)$", r"FROM \1 AS first\nFROM first"),
    "a template mark in an argument": lambda text: f'{text}LABEL a="{{{{ x }}}} <%= y %> @APP@"\n',
}
"""What BuildKit takes for the same image."""


def rewritten(text: str, ways: Mapping[str, Rewriting]) -> Iterator[tuple[str, str]]:
    """Yield a text in every way that changes something: on top of each other they need not keep the meaning."""
    for name, way in ways.items():
        if (found := way(text)) != text:
            yield name, found
