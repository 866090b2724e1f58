"""A baseline: what is known is counted and not reported, whatever happens to lines and files."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.resources import files as resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from tests.cli.conftest import CLEAN, DIGEST, FLOATING

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

FILE = ".imd-baseline.json"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      image: nginx:stable
"""


def _data(repository: Repository) -> Any:
    return json.loads((repository.root / FILE).read_text("utf-8"))


def _compared(repository: Repository, *options: str) -> tuple[int, int, int]:
    """Return new, known and fixed, as the report in JSON has them."""
    result = repository.call("check", "--baseline", "--output-format", "json", *options)
    found = json.loads(result.out)
    assert result.code == int(found["summary"]["findings"]["error"] > 0)
    assert len(found["findings"]) == found["baseline"]["new"]
    return tuple(found["baseline"][name] for name in ("new", "known", "fixed"))


def test_what_is_known_is_not_reported_and_what_comes_later_is(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    made = repository.call("baseline")
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith(f"{FILE}: 1 known finding, 1 added, 0 taken out\nNext: ")
    repository.write(other__Dockerfile=FLOATING)
    result = repository.call("check", "--baseline")
    assert result.code == 1
    assert result.out.startswith("other/Dockerfile:1:13 error floating-tag\n")
    assert f"1 error; baseline {FILE}: 1 new, 1 known, 0 fixed; " in result.out
    assert repository.call("check", "-q").out.count(" error floating-tag ") == 2


def test_the_configuration_names_it_and_an_option_overrules(repository: Repository) -> None:
    repository.write(
        Dockerfile=FLOATING, **{".imd.yaml": "baseline: ci/known.json\n", "ci__none": ""}
    )
    assert repository.call().code == 2
    assert "Next" not in repository.call("baseline").out
    assert (repository.root / "ci/known.json").is_file()
    assert repository.call().code == 0
    assert repository.call("--no-baseline").code == 1
    assert repository.call("--baseline=other.json").code == 2
    assert repository.call("--baseline", "ci/known.json", "--no-baseline").code == 2
    assert repository.call("--baseline=").code == 2


def test_the_file_is_sorted_stable_and_fits_its_schema(repository: Repository) -> None:
    repository.write(b__Dockerfile=FLOATING, a__Dockerfile=FLOATING, **{"pod.yaml": POD})
    repository.call("baseline", "--profile", "strict")
    text = (repository.root / FILE).read_text("utf-8")
    schema = json.loads(
        (resources("immutable_delivery") / "schemas/baseline.schema.json").read_text()
    )
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    lines = [line for line in text.splitlines() if line.startswith("    {")]
    assert lines == sorted(lines, key=lambda line: [*json.loads(line.rstrip(",")).values()][:2])
    assert len(lines) == len(json.loads(text)["findings"]) > 3
    assert "line" not in text
    repository.call("baseline", "--profile", "strict")
    assert (repository.root / FILE).read_text("utf-8") == text
    assert repository.call("baseline", "--schema").out == (
        resources("immutable_delivery") / "schemas/baseline.schema.json"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    "after",
    [
        "# a comment above\n\n" + POD,
        POD.replace("  containers:\n    - name", "  containers:\n        - name").replace(
            "      image", "          image"
        ),
        POD.replace("\n", "\r\n"),
        "\ufeff" + POD,
        POD.replace("image: nginx:stable", "image: 'nginx:stable'"),
        POD.replace("      image: nginx:stable\n", "").replace(
            "    - name: web\n", "    - image: nginx:stable\n      name: web\n"
        ),
    ],
)
def test_moved_and_reindented_code_stays_known(repository: Repository, after: str) -> None:
    repository.write(**{"pod.yaml": POD})
    repository.call("baseline")
    (repository.root / "pod.yaml").write_text(after, encoding="utf-8", newline="")
    assert _compared(repository) == (0, 1, 0)


def test_a_renamed_file_stays_known_and_a_copy_is_new(repository: Repository) -> None:
    repository.write(old__Dockerfile=FLOATING)
    repository.call("baseline")
    repository.write(new__Dockerfile=FLOATING)
    assert _compared(repository) == (1, 1, 0)
    (repository.root / "old/Dockerfile").unlink()
    assert _compared(repository) == (0, 1, 0)
    assert "0 added, 0 taken out" in repository.call("baseline", "--prune").out
    assert [entry["file"] for entry in _data(repository)["findings"]] == ["new/Dockerfile"]
    repository.write(third__Dockerfile=FLOATING)
    assert _compared(repository) == (1, 1, 0)


def test_a_file_that_the_baseline_has_takes_nothing_from_one_that_is_gone(
    repository: Repository,
) -> None:
    kept = "FROM alpine:edge\nRUN true\n"
    repository.write(gone__Dockerfile=FLOATING, kept__Dockerfile=f'{kept}CMD ["true"]\n')
    repository.call("baseline")
    (repository.root / "gone/Dockerfile").unlink()
    repository.write(
        kept__Dockerfile=f'{kept}FROM debian:latest\nCOPY --from=0 /a /a\nCMD ["true"]\n'
    )
    assert _compared(repository, "--select", "floating-tag") == (1, 1, 1)


def test_twins_count(repository: Repository) -> None:
    two = "RUN curl https://example.org/a | sh\n" * 2
    text = f'FROM debian:12.8@{DIGEST}\n{two}CMD ["true"]\n'
    options = ("--select", "piped-installer")
    repository.write(Dockerfile=text)
    repository.call("baseline")
    assert {e["count"] for e in _data(repository)["findings"] if "count" in e} == {2}
    assert _compared(repository, *options) == (0, 2, 0)
    repository.write(Dockerfile=text.replace("CMD", "RUN curl https://example.org/a | sh\nCMD"))
    assert _compared(repository, *options) == (1, 2, 0)
    repository.write(Dockerfile=text.replace(two, two[: len(two) // 2]))
    assert _compared(repository, *options) == (0, 1, 1)


def test_what_is_fixed_is_reported_and_only_pruned_by_command(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING, other__Dockerfile=FLOATING)
    repository.call("baseline")
    before = (repository.root / FILE).read_bytes()
    repository.write(Dockerfile=CLEAN, new__Dockerfile=FLOATING)
    result = repository.call("check", "--baseline", "--output-format", "json")
    (stale,) = json.loads(result.out)["baseline"]["stale"]
    assert (stale["file"], stale["policy"], stale["count"]) == ("Dockerfile", "floating-tag", 1)
    assert result.err == (
        f"imd: note: baseline {FILE}: 1 new, 1 known, 1 fixed; `imd baseline --prune` takes out what is fixed\n"
    )
    assert (repository.root / FILE).read_bytes() == before
    made = repository.call("baseline", "--prune")
    assert made.out == f"{FILE}: 1 known finding, 0 added, 1 taken out\n"
    assert _compared(repository) == (1, 1, 0)
    again = repository.call("baseline")
    assert again.out.startswith(f"{FILE}: 2 known findings, 1 added, 0 taken out\n")
    assert _compared(repository) == (0, 2, 0)


def test_what_another_selection_hides_is_not_fixed(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    repository.call("baseline", "--profile", "strict")
    before = _data(repository)
    assert len(before["findings"]) > 1
    for options in ([], ["--select", "partial-tag"], ["--ignore", "image"]):
        assert _compared(repository, *options)[2] == 0, options
    repository.call("baseline", "--prune", "--profile", "default")
    assert _data(repository) == before


def test_what_is_suppressed_is_neither_known_nor_fixed(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    repository.call("baseline")
    before = _data(repository)
    repository.write(Dockerfile=f"# imd: ignore[floating-tag] the mirror is frozen\n{FLOATING}")
    assert _compared(repository) == (0, 0, 0)
    repository.call("baseline", "--prune")
    assert _data(repository) == before
    repository.call("baseline")
    assert _data(repository)["findings"] == []


def test_what_cannot_be_read_is_not_fixed(repository: Repository) -> None:
    repository.write(**{"pod.yaml": POD})
    repository.call("baseline")
    repository.write(**{"pod.yaml": POD + "  broken: [\n"})
    new, known, fixed = _compared(repository)
    assert (new, known, fixed) == (1, 0, 0)


def test_what_has_become_worse_is_new_again_and_what_is_milder_stays_known(
    repository: Repository,
) -> None:
    repository.write(Dockerfile='FROM debian:12\nCMD ["true"]\n')
    repository.call("baseline")
    assert [entry["severity"] for entry in _data(repository)["findings"]] == ["warning"]
    repository.write(**{".imd.yaml": "severity: {partial-tag: error}\n"})
    assert _compared(repository) == (1, 0, 0)
    repository.write(**{".imd.yaml": "severity: {partial-tag: note}\n"})
    assert _compared(repository) == (0, 1, 0)


def test_the_class_of_a_service_counts_what_is_known(repository: Repository) -> None:
    repository.write(**{"compose.yaml": "services:\n  web:\n    image: nginx:stable\n"})
    repository.call("baseline")
    result = repository.call("check", "--baseline", "--output-format", "json")
    found = json.loads(result.out)
    assert (result.code, found["findings"]) == (0, [])
    assert [(one["name"], one["class"]) for one in found["services"]] == [("web", "convergent")]
    assert repository.call("check", "--baseline").out == ""
    text = repository.call("check", "--baseline", "--verbose").out
    assert "floating-tag at compose.yaml:3:18, not reported by this run" in text
    assert "Next: `imd check --no-baseline` shows what is known" in text


OWN = """\
id: {id}
{more}name: Debian as a base
severity: error
drift: none
profiles: [default, strict]
rules:
  - over: image
    deny: repository == "debian"
    message: no debian
why: We build on something else.
remedy: Take the base of the team.
"""


def test_a_policy_under_a_new_name_knows_what_it_knew(repository: Repository) -> None:
    old, new = (repository.root / f".imd/policies/own/{name}.yaml" for name in ("old", "new"))
    repository.write(
        Dockerfile=FLOATING, **{".imd__policies__own__old.yaml": OWN.format(id="old", more="")}
    )
    repository.call("baseline")
    old.unlink()
    new.write_text(OWN.format(id="new", more="aliases: [old]\n"))
    assert _compared(repository) == (0, 2, 0)
    repository.call("baseline", "--prune")
    assert {entry["policy"] for entry in _data(repository)["findings"]} == {"floating-tag", "new"}
    new.write_text(OWN.format(id="new", more=""))
    assert _compared(repository) == (0, 2, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON: "),
        ("<<<<<<< ours\n{}\n", "is no JSON: "),
        ("[" * 100_000, "is no JSON: "),
        ("[]", "is no baseline: it has no `version`"),
        ('{"version": 0, "findings": []}', "is no baseline: it has no `version`"),
        ('{"version": 3, "findings": []}', "is a baseline of version 3, which a newer imd wrote"),
        ('{"version": true, "findings": []}', "is no baseline: it has no `version`"),
        ('{"version": 2}', ":1:3: `findings` is missing: what is known"),
        ('{"version": 2, "findings": [{"file": 1}]}', "`findings[0].file` must be text"),
        ('{"version": 2, "findings": [], "more": 1}', ":1:33: unknown key `more`"),
        (
            '{"version": 2, "findings": [{"file": "a", "policy": "p", "severity": "fatal", "fingerprint": "f"}]}',
            "`findings[0].severity` cannot be `fatal`",
        ),
        (
            '{"version": 2, "findings": [{"file": "a", "policy": "p", "severity": "note", "fingerprint": "f", "count": 0}]}',
            "`findings[0].count` is 0, but must be at least 1",
        ),
        (
            json.dumps(
                {
                    "version": 2,
                    "findings": [
                        {"file": "a", "policy": "p", "severity": "note", "fingerprint": "f"}
                    ]
                    * 2,
                }
            ),
            "has an entry of p in a twice",
        ),
    ],
)
def test_a_broken_or_newer_baseline_is_2(repository: Repository, text: str, words: str) -> None:
    repository.write(Dockerfile=FLOATING, **{FILE: text})
    for command in (["check", "--baseline"], ["baseline", "--prune"], ["baseline"]):
        result = repository.call(*command)
        assert result.code == 2, command
        assert result.err.startswith(f"imd: error: {FILE}:")
        assert words in result.err
    assert (repository.root / FILE).read_text("utf-8") == text


def test_a_missing_or_linked_baseline_is_2(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    result = repository.call("check", "--baseline")
    assert (result.code, result.err) == (
        2,
        f"imd: error: {FILE}: is not there; `imd baseline` writes a baseline\n",
    )
    repository.call("baseline")
    (repository.root / FILE).rename(repository.root / "elsewhere.json")
    (repository.root / FILE).symlink_to("elsewhere.json")
    for command in (["check", "--baseline"], ["baseline"], ["baseline", "--prune"]):
        assert "not read through a symbolic link" in repository.call(*command).err
    assert "lies outside" in repository.call("check", "--baseline", "/etc/hosts").err


def test_names_of_any_bytes(repository: Repository) -> None:
    folder = repository.root / "caf\udce9 “x”"
    folder.mkdir()
    (folder / "Dockerfile").write_text(FLOATING)
    repository.call("baseline")
    assert _compared(repository) == (0, 1, 0)


def test_named_paths_are_compared_alone(repository: Repository) -> None:
    repository.write(a__Dockerfile=FLOATING, b__Dockerfile=FLOATING)
    repository.call("baseline")
    repository.write(b__Dockerfile=CLEAN)
    assert _compared(repository, "a") == (0, 1, 0)
    assert _compared(repository, "b") == (0, 0, 1)


def _twins(repository: Repository) -> tuple[str, str]:
    line = "RUN curl https://example.org/a | sh\n"
    text = f'FROM debian:12.8@{DIGEST}\n{line}RUN true\nCMD ["true"]\n'
    repository.write(Dockerfile=text)
    repository.call("baseline")
    repository.commit()
    return text, line


def test_a_change_does_not_use_up_what_the_baseline_has_for_other_lines(
    repository: Repository,
) -> None:
    text, line = _twins(repository)
    repository.write(Dockerfile=text.replace(line, f"{line}RUN echo\n{line}", 1))
    for options in (["--since", "HEAD"], ["--staged"]):
        if options == ["--staged"]:
            repository.git("add", "-A")
        result = repository.call("check", "--baseline", *options, "--select", "piped-installer")
        assert result.code == 1, options
        assert result.out.count("error piped-installer") == 1


def test_a_known_finding_on_a_changed_line_stays_known(repository: Repository) -> None:
    text, _ = _twins(repository)
    repository.write(Dockerfile=text.replace("| sh", "|  sh"))
    assert _compared(repository, "--since", "HEAD") == (0, 1, 0)


def test_staged_reads_the_staged_baseline(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    repository.call("baseline")
    repository.git("add", "Dockerfile")
    result = repository.call("check", "--baseline", "--staged")
    assert (result.code, result.err) == (
        2,
        f"imd: error: {FILE}: is not there; `imd baseline` writes a baseline\n",
    )
    repository.git("add", FILE)
    assert repository.call("check", "--baseline", "--staged").code == 0


def test_another_tag_at_the_same_place_is_a_new_finding(repository: Repository) -> None:
    repository.write(Dockerfile='FROM debian:latest\nCMD ["true"]\n')
    assert repository.call("baseline").code == 0
    repository.write(Dockerfile='FROM debian:stable\nCMD ["true"]\n')
    result = repository.call(
        "check", "--baseline", "--output-format", "json", "--select", "floating-tag"
    )
    report = json.loads(result.out)
    assert result.code == 1
    assert [one["policy"] for one in report["findings"]] == ["floating-tag"]


SWAPS = {
    "image": ("Dockerfile", "FROM {}:latest\n", "debian", "evil/backdoor"),
    "service": ("compose.yaml", "services:\n  a:\n    image: {}:latest\n", "nginx", "evil/web"),
    "mount": (
        "compose.yaml",
        f"services:\n  a:\n    image: node:22.11.0@{DIGEST}\n    command: [node, a.js]\n    volumes: ['{{}}:/app']\n",
        "./src",
        "./lib",
    ),
    "package": ("Dockerfile", f"FROM python:3.12.7@{DIGEST}\nRUN pip install {{}}\n", "one", "two"),
    "address": (
        "Dockerfile",
        f"FROM debian:12.8@{DIGEST}\nRUN curl https://{{}}/install.sh | sh\n",
        "a.example",
        "b.example",
    ),
}


@pytest.mark.parametrize("what", SWAPS)
def test_another_thing_is_not_known_because_its_place_reads_alike(
    repository: Repository, what: str
) -> None:
    path, text, one, other = SWAPS[what]
    repository.write(**{path: text.format(one), "src__a.js": "1\n", "lib__a.js": "1\n"})
    repository.call("baseline")
    new, known, _ = _compared(repository)
    assert (new, known > 0) == (0, True)
    repository.write(**{path: text.format(other)})
    assert _compared(repository)[0] > 0


def test_an_older_baseline_is_written_anew_and_says_what_is_new(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING, other__Dockerfile=FLOATING)
    older = {"file": "Dockerfile", "policy": "floating-tag", "severity": "error", "count": 1}
    words = sha256(b"\0latest").hexdigest()[:32]
    data = {"version": 1, "findings": [{**older, "fingerprint": words}]}
    repository.write(**{FILE: json.dumps(data)})
    refused = repository.call("check", "--baseline")
    assert (refused.code, "`imd baseline` writes it anew" in refused.err) == (2, True)
    assert repository.call("baseline", "--prune").code == 2
    made = repository.call("baseline")
    assert made.out.startswith(f"{FILE}: 2 known findings, 1 added, 0 taken out\n")
    assert _data(repository)["version"] == 2
    assert _compared(repository) == (0, 2, 0)
