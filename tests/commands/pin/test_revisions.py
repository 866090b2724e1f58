"""Sources of Argo CD and Flux by commit and digest, as real servers tell them, and back again."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.registry.images import multi

from immutable_delivery.commands.pin.servers import commit_of

if TYPE_CHECKING:
    from tests.commands.pin.conftest import Place


def git(folder: Path, *words: str) -> str:
    command = [
        "git",
        "-c",
        "user.email=a@b.example",
        "-c",
        "user.name=a",
        "-C",
        str(folder),
        *words,
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Server:
    """A repository with a tag, an annotated tag and a branch, behind Git's own words over HTTP."""

    def __init__(self, root: Path) -> None:
        git(root, "init", "-q", "-b", "main", ".")
        self.commits = {}
        for name in ("v1.0.0", "v1.1.0", "main"):
            git(root, "commit", "-q", "--allow-empty", "-m", name)
            self.commits[name] = git(root, "rev-parse", "HEAD")
            if name != "main":
                git(root, "tag", *(["-a", "-m", "x"] if name == "v1.1.0" else []), name)
        said = subprocess.run(
            ["git", "upload-pack", "--http-backend-info-refs", str(root)],
            check=True,
            capture_output=True,
        ).stdout
        self.said = b"001e# service=git-upload-pack\n0000" + said
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                there = self.path == "/shop/web.git/info/refs?service=git-upload-pack"
                self.send_response(200 if there else 404)
                self.end_headers()
                self.wfile.write(server.said if there else b"")

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.http.server_address[1]}"
        self.url = f"http://{self.host}/shop/web.git"

    def filled(self, text: str) -> str:
        """Return a text with the address, and with `<main>` as the commit of that name."""
        for name, commit in self.commits.items():
            text = text.replace(f"<{name}>", commit)
        return text.replace("ADDRESS", self.url)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("served"))
    yield found
    found.http.shutdown()
    found.http.server_close()


ARGO = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    repoURL: ADDRESS\n    path: deploy\n"
FLUX = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: web}\nspec:\n  url: ADDRESS\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ARGO + "    targetRevision: v1.0.0\n", ARGO + "    targetRevision: <v1.0.0> # v1.0.0\n"),
        (ARGO + "    targetRevision: v1.1.0\n", ARGO + "    targetRevision: <v1.1.0> # v1.1.0\n"),
        (ARGO + "    targetRevision: 'main'\n  project: x\n", ARGO + "    targetRevision: '<main>' # main\n  project: x\n"),
        (ARGO + "    targetRevision: HEAD # why\n", ARGO + "    targetRevision: <main> # why\n"),
        (ARGO, ARGO + "    targetRevision: <main>\n"),
        (FLUX + "  ref: {tag: v1.1.0}\n", FLUX + "  ref: {commit: <v1.1.0>, tag: v1.1.0}\n"),
        (FLUX + "  ref:\n    branch: main\n  interval: 1m\n", FLUX + "  ref:\n    branch: main\n    commit: <main>\n  interval: 1m\n"),
        (FLUX, FLUX + "  ref:\n    commit: <main>\n"),
    ],
)  # fmt: skip
def test_a_commit_is_written_and_taken_away(
    place: Place, server: Server, before: str, after: str
) -> None:
    files: dict[str, str | bytes] = {"app.yaml": server.filled(before)}
    place.write(files)
    ran = place.call("pin", "--apply", "--insecure", server.host)
    assert (ran.code, place.read()) == (
        0,
        {"app.yaml": server.filled(after)},
    ), ran.err
    assert place.call("pin", "--check").code == 0
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == files
    assert not (place.root / ".imd").exists()


def test_what_nobody_tells_stays(place: Place, server: Server) -> None:
    gone = server.url.replace("web", "none")
    content = (
        server.filled(ARGO)
        + "    targetRevision: v9.9.9\n---\n"
        + ARGO.replace("ADDRESS", gone)
        + "    targetRevision: main\n"
    )
    place.write({"app.yaml": content})
    assert place.call("pin", "--check").code == 1
    ran = place.call("pin", "--apply", "--insecure", server.host)
    assert ran.code == 2
    assert "it has no tag and no branch 'v9.9.9'" in ran.err
    assert "no such repository" in ran.err
    assert place.read() == {"app.yaml": content}


def test_this_repository_ranges_and_charts_want_no_commit(place: Place, server: Server) -> None:
    content = (
        server.filled(ARGO)
        + "    targetRevision: 1.2.*\n---\n"
        + ARGO.replace("ADDRESS", "https://git.example/own.git")
        + "    targetRevision: main\n"
    )
    content = content.replace(
        "    path: deploy\n    targetRevision: 1.2.*", "    path: other\n    targetRevision: 1.2.*"
    )
    place.write(
        {
            "app.yaml": content,
            "deploy/web.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        }
    )
    ran = place.call("pin", "--apply")
    assert (ran.code, place.read()["app.yaml"]) == (0, content)


def test_an_artifact_gets_its_digest_and_loses_it(place: Place) -> None:
    digest = place.push("gcr.io/shop/manifests:1.2.3", multi(note="manifests"))
    head = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: web}\nspec:\n  url: oci://gcr.io/shop/manifests\n  ref:\n    tag: 1.2.3\n"
    place.write({"source.yaml": head})
    assert place.call("pin", "--apply").code == 0
    assert place.read() == {"source.yaml": f"{head}    digest: {digest}\n"}
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {"source.yaml": head}


def test_what_a_person_pinned_stays(place: Place, server: Server) -> None:
    content = server.filled(ARGO) + f"    targetRevision: {server.commits['main']}\n"
    place.write({"app.yaml": content})
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {"app.yaml": content}


def test_names_are_tags_before_branches() -> None:
    refs = {
        "HEAD": "h",
        "refs/heads/a": "1",
        "refs/tags/a": "3",
        "refs/heads/b": "4",
    }
    assert [commit_of(refs, ref) for ref in ("", "HEAD", "a", "b", "refs/heads/a", "c")] == [
        "h",
        "h",
        "3",
        "4",
        "1",
        "",
    ]


RELEASE = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chartRef: {kind: OCIRepository, name: c}\n"
APPLIED = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web}\nspec:\n"
LIBRARY = "  values:\n    controllers:\n      web:\n        containers:\n          app:\n            image:\n              repository: nginx\n              tag: '1.27'\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (RELEASE + "  values:\n    image:\n      repository: nginx\n      tag: '1.27'\n      digest: ''\n",
         RELEASE + "  values:\n    image:\n      repository: nginx\n      tag: '1.27'\n      digest: '<nginx>'\n"),
        (RELEASE + LIBRARY, RELEASE + LIBRARY.replace("1.27", "1.27@<nginx>")),
        (APPLIED + "  images:\n  - name: nginx\n    newTag: '1.27'\n", APPLIED + "  images:\n  - name: nginx\n    newTag: '1.27'\n    digest: <nginx>\n"),
    ],
)  # fmt: skip
def test_a_digest_goes_where_the_values_have_a_field_for_it(
    place: Place, before: str, after: str
) -> None:
    place.write({"release.yaml": before})
    ran = place.call("pin", "--apply")
    assert (ran.code, place.read()) == (
        0,
        {"release.yaml": after.replace("<nginx>", place.digests["nginx:1.27"])},
    ), ran.err
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {"release.yaml": before}


def test_a_chart_that_nobody_knows_gets_no_digest_behind_its_tag(place: Place) -> None:
    content = RELEASE + "  values:\n    image: {repository: nginx, tag: '1.27'}\n"
    place.write({"release.yaml": content})
    ran = place.call("pin", "--apply")
    assert (ran.code, place.read()) == (1, {"release.yaml": content})
    assert "a chart that is not here uses it" in ran.err


CHART = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    repoURL: ADDRESS\n    chart: web\n"
REPOSITORY = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: shop}\nspec:\n  url: ADDRESS\n---\n"
OF_FLUX = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart:\n    spec:\n      chart: web\n"
REFERENCE = "      sourceRef: {kind: HelmRepository, name: shop}\n"
INDEX = """\
apiVersion: v1
entries:
  web:
  - {name: web, version: 2.0.0-rc.1}
  - {name: web, version: v1.10.0+build}
  - {name: web, version: 1.9.3}
  - {name: web, version: 0.1.0}
  - {name: web, version: latest}
  other:
  - {name: other, version: 9.0.0}
generated: "2026-01-01T00:00:00Z"
"""


@pytest.fixture(scope="module")
def charts() -> Iterator[str]:
    """Serve an index of charts over HTTP; the host."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = {"/shop/index.yaml": INDEX, "/broken/index.yaml": "a: ["}.get(self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write((found or "").encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CHART + "    targetRevision: 1.*\n", CHART + "    targetRevision: v1.10.0+build # 1.*\n"),
        (CHART + "    targetRevision: '~1.9 || <1'\n", CHART + "    targetRevision: '1.9.3' # ~1.9 || <1\n"),
        (CHART + "    targetRevision: '*'\n", CHART + "    targetRevision: 'v1.10.0+build' # *\n"),
        (CHART + "    targetRevision: '>=2.0.0-0'\n", CHART + "    targetRevision: '2.0.0-rc.1' # >=2.0.0-0\n"),
        (REPOSITORY + OF_FLUX + "      version: 1.9.x\n" + REFERENCE, REPOSITORY + OF_FLUX + "      version: 1.9.3 # 1.9.x\n" + REFERENCE),
        (REPOSITORY + OF_FLUX + REFERENCE, REPOSITORY + OF_FLUX + "      version: v1.10.0+build\n" + REFERENCE),
    ],
)  # fmt: skip
def test_a_chart_gets_the_newest_version_that_its_range_takes(
    place: Place, charts: str, before: str, after: str
) -> None:
    url = f"http://{charts}/shop"
    place.write({"app.yaml": before.replace("ADDRESS", url)})
    ran = place.call("pin", "--apply", "--insecure", charts)
    assert (ran.code, place.read()) == (0, {"app.yaml": after.replace("ADDRESS", url)}), ran.err
    assert place.call("pin", "--check").code == 0
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {"app.yaml": before.replace("ADDRESS", url)}
    assert not (place.root / ".imd").exists()


@pytest.mark.parametrize(
    ("path", "allowed", "reason"),
    [
        ("shop", "3.x", "no version of it fits '3.x'"),
        ("none", "1.x", "no index of charts there (status 404)"),
        ("broken", "1.x", "its index of charts"),
    ],
)
def test_a_chart_of_which_nobody_tells_a_version_stays(
    place: Place, charts: str, path: str, allowed: str, reason: str
) -> None:
    content = (
        CHART.replace("ADDRESS", f"http://{charts}/{path}") + f"    targetRevision: {allowed}\n"
    )
    place.write({"app.yaml": content})
    ran = place.call("pin", "--apply", "--insecure", charts)
    assert (ran.code, place.read()) == (2, {"app.yaml": content})
    assert reason in ran.err


def test_a_chart_that_is_an_artifact_gets_a_version_by_its_tags(place: Place) -> None:
    for tag in ("1.2.3", "1.3.0_build", "1.4.0-rc.1", "latest"):
        place.push(f"gcr.io/charts/web:{tag}", multi(note=tag))
    content = CHART.replace("ADDRESS", "gcr.io/charts") + "    targetRevision: 1.x\n"
    place.write({"app.yaml": content})
    ran = place.call("pin", "--apply")
    assert (ran.code, place.read()) == (
        0,
        {"app.yaml": content.replace("1.x", "1.3.0+build # 1.x")},
    ), ran.err


def test_a_check_names_the_command_where_it_can_write_the_revision(place: Place) -> None:
    place.write(
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n    - uses: shop/build@main\n",
            "app.yaml": CHART.replace("ADDRESS", "https://charts.example")
            + "    targetRevision: 1.x\n",
            "main.tf": 'module "a" {\n  source = "git::https://git.example/a.git?ref=main"\n}\n',
        }
    )
    ran = place.call("check", "--select", "source")
    blocks = [block for block in ran.out.split("\n\n") if "not-judged" not in block]
    named = {block.partition(":")[0] for block in blocks if "fix: `imd pin`" in block}
    assert named == {".github/workflows/a.yml", "app.yaml"}
    assert "main.tf:" in ran.out
