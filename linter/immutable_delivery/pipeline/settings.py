"""What a run goes by: the caller's request, the configuration, the policies, and where they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from immutable_delivery import validity
from immutable_delivery.config import Config
from immutable_delivery.config.links import refuse_links
from immutable_delivery.config.packages import within
from immutable_delivery.config.read import load as load_config
from immutable_delivery.errors import Fault, PolicyError, UsageError
from immutable_delivery.findings import Severity
from immutable_delivery.policy.model import Policy, builtin
from immutable_delivery.policy.selection import Selection
from immutable_delivery.records import Record, replace
from immutable_delivery.repository.discover import Tree
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import Files, MemoryFiles
from immutable_delivery.suppressions import names

if TYPE_CHECKING:
    from immutable_delivery.policy.load import PolicyFile


class Request(Record, frozen=True, kw_only=True):
    """What the caller wants, beside what the repository configures; empty fields leave the configuration's word."""

    paths: tuple[str, ...] = ()
    read_as: str = ""
    """The format to read the named files as; empty where their names and keys tell."""
    stdin: tuple[str, bytes] | None = None
    """A file that the caller hands over: its path relative to where imd runs, and its bytes."""
    staged: bool = False
    since: str | None = None
    commits: tuple[tuple[str, ...], str] | None = None
    """The ends of a push: the commits that it comes from, and the one that it leads to."""
    profile: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Patterns of files that are not judged."""
    config: str = ""
    given: tuple[tuple[str, str], ...] = ()
    """Settings, by the keys that lead to them in a configuration: they win."""
    config_from: str | None = None
    """The commit to read configuration, policies and baseline from, instead of the files to judge."""
    defaults: bool = False
    """Whether no configuration counts at all, as where that of the trusted commit does not load."""
    baseline: str | None = None
    """The file of a baseline, empty for none."""
    inline_ignores: bool = True
    """Whether what files say of themselves counts: ignore comments, headers that call them generated, names of development."""
    strangers: bool = False
    """Whether a change is nobody's that is trusted: then no new file is free because of the folder that it lies in."""
    strict_unresolved: bool = False
    today: date
    origin: bool = True
    """Whether the report says where the repository comes from, for which git is asked three times."""
    jobs: int = 1
    """How many processes may read files at once."""
    cache: bool = False
    """Whether to use what earlier runs read, and to leave it for later ones."""


class Settings(Record, frozen=True):
    """The configuration and the policies of a run, and the files that they are read from."""

    config: Config
    policies: Sequence[Policy]
    files: Files
    commit: str = ""
    """The commit that those files are of; empty where they are those to judge."""


def settings_of(tree: Tree, request: Request, start: Path) -> Settings:
    """Return what to go by; the caller may name a commit to read it from, where the files at hand are not trusted."""
    validity.remembered.set(request.cache)
    files, commit = (
        (MemoryFiles({}), "") if request.defaults else _source(tree, request.config_from)
    )
    config = configured(files, request, tree.relative(request.config, start))
    if request.baseline is not None:
        config = replace(config, baseline=tree.relative(request.baseline, start))
    return Settings(config, policies_of(files, config), files, commit)


def _source(tree: Tree, rev: str | None) -> tuple[Files, str]:
    if rev is None:
        return tree.files, ""
    if tree.git is None:
        raise UsageError("there is no git repository to read the configuration from a commit of")
    from immutable_delivery.repository.objects import commit_files, commit_of  # noqa: PLC0415 (most configurations are at hand)

    commit = commit_of(tree.git, rev)
    return commit_files(tree.git, commit, alone=True), commit


def configured(files: Files, request: Request, path: str = "") -> Config:
    """Return the configuration of a repository, or of ``path`` in it, with what the caller says on top."""
    config = load_config(files, path, request.given)
    own = _in_profile(config, request.profile)
    selection = replace(
        own, select=request.select or own.select, ignore=(*own.ignore, *request.ignore)
    )
    if request.strict_unresolved or config.strict_unresolved:
        blocking: dict[str, Severity] = {"unresolved-image": "error"}
        adds = (
            *own.adds,
            "unresolved-image",
        )  # its rule for base images is one of the strict profile
        selection = replace(selection, adds=adds, severity={**own.severity, **blocking})
    sources = {
        keys: at
        for keys, at in config.sources.items()
        if not (request.select and keys[0] == "select")
    }
    paths = replace(config.paths, excluded=(*config.paths.excluded, *request.exclude))
    return replace(config, selection=selection, paths=paths, sources=sources)


def _in_profile(config: Config, asked: str) -> Selection:
    """Return what the profile reports that the caller names, else the configuration; refuse one that is none."""
    name = asked or config.selection.profile
    selection = config.in_profile(name)
    if selection is None:
        names = ", ".join(["default", "strict", "default@N", *sorted(config.profiles)])
        reason = f"'{shown(name)}' is none of the profiles {names}"
        if asked:
            raise UsageError(f"--profile: {reason}")
        config.fail(("profile",), reason)
    return selection


def policies_of(files: Files, config: Config) -> list[Policy]:
    """Return the pack and the repository's own policies; refuse names in the configuration that are none."""
    policies = builtin()
    seen = {policy.id: "the pack" for policy in policies}
    for file in (file for folder in config.policies for file in _own(files, folder)):
        policy = file.policy
        if policy.id in seen:
            reason = f"the id '{policy.id}' is that of a policy in {seen[policy.id]}"
            raise PolicyError(Fault(reason, file.path, 1, 1))
        seen[policy.id] = file.path
        policies.append(policy)
    config.check_names(names(policies))
    config.check_params({policy.id: policy.params for policy in policies})
    return policies


def _own(files: Files, folder: str) -> list[PolicyFile]:
    from immutable_delivery.policy.load import read_policies  # noqa: PLC0415 (only where a repository has some)

    inside = within(files, folder)
    for path in inside.paths:
        if path.startswith(f"{folder}/"):
            refuse_links(inside, path)
    return read_policies(inside, folder)
