"""Reports of many repositories as one, in every format."""

from __future__ import annotations

import json
from importlib.resources import files as resources
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from tests.cli.conftest import CLEAN, FLOATING

from immutable_delivery.reporters import FORMATS

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

COMPOSE = "services:\n  web:\n    image: nginx:stable\n  db:\n    image: postgres:latest\n"
SARIF_SCHEMA = json.loads(
    (Path(__file__).parents[1] / "schemas/sarif-2.1.0.json").read_text("utf-8")
)


def _reported(repository: Repository, name: str, url: str = "", **files: str) -> None:
    """Judge a repository of these files, and leave its reports beside it as `NAME.json` and `NAME.sarif`."""
    root = repository.root / "work" / name
    for path, text in files.items():
        target = root / path.replace("__", "/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    repository.git("init", "-q", str(root))
    if url:
        repository.git("-C", str(root), "remote", "add", "origin", url)
    options = [f"{kind}={repository.root / name}.{kind}" for kind in ("json", "sarif")]
    formats = [word for option in options for word in ("--output-format", option)]
    result = repository.call("check", str(root), *formats)
    assert result.code in {0, 1}, result


@pytest.fixture
def three(repository: Repository) -> Repository:
    _reported(
        repository,
        "shop",
        "https://user:hunter2@git.example.com/acme/shop.git",
        **{"compose.yaml": COMPOSE},
    )
    _reported(repository, "blog", "git@git.example.com:acme/blog.git", Dockerfile=FLOATING)
    _reported(
        repository, "lone",
        Dockerfile=f"# imd: ignore[floating-tag] the mirror is frozen\n{FLOATING}", clean__Dockerfile=CLEAN,
    )  # fmt: skip
    return repository


FILES = ("shop.json", "blog.json", "lone.json")


def _merged(repository: Repository, *arguments: str) -> Any:
    result = repository.call("merge", *arguments, "--output-format", "json")
    assert result.code == 0, result
    return json.loads(result.out)


def _alone(repository: Repository, name: str) -> Any:
    return json.loads((repository.root / name).read_text("utf-8"))


def test_findings_services_and_counts_add_up_under_their_repositories(three: Repository) -> None:
    whole = _merged(three, *FILES)
    alone = {name: _alone(three, name) for name in FILES}
    assert len(whole["findings"]) == sum(len(one["findings"]) for one in alone.values()) == 3
    places = [(one["place"]["file"], one["place"]["start"]["line"]) for one in whole["findings"]]
    assert places == [
        ("acme/blog/Dockerfile", 1),
        ("acme/shop/compose.yaml", 3),
        ("acme/shop/compose.yaml", 5),
    ]
    classes = {one["name"]: one["class"] for one in whole["services"]}
    assert classes == {
        f"{name}/{one['name']}": one["class"]
        for name, file in (
            ("acme/shop", "shop.json"),
            ("acme/blog", "blog.json"),
            ("lone", "lone.json"),
        )
        for one in alone[file]["services"]
    }
    for key in ("suppressed", "judged", "skipped", "unresolved", "not_analysed"):
        assert whole["summary"][key] == sum(one["summary"][key] for one in alone.values()), key
    assert [one["place"]["file"] for one in whole["suppressed"]] == ["lone/Dockerfile"]
    assert "hunter2" not in json.dumps(whole)


def test_the_order_of_files_does_not_matter(three: Repository) -> None:
    for kind in ("json", "text", "sarif", "markdown"):
        outputs = {
            three.call("merge", *order, "--output-format", kind).out
            for order in permutations(FILES)
        }
        assert len(outputs) == 1, kind


def test_a_file_that_is_named_twice_counts_once(three: Repository) -> None:
    assert _merged(three, "shop.json", "shop.json") == _merged(three, "shop.json")


def test_every_format_takes_it(three: Repository) -> None:
    for sources in (FILES, [name.replace("json", "sarif") for name in FILES]):
        for kind in FORMATS:
            result = three.call("merge", *sources, "--output-format", kind)
            assert result.code == 0, (kind, result.err)
            assert "acme/shop" in result.out, kind
    text = three.call("merge", *FILES).out
    assert "  also acme/shop/compose.yaml:3:18 nginx:stable" in text
    assert "acme/shop/web" in three.call("merge", *FILES, "--verbose").out
    assert "merged from acme/blog, acme/shop, lone" in text
    assert "│" not in text  # no source lines are at hand


def test_places_stay_exact(three: Repository) -> None:
    (blog,) = (one for one in _merged(three, *FILES)["findings"] if "blog" in one["place"]["file"])
    (alone,) = _alone(three, "blog.json")["findings"]
    for end in ("start", "end"):
        expected = {name: alone["place"][end][name] for name in ("line", "column")}
        assert blog["place"][end] == expected
    assert "::error file=acme/blog/Dockerfile,line=1,endLine=1,col=13,endColumn=19," in (
        three.call("merge", "blog.json", "--output-format", "github").out
    )


def test_it_fits_the_schemas_and_can_be_merged_again(three: Repository) -> None:
    schema = json.loads(
        (resources("immutable_delivery") / "schemas/report.schema.json").read_text()
    )
    whole = _merged(three, *FILES)
    jsonschema.Draft202012Validator(schema).validate(whole)
    three.write(**{"whole.json": json.dumps(whole)})
    again = _merged(three, "whole.json")
    assert [one["place"]["file"] for one in again["findings"]] == [
        f"whole/{one['place']['file']}" for one in whole["findings"]
    ]
    log = json.loads(three.call("merge", *FILES, "--output-format", "sarif").out)
    jsonschema.Draft7Validator(SARIF_SCHEMA).validate(log)
    assert all("snippet" not in json.dumps(one) for one in log["runs"][0]["results"])


def test_sarif_says_the_same_but_for_services(three: Repository) -> None:
    keys = ("policy", "severity", "place", "drift", "layer")
    ours = [[one[key] for key in keys] for one in _merged(three, *FILES[:2])["findings"]]
    whole = _merged(three, "acme/shop=shop.sarif", "acme/blog=blog.sarif")
    assert [[one[key] for key in keys] for one in whole["findings"]] == ours
    assert whole["services"] == []
    groups = {rule["id"]: rule["group"] for rule in whole["rules"]}
    assert groups["floating-tag"] == "image"


def test_findings_alike_in_two_repositories_have_fingerprints_of_their_own(
    repository: Repository,
) -> None:
    for name in ("a", "b"):
        _reported(repository, name, Dockerfile=FLOATING)
    for kind in ("json", "sarif"):
        found = _merged(repository, f"a.{kind}", f"b.{kind}")["findings"]
        assert len({one["fingerprint"] for one in found}) == len(found) == 2


def test_baselines_add_up(repository: Repository) -> None:
    for name in ("a", "b"):
        _reported(repository, name, Dockerfile=FLOATING)
        data = _alone(repository, f"{name}.json")
        stale = {"file": "x", "policy": "p", "severity": "note", "fingerprint": "f", "count": 2}
        data["baseline"] = {"file": "f", "new": 1, "known": 3, "fixed": 2, "stale": [stale]}
        repository.write(**{f"{name}.json": json.dumps(data)})
    baseline = _merged(repository, "a.json", "b.json")["baseline"]
    assert (baseline["new"], baseline["known"], baseline["fixed"]) == (2, 6, 4)
    assert [entry["file"] for entry in baseline["stale"]] == ["a/x", "b/x"]


FOREIGN = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": "other",
                    "rules": [{"id": "X1", "helpUri": "https://other.example/X1", "shortDescription": {"text": "Bad."}}],
                }
            },
            "results": [
                {
                    "ruleIndex": 0,
                    "message": {"text": "bad here"},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": "file:///build/a%20b/Dockerfile"},
                                "region": {"startLine": 7},
                            }
                        }
                    ],
                },
                {"ruleId": "X2", "level": "none", "message": {"text": "no place"}},
                {"ruleId": "X3", "kind": "pass", "message": {"text": "fine"}},
                {"ruleId": "X4", "level": "error", "message": {"text": "silent"}, "suppressions": [{"kind": "external", "justification": "known"}]},
                {"ruleId": "X5", "level": "error", "message": {"text": "asked"}, "suppressions": [{"kind": "external", "status": "underReview"}]},
            ],
        },
        {"tool": {"driver": {"name": "none"}}, "results": None},
    ],
}  # fmt: skip


def test_what_names_no_line_is_shown_at_the_first(three: Repository) -> None:
    data = _alone(three, "blog.json")
    data["findings"].append(
        {
            **data["findings"][0],
            "place": {"file": "Dockerfile", "start": {"offset": 9}, "end": {"offset": 9}},
        }
    )
    foreign = json.loads(json.dumps(FOREIGN))
    results = foreign["runs"][0]["results"]
    bare = {"physicalLocation": {"artifactLocation": {"uri": "a%20b/Dockerfile"}}}
    results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a%20b/Dockerfile"
    results.append({"ruleId": "X6", "message": {"text": "whole"}, "locations": [bare]})
    three.write(**{"blog.json": json.dumps(data), "other.sarif": json.dumps(foreign)})
    out = three.call("merge", "blog.json", "other.sarif", "--output-format", "concise").out
    assert "acme/blog/Dockerfile:1:1: error floating-tag" in out
    assert "other/a b/Dockerfile:1:1: warning X6" in out
    assert "other/a b/Dockerfile:7:1: warning X1" in out


def test_other_tools_are_taken_with_ours(three: Repository) -> None:
    three.write(**{"other.sarif": json.dumps(FOREIGN)})
    whole = _merged(three, "blog.json", "acme/blog=other.sarif")
    found = [(one["policy"], one["severity"], one["place"]["file"]) for one in whole["findings"]]
    assert found == [
        ("X2", "note", "acme/blog/"),
        ("X5", "error", "acme/blog/"),
        ("floating-tag", "error", "acme/blog/Dockerfile"),
        ("X1", "warning", "acme/blog/build/a b/Dockerfile"),
    ]
    assert [one["policy"] for one in whole["suppressed"]] == ["X4"]
    log = json.loads(three.call("merge", "other.sarif", "--output-format", "sarif").out)
    assert log["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"] == "https://other.example/X1"
    for kind in FORMATS:
        assert three.call("merge", "other.sarif", "--output-format", kind).code == 0, kind


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "bad.json: is no report: Expecting value"),
        ("\ufeff[]", "bad.json: is neither a report of imd in JSON nor SARIF"),
        ("{}", "bad.json: is neither"),
        ("[" * 100_000, "bad.json: is no report: "),
        ('{"findings": ' + "[" * 5_000 + "]" * 5_000 + ', "version": 1}', "bad.json: is no report: "),
        ('{"version": 2, "findings": []}', "bad.json: is a report of imd of version 2; this imd reads 1"),
        ('{"findings": []}', "bad.json: is a report of imd of version None"),
        ('{"version": 1, "findings": [1]}', "bad.json: is no report: Expected `object`, got `int` - at `$.findings[0]`"),
        ('{"version": 1, "findings": [], "files": {}}', "`$.files`"),
        ('{"version": "2.0.0", "runs": []}', "bad.json: is a SARIF log of version '2.0.0'; this imd reads '2.1.0'"),
        ('{"version": "2.1.0", "runs": [{}]}', "bad.json: is no report: Object missing required field `tool`"),
        (
            '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"locations": [{"physicalLocation": {"region": {"startLine": -1}}}]}]}]}',
            "bad.json: is no report: Expected `int` >= 1",
        ),
    ],
)  # fmt: skip
def test_a_fault_names_its_file(three: Repository, text: str, words: str) -> None:
    three.write(**{"bad.json": text})
    result = three.call("merge", "shop.json", "bad.json", "--output-format", "json=out.json")
    assert result.code == 2
    assert result.out == ""
    assert words in result.err
    assert not (three.root / "out.json").exists()


def test_missing_files_and_repositories_counted_twice_are_2(three: Repository) -> None:
    assert "nowhere.json: cannot be read" in three.call("merge", "nowhere.json").err
    assert three.call("merge").code == 2
    three.write(**{"copy.json": (three.root / "shop.json").read_text("utf-8")})
    result = three.call("merge", "shop.json", "copy.json")
    assert result.code == 2
    assert "copy.json and shop.json are both reports of imd on acme/shop" in result.err
    assert "NAME=FILE" in result.err
    assert len(_merged(three, "shop.json", "fork=copy.json")["findings"]) == 4


def test_an_equals_sign_in_a_name_of_a_file_is_none_of_ours(three: Repository) -> None:
    three.write(**{"a=b.json": (three.root / "lone.json").read_text("utf-8")})
    assert _merged(three, "a=b.json")["files"][0]["path"].startswith("a=b/")


def test_it_fails_on_request_only(three: Repository) -> None:
    assert three.call("merge", *FILES).code == 0
    assert three.call("merge", *FILES, "--fail-on", "error").code == 1
    assert three.call("merge", "lone.json", "--fail-on", "error").code == 0


def test_sarif_without_an_end_is_one_word_or_whole_lines(repository: Repository) -> None:
    def result(region: dict[str, int]) -> dict[str, Any]:
        place = {"artifactLocation": {"uri": "Dockerfile"}, "region": region}
        return {
            "ruleId": "x",
            "level": "error",
            "message": {"text": "m"},
            "locations": [{"physicalLocation": place}],
        }

    regions = [{"startLine": 3, "startColumn": 5}, {"startLine": 3, "startColumn": 5, "endLine": 4}]
    run = {"tool": {"driver": {"name": "imd"}}, "results": [result(one) for one in regions]}
    repository.write(**{"a.sarif": json.dumps({"version": "2.1.0", "runs": [run]})})
    found = _merged(repository, "a.sarif")["findings"]
    ends = sorted((one["place"]["end"]["line"], one["place"]["end"]["column"]) for one in found)
    assert ends == [(3, 5), (4, 1)]


DIGEST = f"sha256:{'a' * 64}"
APPLICATION = {
    "Dockerfile": CLEAN,
    "delivery.yaml": "service: web\nimage: r.example/shop/web\nbuild: {context: .}\nstart: ['true']\n",
}
RUNS = "services: {{site: {{image: '{}'}}}}\n"


def _services(repository: Repository, *names: str) -> tuple[dict[str, list[str]], list[str]]:
    files = (f"{repository.root / name}.json" for name in names)
    result = repository.call("merge", *files, "--output-format", "json")
    data = json.loads(result.out)
    return {one["name"]: one["linked"] for one in data["services"]}, data["notices"]


def test_one_repository_makes_what_another_runs(repository: Repository) -> None:
    _reported(repository, "app", **APPLICATION)
    _reported(
        repository, "cluster", **{"compose.yaml": RUNS.format(f"r.example/shop/web:1@{DIGEST}")}
    )
    _reported(repository, "other", **{"compose.yaml": RUNS.format("r.example/shop/api:1")})
    linked, _ = _services(repository, "app", "cluster", "other")
    assert linked == {"app/web": ["cluster/site"], "cluster/site": ["app/web"], "other/site": []}


def test_what_two_repositories_make_links_neither_and_that_is_said(repository: Repository) -> None:
    _reported(repository, "app", **APPLICATION)
    _reported(repository, "fork", **APPLICATION)
    _reported(repository, "cluster", **{"compose.yaml": RUNS.format("r.example/shop/web:1")})
    linked, notices = _services(repository, "app", "fork", "cluster")
    assert set(map(tuple, linked.values())) == {()}
    assert "'r.example/shop/web' is made by app/web, fork/web: nothing is linked by it" in notices


def test_a_copy_in_another_registry_is_known_by_its_digest(repository: Repository) -> None:
    environments = f"environments: [{{name: production, digest: '{DIGEST}'}}]\n"
    contract = APPLICATION["delivery.yaml"] + environments
    _reported(repository, "app", Dockerfile=CLEAN, **{"delivery.yaml": contract})
    _reported(
        repository, "cluster", **{"compose.yaml": RUNS.format(f"mirror.example/web@{DIGEST}")}
    )
    linked, _ = _services(repository, "app", "cluster")
    assert linked["cluster/site"] == ["app/web"]
