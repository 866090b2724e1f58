"""tox, nox and invoke: what their literal commands do."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Command, File, Image
from immutable_delivery.formats import pytasks, tox
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text


def images(path: str, text: str | bytes) -> list[str]:
    facts = read(MemoryFiles({path: text}), lambda _path: "").facts
    return [fact.text for fact in facts if isinstance(fact, Image)]


def test_names() -> None:
    assert tox.claims("a/tox.ini", b"[tox]\n[testenv]\ncommands = docker pull a\n")
    assert tox.claims("pyproject.toml", b"[tool.tox]\nlegacy = 'docker pull a'\n")
    assert not tox.claims("pyproject.toml", b"[tool.poe]\na = 'docker pull a'\n")
    assert not tox.claims("tox.ini", b"[testenv]\ncommands = pytest\n")
    assert pytasks.claims("noxfile.py", b"import nox\n# docker\n")
    assert not pytasks.claims("tasks.py", b"import celery\n# docker\n")
    assert not pytasks.claims("fabfile.py", b"import fabric\n# docker\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[testenv]\ncommands = docker pull a\n", ["a"]),
        ("[tox]\n[testenv:x]\ncommands_pre =\n    docker pull a\n    - docker pull b\n", ["a", "b"]),
        ("[testenv]\ncommands =\n    docker \\\n      pull \\\n      a\ndeps =\n    docker pull c\n", ["a"]),
        ("[testenv]\ncommands = docker pull {posargs:a}\n", ["a"]),
        ("[testenv]\ncommands = docker pull {env:I:a}:{env:T}\n", ["a:{env:T}"]),
        ("[testenv]\r\ncommands =\r\n    docker pull a\r\n", ["a"]),
        ("[testenv]\ncommands =\n    # docker pull c\n    docker pull a # é", ["a"]),
        ("commands = docker pull a\n[testenv]\nx\n", []),
    ],
)  # fmt: skip
def test_an_ini_file(text: str, expected: list[str]) -> None:
    assert images("tox.ini", text) == expected


def test_toml() -> None:
    text = '[{}env.x]\ncommands = [["docker", "pull", "a"], [], [{{replace = "posargs"}}], "docker pull b"]\n'
    assert images("tox.toml", text.format("")) == ["a"]
    assert images("pyproject.toml", text.format("tool.tox.")) == ["a"]
    assert images("tox.toml", '[env_run_base]\ncommands = [["docker", "pull", "a"]]\n') == ["a"]  # fmt: skip
    broken = read(MemoryFiles({"tox.toml": "[a\nenv docker"}), lambda _path: "").facts
    assert [fact.problem for fact in broken if isinstance(fact, File)] == ["is no TOML"]


NOX = "import nox\n@nox.session(python=['3.12'])\ndef a(session: nox.Session, b=1) -> None:\n"
INVOKE = "from invoke import task\n@task(pre=[b])\ndef a(c, d=False):\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("noxfile.py", NOX + "    session.run('docker', 'pull', 'a', external=True)\n", ["a"]),
        ("noxfile.py", NOX + "    if b:\n        session.run_always(*['docker'], 'pull', 'a')\n", []),
        ("noxfile.py", NOX + "    session.run('docker', 'pull', IMAGE)\n    # docker\n", []),
        ("noxfile.py", NOX + "    other.run('docker', 'pull', 'a')\n", []),
        ("tasks.py", INVOKE + "    c.run('docker pull a', pty=True)\n", ["a"]),
        ("tasks.py", INVOKE + "    c.run(f'docker pull {a}')\n", []),
        ("tasks.py", "import invoke\n@invoke.task\ndef a(c):\n    c.run('''docker pull a''')\n", ["a"]),
        ("tasks.py", "from invoke import task\ndef a(c):\n    c.run('docker pull a')\n", []),
        ("tasks.py", "from invoke import task\n@task\ndef (c:\n    c.run('docker pull a'\n", []),
        ("tasks.py", "from invoke import task\n@task\ndef a(): # é\n    run('docker pull a')\n", []),
    ],
)  # fmt: skip
def test_python(path: str, text: str, expected: list[str]) -> None:
    assert images(path, text) == expected


def test_a_session_makes_its_own_cluster() -> None:
    text = (
        NOX
        + "    session.run('kind', 'create', 'cluster')\n    session.run('kubectl', 'edit', 'deploy/web')\n"
    )
    facts = read(MemoryFiles({"noxfile.py": text}), lambda _path: "").facts
    found = [one for one in facts if isinstance(one, Command) and one.mutates]
    assert [(one.text, one.throwaway) for one in found] == [("kubectl edit deploy/web", "yes")]


def test_comments_silence_what_stands_below() -> None:
    text = Text(
        "noxfile.py", NOX + "    # imd: ignore[a] why\n    session.run('docker', 'pull', 'a')\n"
    )
    (found,) = pytasks.comments(pytasks.parse(text), text)
    assert text.value[slice(*(found.covers or (0, 0)))] == "docker', 'pull', 'a"
    text = Text("tox.ini", "[testenv]\ncommands =\n    # imd: ignore[a] why\n    docker pull a\n")
    (found,) = tox.comments(tox.parse(text), text)
    assert text.value[slice(*(found.covers or (0, 0)))] == "docker pull a"
