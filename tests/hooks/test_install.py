"""`imd hook install` in real repositories: what it writes is run by git, and nothing of anybody else's is lost."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.hooks.conftest import Person

DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOD = f'FROM debian:12.8@{DIGEST}\nCMD ["/app/run"]\n'
BAD = 'FROM debian:latest\nCMD ["/app/run"]\n'
OTHER = "#!/bin/sh\necho other hook ran with $#\n"


def _hook(repository: Repository, name: str = "pre-commit") -> Path:
    return repository.root / ".git/hooks" / name


def _other(path: Path, text: str = OTHER) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_installed_hooks_judge_what_is_staged(repository: Repository, person: Person) -> None:
    said = person.imd("hook", "install")
    said.passed()
    for name, command in (
        ("pre-commit", "staged"),
        ("pre-merge-commit", "staged"),
        ("pre-push", "pushed"),
    ):
        assert f"{name} runs `imd hook {command}`" in said.said
    repository.add({"Dockerfile": BAD})
    repository.write({"Dockerfile": GOOD})
    person.commit().blocked("floating-tag")
    repository.add({"Dockerfile": GOOD})
    repository.write({"Dockerfile": BAD, "untracked/Dockerfile": BAD})
    person.commit().passed()
    person.commit("--no-verify", "--all").passed()
    person.commit("--amend").passed()  # nothing is staged: what is bad already is not this commit's
    person.commit("--allow-empty").passed()


def test_merge_is_judged(repository: Repository, person: Person) -> None:
    repository.commit({"a": "1\n"})
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"Dockerfile": BAD})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"b": "1\n"})
    person.imd("hook", "install").passed()
    person.git("merge", "--no-edit", "topic").blocked("floating-tag")


def test_named_file_is_judged_without_the_rest_of_the_index(
    repository: Repository, person: Person
) -> None:
    """``git commit FILE`` and ``--all`` give the hook an index of their own."""
    repository.commit({"a/Dockerfile": GOOD, "b/Dockerfile": GOOD})
    person.imd("hook", "install").passed()
    repository.add({"a/Dockerfile": BAD})
    repository.write({"b/Dockerfile": f"{GOOD}# a comment\n"})
    below = type(person)(repository.root / "b")
    below.commit("Dockerfile").passed()
    below.commit("--all").blocked("a/Dockerfile", "floating-tag")


def test_only_named_hooks_are_installed(repository: Repository, person: Person) -> None:
    person.imd("hook", "install", "pre-push").passed()
    assert _hook(repository, "pre-push").exists()
    assert not _hook(repository).exists()
    person.imd("hook", "install", "commit-msg").blocked("commit-msg", code=2)


def test_installing_again_changes_nothing(repository: Repository, person: Person) -> None:
    person.imd("hook", "install").passed()
    before = _hook(repository).read_bytes()
    person.imd("hook", "install").passed()
    assert _hook(repository).read_bytes() == before
    assert os.access(_hook(repository), os.X_OK)


def test_other_hook_is_never_overwritten(repository: Repository, person: Person) -> None:
    _other(_hook(repository, "pre-push"))
    person.imd("hook", "install").blocked(
        "pre-push is there already", "--chain", "imd hook pushed", code=2
    )
    assert _hook(repository, "pre-push").read_text() == OTHER
    assert not _hook(repository).exists()  # all or none


def test_chained_hook_runs_first_and_comes_back(repository: Repository, person: Person) -> None:
    _other(_hook(repository))
    person.imd("hook", "install", "pre-commit", "--chain").passed()
    repository.add({"Dockerfile": BAD})
    person.commit().blocked("other hook ran with 0", "floating-tag")
    person.imd("hook", "install", "pre-commit").passed()  # anew, still chained
    person.commit().blocked("other hook ran with 0", "floating-tag")
    person.imd("hook", "uninstall").passed()
    assert _hook(repository).read_text() == OTHER
    assert not _hook(repository, "pre-commit.before-imd").exists()
    person.commit().passed()


def test_chained_hook_that_says_no_is_heard(repository: Repository, person: Person) -> None:
    _other(_hook(repository), "#!/bin/sh\necho never\nexit 3\n")
    person.imd("hook", "install", "pre-commit", "--chain").passed()
    repository.add({"Dockerfile": GOOD})
    person.commit().blocked("never")


def test_both_of_a_chain_read_what_is_pushed(
    repository: Repository, person: Person, tmp_path: Path
) -> None:
    repository.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    repository.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    _other(
        _hook(repository, "pre-push"),
        '#!/bin/sh\nwhile read a b c d; do echo "saw $c with $#"; done\n',
    )
    person.imd("hook", "install", "pre-push", "--chain").passed()
    repository.commit({"Dockerfile": BAD})
    person.push().blocked("saw refs/heads/main with 2", "floating-tag")
    repository.commit({"Dockerfile": GOOD})
    person.push().passed()
    up_to_date = person.push()
    up_to_date.passed()
    assert "saw" not in up_to_date.said


def test_two_kept_hooks_are_one_too_many(repository: Repository, person: Person) -> None:
    _other(_hook(repository))
    _other(_hook(repository).with_name("pre-commit.before-imd"))
    person.imd("hook", "install", "--chain").blocked("remove one of them", code=2)


def test_link_is_somebody_elses_even_to_one_of_ours(
    repository: Repository, person: Person, tmp_path: Path
) -> None:
    person.imd("hook", "install").passed()
    ours = _hook(repository).rename(tmp_path / "ours")
    _hook(repository).symlink_to(ours)
    person.imd("hook", "install").blocked("is there already", code=2)
    _hook(repository).unlink()
    _hook(repository).symlink_to("nowhere")
    person.imd("hook", "install").blocked("is there already", code=2)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("# File generated by pre-commit: https://pre-commit.com\n", ".pre-commit-config.yaml"),
        ("# File generated by prek: https://github.com/j178/prek\n", "prek.toml"),
        ('call_lefthook run "pre-commit" "$@"\n', "lefthook.yml"),
        ('. "$(dirname "$0")/husky.sh"\n', ".husky/pre-commit"),
    ],
)
def test_managed_hooks_are_left_to_their_manager(
    repository: Repository, person: Person, text: str, advice: str
) -> None:
    _other(_hook(repository), f"#!/bin/sh\n{text}")
    person.imd("hook", "install", "--chain").blocked("wrote it", advice, code=2)


def test_own_hooks_path_is_respected(repository: Repository, person: Person) -> None:
    repository.git("config", "core.hooksPath", "tools/git hooks")
    person.imd("hook", "install", "pre-commit").passed()
    assert (repository.root / "tools/git hooks/pre-commit").exists()
    assert not _hook(repository).exists()
    (repository.root / "below").mkdir()
    repository.add({"Dockerfile": BAD})
    person.commit().blocked("floating-tag")
    person.imd("hook", "uninstall").passed()
    person.commit().passed()


def test_hooks_are_not_installed_where_git_runs_none(
    repository: Repository, person: Person
) -> None:
    repository.git("config", "core.hooksPath", "")
    person.imd("hook", "install").blocked("git config --unset core.hooksPath", code=2)
    assert not _hook(repository).exists()


@pytest.mark.parametrize(("variable", "whose"), [("GLOBAL", "account"), ("SYSTEM", "machine")])
def test_hooks_path_of_every_repository_is_refused(
    repository: Repository,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str,
    whose: str,
) -> None:
    shared = tmp_path / "shared"
    (tmp_path / "gitconfig").write_text(f"[core]\nhooksPath = {shared}\n")
    monkeypatch.setenv(f"GIT_CONFIG_{variable}", str(tmp_path / "gitconfig"))
    person.imd("hook", "install").blocked(
        whose, f"git config core.hooksPath {_hook(repository).parent}", code=2
    )
    assert not shared.exists()
    repository.git("config", "core.hooksPath", str(_hook(repository).parent))
    person.imd("hook", "install").passed()


def test_linked_worktree_is_guarded_too(
    repository: Repository, person: Person, tmp_path: Path
) -> None:
    repository.commit({"a": "1\n"})
    linked = tmp_path / "linked tree"
    repository.git("worktree", "add", "--quiet", "-b", "topic", str(linked))
    there = type(person)(linked)
    there.imd("hook", "install").passed()
    assert _hook(repository).exists()
    (linked / "Dockerfile").write_text(BAD)
    there.git("add", "Dockerfile").passed()
    there.commit().blocked("floating-tag")
    (linked / "Dockerfile").write_text(GOOD)
    there.commit("--all").passed()
    person.git("init", "--quiet", "--bare", str(tmp_path / "remote.git")).passed()
    there.git("remote", "add", "origin", str(tmp_path / "remote.git")).passed()
    there.push().passed()
    (linked / "Dockerfile").write_text(BAD)
    there.commit("--all", "--no-verify").passed()
    there.push().blocked("floating-tag")


def test_submodule_has_hooks_of_its_own(
    repository: Repository, person: Person, tmp_path: Path
) -> None:
    repository.commit({"Dockerfile": GOOD})
    repository.git("clone", "--quiet", ".", str(tmp_path / "outer"))
    outer = type(person)(tmp_path / "outer")
    outer.git("submodule", "add", "--quiet", str(repository.root), "inner").passed()
    inner = type(person)(tmp_path / "outer/inner")
    inner.imd("hook", "install").passed()
    assert not (tmp_path / "outer/.git/hooks/pre-commit").exists()
    (inner.folder / "Dockerfile").write_text(BAD)
    inner.commit("--all").blocked("floating-tag")
    inner.commit("--all", "--no-verify").passed()
    outer.imd("hook", "install").passed()
    outer.git("add", "inner").passed()
    outer.commit().passed()  # what a submodule holds is its own affair


def test_bare_repository_gets_the_hook_of_who_receives(person: Person, tmp_path: Path) -> None:
    person.git("init", "--quiet", "--bare", str(tmp_path / "remote.git")).passed()
    bare = type(person)(tmp_path / "remote.git")
    bare.imd("hook", "install").passed()
    names = {
        path.name for path in (tmp_path / "remote.git/hooks").iterdir() if path.suffix != ".sample"
    }
    assert names == {"pre-receive"}


def test_names_with_spaces_and_quotes(person: Person, tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a "place" $HOME'
    folder.mkdir()
    there = type(person)(folder)
    there.git("init", "--quiet").passed()
    there.imd("hook", "install").passed()
    (folder / "Dockerfile").write_text(BAD)
    there.git("add", "Dockerfile").passed()
    there.commit().blocked("floating-tag")


def test_missing_imd_blocks_and_says_so(
    repository: Repository, person: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person.imd("hook", "install").passed()
    text = _hook(repository).read_text()
    line = next(line for line in text.splitlines() if line.startswith("python="))
    _hook(repository).write_text(text.replace(line, "python='/gone/bin python'"))
    monkeypatch.setenv("PATH", _only_git(tmp_path / "bin"))
    repository.add({"Dockerfile": GOOD})
    person.commit().blocked("neither /gone/bin python nor the PATH has imd", "imd hook install")


def test_imd_of_the_path_stands_in(
    repository: Repository, person: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person.imd("hook", "install").passed()
    text = _hook(repository).read_text()
    line = next(line for line in text.splitlines() if line.startswith("python="))
    _hook(repository).write_text(text.replace(line, "python=/gone"))
    _other(tmp_path / "bin/imd", '#!/bin/sh\necho "imd of the path: $*"\nexit 1\n')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    repository.add({"Dockerfile": GOOD})
    person.commit().blocked("imd of the path: hook staged")


def test_module_of_the_repository_is_not_run(repository: Repository, person: Person) -> None:
    trap = "import sys\nsys.exit('the repository was run')\n"
    repository.commit(
        {
            "immutable_delivery/__init__.py": trap,
            "click.py": trap,
            "immutable_delivery_hooks.py": trap,
        }
    )
    person.imd("hook", "install").passed()
    repository.add({"Dockerfile": BAD})
    person.commit().blocked("floating-tag")


def test_uninstalling_leaves_others_alone(repository: Repository, person: Person) -> None:
    _other(_hook(repository))
    person.imd("hook", "uninstall").blocked("no hook of imd", code=0)
    assert _hook(repository).read_text() == OTHER


def test_folder_that_cannot_be_written_is_told(repository: Repository, person: Person) -> None:
    repository.git("config", "core.hooksPath", "/dev/null")
    person.imd("hook", "install").blocked("cannot be written", code=2)


def test_without_repository(person: Person, tmp_path: Path) -> None:
    for command in ("install", "uninstall", "staged", "pushed", "pre-receive"):
        type(person)(tmp_path).imd("hook", command).blocked("no git repository", code=2)


def _only_git(folder: Path) -> str:
    """Return a PATH with git and what its hooks need of the system, and no imd."""
    folder.mkdir()
    for name in ("git", "sh", "cat", "dirname"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return str(folder)


def test_mode_is_that_of_a_program(repository: Repository, person: Person) -> None:
    person.imd("hook", "install").passed()
    assert stat.S_IMODE(_hook(repository).stat().st_mode) == 0o755
