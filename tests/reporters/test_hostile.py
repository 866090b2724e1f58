"""File names and messages that mean harm, in every format: what is read back is what was written, and nothing more."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import FORMATS, Options, render
from immutable_delivery.reporters.plain import printable

Build = Callable[..., Report]

HOSTILE = [
    "two\nlines", "\r\n::error::x", "::stop-commands::x", "100% %0A %25", "##[error]x", "##vso[task.setvariable variable=PATH]x", "##teamcity[x]",
    "]]><a/>", "a|b`c`", "<script>&amp;</script>", "\x00\x07\x1b[2Jx", "\u202egnp.exe\u2066", "a\udcffb", "\ud83d", "\ufffe\uffff",
    "'\"\\", "a,b:c;d=e]f", "\u2028\x85", "  ::warning::x", "é🐳",
]  # fmt: skip
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
EVERYTHING = Options(include_suppressed=True, show_files=True, show_unresolved=True)


def hostile(build: Build, text: str) -> Report:
    """Return a report in which whatever a stranger may choose is this text."""
    name = re.sub(r"[\0\ud800-\udc7f\udd00-\udfff]", "", text)  # what no file name can hold
    within = re.sub("[«»]", "", encodable(text)) or "x"
    report = build((f"{name}.yaml", f"{within}\n«{within}»\n"))
    [finding] = report.findings
    evil = replace(
        finding,
        message=text,
        owner=text,
        uses=(finding.place,),
        fix=Fix(title=text, edits=()),
    )
    silenced = replace(evil, suppressed=text)
    return replace(
        report,
        findings=(evil,),
        suppressed=(silenced,),
        notices=(text,),
        repository="",
        branch=text,
    )


def commands(text: str) -> list[str]:
    """Return the lines that GitHub's runner, Azure's agent or TeamCity would take for a command."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [
        line
        for line in lines
        if line.strip().startswith("::") or re.search(r"##(vso|teamcity)?\[", line, re.IGNORECASE)
    ]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", FORMATS)
def test_no_runner_takes_a_report_for_a_command_of_a_strangers(
    build: Build, name: str, text: str
) -> None:
    found = commands(render(name, hostile(build, text), EVERYTHING))
    ours = {"github": r"::error file=.+,title=floating-tag::", "azure": r"##vso\[task\.logissue "}
    assert [line for line in found if not re.match(ours.get(name, "(?!)"), line)] == []
    assert len(found) == (2 if name in ours else 0)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", FORMATS)
def test_every_report_is_utf8_and_controls_nothing(build: Build, name: str, text: str) -> None:
    data = render(name, hostile(build, text), EVERYTHING).encode()
    assert not CONTROLS.search(data.decode())


def expected(name: str, finding: Finding) -> list[tuple[str, str]]:
    """Return path and message as a format may write them: escapes for what it or its readers cannot take."""
    path, message = finding.place.file, printable(finding.message)
    if name in {"json", "json-lines"}:
        return [(encodable(path), encodable(finding.message))]
    if name in {"concise", "junit", "checkstyle"}:
        return [(printable(path), message)]
    if name == "sarif":
        return [(path, message)]
    if name in {"github", "azure"}:
        lines = re.split("([\r\n])", path)
        return [("".join(part if part in "\r\n" else printable(part) for part in lines), message)]
    return [(encodable(path), message)]


def encodable(text: str) -> str:
    return re.sub(r"[\ud800-\udfff]", lambda found: printable(found[0]), text)


def of_json(text: str) -> list[tuple[str, str]]:
    return [(one["place"]["file"], one["message"]) for one in json.loads(text)["findings"]]


def of_json_lines(text: str) -> list[tuple[str, str]]:
    entries = [json.loads(line) for line in text.split("\n") if line]
    return [(entry["place"]["file"], entry["message"]) for entry in entries]


def of_sarif(text: str) -> list[tuple[str, str]]:
    [run] = json.loads(text)["runs"]
    found = []
    for result in run["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        path = os.fsdecode(unquote(uri, errors="surrogateescape").encode(errors="surrogateescape"))
        found.append((path, result["message"]["text"].partition(". Used at ")[0]))
    return found


def of_github(text: str) -> list[tuple[str, str]]:
    command = r"^::error file=([^,:\n]*),[^:\n]*,title=floating-tag::(.*)$"
    return [
        (unescaped(path), unescaped(message))
        for path, message in re.findall(command, text, re.MULTILINE)
    ]


def unescaped(text: str) -> str:
    return re.sub(r"%(0D|0A|3A|2C|25)", lambda code: chr(int(code[1], 16)), text)


def of_azure(text: str) -> list[tuple[str, str]]:
    found = []
    for line in text.split("\n"):
        if match := re.fullmatch(r"##vso\[task\.logissue ([^]]*)\](.*)", line):
            properties = dict(part.split("=", 1) for part in match[1].rstrip(";").split(";"))
            path, message = (
                re.sub(
                    r"%AZP25", "%", re.sub(r"%(0D|0A|3B|5D)", lambda c: chr(int(c[1], 16)), value)
                )
                for value in (properties["sourcepath"], match[2])
            )
            found.append((path, message))
    return found


def of_bitbucket(text: str) -> list[tuple[str, str]]:
    _, annotations = text.removesuffix("\n").split("\n")
    found = json.loads(annotations.partition("annotations ")[2])
    return [(one["path"], one["details"]) for one in found]


def of_gitlab(text: str) -> list[tuple[str, str]]:
    return [(load["location"]["path"], load["description"]) for load in json.loads(text)]


def of_rdjson(text: str) -> list[tuple[str, str]]:
    return [diagnostic(one) for one in json.loads(text)["diagnostics"]]


def of_rdjsonl(text: str) -> list[tuple[str, str]]:
    return [diagnostic(json.loads(line)) for line in text.split("\n") if line]


def diagnostic(one: Any) -> tuple[str, str]:
    return one["location"]["path"], one["message"]


def of_junit(text: str) -> list[tuple[str, str]]:
    cases = ET.fromstring(text).iterfind(".//testcase[failure]")
    return [(case.get("classname", ""), case[0].get("message", "")) for case in cases]


def of_checkstyle(text: str) -> list[tuple[str, str]]:
    files = ET.fromstring(text)
    return [(file.get("name", ""), error.get("message", "")) for file in files for error in file]


def of_concise(text: str) -> list[tuple[str, str]]:
    plain = text.replace("\\x3a", ":").replace("\\x5b", "[")
    found = re.fullmatch(r"(.*):\d+:\d+: error floating-tag (.*)\n", plain)
    return [(found[1], found[2])] if found else []


READERS: dict[str, Callable[[str], list[tuple[str, str]]]] = {
    "json": of_json, "json-lines": of_json_lines, "sarif": of_sarif, "github": of_github, "azure": of_azure,
    "gitlab": of_gitlab, "rdjson": of_rdjson, "rdjsonl": of_rdjsonl, "junit": of_junit, "checkstyle": of_checkstyle,
    "concise": of_concise, "bitbucket": of_bitbucket,
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", READERS)
def test_what_is_read_back_is_what_was_written(build: Build, name: str, text: str) -> None:
    report = hostile(build, text)
    [finding] = report.findings
    assert READERS[name](render(name, report)) == expected(name, finding)


@pytest.mark.parametrize("name", FORMATS)
@given(text=st.text(st.characters(codec=None), max_size=30), file=st.text(max_size=60))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_text_breaks_a_report(build: Build, name: str, text: str, file: str) -> None:
    report = hostile(build, text)
    [finding] = report.findings
    bare = file.replace("«", "").replace("»", "") or "x"
    found = build((finding.place.file, f"a«{bare}»"))
    mixed = replace(report, texts=found.texts, findings=(replace(found.findings[0], message=text),))
    for one in (report, mixed):
        data = render(name, one, EVERYTHING).encode()
        assert not CONTROLS.search(data.decode())
