"""What the words of package managers mean: the tables against a second list, written from the tools' own manuals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.effects.tables import load
from immutable_delivery.facts import Install, Scope
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span

Row = Mapping[str, Any]
CALLS = {
    "install": "{verb} {package}",
    "behind": "{verb} other {package}",
    "paired": "{verb} {package} 1.2.3",
    "run": "{verb} {package} argument",
    "lists": "{verb}",
    "locked": "{verb}",
    "upgrade": "{verb}",
    "refresh": "{verb}",
}
"""How each kind of verb is called."""
SPECIAL = ("workspace", "project", "files of", "runs project", "means")
"""Verbs of other kinds: test_calls_that_are_like_no_others has them one by one."""


@lru_cache(maxsize=1)
def rows() -> list[Row]:
    text = Path(__file__).with_name("managers.yaml").read_text("utf-8")
    found: list[Row] = YAML(typ="safe", pure=True).load(text)
    return found


def words(row: Row, key: str) -> list[str]:
    """Return the words of a key: parted by commas where they may have several words; `~` is none."""
    if key not in row:
        return []
    text = row[key] or "~"
    verbs = key in {*CALLS, "nothing", "call", "looks"} or key.startswith(SPECIAL)
    parts = text.split(",") if verbs or "," in text else text.split()
    return [part.strip().replace("~", "") for part in parts]


def installs(script: str, *files: str) -> list[Install]:
    interpreter = Interpreter(files=MemoryFiles(dict.fromkeys(files, "")))
    place = Place("f", Span(0, len(script)))
    interpreter.script(LocatedText.literal(script, place), Scope(), place)
    return [fact for fact in interpreter.finish() if isinstance(fact, Install)]


def taken(script: str) -> list[tuple[str, bool]]:
    """Return the packages that a call takes, and whether each is surely one."""
    found = [package for install in installs(script) for package in install.packages]
    return [(package.spec, package.pin is not None) for package in found]


def package_of(row: Row) -> str:
    return str(row.get("package", "some-package"))


def call(row: Row, *options: str) -> str:
    """Return a call that installs (or runs) the package of a row, with options behind the verb."""
    keys = ("call", "install", "behind", "paired", "run", "lists", "nothing")
    key = next(key for key in keys if key in row)
    verb, other = words(row, key)[0], "other " if key == "behind" else ""
    return " ".join((row["names"].split()[0], verb, *options, other + package_of(row)))


def begun(row: Row, *options: str) -> str:
    """Return a call that names nothing, with options behind the verb."""
    key = next(key for key in ("lists", "call", "install", "run") if key in row)
    return " ".join((row["names"].split()[0], words(row, key)[0], *options))


each_manager = pytest.mark.parametrize("row", rows(), ids=lambda row: row["names"].split()[0])


@each_manager
def test_verbs_do_what_the_manual_says(row: Row) -> None:
    wrong = []
    for key, form in CALLS.items():
        for verb in words(row, key):
            for name in row["names"].split():
                script = f"{name} {form.format(verb=verb, package=package_of(row))}"
                found = [
                    (install.action, install.ecosystem, install.frozen)
                    for install in installs(script)
                ]
                action = key if key in {"run", "upgrade", "refresh"} else "install"
                if found != [(action, row["ecosystem"], key == "locked")]:
                    wrong.append((script, found))
    assert wrong == []


@each_manager
def test_verbs_take_the_packages_that_they_name(row: Row) -> None:
    wrong = []
    for key in ("install", "behind", "paired", "run"):
        for verb in words(row, key):
            script = (
                f"{row['names'].split()[0]} {CALLS[key].format(verb=verb, package=package_of(row))}"
            )
            (install,) = installs(script)
            found = [(package.spec, package.version) for package in install.packages]
            version = "1.2.3" if key == "paired" else found[0][1]
            if found != [(package_of(row), version)]:
                wrong.append((script, found))
    assert wrong == []


@each_manager
def test_other_verbs_install_nothing(row: Row) -> None:
    name, package = row["names"].split()[0], package_of(row)
    scripts = [f"{name} {verb} {package}" for verb in words(row, "nothing")]
    assert [script for script in scripts if installs(script)] == []


@each_manager
def test_the_table_knows_no_other_verbs(row: Row) -> None:
    keys = [key for key in row if key in {*CALLS, "nothing"} or key.startswith(SPECIAL)]
    known = {verb for key in keys for verb in words(row, key)}
    for name in row["names"].split():
        manager = load().manager(name)
        assert manager is not None
        assert {" ".join(verb.words) for verb in manager.verbs} | {*manager.option_verbs} <= known


def test_every_manager_of_the_table_is_reviewed() -> None:
    reviewed = [set(row["names"].split()) for row in rows()]
    assert [set(row["names"]) for row in load().data["managers"]] == reviewed


@each_manager
def test_options_with_a_value_take_the_next_word(row: Row) -> None:
    expected = [package_of(row)]
    scripts = [call(row, option, "word") for option in words(row, "values") if expected != [""]]
    wrong = [(s, taken(s)) for s in scripts if [spec for spec, _ in taken(s)] != expected]
    assert wrong == []


@each_manager
def test_options_without_a_value_leave_the_next_word(row: Row) -> None:
    expected = [(package_of(row), True)]
    scripts = [call(row, option) for option in words(row, "switches")]
    assert [(script, taken(script)) for script in scripts if taken(script) != expected] == []


@each_manager
def test_options_name_packages_and_versions(row: Row) -> None:
    called = {begun(row, option, "word"): ["word"] for option in words(row, "package in")}
    called |= {call(row, option, "word"): ["word"] for option in words(row, "only package in")}
    wrong = [s for s, expected in called.items() if [spec for spec, _ in taken(s)] != expected]
    assert wrong == []
    versions = [call(row, option, "1.2.3") for option in words(row, "version")]
    assert [s for s in versions if [p.version for p in installs(s)[0].packages] != ["1.2.3"]] == []


@each_manager
def test_options_name_files_that_are_read(row: Row) -> None:
    options = words(row, "files") + words(row, "limits")
    scripts = [call(row, option, "word.txt") for option in options]
    assert [s for s in scripts if installs(s, "word.txt")[0].reads != ("word.txt",)] == []


@each_manager
def test_options_that_stop_it(row: Row) -> None:
    scripts = [call(row, option) for option in words(row, "stops")]
    assert [script for script in scripts if installs(script)] == []


@each_manager
@pytest.mark.parametrize(
    ("key", "field"),
    [("unchecked", "bypassed_checks"), ("hashed", "hashed"), ("snapshot", "snapshot")],
)
def test_options_that_check_less_or_more(row: Row, key: str, field: str) -> None:
    scripts = [call(row, option) for option in words(row, key)]
    assert [script for script in scripts if not getattr(installs(script)[0], field)] == []
    assert not scripts or not getattr(installs(call(row))[0], field)


@each_manager
def test_what_runners_take_from_the_network(row: Row) -> None:
    name, package, looks = row["names"].split()[0], package_of(row), words(row, "looks")
    for verb in words(row, "run"):
        (install,) = installs(f"{name} {verb} {package}")
        assert install.fetches is (None if verb in looks else True), verb
    for option in words(row, "fetching"):
        (install,) = installs(f"{name} {looks[0]} {option} {package}")
        assert install.fetches is True, option


@each_manager
def test_what_makes_it_keep_to_the_lock_file(row: Row) -> None:
    form = begun if "lists" in row else call
    scripts = [form(row, option) for option in words(row, "frozen")]
    scripts += [f"{name}=1 {form(row)}" for name in words(row, "frozen by")]
    assert [script for script in scripts if not installs(script)[0].frozen] == []
    assert not scripts or not installs(form(row))[0].frozen


@each_manager
def test_the_lock_file_beside_the_manifest_is_found(row: Row) -> None:
    manifests, locks = words(row, "manifest"), words(row, "locks")
    listing = [key for key in ("lists", "locked") if key in row]
    if not listing:
        return
    script = f"{row['names'].split()[0]} {words(row, listing[0])[0]}"
    manifests = [manifest for manifest in manifests if manifest not in locks]
    found = {lock: installs(script, lock, *manifests)[0].lock_file for lock in locks}
    assert found == dict(zip(locks, locks, strict=True))
    if listing == ["locked"]:
        return
    read = {manifest: installs(script, manifest)[0].reads for manifest in manifests}
    assert read == {one: (one,) for one in read}


@each_manager
def test_the_folder_is_that_of_the_option(row: Row) -> None:
    lock = words(row, "locks")[:1]
    for option in words(row, "folder"):
        (install,) = installs(begun(row, option, "sub"), *(f"sub/{one}" for one in lock))
        assert install.lock_file == f"sub/{lock[0]}"


@each_manager
def test_the_forms_that_keep_to_the_lock_file(row: Row) -> None:
    name, locks = row["names"].split()[0], words(row, "locks")[:1]
    for verb, form in row.get("forms", {}).items():
        script = f"{name} {verb}".replace(" ~", "")
        assert installs(script, *locks)[0].frozen_form == form
        assert installs(f"{name} {form}", *locks)[0].frozen
        thawed = [f"{script} {option}" for option in words(row, "thaws")]
        assert [
            s for s in thawed if any(install.frozen_form for install in installs(s, *locks))
        ] == []


@each_manager
def test_what_the_runtime_brings_is_not_installed(row: Row) -> None:
    assert [word for word in words(row, "bundled") if taken(begun(row, word))] == []
    aliases = [begun(row, word) for word in words(row, "aliases")]
    assert [s for s in aliases if [p.pin for p in installs(s)[0].packages] != ["alias"]] == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("az extension add --name some-package --version 1.2.3", "install some-package 1.2.3"),
        ("az extension add --source https://x.example/a.whl", "install https://x.example/a.whl "),
        ("dotnet add web.csproj package some-package -v 1.2.3", "install some-package 1.2.3"),
        ("mix local.hex --force", "install hex "),
        ("mix local.hex 1.2.3 --force", "install 1.2.3 1.2.3"),
        ("mix local.rebar --force", "install rebar "),
        ("wp core download", "install wordpress "),
        ("wp core download --version=1.2.3", "install wordpress 1.2.3"),
        ("yarn set version 1.2.3", "install 1.2.3 1.2.3"),
        ("yarn policies set-version 1.2.3", "install 1.2.3 1.2.3"),
        ("yarn workspace web add some-package", "install some-package "),
        ("pacman -Syu", "upgrade"),
        ("pacman -Su", "upgrade"),
        ("pacman -S --sysupgrade --refresh", "upgrade"),
        ("pacman -Sy", "refresh"),
        ("pacman -Sy some-package", "install some-package "),
        ("pacman -Syu some-package", "upgrade, install some-package "),
        ("nix-env -u", "upgrade"),
        ("nix-env --upgrade some-package", "install some-package "),
        ("emerge --sync", "refresh"),
        ("xbps-install -Syu", "upgrade"),
        ("xbps-install -Sy some-package", "install some-package "),
        ("flatpak install -y flathub some.package", "install some.package "),
        ("cargo install --git https://x.example/y --rev 0123456", "install https://x.example/y 0123456"),
        ("cargo install --git https://x.example/y --tag v1.2.3", "install https://x.example/y v1.2.3"),
        ("cargo install --path sub", ""),
        ("jenkins-plugin-cli --plugin-file plugins.txt", "install plugins.txt None"),
        ("rustup-init -y --default-toolchain 1.80.0", "install 1.80.0 1.80.0"),
        ("n 20.1.0", "install 20.1.0 20.1.0"),
        ("npm init vite@5.0.0 web", "run vite@5.0.0 5.0.0"),
    ],
)  # fmt: skip
def test_calls_that_are_like_no_others(script: str, expected: str) -> None:
    found = []
    for install in installs(script):
        packages = [f" {package.spec} {package.version}" for package in install.packages]
        found.append(install.action + "".join(packages))
    assert ", ".join(found) == expected
