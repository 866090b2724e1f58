"""What programs do with their words and options: the tables against a second list, written from the tools' own manuals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.effects.starts import dev_server
from immutable_delivery.effects.tables import load
from immutable_delivery.facts import Command, Fact, Fetch, Install, Phase, Scope, Source, Variable
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span

Row = Mapping[str, Any]
INSTALL = "apk add some-package"


@lru_cache
def reviewed(name: str) -> dict[str, Any]:
    text = Path(__file__).with_name(f"{name}.yaml").read_text("utf-8")
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return found


def facts(script: str, kind: type[Fact], phase: Phase = "pipeline") -> list[Any]:
    interpreter = Interpreter()
    place = Place("f", Span(0, len(script)))
    interpreter.script(LocatedText.literal(script, place), Scope(phase=phase), place)
    return [fact for fact in interpreter.finish() if isinstance(fact, kind)]


def words(row: Row, key: str) -> list[str]:
    """Return the words of a key: parted by commas where they may have several words."""
    text = str(row.get(key, ""))
    return [word.strip() for word in text.split(",")] if "," in text else text.split()


def calls(text: str) -> list[str]:
    return [call.strip() for line in text.splitlines() for call in line.split("|") if call.strip()]


each_wrapper = pytest.mark.parametrize(
    "row", reviewed("programs")["wrappers"], ids=lambda r: r["run"]
)


@each_wrapper
def test_programs_run_what_follows_their_options(row: Row) -> None:
    before = row.get("before", "")
    scripts = [f"{row['run']} {before} {INSTALL}"]
    scripts += [f"{row['run']} {option} word {before} {INSTALL}" for option in words(row, "values")]
    scripts += [f"{row['run']} A=b {before} {INSTALL}"] if row.get("assigns") else []
    scripts += [f"{row['run']} {before} {option} '{INSTALL}'" for option in words(row, "script")]
    assert [script for script in scripts if len(facts(script, Install)) != 1] == []
    asked = [f"{row['run']} {option} {before} {INSTALL}" for option in words(row, "query")]
    assert [script for script in asked if facts(script, Install)] == []


@pytest.mark.parametrize("key", ["leaves", "stays"])
def test_programs_that_leave_the_container(key: str) -> None:
    rows = [row for row in reviewed("programs")["wrappers"] if key in row]
    scripts = [f"{row['run']} {one} sh -c '{INSTALL}'" for row in rows for one in words(row, key)]
    told = {script: [bool(fact.through) for fact in facts(script, Install)] for script in scripts}
    assert set(map(tuple, told.values())) == {(key == "leaves",)}, told


def test_every_wrapper_of_the_table_is_reviewed() -> None:
    assert [r["run"] for r in load().data["wrappers"]] == [
        row["run"] for row in reviewed("programs")["wrappers"]
    ]


@pytest.mark.parametrize("row", reviewed("calls")["mutations"], ids=lambda row: row["changes"])
def test_calls_that_change_what_runs(row: Row) -> None:
    wrong = []
    changes = "" if row["changes"] == "nothing" else row["changes"]
    for call in calls(row["calls"]):
        found = [(fact.mutates, fact.builds, fact.target) for fact in facts(call, Command)]
        if found != [(changes, row.get("builds", ""), row.get("target", ""))]:
            wrong.append((call, found))
    assert wrong == []


@pytest.mark.parametrize("takes", reviewed("calls")["taken"])
def test_calls_that_take_something_from_elsewhere(takes: str) -> None:
    expected = [] if takes == "nothing" else [takes]
    asked = calls(reviewed("calls")["taken"][takes])
    found = {call: [fact.source_type for fact in facts(call, Source)] for call in asked}
    assert {call: got for call, got in found.items() if got != expected} == {}


def test_calls_that_compile_or_bundle() -> None:
    built = calls(reviewed("calls")["builders"])
    assert [c for c in built if [fact.builds for fact in facts(c, Command)] != ["code"]] == []
    other = calls(reviewed("calls")["no builders"])
    assert [c for c in other if any(fact.builds for fact in facts(c, Command))] == []


def test_calls_change_a_schema_or_none() -> None:
    def migrates(call: str) -> bool:
        return any(fact.migrates for fact in facts(call, Command, "start"))

    assert [c for c in calls(reviewed("calls")["migrators"]) if not migrates(c)] == []
    assert [c for c in calls(reviewed("calls")["no migrators"]) if migrates(c)] == []


def test_calls_that_start_a_development_server() -> None:
    assert [c for c in calls(reviewed("calls")["dev_servers"]) if dev_server(c.split()) != c] == []
    assert [c for c in calls(reviewed("calls")["no dev_servers"]) if dev_server(c.split())] == []


def test_calls_that_turn_checks_off() -> None:
    off = calls(reviewed("calls")["bypassing_settings"]) + calls(reviewed("calls")["lines off"])
    off += [f"export {one}" for one in calls(reviewed("calls")["variables off"])]
    assert [c for c in off if not any(checks(c))] == []
    on = [f"export {one}" for one in calls(reviewed("calls")["variables on"])]
    assert [c for c in on + calls(reviewed("calls")["lines on"]) if any(checks(c))] == []


def checks(script: str) -> list[tuple[str, ...] | None]:
    return [fact.bypassed_checks for fact in facts(script, Variable, "build")]


def test_calls_that_freeze_what_follows() -> None:
    for call in calls(reviewed("calls")["freezing_settings"]):
        script = f"{call}; {call.split()[0]} install"
        assert [fact.frozen for fact in facts(script, Install)] == [True], call


def test_hosts_whose_packages_do_not_move() -> None:
    for host in reviewed("calls")["frozen hosts"].split():
        script = f"echo 'deb https://{host}/x main' > /etc/apt/sources.list; apt-get install a"
        assert [fact.snapshot for fact in facts(script, Install)] == [True], host


GET = "curl -o f https://x.example/f"


def test_calls_that_verify_what_was_fetched() -> None:
    known = reviewed("calls")
    found = [f"{name} -c f" for name in known["sums"].split()]
    found += [f"sha256sum {option} f" for option in known["sums check"].split()]
    found += [f"{call} f" for call in calls(known["verifiers"])]
    assert [call for call in found if not verified(call)] == []
    assert not verified("sha256sum f")


def verified(call: str) -> bool | None:
    (fetch,) = facts(f"{GET} && {call} && sh f", Fetch)
    found: bool | None = fetch.verified
    return found


@pytest.mark.parametrize(
    ("key", "script", "field", "value"),
    [
        ("unpackers", f"{GET}; … f", "unpacked", True),
        ("passing", "curl https://x.example/f | … | sh", "executed", "pipe"),
        ("consuming", "curl https://x.example/f | …", "url", "https://x.example/f"),
        ("runs code", '… "$(curl https://x.example/f)"', "executed", "substitution"),
    ],
)
def test_what_programs_do_with_bytes(key: str, script: str, field: str, value: object) -> None:
    text = reviewed("calls")[key]
    called = calls(text) if "|" in text else text.split()
    found = {c: [getattr(f, field) for f in facts(script.replace("…", c), Fetch)] for c in called}
    assert [call for call, values in found.items() if values != [value]] == []


def test_programs_that_take_values_out_of_bytes() -> None:
    for name in reviewed("calls")["extracting"].split():
        assert facts(f"curl https://x.example/f | {name} | kubectl apply -f -", Fetch) == [], name


def test_programs_that_read_keys() -> None:
    for name in reviewed("calls")["keyrings"].split():
        assert [fact.key for fact in facts(f"{GET}; {name} f", Fetch)] == [True], name


def test_programs_that_run_files() -> None:
    known = reviewed("calls")
    scripts = [f"{GET}; {call.replace('…', '')}" for call in calls(known["runs files"])]
    scripts += [f"{GET}; {call} word f" for call in calls(known["interpreters values"])]
    assert [s for s in scripts if [fact.executed for fact in facts(s, Fetch)] != ["file"]] == []


def test_every_module_that_runs_as_a_program_is_reviewed() -> None:
    assert load().data["modules"] == reviewed("calls")["modules"].split()


each_fetcher = pytest.mark.parametrize(
    "row", reviewed("programs")["fetchers"], ids=lambda row: row["names"].split()[0]
)


def with_options(row: Row, *options: str) -> str:
    return str(row["call"]).replace("…", " ".join(options))


def fetched(script: str) -> list[str | None]:
    return [fact.url for fact in facts(script, Fetch)]


@each_fetcher
def test_programs_take_bytes_from_the_network(row: Row) -> None:
    plain = fetched(with_options(row))
    assert len(plain) == 1
    scripts = [with_options(row, option, "word") for option in words(row, "values")]
    scripts += [with_options(row, option) for option in words(row, "unchecked")]
    assert [script for script in scripts if fetched(script) != plain] == []
    for name in row["names"].split():
        assert fetched(with_options(row).replace(row["names"].split()[0], name, 1)) == plain


@each_fetcher
def test_programs_that_ask_take_nothing(row: Row) -> None:
    scripts = [with_options(row, option) for option in words(row, "inert")]
    scripts += [with_options(row, option, "word") for option in words(row, "other")]
    assert [script for script in scripts if fetched(script)] == []


def effects(script: str) -> list[str]:
    """Return what a call changes, builds or starts."""
    found = facts(script, Command, "start")
    told = [f"{one.mutates} {one.builds} {one.verb} {one.target}" for one in found]
    return [*told, "server"] if dev_server(script.split()) else told


@pytest.mark.parametrize(
    "row", reviewed("programs")["tools"], ids=lambda row: row["names"].split()[0]
)
def test_options_of_programs_that_change_or_start(row: Row) -> None:
    plain = effects(with_options(row))
    assert plain
    scripts = [with_options(row, option, "word") for option in words(row, "values")]
    assert [script for script in scripts if effects(script) != plain] == []
