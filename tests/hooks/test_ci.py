"""The files for CI: valid for who reads them, pinned, and with commands that do what they say."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML
from tests.components import package_index

from immutable_delivery import __version__
from immutable_delivery_hooks.init.pipelines import PIPELINES

if TYPE_CHECKING:
    from tests.conftest import Repository

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / "hooks"
SNIPPETS = HOOKS / "immutable_delivery_hooks/snippets"
ACTION = HOOKS / "github/action.yml"
REVIEW = HOOKS / "github/review/action.yml"
TEMPLATE = HOOKS / "gitlab/templates/check.yml"
FILES = [*sorted(SNIPPETS.iterdir()), ACTION, REVIEW, TEMPLATE, ROOT / "Dockerfile"]

DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOD = f'FROM debian:12.8@{DIGEST}\nCMD ["/app/run"]\n'
BAD = 'FROM debian:latest\nCMD ["/app/run"]\n'


def _tool(name: str, *args: str | Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name(name), *args]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def _documents(path: Path) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(path.read_text("utf-8")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schema", "file", "options"),
    [
        ("github-workflows", "github.yaml", []),
        ("github-workflows", "github-review.yaml", []),
        ("github-workflows", "gitea.yaml", []),
        ("gitlab-ci", "gitlab.yaml", ["--data-transform", "gitlab-ci"]),
        ("azure-pipelines", "azure.yaml", ["--data-transform", "azure-pipelines"]),
        ("circle-ci", "circleci.yaml", []),
        ("bitbucket-pipelines", "bitbucket.yaml", []),
        ("github-actions", ACTION, []),
        ("github-actions", REVIEW, []),
    ],
)
def test_files_fit_the_schema_of_their_reader(
    schema: str, file: str | Path, options: list[str]
) -> None:
    done = _tool(
        "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *options, SNIPPETS / file
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_component_fits_the_schema_of_gitlab(tmp_path: Path) -> None:
    path = tmp_path / "job.yml"
    path.write_text(_interpolated())
    done = _tool(
        "check-jsonschema",
        "--builtin-schema",
        "vendor.gitlab-ci",
        "--data-transform",
        "gitlab-ci",
        path,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_zizmor_finds_nothing() -> None:
    done = _tool(
        "zizmor",
        "--offline",
        "--pedantic",
        "--no-config",
        "--no-progress",
        ACTION,
        REVIEW,
        SNIPPETS / "github.yaml",
        SNIPPETS / "github-review.yaml",
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_pipeline_has_its_snippet_and_every_snippet_its_pipeline() -> None:
    assert {pipeline.snippet for pipeline in PIPELINES} == {
        path.name for path in SNIPPETS.iterdir()
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_used_is_named_by_content(path: Path) -> None:
    text = path.read_text("utf-8")
    for image in re.findall(r"python:[\w.-]+\S*", text):
        name = r"python:3\.13\.\d+-(?:slim-)?bookworm@sha256:[0-9a-f]{64}'?"
        assert re.fullmatch(name, image), image
    for used in re.findall(r"uses: (\S+)", text):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used
    assert set(re.findall(r"immutable-delivery==([^\s\"']+)", text)) <= {
        __version__,
        "$IMD_VERSION",
    }
    for key in re.findall(r"immutable-delivery-(\d[\w.]*)", text):
        assert key == __version__


def test_one_image_of_a_name_is_used_everywhere() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in FILES)
    used = set(re.findall(r"(python:[\w.-]+)@(sha256:\w{64})", texts))
    assert used
    assert len(used) == len({name for name, _ in used})


def test_component_installs_this_version() -> None:
    assert _documents(TEMPLATE)[0]["spec"]["inputs"]["version"]["default"] == __version__


# What they run


def _commands() -> Iterator[tuple[str, str]]:
    for path in sorted(SNIPPETS.iterdir()):
        for line in path.read_text("utf-8").splitlines():
            found = re.search(r"(?:mkdir -p \S+ && )?imd check [^'\n]*", line)
            if found:
                yield path.name, found[0]


def _environ(folder: Path) -> dict[str, str]:
    """Return an environment in which `imd` is this checkout's and pip and GitHub's files lead nowhere."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    imd = programs / "imd"
    imd.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m immutable_delivery "$@"\n')
    imd.chmod(0o755)
    python = programs / "python"
    python.write_text('#!/bin/sh\necho "installed: $*"\n')
    python.chmod(0o755)
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}


def test_every_snippet_has_a_command() -> None:
    names = {path.name for path in SNIPPETS.iterdir()}
    assert {name for name, _ in _commands()} == names - {
        "github-review.yaml"
    }  # which tests/forges run


@pytest.mark.parametrize(("name", "command"), list(_commands()), ids=lambda value: value.split()[0])
def test_commands_of_snippets_run(
    repository: Repository, tmp_path: Path, name: str, command: str
) -> None:
    repository.commit({"Dockerfile": BAD})

    def run() -> subprocess.CompletedProcess[bytes]:
        environ = _environ(tmp_path)
        return subprocess.run(
            ["sh", "-c", command],
            cwd=repository.root,
            env=environ,
            check=False,
            capture_output=True,
        )

    done = run()
    assert done.returncode == 1, (name, done.stderr)
    assert b"floating-tag" in done.stdout
    for written in re.findall(r"=(\S+\.(?:sarif|json|xml))", command):
        assert (repository.root / written).stat().st_size
    repository.commit({"Dockerfile": GOOD})
    assert run().returncode == 0


# The GitHub action


def test_nothing_is_interpolated_into_the_shell() -> None:
    lists = [_documents(path)[0]["runs"]["steps"] for path in (ACTION, REVIEW)]
    for path in SNIPPETS.glob("github*.yaml"):
        lists += [job["steps"] for job in _documents(path)[0]["jobs"].values()]
    for steps in lists:
        assert [step["run"] for step in steps if "run" in step]
        for step in steps:
            assert "${{" not in step.get("run", "")


def test_every_input_reaches_the_script() -> None:
    action = _documents(ACTION)[0]
    (check,) = (step for step in action["runs"]["steps"] if step.get("id") == "check")
    script = (HOOKS / "github/check.sh").read_text("utf-8")
    handed = {name: value for name, value in check["env"].items() if name.startswith("IMD_")}
    wanted = {
        f"inputs.{name}"
        for name in action["inputs"]
        if name not in {"upload-sarif", "store-report"}
    }
    assert {value.removeprefix("${{ ").removesuffix(" }}") for value in handed.values()} == wanted
    for name in handed:
        assert f"${{{name}:-" in script


class Runner:
    """GitHub's runner as far as the script of the action sees it."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self.repository = repository
        self.output = folder / "output"
        self.summary = folder / "summary.md"
        self.output.touch()
        (folder / "temp").mkdir()
        self.environ = {
            **os.environ, "PYTHON": sys.executable, "RUNNER_TEMP": str(folder / "temp"), "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(self.output), "GITHUB_STEP_SUMMARY": str(self.summary),
        }  # fmt: skip

    def check(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the step."""
        return subprocess.run(
            ["bash", HOOKS / "github/check.sh"], cwd=self.repository.root, env={**self.environ, **inputs},
            check=False, capture_output=True, text=True,
        )  # fmt: skip


@pytest.fixture
def runner(repository: Repository, tmp_path: Path) -> Runner:
    return Runner(repository, tmp_path)


def test_action_annotates_summarises_and_hands_on_sarif(
    repository: Repository, runner: Runner
) -> None:
    repository.commit({"Dockerfile": BAD})
    done = runner.check()
    assert done.returncode == 1, done.stderr
    assert "::error " in done.stdout
    assert "floating-tag" in runner.summary.read_text("utf-8")
    written = dict(line.split("=", 1) for line in runner.output.read_text("utf-8").splitlines())
    assert set(written) == {"sarif-file", "report-file"}
    for path in written.values():
        assert "floating-tag" in Path(path).read_text("utf-8")
    repository.commit({"Dockerfile": GOOD})
    assert runner.check().returncode == 0


@pytest.mark.slow
def test_action_installs_what_it_runs_with(repository: Repository, runner: Runner) -> None:
    repository.commit({"Dockerfile": BAD})
    steps = _documents(ACTION)[0]["runs"]["steps"]
    (install,) = (step for step in steps if "install.sh" in step.get("run", ""))
    environ = {**runner.environ, "ACTION": str(HOOKS / "github")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", install["run"]],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    runner.environ["PYTHON"] = f"{sys.base_prefix}/bin/python3"  # it has nothing of imd
    done = runner.check()
    assert (done.returncode, "::error " in done.stdout) == (1, True), done.stderr


def test_inputs_of_the_action_count(repository: Repository, runner: Runner) -> None:
    first = repository.commit(
        {"Dockerfile": BAD, "web/Dockerfile": 'FROM debian:12\nCMD ["/app/run"]\n'}
    )
    repository.commit({"a": "1\n"})
    assert runner.check(IMD_PATHS="web\n").returncode == 0
    assert runner.check(IMD_PATHS="web\n\nDockerfile").returncode == 1
    assert runner.check(IMD_PATHS="web", IMD_FAIL_ON="warning").returncode == 1
    assert runner.check(IMD_PATHS="web", IMD_PROFILE="strict").returncode == 1
    assert runner.check(IMD_SINCE=first).returncode == 0
    repository.commit({"Dockerfile": f"# imd: ignore[floating-tag] we know\n{BAD}"})
    assert runner.check().returncode == 0
    assert runner.check(IMD_INLINE_IGNORES="false").returncode == 1
    repository.write({".imd.yaml": "ignore: [floating-tag]\n"})
    assert runner.check(IMD_INLINE_IGNORES="false").returncode == 0
    assert runner.check(IMD_INLINE_IGNORES="false", IMD_CONFIG_FROM="HEAD").returncode == 1


@pytest.mark.parametrize(
    "name", ["PATHS", "PROFILE", "FAIL_ON", "SINCE", "CONFIG_FROM", "INLINE_IGNORES"]
)
@pytest.mark.parametrize(
    "text",
    ['"; touch pwned; "', "$(touch pwned)", "`touch pwned`", "--output-format=json=pwned", "*"],
)
def test_inputs_of_the_action_are_never_shell(
    repository: Repository, runner: Runner, name: str, text: str
) -> None:
    repository.commit({"Dockerfile": GOOD})
    done = runner.check(**{f"IMD_{name}": text})
    assert done.returncode == (0 if name == "INLINE_IGNORES" else 2), done.stderr
    assert not (repository.root / "pwned").exists()


# The GitLab component


def _interpolated(**inputs: str) -> str:
    """Return the job as GitLab makes it of the component."""
    head, _, job = TEMPLATE.read_text("utf-8").partition("\n---\n")
    declared = YAML(typ="safe", pure=True).load(head)["spec"]["inputs"]
    values = {name: one.get("default") for name, one in declared.items()} | inputs
    return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: str(values[found[1]] or '""'), job)


def test_component_runs(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"Dockerfile": 'FROM debian:12\nCMD ["/app/run"]\n'})

    def code(**inputs: str) -> int:
        (job,) = YAML(typ="safe", pure=True).load(_interpolated(**inputs)).values()
        variables = {name: str(value) for name, value in job["variables"].items()}
        script = "set -e\n" + "\n".join(job["script"])
        environ = {**_environ(tmp_path), **variables}
        done = subprocess.run(
            ["sh", "-c", script], cwd=repository.root, env=environ, check=False, capture_output=True
        )
        assert (
            f"installed: -m pip install --quiet immutable-delivery=={__version__}"
            in done.stdout.decode()
        )
        for path in job["artifacts"]["reports"].values():
            assert (repository.root / path).exists()
            (repository.root / path).unlink()
        return done.returncode

    assert code() == 0
    assert code(**{"fail-on": "warning"}) == 1
    assert code(profile="strict") == 1
    assert code(**{"fail-on": "warning", "since": "HEAD"}) == 0
    repository.commit(
        {
            "Dockerfile": f"# imd: ignore[floating-tag] hidden\n{BAD}",
            ".imd.yaml": "ignore: [floating-tag]\n",
        }
    )
    assert code() == 0
    trusted = {"config-from": "HEAD~1"}
    assert code(**trusted) == 0
    assert code(**trusted, **{"inline-ignores": "false"}) == 1


# The image


def test_requirements_hold_all_that_imd_needs() -> None:
    import tomllib  # noqa: PLC0415

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {
        re.split(r"[>=<\[ ]", one)[0].replace(".", "-").lower() for one in project["dependencies"]
    }
    text = (ROOT / "requirements.txt").read_text("utf-8")
    locked = re.findall(r"^([\w-]+)==\S+", text, re.MULTILINE)
    missing = needed - set(locked)
    assert not missing, "run the command in the head of requirements.txt"
    assert text.count("--hash=sha256:") >= len(locked)


def _instructions() -> list[Any]:
    import dockerfile  # noqa: PLC0415

    return list(dockerfile.parse_file(str(ROOT / "Dockerfile")))


def test_dockerfile_is_read_by_buildkit() -> None:
    names = [instruction.cmd.upper() for instruction in _instructions()]
    assert names[0] == "FROM"
    assert names[-1] == "ENTRYPOINT"
    assert _instructions()[-1].json


@pytest.mark.slow
def test_image_built_by_hand_judges(tmp_path: Path, repository: Repository) -> None:
    """No engine is needed to follow the instructions that matter: install by hash, copy, start."""
    imd = tmp_path / "image/opt/imd"
    for instruction in _instructions():
        if instruction.cmd.upper() == "RUN" and "pip" in instruction.value:
            _install(
                [word.replace("/opt/imd", str(imd)) for word in instruction.value[1:]],
                instruction.value[0],
            )
        elif (
            instruction.cmd.upper() == "COPY"
            and not instruction.flags
            and instruction.value[-1].startswith("/opt/imd")
        ):
            _copy(instruction.value[0], instruction.value[-1], imd)
    start = _instructions()[-1].value
    plain = shutil.which(
        f"python{sys.version_info.major}.{sys.version_info.minor}", path=f"{sys.base_prefix}/bin"
    )
    assert start[0] == "python"
    assert plain
    environ = {
        **os.environ,
        "PYTHONPATH": str(imd),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
    }
    repository.commit({"Dockerfile": BAD})

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [plain, "-S", *start[1:], *args]
        return subprocess.run(
            command, cwd=repository.root, env=environ, check=False, capture_output=True, text=True
        )

    assert run("--version").stdout == f"imd, version {__version__}\n"
    done = run("check")
    assert (done.returncode, "floating-tag" in done.stdout) == (1, True), done.stderr
    assert "floating-tag" in run("policy", "show", "floating-tag").stdout
    assert run("hook", "--help").returncode == 0


def _install(words: list[str], program: str) -> None:
    assert program == "python"
    package_index()
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def _copy(source: str, target: str, imd: Path) -> None:
    to = imd / Path(target).relative_to("/opt/imd")
    if (ROOT / source).is_dir():
        shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(ROOT / source, to)


def test_context_of_the_build_holds_what_is_copied() -> None:
    kept = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for instruction in _instructions()
        if instruction.cmd.upper() == "COPY" and not instruction.flags
        for source in instruction.value[:-1]
    }
    assert copied == kept
