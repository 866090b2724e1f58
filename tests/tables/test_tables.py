"""The tables: compiled from YAML, extended by a configuration, refused with a place where a row cannot be."""

from __future__ import annotations

from importlib.resources import files

import pytest

from immutable_delivery.tables import SUBJECTS, extended_by, fault, known
from immutable_delivery.tables.compiling import compile_subject
from immutable_delivery.tables.subjects import Entrypoints, Files, Secrets, Sockets


def test_every_table_beside_the_code_is_compiled() -> None:
    package = files("immutable_delivery")
    names = {
        file.name.removesuffix(".yaml")
        for file in package.joinpath("tables").iterdir()
        if file.name.endswith(".yaml")
    }
    assert names == {"commands", *SUBJECTS}
    for name in SUBJECTS:
        yaml = package.joinpath("tables", f"{name}.yaml").read_text("utf-8")
        compiled = package.joinpath("_compiled", "tables", f"{name}.json").read_text("utf-8")
        assert compile_subject(yaml) == compiled, name


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_key_of_a_table_is_read_and_said(name: str) -> None:
    subject = known(SUBJECTS[name])
    empty = [key for key in SUBJECTS[name].__struct_fields__ if not getattr(subject, key)]
    assert empty == []


def test_what_a_configuration_adds_holds_within() -> None:
    before = known(Entrypoints)
    with extended_by(
        {"entrypoints": {"programs": {"acme/tool": "tool run", "alpine/git": "other"}}}
    ):
        within = known(Entrypoints).programs
        assert known(Sockets) == known(Sockets)
    assert within == {**before.programs, "acme/tool": ("tool", "run"), "alpine/git": ("other",)}
    assert known(Entrypoints) is before


def test_new_words_of_a_list_join_the_old_ones() -> None:
    names = known(Sockets).names
    with extended_by({"sockets": {"names": "acmed"}}):
        assert known(Sockets).names == ("acmed", *names)
        assert known(Sockets).pattern.search("/run/acmed.sock")


def test_tables_of_commands_are_none_of_these() -> None:
    with extended_by({"keyrings": ["x"]}):
        assert known(Sockets) is known(Sockets)


@pytest.mark.parametrize(
    ("rows", "path", "reason"),
    [
        ([], (), "'sockets' must be a mapping"),
        ({"name": "x"}, ("name",), "there is no 'name' in 'sockets'; there are names, pipes, folders, proxies"),
        ({"names": 3}, ("names",), "'names' of 'sockets' is not as it should be: Expected words, got 'int'"),
        ({"names": ["a", 3]}, ("names",), "'names' of 'sockets' is not as it should be: Expected 'str', got 'int'"),
    ],
)  # fmt: skip
def test_rows_that_no_subject_has_are_refused_with_their_place(
    rows: object, path: tuple[str, ...], reason: str
) -> None:
    assert fault("sockets", rows) == (path, reason)


def test_a_row_of_a_mapping_is_refused_at_the_row() -> None:
    path, reason = fault("entrypoints", {"programs": {"a": "b", "c": 3}}) or ((), "")
    assert path == ("programs", "c")
    assert "'programs.c' of 'entrypoints'" in reason
    assert fault("entrypoints", {"programs": {"a": "b"}}) is None


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("tags", {"exact_components": {"acme/db": "two"}}),
        ("tags", {"exact_components": {"acme/db": None}}),
        ("secrets", {"files": [1]}),
        ("switches", {"lists": ["A"]}),
    ],
)
def test_values_of_another_kind_are_refused(name: str, rows: dict[str, object]) -> None:
    assert fault(name, rows) is not None


def test_signs_of_patterns_are_signs() -> None:
    with extended_by(
        {"secrets": {"names": "(", "files": "a[b.*"}, "files": {"code_folders": "/x(y"}}
    ):
        assert known(Secrets).name.search("A_(")
        assert known(Secrets).named_so("x/a[b.txt")
        assert known(Files).code_folder.match("/x(y/z")


def test_a_subject_without_words_fits_nothing() -> None:
    empty = Sockets()
    assert empty.pattern.search("/run/docker.sock") is None
    assert Files().code_folder.match("") is None
