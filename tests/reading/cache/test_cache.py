"""What is remembered never changes a report, whatever becomes of the cache."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from tests.reading.cache.conftest import DEPLOYMENT, Check

from immutable_delivery.cachefolder import folder
from immutable_delivery.errors import UsageError
from immutable_delivery.reading.cache import store


def kept(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "cache").glob("*.imd"))


def same(check: Check, *args: str, **environ: str) -> bytes:
    """Return the report, which is the one that a run without the cache gives."""
    plain, remembered = check("--no-cache", *args), check(*args, **environ)
    assert remembered.stdout == plain.stdout
    assert remembered.returncode == plain.returncode == 1, remembered.stderr
    assert b"fault" not in remembered.stderr
    return remembered.stdout


def test_a_second_run_gives_the_same_report(check: Check, tmp_path: Path) -> None:
    assert same(check) == same(check)
    assert len(kept(tmp_path)) == 1


def test_nothing_is_left_where_nobody_wants_it(check: Check, tmp_path: Path) -> None:
    check("--no-cache")
    assert not kept(tmp_path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/s3/Dockerfile", "FROM debian:latest\n"),
        ("services/s3/run.sh", "#!/bin/sh\npip install django\nexec ./run\n"),
        ("overlays/production/kustomization.yaml", "resources: [../../base]\n"),
        ("base/web.yaml", DEPLOYMENT.replace("image: web", "image: other:edge")),
        (".imd.yaml", "ignore: [partial-tag]\n"),
        (".imd.yaml", "paths: {fixtures: [services/*]}\n"),
    ],
)
def test_a_change_shows(check: Check, repository: Path, path: str, text: str) -> None:
    before = same(check)
    (repository / path).write_text(text)
    assert same(check) != before


def test_a_deleted_script_and_a_removed_overlay_show(check: Check, repository: Path) -> None:
    before = same(check)
    (repository / "services/s3/run.sh").unlink()
    (repository / "overlays/staging/kustomization.yaml").unlink()
    assert same(check) != before


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_name_that_is_no_text_is_judged_as_well(
    check: Check, repository: Path, jobs: str
) -> None:
    folder = os.fsencode(repository) + b"/services/caf\xe9"
    os.mkdir(folder)  # noqa: PTH102 (pathlib takes no bytes)
    with open(folder + b"/Dockerfile", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("FROM debian:latest\n" * 400)
    same(check, "--jobs", jobs)
    found = json.loads(check("--jobs", jobs).stdout)["findings"]
    assert any("caf" in one["place"]["file"] for one in found)


def test_what_was_written_just_now_is_read_again(check: Check, repository: Path) -> None:
    """A second change within the clock's grain, of the same length: nothing but the bytes tells it."""
    path = repository / "services/s3/Dockerfile"
    path.write_text("FROM debian:latest\n")
    about = path.stat()
    same(check)
    path.write_text("FROM alpine:latest\n")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert b"alpine:latest" in same(check)


def test_what_is_staged_is_remembered_too(check: Check, repository: Path) -> None:
    same(check, "--staged")
    (repository / "services/s3/Dockerfile").write_text("FROM debian:latest\n")
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    assert b"debian:latest" in same(check, "--staged")


def test_named_paths_are_judged_by_themselves(check: Check) -> None:
    whole = same(check)
    assert same(check, "services/s3") != whole
    assert same(check) == whole


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "other", "old"])
def test_a_broken_memory_is_none(check: Check, tmp_path: Path, damage: str) -> None:
    same(check)
    (path,) = kept(tmp_path)
    data = path.read_bytes()
    broken = {
        "truncated": data[: len(data) // 2],
        "flipped": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        "empty": b"",
        "other": b"\x80\x04cos\nsystem\n",
        "old": data.replace(b"imd cache 1", b"imd cache 0"),
    }[damage]
    path.write_bytes(broken)
    same(check)
    assert path.read_bytes() != broken
    same(check)


def test_another_version_remembers_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    own = store.name_of("/repository", "WorkingTree")
    assert own == store.name_of("/repository", "WorkingTree")
    assert own != store.name_of("/repository", "ObjectFiles")
    monkeypatch.setattr(store, "__version__", "0.0.9")
    assert own != store.name_of("/repository", "WorkingTree")


def test_other_parsers_remember_by_themselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(msgspec, "__file__", str(tmp_path / "msgspec/__init__.py"))
    own = store.name_of("/repository")
    assert own == store.name_of("/repository")
    os.utime(tmp_path, (1, 1))  # as installing another version beside it does
    assert own != store.name_of("/repository")


def test_a_folder_that_cannot_be_written_is_none(check: Check, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    same(check, IMD_CACHE_DIR=str(tmp_path / "file" / "cache"))
    same(check, IMD_CACHE_DIR="/proc/imd")


def test_a_full_disk_leaves_nothing_half_written(
    repository: Path, tmp_path: Path, check: Check
) -> None:
    command = [sys.executable, "-m", "immutable_delivery", "check", "--output-format", "json"]
    # the limit would cut the bytecode of modules short
    env = {
        **os.environ,
        "IMD_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        command, cwd=repository, env=env, capture_output=True, check=False, preexec_fn=full
    )
    assert done.stdout == check("--no-cache").stdout
    assert not list((tmp_path / "cache").iterdir())


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_a_whole_memory_or_none(
    repository: Path, tmp_path: Path, check: Check
) -> None:
    command = [sys.executable, "-m", "immutable_delivery", "check", "--output-format", "json"]
    env = {**os.environ, "IMD_CACHE_DIR": str(tmp_path / "cache")}
    plain = check("--no-cache").stdout
    for number in range(12):
        running = subprocess.Popen(command, cwd=repository, env=env, stdout=subprocess.DEVNULL)
        time.sleep(0.1 + number * 0.05)
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert check().stdout == plain


@pytest.mark.slow
def test_runs_at_once_do_not_disturb_each_other(
    repository: Path, tmp_path: Path, check: Check
) -> None:
    command = [sys.executable, "-m", "immutable_delivery", "check", "--output-format", "json"]
    env = {**os.environ, "IMD_CACHE_DIR": str(tmp_path / "cache")}
    plain = check("--no-cache").stdout
    for _ in range(3):
        running = [
            subprocess.Popen(command, cwd=repository, env=env, stdout=subprocess.PIPE)
            for _ in range(4)
        ]
        assert {one.communicate()[0] for one in running} == {plain}


def test_the_folder_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(store, "MOST_FILES", 3)
    for number in range(5):
        store.save(str(number), store.Memory(classifier=str(number)))
        os.utime(tmp_path / f"{number}.imd", (number, number))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.imd", "3.imd", "4.imd"]
    assert store.load("4").classifier == "4"
    assert store.load("1") == store.Memory()
    monkeypatch.setattr(store, "MOST_BYTES", 3)
    store.save("5", store.Memory())
    assert not (tmp_path / "5.imd").exists()
    assert store.clean() == 3
    assert not list(tmp_path.iterdir())


def test_names_that_are_no_unicode_change_nothing(check: Check, repository: Path) -> None:
    (repository / "services" / os.fsdecode(b"caf\xe9")).mkdir()
    (repository / "services" / os.fsdecode(b"caf\xe9") / "Dockerfile").write_text("FROM a:latest\n")
    assert same(check) == same(check)


def test_folders_are_those_that_the_system_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("IMD_CACHE_DIR", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert folder() == Path("/somewhere/imd")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # it would lie in the repository
    assert folder() == tmp_path / ".cache/imd"


def test_only_the_owner_reads_what_is_remembered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path / "cache"))
    store.save("a", store.Memory())
    (path,) = kept(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_killed_runs_left_is_taken_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path))
    for name in ("old.imd.tmp", "new.imd.tmp", "foreign.tmp"):
        (tmp_path / name).write_text("")
    os.utime(tmp_path / "old.imd.tmp", (1, 1))
    store.save("a", store.Memory())
    assert {path.name for path in tmp_path.iterdir()} == {"a.imd", "new.imd.tmp", "foreign.tmp"}
    assert store.clean() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["foreign.tmp"]


def test_what_cannot_be_forgotten_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path))
    (tmp_path / "a.imd").mkdir()
    with pytest.raises(UsageError, match=r"a\.imd stays"):
        store.clean()
