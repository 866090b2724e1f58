"""What a run imports: start-up is most of the time that a hook takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from tests.components import needs

from immutable_delivery.standins import standing_in

_PROGRAM = """\
import atexit, sys
from immutable_delivery.__main__ import main
atexit.register(lambda: print("\\n".join(sys.modules), file=sys.stderr))
sys.argv = ["imd", "check", sys.argv[1]]
main()
"""
NEVER = {
    "_hashlib", "ast", "decimal", "hashlib", "gettext", "importlib.resources", "inspect", "platform", "tempfile", "typing_extensions", "urllib.parse", "uuid",
    "asyncio", "concurrent.futures", "dockerfile_parse", "email", "httpx", "importlib.metadata", "jsonschema", "multiprocessing", "pickle", "re2",
    "ssl", "xml", "yaml",
}  # fmt: skip
RARELY = {"json", "subprocess"}
"""Not where no git is around, and no report needs them."""


BARE = 38
"""Millions of instructions of a Python that does nothing; where .pth files make it do something, that is not ours."""
_USUAL = """\
FROM debian:latest
RUN apt-get update && apt-get install -y curl
COPY . /app
CMD ["/app/run"]
"""


def instructions(command: list[str], folder: Path) -> int:
    """Return how many instructions a command takes, without those of other processes."""
    counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COVERAGE", "PYTHON"))
    }
    subprocess.run(
        command, cwd=folder, env=env, capture_output=True, check=False
    )  # compiles the modules
    done = subprocess.run(
        counted,
        cwd=folder,
        env={**env, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found, done.stderr
    return int(found[1])


def uncovered() -> dict[str, str]:
    """Return an environment in which no measuring of coverage loads modules of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


def imported(file: Path, text: str) -> set[str]:
    file.write_text(text)
    command = [sys.executable, "-c", _PROGRAM, str(file)]
    done = subprocess.run(
        command, cwd=file.parent, env=uncovered(), capture_output=True, text=True, check=False
    )
    assert "immutable_delivery.pipeline.run" in done.stderr, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("name", "text", "not_needed"),
    [
        (
            "Dockerfile",
            "FROM debian:latest\nRUN apt-get install -y curl\n",
            {
                "ruamel.yaml", "_ruamel_yaml", "tree_sitter_hcl", "immutable_delivery.formats.compose",
                "immutable_delivery.formats.kubernetes", "immutable_delivery.reading.cache", "immutable_delivery.syntax.yaml",
            },
        ),
        (
            "compose.yaml",
            "services:\n  web:\n    image: nginx\n",
            {
                "tree_sitter_hcl", "immutable_delivery.formats.dockerfile.lowering", "immutable_delivery.reading.cache",
                "immutable_delivery.effects.interpreter", "immutable_delivery.formats.dockerfile", "immutable_delivery.syntax.shell",
            },
        ),
    ],
)  # fmt: skip
def test_one_file_imports_what_it_needs(
    tmp_path: Path, name: str, text: str, not_needed: set[str]
) -> None:
    found = imported(tmp_path / name, text)
    assert not found & NEVER
    assert not found & not_needed
    assert not found & RARELY
    assert sum(module.startswith("immutable_delivery") for module in found) < 242


def test_the_policies_are_compiled(tmp_path: Path) -> None:
    found = imported(tmp_path / "Dockerfile", "FROM debian\n")
    assert "immutable_delivery.policy.model" in found
    assert "immutable_delivery.policy.load" not in found


@needs("valgrind")
@pytest.mark.parametrize(
    ("name", "text", "most"),
    [
        ("Dockerfile", _USUAL, 390),
        ("compose.yaml", "services:\n  web:\n    image: nginx:latest\n", 365),
    ],
)
def test_one_file_takes_so_many_million_instructions(
    tmp_path: Path, name: str, text: str, most: int
) -> None:
    """Instructions, unlike seconds, are the same however busy the machine is; those of other Pythons are other ones."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the figures are of Python 3.11")
    (tmp_path / name).write_text(text)
    imd = Path(sys.executable).with_name("imd")
    command = [sys.executable, str(imd), "check", name, "--no-cache"]
    bare = instructions([sys.executable, "-c", "pass"], tmp_path)
    assert instructions(command, tmp_path) - bare < (most - BARE) * 1_000_000


def test_a_stand_in_gives_way_to_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this_module", raising=False)
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with standing_in({"colorsys": {"rgb_to_hls": len}, "this_module": None}):
        stand_in = import_module("colorsys")

        with pytest.raises(ImportError):
            import_module("this_module")
        assert stand_in.rgb_to_hls is len
        assert stand_in.hls_to_rgb(0.5, 0.5, 0) == (0.5, 0.5, 0.5)
    assert "this_module" not in sys.modules
    assert import_module("colorsys").rgb_to_hls is not len


def test_where_git_is_asked_nothing_is_loaded_for_text_and_archives(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    found = imported(tmp_path / "Dockerfile", "FROM debian\n")
    assert {"shutil", "subprocess"} <= found
    assert not found & {"bz2", "lzma", "locale"}


def test_processes_are_started_and_killed_though_something_stood_in() -> None:
    code = (
        "import sys\n"
        "from immutable_delivery.standins import ARCHIVES, PROCESSES, standing_in\n"
        "with standing_in({**PROCESSES, **ARCHIVES}):\n    import shutil, subprocess\n"
        "own = shutil.which(sys.executable)\n"
        "assert subprocess.check_output([own, '-c', 'print(1)'], text=True) == '1\\n'\n"
        "endless = subprocess.Popen([own, '-c', 'while True: pass'])\n"
        "endless.kill()\n"
        "assert endless.wait()\n"
        "import bz2, locale, signal\n"
        "assert signal.SIGINT and locale.getlocale and bz2.compress(b'')\n"
    )
    subprocess.run([sys.executable, "-c", code], env=uncovered(), check=True)


def test_what_a_stand_in_knows_is_what_the_module_says() -> None:
    code = (
        "import typing\n"
        "from immutable_delivery.standins import libraries\n"
        "with libraries():\n    import click, msgspec, pathlib\n"
        "from click.core import inspect as found\n"
        "import inspect\n"
        "texts = ['one line', '  \\t two', 'first\\n    more\\n      deeper\\n\\n', '']\n"
        "assert [found.cleandoc(text) for text in texts] == [inspect.cleandoc(text) for text in texts]\n"
        "assert found.isfunction(len) is False and found is not inspect\n"
        "assert pathlib.Path('/a b').as_uri() == 'file:///a%20b'\n"
        "import datetime, pickle\n"
        "day = datetime.date.fromisoformat('2024-02-29')\n"
        "assert pickle.loads(pickle.dumps(day)) == msgspec.json.decode('\"2024-02-29\"', type=datetime.date) == day\n"
        "assert datetime.datetime.strptime('2024', '%Y').year == 2024\n"
        "assert msgspec.msgpack.decode(msgspec.msgpack.encode(day)) == '2024-02-29'\n"
        "assert typing.ForwardRef('int').__forward_code__\n"
        "assert msgspec.json.schema(int) == {'type': 'integer'}\n"
        "assert msgspec.inspect.type_info(int).__class__.__name__ == 'IntType'\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=uncovered(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
