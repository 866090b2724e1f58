"""Pages of the documentation site that are made while it is built: one for each policy, their index, the changes.

A hook of MkDocs (https://www.mkdocs.org/user-guide/configuration/#hooks): nothing of this is written into the repository.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "linter"), str(ROOT / "hooks")]

from immutable_delivery.commands.policy_pages import drifts, levels, markdown  # noqa: E402
from immutable_delivery.policy.load import PolicyFile, read_folder  # noqa: E402
from immutable_delivery.policy.model import HOME  # noqa: E402
from immutable_delivery.source.text import Text  # noqa: E402
from immutable_delivery.syntax.yaml import Node, documents  # noqa: E402
from immutable_delivery.syntax.yaml.query import text  # noqa: E402

_POLICY = re.compile(r"\]\(\.\./policies/\w+/([\w-]+)\.yaml\)")
_OF_REPOSITORY = re.compile(r"\]\(\.\./((?!\.\.)[^)]*)\)")

_EXAMPLES, _UNSEARCHED = "\n## Examples", "{ data-search-exclude }"
"""Examples hold most words that there are: whoever looks for one means something else."""
_LISTS = {"changelog.md", "commands.md", "configuration.md", "facts.md", "tables.md"}
_WEIGHTS = {"faq.md": 40, "changelog.md": 0.1}
"""Pages that answer come before those that list."""


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    for path, content in pages():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Say how much a page weighs in the search, and lead links to policies to their pages, and those to other files of the repository, which are no pages, there."""
    path = page.file.src_uri
    made = path.startswith("policies/") or path in _LISTS
    page.meta["search"] = {"boost": _WEIGHTS.get(path, 1 if made else 10)}
    markdown = markdown.replace("](../policies/README.md)", "](policies/index.md)")
    markdown = markdown.replace("](../CHANGELOG.md)", "](changelog.md)")
    markdown = _POLICY.sub(r"](policies/\1.md)", markdown)
    return _OF_REPOSITORY.sub(rf"]({HOME}/blob/main/\1)", markdown)


def pages() -> Iterator[tuple[str, str]]:
    """Yield every page that is made, with its path."""
    groups: dict[str, list[PolicyFile]] = {}
    for file in read_folder(ROOT / "policies"):
        groups.setdefault(file.policy.group, []).append(file)
        content = markdown(file.policy, file.examples)
        yield (
            f"policies/{file.policy.id}.md",
            content.replace(_EXAMPLES, f"{_EXAMPLES} {_UNSEARCHED}", 1),
        )
    yield "policies/index.md", "\n".join(_index(groups))
    yield "changelog.md", (ROOT / "CHANGELOG.md").read_text("utf-8").replace("](docs/", "](")


def _index(groups: Mapping[str, list[PolicyFile]]) -> Iterator[str]:
    yield "# Policies\n"
    yield "Each is a page: why, what to write instead, examples, how to silence it. `imd explain ID` prints the same.\n"
    for name, files in groups.items():
        group = _group(name)
        yield f"## {text(group, 'title')}\n\n{text(group, 'about')}\n\n| policy | rejects | profile and severity | drift |\n|---|---|---|---|"
        for file in files:
            policy = file.policy
            yield f"| [{policy.id}]({policy.id}.md) | {policy.name} | {levels(policy)} | {drifts(policy)} |"
        yield ""


def _group(name: str) -> Node | None:
    path = ROOT / "policies" / name / "group.yaml"
    return documents(Text(path.name, path.read_text("utf-8")))[0].root
