"""`imd fleet`: many repositories, by processes and by a Dask cluster; what breaks in one is told and touches no other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from tests.conftest import Repository

from immutable_delivery import __version__
from immutable_delivery.commands.fleet.judging import Options, Outcome, judge
from immutable_delivery.commands.fleet.rendering import FORMATS
from immutable_delivery.commands.fleet.repositories import Repository as Member
from immutable_delivery.commands.fleet.repositories import repositories
from immutable_delivery.commands.fleet.running import Ways, local, outcomes, scheduled
from immutable_delivery.commands.fleet.summary import Fleet, Link, summed
from immutable_delivery.errors import UsageError

OPTIONS = Options(today="2026-06-15", seconds=120)
COMPOSE = "services:\n  {name}:\n    image: registry.example/shop/{image}\n    command: [serve]\n"


def fleet(those: list[Member], ways: Ways, state: Path, options: Options = OPTIONS) -> Fleet:
    return summed(outcomes(those, options, ways, state, lambda _done, _all: None), "2026-06-15")


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    root = tmp_path / "repositories"
    for number in range(6):
        folder = root / f"shop-{number}"
        folder.mkdir(parents=True)
        tag = "latest" if number % 2 else "1.2.3@sha256:" + "a" * 64
        (folder / "compose.yaml").write_text(
            COMPOSE.format(name=f"web{number}", image=f"web:{tag}")
        )
        (folder / "CODEOWNERS").write_text(f"* @team-{number % 2}\n")
        (folder / "Dockerfile").write_text(f'FROM node:{20 + number % 2}\nCMD ["node", "a.js"]\n')
    return root


def test_the_worst_come_first_with_teams_and_sprawl(folders: Path, tmp_path: Path) -> None:
    found = fleet(repositories(map(str, folders.iterdir())), local(2), tmp_path / "state")
    assert [row.name for row in found.rows][:3] == ["shop-1", "shop-3", "shop-5"]
    assert found.rows[0].words["convergent"] == 1
    assert [team.name for team in found.teams] == ["@team-1", "@team-0"]
    (node,) = found.bases
    assert (node.name, len(node.repositories)) == ("node", 6)
    assert [(one.name, one.repositories) for one in node.versions] == [
        ("20", ("shop-0", "shop-2", "shop-4")),
        ("21", ("shop-1", "shop-3", "shop-5")),
    ]


def test_images_that_several_repositories_run_are_told_with_their_versions(
    folders: Path, tmp_path: Path
) -> None:
    digest = "sha256:" + "b" * 64
    for name, image in (("one", "redis:7"), ("two", f"redis:7@{digest}"), ("three", "alone:1")):
        (folders / name).mkdir()
        (folders / name / "compose.yaml").write_text(f"services: {{x: {{image: '{image}'}}}}\n")
    those = repositories(str(folders / name) for name in ("one", "two", "three"))
    found = fleet(those, local(2), tmp_path / "state")
    (redis,) = found.images
    assert (redis.name, redis.repositories) == ("redis", ("one", "two"))
    assert [one.name for one in redis.versions] == ["7", "7@bbbbbbbbbbbb"]
    assert "| redis | 2 | 2: `7` (1), `7@bbbbbbbbbbbb` (1) |" in FORMATS["markdown"](found)


def test_formats_say_the_same(folders: Path, tmp_path: Path) -> None:
    found = fleet(repositories(map(str, folders.iterdir())), local(2), tmp_path / "state")
    assert "| shop-1 | 0 | 1 |" in FORMATS["markdown"](found)
    assert "6 repositories" in FORMATS["html"](found)
    assert msgspec.json.decode(FORMATS["json"](found))["rows"][0]["name"] == "shop-1"


@pytest.mark.parametrize("kind", FORMATS)
def test_names_that_are_not_utf_8_can_be_printed_in_every_format(
    folders: Path, tmp_path: Path, kind: str
) -> None:
    name = os.fsdecode(b"shop\xff")
    (folders / name).mkdir()
    (folders / name / os.fsdecode(b"b\xfe.Dockerfile")).write_text("FROM node\n")
    found = fleet(repositories([str(folders / name)]), local(1), tmp_path / "state")
    assert (found.rows[0].name, found.failed) == (r"shop\xff", ())
    assert FORMATS[kind](found).encode()


def test_json_says_its_own_version_and_that_of_the_tool() -> None:
    said = msgspec.json.decode(FORMATS["json"](summed([], "2026-06-15")))
    assert (said["version"], said["minor_version"]) == (1, 0)
    assert said["tool"] == {"name": "imd", "version": __version__}


def test_what_hangs_is_broken_or_missing_is_named_and_the_rest_goes_on(
    folders: Path, tmp_path: Path
) -> None:
    (folders / "broken").mkdir()
    (folders / "broken" / ".imd.yaml").write_text("profile: [")
    (folders / "empty").mkdir()
    those = [
        *map(str, folders.iterdir()),
        str(folders / "gone"),
        f"far={(folders / 'nowhere').as_uri()}",
    ]
    found = fleet(repositories(those), local(2), tmp_path / "state")
    failures = {row.name: row.failure for row in found.failed}
    assert failures.keys() == {"broken", "gone", "far"}
    assert ".imd.yaml" in failures["broken"]
    assert len(found.rows) == 10
    late = fleet(
        repositories([str(folders / "shop-0")]), local(1), tmp_path / "late", Options(seconds=0.01)
    )
    assert late.failed[0].failure == "took more than 0.01 seconds"


def test_what_failed_is_tried_again(folders: Path, tmp_path: Path) -> None:
    those = repositories([str(folders / "shop-0"), str(folders / "late")])
    assert fleet(those, local(1), tmp_path / "state").rows[0].failure
    (folders / "late").mkdir()
    (folders / "late" / "Dockerfile").write_text("FROM node\n")
    judged: list[str] = []

    def ways(missing: Sequence[Member], options: Options) -> Iterator[bytes]:
        judged.extend(one.name for one in missing)
        return local(1)(missing, options)

    assert fleet(those, ways, tmp_path / "state").failed == ()
    assert judged == ["late"]


def test_a_repository_of_which_no_file_is_judged_is_told(folders: Path, tmp_path: Path) -> None:
    (folders / "empty").mkdir()
    found = fleet(repositories([str(folders / "empty")]), local(1), tmp_path / "state")
    assert (found.failed, found.rows[0].judged) == ((), 0)
    assert "| empty | no file of it is judged |" in FORMATS["markdown"](found)
    assert "no file of it is judged" in FORMATS["html"](found)


def test_what_git_says_first_is_told(tmp_path: Path) -> None:
    (one,) = repositories([f"far={(tmp_path / 'nowhere').as_uri()}"])
    outcome = msgspec.json.decode(judge(one, OPTIONS), type=Outcome)
    assert outcome.failure.startswith("fatal: '/")
    assert "does not appear to be a git repository; fatal: Could not read" in outcome.failure


def test_a_url_is_fetched_shallow(repository: Repository) -> None:
    repository.commit({"compose.yaml": COMPOSE.format(name="web", image="web:latest")})
    (one,) = repositories([f"shop={repository.root.as_uri()}"])
    outcome = msgspec.json.decode(judge(one, OPTIONS), type=Outcome)
    assert outcome.failure == ""
    assert outcome.overview is not None
    assert [row.runs for row in outcome.overview.services] == ["convergent"]


def test_services_are_linked_across_repositories(tmp_path: Path) -> None:
    made, runs = tmp_path / "made", tmp_path / "runs"
    for folder in (made, runs):
        folder.mkdir()
    (made / "Dockerfile").write_text('FROM scratch\nCOPY a /\nCMD ["/a"]\n')
    (made / "compose.yaml").write_text(
        "services:\n  web:\n    build: .\n    image: registry.example/shop/web:1.0.0\n"
    )
    (runs / "compose.yaml").write_text(COMPOSE.format(name="shop", image="web:1.0.0"))
    found = fleet(repositories([str(made), str(runs)]), local(2), tmp_path / "state")
    assert found.links == (Link("registry.example/shop/web", "made:web", "runs:shop"),)


def test_what_is_done_is_not_done_again(folders: Path, tmp_path: Path) -> None:
    those, state = repositories(map(str, folders.iterdir())), tmp_path / "state"
    done = fleet(those[:4], local(2), state)
    assert len(done.rows) == 4
    seen: list[str] = []

    def counted(missing: object, options: Options) -> object:
        assert isinstance(missing, list)
        seen.extend(one.name for one in missing)
        return local(2)(missing, options)

    again = fleet(those, counted, state)  # type: ignore[arg-type]
    assert seen == [one.name for one in those[4:]]
    assert len(again.rows) == 6


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(folders: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    those = repositories(map(str, folders.iterdir()))
    here = fleet(those, local(2), tmp_path / "here")
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        killed: list[int] = []

        def told(done: int, _total: int) -> None:
            if done == 2 and not killed:
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.process.pid)
                worker.process.process._process.kill()

        found = outcomes(
            those, OPTIONS, scheduled(cluster.scheduler_address), tmp_path / "there", told
        )
        there = summed(found, "2026-06-15")
    assert killed
    assert FORMATS["json"](there) == FORMATS["json"](here)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["/a/shop"], [("shop", "/a/shop")]),
        (["x=/a/shop", "/b/shop"], [("shop", "/b/shop"), ("x", "/a/shop")]),
        (
            ["https://git.example/team/shop.git"],
            [("team/shop", "https://git.example/team/shop.git")],
        ),
        (["git@git.example:team/shop.git"], [("team/shop", "git@git.example:team/shop.git")]),
    ],
)
def test_repositories_have_names(words: list[str], found: list[tuple[str, str]]) -> None:
    assert [(one.name, one.source) for one in repositories(words)] == found


def test_a_list_of_repositories_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("# ours\n/a/one\n\ntwo=/a/b\n")
    assert [one.name for one in repositories([f"@{tmp_path / 'list'}"])] == ["one", "two"]
    with pytest.raises(UsageError, match="cannot be read"):
        repositories([f"@{tmp_path / 'none'}"])


def test_one_name_for_two_repositories_is_refused() -> None:
    with pytest.raises(UsageError, match="two repositories are called 'shop'"):
        repositories(["/a/shop", "/b/shop"])


def test_the_command_line_names_what_could_not_be_judged(folders: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "immutable_delivery",
        "fleet",
        str(folders / "shop-1"),
        str(folders / "gone"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "## Not judged\n" in done.stdout
    assert "| gone | cannot be read: No such file or directory |" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--state", "/proc/x"], "/proc/x cannot keep what is done"),
        (["--scheduler", "nonsense"], "the scheduler nonsense does not answer"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(
    folders: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    command = [sys.executable, "-m", "immutable_delivery", "fleet", str(folders / "shop-1"), *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
