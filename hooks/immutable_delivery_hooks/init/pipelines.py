"""Which CI a repository has, and what to add to it."""

from __future__ import annotations

from pathlib import Path

from immutable_delivery.records import Record
from immutable_delivery.repository.discover import Tree
from immutable_delivery.repository.origin import origin_of

_SNIPPETS = Path(__file__).parents[1] / "snippets"


class Pipeline(Record, frozen=True):
    """One CI: what tells that a repository has it, and the file that it reads."""

    name: str
    evidence: tuple[str, ...]
    """Files and folders."""
    host: str
    """What the address of the origin holds."""
    snippet: str
    file: str
    """Where the snippet goes; it may be that other jobs are in that file already."""

    @property
    def text(self) -> str:
        """The snippet."""
        return (_SNIPPETS / self.snippet).read_text("utf-8")


PIPELINES = (
    Pipeline("GitHub Actions", (".github",), "github.com", "github.yaml", ".github/workflows/immutable-delivery.yaml"),
    Pipeline("reviews in GitHub Actions", (".github",), "github.com", "github-review.yaml", ".github/workflows/immutable-delivery-review.yaml"),
    Pipeline("Gitea Actions", (".gitea",), "gitea", "gitea.yaml", ".gitea/workflows/immutable-delivery.yaml"),
    Pipeline("Forgejo Actions", (".forgejo",), "codeberg.org", "gitea.yaml", ".forgejo/workflows/immutable-delivery.yaml"),
    Pipeline("GitLab CI", (".gitlab-ci.yml",), "gitlab", "gitlab.yaml", ".gitlab-ci.yml"),
    Pipeline("Azure Pipelines", ("azure-pipelines.yml",), "dev.azure.com", "azure.yaml", "azure-pipelines.yml"),
    Pipeline("CircleCI", (".circleci/config.yml",), "", "circleci.yaml", ".circleci/config.yml"),
    Pipeline("Bitbucket Pipelines", ("bitbucket-pipelines.yml",), "bitbucket.org", "bitbucket.yaml", "bitbucket-pipelines.yml"),
    Pipeline("Jenkins", ("Jenkinsfile",), "", "Jenkinsfile", "Jenkinsfile"),
)  # fmt: skip


def recognised(tree: Tree) -> list[tuple[Pipeline, str]]:
    """Return the CIs of a repository with what tells them: its files, else the host that it comes from."""
    by_file = [
        (pipeline, path)
        for pipeline in PIPELINES
        for path in pipeline.evidence
        if tree.files.state(path) != "missing"
    ]
    origin = origin_of(tree.git).repository
    by_host = [
        (pipeline, origin) for pipeline in PIPELINES if pipeline.host and pipeline.host in origin
    ]
    return by_file or by_host
