"""What an organisation shares: a configuration with policies, profiles and tables, from a path or a package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import CLEAN, DIGEST, FLOATING

from immutable_delivery.config.packages import package

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

POLICY = """\
id: {id}
name: A base of somebody else
severity: error
drift: none
profiles: [default, strict]
rules:
  - over: image
    deny: repository == "debian"
    message: not from here
why: We build on something else.
remedy: Take the base of the team.
"""
CONFIG = """\
profile: acme
profiles:
  acme: {base: strict, ignore: [missing-image-labels, runs-as-root]}
severity: {floating-tag: warning, partial-tag: note}
policies: [policies]
tables:
  managers: []
"""


class Site:
    """A folder of installed distributions, laid out as pip does."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def install(self, name: str, version: str, files: dict[str, str]) -> None:
        about = f"{name.replace('-', '_')}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        files = {**files, f"{about}/METADATA": metadata}
        for path, text in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        record = "".join(f"{path},,\n" for path in [*files, "../../bin/tool", f"{about}/RECORD"])
        (self.root / about / "RECORD").write_text(record, "utf-8")


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Site:
    root = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(str(root))
    package.cache_clear()
    return Site(root)


def _acme(site: Site, **files: str) -> None:
    own = {name.replace("__", "/"): text for name, text in files.items()}
    made = {
        "acme/imd.yaml": CONFIG,
        "acme/policies/own/acme-base.yaml": POLICY.format(id="acme-base"),
    }
    site.install("acme-delivery", "1.4.0", {**made, **own})


EXTENDS = "extends: [{package: acme-delivery, version: 1.4.0}]\n"


def _report(repository: Repository, *options: str) -> Any:
    return json.loads(repository.call("check", "--output-format", "json", *options).out)


def _found(repository: Repository, *options: str) -> dict[str, str]:
    return {one["policy"]: one["severity"] for one in _report(repository, *options)["findings"]}


def test_a_package_brings_policies_profiles_and_severities(
    repository: Repository, site: Site
) -> None:
    _acme(site)
    repository.write(Dockerfile=FLOATING, **{".imd.yaml": EXTENDS})
    assert _found(repository) == {"acme-base": "error", "floating-tag": "warning"}
    assert _report(repository)["configuration"]["files"] == [
        ".imd.yaml",
        "//acme-delivery==1.4.0/acme/imd.yaml",
    ]
    assert "acme-base" in repository.call("policy", "list").out
    assert "acme" in repository.call("config", "show").out


def test_the_repository_has_the_last_word(repository: Repository, site: Site) -> None:
    _acme(site)
    own = "profile: default\nseverity: {floating-tag: note}\nignore: [acme-base]\n"
    repository.write(Dockerfile=FLOATING, **{".imd.yaml": EXTENDS + own})
    assert _found(repository) == {"floating-tag": "note"}


def test_pyproject_names_packages_too(repository: Repository, site: Site) -> None:
    _acme(site)
    text = '[tool.imd]\nextends = [{ package = "acme-delivery", version = "1.4.0" }]\n'
    repository.write(Dockerfile=FLOATING, **{"pyproject.toml": text})
    assert "acme-base" in _found(repository)


def test_a_package_extends_its_own_files_and_other_packages(
    repository: Repository, site: Site
) -> None:
    more = "extends: [imd.yaml, {package: group, version: '2', file: conf/base.yaml}]\nignore: [acme-base]\n"
    _acme(site, **{"acme/web.yaml": more})
    site.install(
        "group",
        "2",
        {"group/conf/base.yaml": "severity: {partial-tag: error}\n", "b/base.yaml": ""},
    )
    repository.write(
        Dockerfile='FROM debian:12\nUSER 1\nCMD ["true"]\n',
        **{".imd.yaml": EXTENDS.replace("1.4.0}", "1.4.0, file: web.yaml}")},
    )
    assert _found(repository) == {"partial-tag": "error"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{package: acme-deliver, version: 1.4.0}", "'acme-deliver' is not installed beside imd"),
        ("{package: acme-delivery, version: 1.4.1}", "is installed in version 1.4.0, not 1.4.1"),
        ("{package: acme-delivery, version: 1.4}", 'is a number: write "1.4"'),
        ("{package: acme-delivery}", "`version` is missing"),
        ("{package: ../acme, version: 1.4.0}", "cannot be `../acme`"),
        ("{package: acme-delivery, version: 1.4.0, file: other.yaml}", "acme-delivery==1.4.0 has no file 'other.yaml'"),
        ("{package: acme-delivery, version: 1.4.0, file: twice.yaml}", "2 files 'twice.yaml': say which one"),
        ("{package: acme-delivery, version: 1.4.0, file: waives.yaml}", "//acme-delivery==1.4.0/acme/waives.yaml:1:1: `suppressions` cannot come from a package"),
        ("{package: acme-delivery, version: 1.4.0, file: out.yaml}", "//acme-delivery==1.4.0/acme/out.yaml:1:12: '../../../.imd.yaml' is not there"),
        ("{package: acme-delivery, version: 1.4.0, file: circle.yaml}", "acme/circle.yaml:1:11: '//acme-delivery==1.4.0/acme/circle.yaml' extends itself"),
        ("{package: acme-delivery, version: 1.4.0, file: empty.yaml}", "acme/empty.yaml:1:12: 'none' is not there"),
        ("//acme-delivery==1.4.0/acme/imd.yaml", "is outside the repository"),
        ("/etc/passwd", ".imd.yaml:1:11: '/etc/passwd' is outside the repository"),
        ("../base.yaml", ".imd.yaml:1:11: '../base.yaml' is outside the repository"),
        ("~/base.yaml", ".imd.yaml:1:11: '~/base.yaml' is outside the repository"),
        ("base.yaml", ".imd.yaml:1:11: 'base.yaml' is not there"),
        ("linked.yaml", "linked.yaml: configuration is not read through a symbolic link"),
        (".imd.yaml", ".imd.yaml:1:11: '.imd.yaml' extends itself: .imd.yaml → .imd.yaml"),
    ],
)  # fmt: skip
def test_what_cannot_be_extended_is_2_with_its_place(
    repository: Repository, site: Site, text: str, words: str
) -> None:
    _acme(
        site,
        **{
            "acme/a/twice.yaml": "", "acme/b/twice.yaml": "", "acme/waives.yaml": "suppressions: []\n",
            "acme/out.yaml": "extends: [ ../../../.imd.yaml]\n", "acme/circle.yaml": "extends: [circle.yaml]\n",
            "acme/empty.yaml": "policies: [none]\n",
        },
    )  # fmt: skip
    repository.write(Dockerfile=CLEAN, **{".imd.yaml": f"extends: [{text}]\n", "real.yaml": "{}\n"})
    (repository.root / "linked.yaml").symlink_to("real.yaml")
    result = repository.call()
    assert result.code == 2
    assert words in result.err


def test_a_broken_installation_is_2(repository: Repository, site: Site) -> None:
    _acme(site)
    repository.write(Dockerfile=CLEAN, **{".imd.yaml": EXTENDS})
    about = site.root / "acme_delivery-1.4.0.dist-info"
    (site.root / "acme/imd.yaml").unlink()
    assert "has no file 'imd.yaml'" in repository.call().err
    package.cache_clear()
    (about / "RECORD").write_bytes(b"\xff\xfe")
    result = repository.call()
    assert result.code == 2
    assert "'acme-delivery' is installed, but what it says of itself is broken" in result.err
    (about / "RECORD").unlink()
    package.cache_clear()
    assert "has no file 'imd.yaml'" in repository.call().err


def test_two_policies_of_one_id_are_2_with_both_places(repository: Repository, site: Site) -> None:
    _acme(site)
    own = ".imd__policies__own__acme-base.yaml"
    repository.write(Dockerfile=CLEAN, **{".imd.yaml": EXTENDS, own: POLICY.format(id="acme-base")})
    result = repository.call()
    assert result.code == 2
    assert ".imd/policies/own/acme-base.yaml" in result.err
    assert "//acme-delivery==1.4.0/acme/policies/own/acme-base.yaml" in result.err


TABLES = """\
tables:
  managers:
    - {names: fetchpkg, ecosystem: os, reads: equals, verbs: {get: install}}
"""
RUNS = {
    "Dockerfile": f'FROM archlinux@{DIGEST}\nRUN fetchpkg get htop\nCMD ["htop"]\n',
    "compose.yaml": f"services:\n  web:\n    image: a@{DIGEST}\n    command: sh -c 'fetchpkg get x && run'\n",
    "pod.yaml": f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n    - name: p\n      image: a@{DIGEST}\n      command: [sh, -c, fetchpkg get x && run]\n",
    "delivery.yaml": f"service: s\nimage: a@{DIGEST}\nstart: [sh, -c, fetchpkg get x && run]\n",
    "Procfile": "web: fetchpkg get x && run\n",
}


def test_a_package_brings_tables_to_every_format(repository: Repository, site: Site) -> None:
    _acme(site, **{"acme/imd.yaml": TABLES})
    repository.write(**RUNS)
    options = ("--select", "unpinned-os-package,install-at-start")
    assert _report(repository, *options)["findings"] == []
    repository.write(**{".imd.yaml": EXTENDS})
    found = {one["place"]["file"] for one in _report(repository, *options)["findings"]}
    assert found == set(RUNS)


def test_rows_of_tables_add_up_and_the_repository_has_the_first_word(
    repository: Repository, site: Site
) -> None:
    _acme(site, **{"acme/imd.yaml": TABLES})
    more = "tables: {managers: [{names: otherpkg, ecosystem: os, reads: equals, verbs: {add: install}}]}\n"
    dockerfile = f'FROM archlinux@{DIGEST}\nRUN fetchpkg get a\nRUN otherpkg add b\nCMD ["a"]\n'
    repository.write(Dockerfile=dockerfile, **{".imd.yaml": EXTENDS + more})
    options = ("--select", "unpinned-os-package")
    assert len(_report(repository, *options)["findings"]) == 2
    mine = (
        "tables: {managers: [{names: fetchpkg, ecosystem: os, reads: equals, verbs: {get: ''}}]}\n"
    )
    repository.write(**{".imd.yaml": EXTENDS + mine})
    assert _report(repository, *options)["findings"] == []


@pytest.mark.parametrize(
    ("extension", "file", "text", "policy", "found"),
    [
        ("tags: {exact_components: {acme/db: 2}}", "Dockerfile", f'FROM acme/db:4.2@{DIGEST}\nFROM acme/db:4.2\nCMD ["a"]\n', "partial-tag", False),
        ("tags: {aliases: approved2}", "Dockerfile", 'FROM acme/db:approved2\nCMD ["a"]\n', "floating-tag", True),
        ("sockets: {names: acmed}", "compose.yaml", f"services:\n  a:\n    image: a@{DIGEST}\n    volumes: [/run/acmed.sock:/s]\n", "runtime-socket", True),
        ("switches: {lists: {ACME_ADDONS: add-ons}}", "compose.yaml", f"services:\n  a:\n    image: a@{DIGEST}\n    environment: {{ACME_ADDONS: x}}\n", "install-by-environment", True),
        ("image_starts: {nothing: acme/base}", "compose.yaml", f"services:\n  a:\n    image: acme/base@{DIGEST}\n", "missing-start-command", True),
        ("code_paths: {images: {acme/web: /pages}}", "compose.yaml", f"services:\n  a:\n    image: acme/web@{DIGEST}\n    volumes: [./lib:/pages]\n", "host-mounted-code", True),
        ("environments: {compose_development: laptop}", "compose.laptop.yaml", f"services:\n  a:\n    image: a@{DIGEST}\n    command: npm install x\n", "install-at-start", False),
        ("secrets: {names: pin}", "Dockerfile", f'FROM debian@{DIGEST}\nENV DOOR_PIN=8732-99\nCMD ["a"]\n', "secret-in-image", True),
        ("updaters: {programs: {Acmetower: acme/tower}}", "compose.yaml", f"services:\n  a:\n    image: acme/tower@{DIGEST}\n", "auto-updater", True),
        ("official_images: {names: acmeos}", "Dockerfile", f'FROM debian@{DIGEST}\nCOPY --from=acmeos /a /a\nCMD ["a"]\n', "broken-stage-reference", False),
    ],
)  # fmt: skip
def test_what_is_known_of_the_world_is_extended(
    repository: Repository, extension: str, file: str, text: str, policy: str, found: bool
) -> None:
    repository.write(**{file: text, "lib/a.py": "a = 1\n"})
    options = ("--select", policy)
    before = bool(_report(repository, *options)["findings"])
    repository.write(**{".imd.yaml": f"tables: {{{extension}}}\n"})
    after = bool(_report(repository, *options)["findings"])
    assert (before, after) == (not found, found)


ARGUMENTS = {
    "compose.yaml": f"services:\n  web:\n    image: acme/pkg@{DIGEST}\n    command: [install, flask]\n",
    "pod.yaml": f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n    - name: p\n      image: acme/pkg@{DIGEST}\n      args: [install, flask]\n",
}


def test_the_programs_of_images_of_ones_own_are_known_in_every_format(
    repository: Repository,
) -> None:
    repository.write(**ARGUMENTS)
    options = ("--select", "install-at-start")
    assert _report(repository, *options)["findings"] == []
    repository.write(**{".imd.yaml": "tables: {entrypoints: {programs: {acme/pkg: pip}}}\n"})
    for jobs in ("1", "2"):
        found = _report(repository, *options, "--jobs", jobs)["findings"]
        assert {one["place"]["file"] for one in found} == set(ARGUMENTS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{manager: []}", ".imd.yaml:1:10: there is no table 'manager'; there are api_groups, base_users, build_calls, builders, "),
        ("{managers: {paru: {}}}", ".imd.yaml:1:10: 'managers' must be a list"),
        ("{bypassing_variables: [A]}", "'bypassing_variables' must be a mapping"),
        ("{managers: [{ecosystem: os}]}", "a row of 'managers' lacks 'names'"),
        ("{managers: [{names: p, ecosystem: os, reads: tea, verbs: {get: install}}]}", "'tea' is no way to read a package"),
        ("{managers: [{names: p, ecosystem: os, reads: equals, verbs: {get: dance}}]}", "'dance' is nothing that a verb does"),
        ("{managers: [1]}", "a row of 'managers' is not as it should be"),
        ("{managers: [{names: p}]}", "a row of 'managers' lacks 'verbs'"),
        ("{wrappers: [{values: -p}]}", "a row of 'wrappers' lacks 'run'"),
        ("{bypassing_variables: {A: '('}}", "a row of 'bypassing_variables' is not as it should be"),
        ("{bypassing_variables: {A: 1}}", "a row of 'bypassing_variables' is not as it should be"),
        ("{mutations: [{run: x, mutate: workload}]}", "a row of 'mutations' is not as it should be"),
        ("{frozen_hosts: [1]}", "a row of 'frozen_hosts' is not as it should be"),
        ("{keyrings: 1}", "'keyrings' must be a list"),
        ("{sockets: []}", ".imd.yaml:1:10: 'sockets' must be a mapping"),
        ("{sockets: {names: docker, pipe: x}}", ".imd.yaml:1:41: there is no 'pipe' in 'sockets'; there are names, "),
        ("{entrypoints: {programs: {a: b, c: 3}}}", ".imd.yaml:1:44: 'programs.c' of 'entrypoints' is not as it should be"),
    ],
)  # fmt: skip
def test_rows_that_cannot_extend_a_table_are_2(
    repository: Repository, text: str, words: str
) -> None:
    repository.write(**RUNS, **{".imd.yaml": f"tables: {text}\n"})
    result = repository.call()
    assert result.code == 2, result
    assert words in result.err


def test_a_path_in_the_repository_brings_all_of_it(repository: Repository) -> None:
    repository.write(
        **{
            "Dockerfile": FLOATING, ".imd.yaml": "extends: [vendor/acme/imd.yaml]\n", "vendor/acme/imd.yaml": CONFIG,
            "vendor/acme/policies/own/acme-base.yaml": POLICY.format(id="acme-base"),
        }
    )  # fmt: skip
    assert _found(repository) == {"acme-base": "error", "floating-tag": "warning"}


def test_a_submodule_is_refused_rather_than_taken_for_empty(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "imd.yaml").write_text("{}\n")
    (other / "rules").mkdir()
    (other / "rules/x.yaml").write_text(POLICY.format(id="x"))
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=other, check=True)
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "org")
    for text in ("extends: [org/imd.yaml]\n", "policies: [org/rules]\n"):
        repository.write(Dockerfile=CLEAN, **{".imd.yaml": text})
        result = repository.call()
        assert result.code == 2
        assert (
            "lies in the submodule org, which is not read: take a package, or a copy" in result.err
        )


def test_folders_of_policies_hold_some_and_no_links(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN, **{".imd.yaml": "policies: [rules]\n", "rules__readme": ""})
    result = repository.call()
    assert (result.code, result.err) == (2, "imd: error: .imd.yaml:1:12: 'rules' holds no policy\n")
    repository.write(
        **{"elsewhere.yaml": POLICY.format(id="x"), "rules__own__y.yaml": POLICY.format(id="y")}
    )
    (repository.root / "rules/own/x.yaml").symlink_to("../../elsewhere.yaml")
    result = repository.call()
    assert result.code == 2
    assert "rules/own/x.yaml: configuration is not read through a symbolic link" in result.err


def test_a_distribution_in_the_folder_that_python_starts_in_is_none(repository: Repository) -> None:
    Site(repository.root).install("acme-delivery", "1.4.0", {"acme/imd.yaml": "{}\n"})
    repository.write(Dockerfile=CLEAN, **{".imd.yaml": EXTENDS})
    done = subprocess.run(
        [sys.executable, "-m", "immutable_delivery", "check"],
        cwd=repository.root, capture_output=True, check=False, text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "linter"), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "'acme-delivery' is not installed beside imd" in done.stderr


def test_config_from_a_commit_reads_packages_still(repository: Repository, site: Site) -> None:
    _acme(site)
    repository.write(Dockerfile=FLOATING, **{".imd.yaml": EXTENDS})
    repository.commit()
    repository.write(**{".imd.yaml": "ignore: [image]\n"})
    assert "acme-base" in _found(repository, "--config-from", "HEAD")
