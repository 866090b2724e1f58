"""The language server, driven as an editor drives it: over pipes, by the protocol."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from tests.conftest import Repository
from tests.kit import PATIENCE
from tests.server.editor import Editor, codes

FILES = {
    "Dockerfile": "FROM scratch\nCOPY . /app\nCMD node app.js\n",
    "compose.yaml": "services:\n  web:\n    image: nginx:latest\n",
}


@pytest.fixture
def editor(repository: Repository) -> Iterator[Editor]:
    repository.commit(FILES)
    found = Editor(repository.root)
    yield found
    found.close()


def test_what_is_found_is_told_at_its_place_and_goes_when_it_is_mended(editor: Editor) -> None:
    (one,) = editor.told("compose.yaml")
    assert one["code"] == "floating-tag"
    assert one["range"]["start"] == {"line": 2, "character": 17}
    assert one["codeDescription"]["href"].endswith("/policies/floating-tag/")
    editor.open("compose.yaml", FILES["compose.yaml"])
    editor.change("compose.yaml", "services: {}\n")
    assert editor.told("compose.yaml") == []


def test_an_unsaved_buffer_counts_for_the_whole_repository(editor: Editor) -> None:
    editor.told("compose.yaml")
    editor.open(".dockerignore", "app.js\n")
    editor.open("compose.yaml", FILES["compose.yaml"])
    editor.change(
        "compose.yaml",
        "services:\n  web:\n    image: 'é🐳'\n    command: [x]\n  b: {image: 'redis:latest'}\n",
    )
    (one,) = (one for one in editor.told("compose.yaml") if one["code"] == "floating-tag")
    assert one["range"]["start"] == {"line": 4, "character": 20}


def test_a_fix_and_a_suppression_are_offered(editor: Editor) -> None:
    editor.told("Dockerfile")
    editor.open(".imd.yaml", "profile: strict\n")
    assert "shell-form-start" in codes(editor.told("Dockerfile"))
    found = editor.actions("Dockerfile", 2, 5)
    texts = {
        one["title"]: one["edit"]["changes"][editor.uri("Dockerfile")][0]["newText"]
        for one in found
    }
    assert any('["node", "app.js"]' in text for text in texts.values())
    assert texts["Suppress shell-form-start"].startswith("# imd: ignore[shell-form-start]")


def test_the_place_that_decides_a_value_is_found(repository: Repository) -> None:
    repository.commit(
        {"compose.yaml": "services:\n  web:\n    image: nginx:${TAG}\n", ".env": "TAG=latest\n"}
    )
    editor = Editor(repository.root)
    assert codes(editor.told(".env")) == {"floating-tag"}
    (found,) = editor.at("definition", "compose.yaml", 2, 13)
    assert found["uri"] == editor.uri(".env")
    editor.close()


def test_what_was_judged_is_told_with_its_version(editor: Editor) -> None:
    editor.told("compose.yaml")
    editor.open("compose.yaml", FILES["compose.yaml"], 3)
    for version in range(4, 9):
        editor.change("compose.yaml", f"# {version}\n{FILES['compose.yaml']}", version)
    assert codes(editor.told_of("compose.yaml", 8)) == {"floating-tag"}
    versions = [one.get("version") for one in editor.published if "compose" in one["uri"]]
    assert versions[0] is None
    assert set(versions[1:]) <= {3, 8}


def test_only_what_is_found_otherwise_is_told_again(repository: Repository) -> None:
    repository.commit({f"{name}/compose.yaml": FILES["compose.yaml"] for name in "abc"})
    editor = Editor(repository.root)
    editor.told("c/compose.yaml")
    editor.published.clear()
    editor.open("a/compose.yaml", "#\n" + FILES["compose.yaml"], 1)
    editor.told_of("a/compose.yaml", 1)
    editor.open("b/compose.yaml", "services: {}\n", 1)
    editor.told_of("b/compose.yaml", 1)
    assert [one["uri"] for one in editor.published] == [
        editor.uri("a/compose.yaml"), editor.uri("b/compose.yaml"),
    ]  # fmt: skip
    editor.close()


def test_columns_are_those_that_every_editor_knows(editor: Editor) -> None:
    """An editor may prefer others; what it is told is in UTF-16 all the same."""
    assert editor.capabilities["positionEncoding"] == "utf-16"
    editor.told("compose.yaml")
    editor.open("compose.yaml", "services:\r\n  a: {x: '🐳\u2028é', image: 'redis:latest'}\r\n", 7)
    (one,) = (one for one in editor.told_of("compose.yaml", 7) if one["code"] == "floating-tag")
    assert one["range"]["start"] == {"line": 1, "character": 31}


def test_a_closed_buffer_is_what_lies_on_the_disk(editor: Editor) -> None:
    editor.told("compose.yaml")
    editor.open("compose.yaml", "services: {}\n", 1)
    assert editor.told_of("compose.yaml", 1) == []
    editor.shut("compose.yaml")
    assert codes(editor.told("compose.yaml")) == {"floating-tag"}


def test_a_new_file_counts_before_it_is_saved_and_not_after_it_is_dropped(editor: Editor) -> None:
    editor.told("compose.yaml")
    editor.open("app/Dockerfile", "FROM debian:latest\n")
    assert "floating-tag" in codes(editor.told("app/Dockerfile"))
    editor.shut("app/Dockerfile")
    assert editor.told("app/Dockerfile") == []


def test_what_version_control_ignores_is_not_judged_because_it_is_open(
    repository: Repository,
) -> None:
    files = {".gitignore": "old/\n.env\n", "compose.yaml": FILES["compose.yaml"]}
    repository.commit({**files, "app/compose.yaml": "services: {web: {image: 'nginx:$TAG'}}\n"})
    repository.write({"old/Dockerfile": "FROM debian:latest\n", "app/.env": "TAG=1\n"})
    editor = Editor(repository.root)
    editor.told("compose.yaml")
    editor.open("old/Dockerfile", "FROM debian:latest\n")
    editor.open("compose.yaml", "services: {}\n")
    assert editor.told_of("compose.yaml", 1) == []
    assert editor.uri("old/Dockerfile") not in editor.diagnostics
    editor.close()


def test_files_that_change_outside_are_seen(repository: Repository) -> None:
    repository.commit(FILES)
    repository.git("branch", "before")
    repository.commit({"compose.yaml": "services: {}\n"})
    editor = Editor(repository.root)
    editor.wait(lambda: bool(editor.asked))
    (registered,) = editor.asked[0]["params"]["registrations"]
    assert registered["registerOptions"] == {"watchers": [{"globPattern": "**/*"}]}
    editor.told("Dockerfile")
    repository.git("checkout", "--quiet", "before")
    changes = [{"uri": editor.uri("compose.yaml"), "type": 2}]
    editor.tell("workspace/didChangeWatchedFiles", {"changes": changes})
    assert codes(editor.told("compose.yaml")) == {"floating-tag"}
    editor.close()


def test_documents_that_are_no_files_are_left_alone(editor: Editor) -> None:
    editor.told("compose.yaml")
    editor.open("untitled:Untitled-1", "FROM debian:latest\n")
    editor.open(f"git:{editor.root}/compose.yaml?HEAD", "services: {}\n")
    assert editor.at("hover", "untitled:Untitled-1", 0, 6) is None
    assert editor.at("completion", "untitled:Untitled-1", 0, 6) == []
    editor.open("compose.yaml", FILES["compose.yaml"])
    assert codes(editor.told_of("compose.yaml", 1)) == {"floating-tag"}
    assert {one["uri"] for one in editor.published} == {
        editor.uri("compose.yaml"), editor.uri("Dockerfile"),
    }  # fmt: skip


def test_each_folder_is_judged_by_its_own_configuration(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other b"
    for folder in (one, other):
        Repository(folder).write(FILES)  # neither is a git repository
    (other / ".imd.yaml").write_text("ignore: [floating-tag]\nprofile: strict\n")
    editor = Editor(one, other)
    inside = (other / "compose.yaml").as_uri()
    assert "floating-tag" in codes(editor.told("compose.yaml"))
    assert "floating-tag" not in codes(editor.told(inside))
    event = {"added": [], "removed": [{"uri": other.as_uri(), "name": "other"}]}
    editor.tell("workspace/didChangeWorkspaceFolders", {"event": event})
    assert editor.told(inside) == []
    editor.close()


def test_without_a_folder_the_repository_of_a_document_is_judged(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.commit(FILES)
    monkeypatch.chdir(tmp_path)
    editor = Editor()
    editor.open(str((tmp_path / "Dockerfile").as_uri()), "FROM debian:latest\n")
    uri = (repository.root / "compose.yaml").as_uri()
    editor.open(uri, FILES["compose.yaml"])
    assert codes(editor.told(uri)) == {"floating-tag"}
    assert (tmp_path / "Dockerfile").as_uri() not in editor.diagnostics
    editor.close()


def test_a_folder_that_cannot_be_judged_is_said(repository: Repository, tmp_path: Path) -> None:
    repository.commit(FILES)
    (tmp_path / "bare").mkdir()
    Repository(tmp_path / "bare").git("init", "--quiet", "--bare")
    editor = Editor(tmp_path / "bare", repository.root, tmp_path / "gone")
    assert codes(editor.told((repository.root / "compose.yaml").as_uri())) == {"floating-tag"}
    (said,) = editor.said
    assert "bare" in said
    editor.close()


def test_an_editor_that_goes_while_judging_is_not_waited_for(repository: Repository) -> None:
    services = "".join(f"  s{n}: {{image: 'nginx:1.{n}'}}\n" for n in range(3000))
    repository.commit({**FILES, "compose.yaml": f"services:\n{services}"})
    editor = Editor(repository.root)
    editor.open("compose.yaml", f"services:\n{services}")
    sleep(0.3)
    began = monotonic()
    editor.close()
    assert monotonic() - began < 2 * PATIENCE


def test_a_server_does_not_outlive_its_editor(repository: Repository) -> None:
    repository.commit(FILES)
    editor = Editor(repository.root)
    editor.open("compose.yaml", FILES["compose.yaml"])
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    assert editor.process.wait(timeout=30 * PATIENCE) == 0
    assert "Traceback" not in editor.log


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"1", b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": 3}'],
)
def test_a_message_that_is_none_ends_nothing(repository: Repository, body: bytes) -> None:
    repository.commit(FILES)
    editor = Editor(repository.root)
    assert editor.process.stdin is not None
    editor.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    editor.open("compose.yaml", FILES["compose.yaml"])
    assert codes(editor.told_of("compose.yaml", 1)) == {"floating-tag"}
    assert all("Traceback" not in said and "\n" not in said for said in editor.said)
    editor.close(clean=False)


def test_what_goes_wrong_here_is_one_line_there(repository: Repository) -> None:
    """A fault of ours has its traceback in the log, and the next judgement is made all the same."""
    repository.commit(FILES)
    program = (
        "import immutable_delivery.server.workspace as w, immutable_delivery.server.answering as a\n"
        "right, faults = w.keep_configuration, iter([1])\n"
        "def wrong(*a, **b):\n"
        "    if next(faults, 0): raise ValueError('x' * 10)\n"
        "    return right(*a, **b)\n"
        "w.keep_configuration = wrong\n"
        "a.serve()\n"
    )
    editor = Editor(repository.root, command=[sys.executable, "-c", program])
    editor.wait(lambda: bool(editor.said))
    (said,) = editor.said
    assert "ValueError" in said
    assert "Traceback" not in said
    editor.open("compose.yaml", FILES["compose.yaml"])
    assert codes(editor.told_of("compose.yaml", 1)) == {"floating-tag"}
    assert "Traceback" in editor.log
    editor.close(clean=False)


def test_who_pins_nothing_loads_no_client_of_registries() -> None:
    program = "import sys, immutable_delivery.server.answering; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"False\n"
