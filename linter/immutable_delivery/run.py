"""A whole run, as the command line asks for it: open, configure, examine, compare, report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from immutable_delivery import __version__
from immutable_delivery.changes import Changes, elsewhere, introduced
from immutable_delivery.check import Examined, examine, report
from immutable_delivery.config import Config
from immutable_delivery.config.read import load as load_config
from immutable_delivery.discover import Tree
from immutable_delivery.errors import PolicyError
from immutable_delivery.files import Files, read_text
from immutable_delivery.findings import Finding, Report, Severity
from immutable_delivery.origin import origin_of
from immutable_delivery.policies import Policy, builtin
from immutable_delivery.records import Record, replace
from immutable_delivery.scope import Scope, open_scope
from immutable_delivery.selection import Selection, fits
from immutable_delivery.suppressions import names


class Request(Record, frozen=True, kw_only=True):
    """What the caller wants, beside what the repository configures; empty fields leave the configuration's word."""

    paths: tuple[str, ...] = ()
    staged: bool = False
    since: str | None = None
    commits: tuple[str, str] | None = None
    """The ends of a push: what leads from the first, empty where there is none, to the second."""
    profile: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    config: str = ""
    strict_unresolved: bool = False
    today: date


class Outcome(Record, frozen=True):
    """The report of a run and the configuration that it was made under."""

    report: Report
    config: Config


def run(start: Path, request: Request) -> Outcome:
    """Judge the repository around ``start``."""
    scope = open_scope(
        start,
        paths=request.paths,
        staged=request.staged,
        since=request.since,
        commits=request.commits,
    )
    tree = scope.tree
    config = configured(tree.files, request, tree.relative(request.config, start))
    policies = policies_of(tree.files, config)
    examined = _examine(tree.files, policies, config, tree, request)
    for path in config.files:  # findings about suppressions point into them
        if text := read_text(tree.files, path):
            examined.project.texts.setdefault(path, text)
    if scope.changes is not None:
        found = _introduced(scope, scope.changes, examined, policies, config, request)
        examined = replace(examined, findings=tuple(found))
    origin = origin_of(tree.git)
    about = {
        "version": __version__, "notices": scope.notices, "repository": origin.repository,
        "revision": origin.revision, "branch": origin.branch,
    }  # fmt: skip
    return Outcome(report(examined, policies, covers=tree.covers, **about), config)


def configured(files: Files, request: Request, path: str = "") -> Config:
    """Return the configuration of a repository, or of ``path`` in it, with what the caller says on top."""
    config = load_config(files, path)
    own = config.selection
    selection = Selection(
        profile=request.profile or own.profile,
        select=request.select or own.select,
        ignore=(*own.ignore, *request.ignore),
        severity=own.severity,
        per_path=own.per_path,
        params=own.params,
    )
    if request.strict_unresolved or config.strict_unresolved:
        blocking: dict[str, Severity] = {"unresolved-image": "error"}
        selection = replace(selection, severity={**own.severity, **blocking})
    sources = {
        keys: at
        for keys, at in config.sources.items()
        if not (request.select and keys[0] == "select")
    }
    return replace(config, selection=selection, sources=sources)


def policies_of(files: Files, config: Config) -> list[Policy]:
    """Return the pack and the repository's own policies; refuse names in the configuration that are none."""
    policies = builtin()
    for folder in config.policies:
        policies += _own(files, folder)
    seen: set[str] = set()
    for policy in policies:
        if policy.id in seen:
            raise PolicyError(f"two policies have the id '{policy.id}'")
        seen.add(policy.id)
    config.check_names(names(policies))
    config.check_params({policy.id: policy.params for policy in policies})
    return policies


def _own(files: Files, folder: str) -> list[Policy]:
    from immutable_delivery.policyfiles import read_policies  # noqa: PLC0415 (only where a repository has some)

    return [file.policy for file in read_policies(files, folder)]


def _examine(
    files: Files, policies: Sequence[Policy], config: Config, tree: Tree, request: Request
) -> Examined:
    def classify(path: str, head: bytes) -> str:
        return _path_class(path, tree.naming(path), config) or (
            "" if any(fits(path, p) for p in config.paths.judge) else tree.skipped(path, head)
        )

    return examine(files, policies, config, classify=classify, today=request.today)


def _path_class(path: str, named: str | None, config: Config) -> str:
    """Return the class that the configuration gives a path; a folder of that class, once named, frees what lies in it."""
    paths = config.paths
    classes: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("fixture", paths.fixtures), ("vendored", paths.vendored), ("generated", paths.generated),
    )  # fmt: skip
    return next(
        (
            name
            for name, patterns in classes
            if any(fits(path, p) and not (named and fits(named, p)) for p in patterns)
        ),
        "",
    )


def _introduced(
    scope: Scope,
    changes: Changes,
    examined: Examined,
    policies: Sequence[Policy],
    config: Config,
    request: Request,
) -> list[Finding]:
    """Return the findings of a change; the state before it is judged only where a changed line does not tell."""
    before: list[Finding] | None = None if scope.before is None else []
    if scope.before is not None and elsewhere(examined.findings, changes):
        old = _examine(scope.before, policies, config, scope.tree, request)
        before = [*old.findings, *old.suppressed, *old.disabled]
    return introduced(examined.findings, before, changes)
