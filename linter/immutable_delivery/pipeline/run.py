"""A whole run, as the command line asks for it: open, configure, examine, compare, report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from immutable_delivery import __version__
from immutable_delivery.config import Config
from immutable_delivery.config.links import refuse_links
from immutable_delivery.config.packages import within
from immutable_delivery.context import TRUSTED, Trust
from immutable_delivery.errors import ConfigError, Fault, PolicyError, UnreadableError
from immutable_delivery.findings import Circumstances, Configured, Finding, Recorded, Report
from immutable_delivery.fixes import DigestOf
from immutable_delivery.pipeline.examine import report, worsened
from immutable_delivery.pipeline.examined import Examined, Terms, examined, reading_settings
from immutable_delivery.pipeline.nothing import nothing_judged
from immutable_delivery.pipeline.reader import ReadOptions, read_options
from immutable_delivery.pipeline.settings import Request, Settings, settings_of
from immutable_delivery.policy.fingerprints import content
from immutable_delivery.reading import project
from immutable_delivery.reading.project import Classify, Project, Reader, Tell
from immutable_delivery.records import Record, replace
from immutable_delivery.reporters.plain import count
from immutable_delivery.repository.discover import Tree, handed_over, open_tree
from immutable_delivery.repository.origin import origin_of, remote_of
from immutable_delivery.repository.scope import Scope, open_scope
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import Files, LinkedFiles, MarkedFiles, read_text
from immutable_delivery.source.text import Text
from immutable_delivery.suppressions import trivyignore
from immutable_delivery.syntax.gitignore import fits

if TYPE_CHECKING:
    from immutable_delivery.baseline.comparison import Comparison, Identify
    from immutable_delivery.facts import Migration
    from immutable_delivery.links.migrations import Applied
    from immutable_delivery.links.past import Past
    from immutable_delivery.pipeline.reexamine import Reexaminer
    from immutable_delivery.repository.changes import Changes


class Outcome(Record, frozen=True, kw_only=True):
    """The report of a run and the configuration that it was made under."""

    report: Report
    config: Config
    nothing: str = ""
    """What to do where the run was to judge something and judged nothing; empty where it did."""
    mended: Callable[[DigestOf], Report]
    """Makes the report again, with fixes that know digests that the repository does not state."""


class Opened(Record, frozen=True):
    """A repository in the state that is asked about, judged as a whole."""

    scope: Scope
    settings: Settings
    examined: Examined
    options: ReadOptions
    again: Reexaminer | None = None
    """What judges further states of it, where some are known already."""

    def compared(
        self,
        entries: Sequence[Recorded],
        brought: Sequence[Finding] = (),
        identify: Identify = content,
    ) -> Comparison:
        """Tell what is new from what a baseline knows; what a change brought comes last."""
        examined, files = self.examined, self.scope.tree.files
        return compared(entries, examined, self.settings, files, brought, identify)

    def everything(self, files: MarkedFiles, changes: Changes, request: Request) -> list[Finding]:
        """Return all that is found in another state of the repository, reported or not; nothing but these changes makes it another."""
        from immutable_delivery.pipeline.reexamine import Changed, Reexaminer  # noqa: PLC0415 (most runs judge one state)

        tree, reader = self.scope.tree, self.options.reader(files)
        read = read_in(files, self.settings, tree, request, reader)
        terms = terms_of(files, self.settings, tree, request)
        changed = Changed(changes.paths, listing=[*files.paths] != [*tree.files.paths])
        again = replace(self.again, terms=terms) if self.again else Reexaminer(terms)
        other = again.examined(self.examined, read, changed) or examined(read, terms)
        return [*other.findings, *other.suppressed, *other.disabled]


def compared(
    entries: Sequence[Recorded],
    examined: Examined,
    settings: Settings,
    files: Files,
    brought: Sequence[Finding] = (),
    identify: Identify = content,
) -> Comparison:
    """Tell what is new from what a baseline knows; what a change brought comes last."""
    from immutable_delivery.baseline.comparison import State, compare  # noqa: PLC0415 (rarely needed)

    late = {id(finding) for finding in brought}
    state = State(
        findings=examined.findings,
        hidden=(*examined.suppressed, *examined.disabled),
        texts=examined.project.texts,
        paths=frozenset(files.paths),
        aliases={old: policy.id for policy in settings.policies for old in policy.aliases},
        identify=identify,
    )
    return compare(entries, state, last=lambda one: id(one) in late)


def run(start: Path, request: Request, tell: Tell | None = None) -> Outcome:
    """Judge the repository around ``start``; ``tell`` is told how far reading is."""
    opened = open_run(start, request, tell)
    scope, settings, examined = opened.scope, opened.settings, opened.examined
    tree, path = scope.tree, settings.config.baseline
    found = examined.findings
    if scope.changes is not None:
        from immutable_delivery.pipeline.brought import brought  # noqa: PLC0415 (most runs judge everything)

        found = tuple(brought(opened, scope.changes, request))
    known = None
    if path:
        late = found if scope.changes is not None else ()
        compared = opened.compared(read_baseline(settings.files, path), late)
        new = {id(one) for one in compared.new}
        found, known = (
            tuple(one for one in found if id(one) in new),
            compared.against(path, tree.covers),
        )
    only_new = scope.changes is not None or known is not None
    worse = worsened(examined, found) if only_new else ()
    if scope.changes is not None:
        from immutable_delivery.pipeline.brought import explained  # noqa: PLC0415 (as above)

        found = tuple(explained(opened, found, scope.changes, request))
    opened.options.close()
    told = replace(
        circumstances(opened, start, request), baseline=known, only_new=only_new, worsened=worse
    )
    kept = replace(examined, findings=found)
    partial = scope.changes is not None or request.staged or request.since is not None

    def mended(digest_of: DigestOf | None = None) -> Report:
        return report(kept, settings.policies, covers=tree.covers, digest_of=digest_of, run=told)

    nothing = "" if partial else nothing_judged(examined, tree)
    return Outcome(report=mended(), config=settings.config, nothing=nothing, mended=mended)


def circumstances(opened: Opened, start: Path, request: Request) -> Circumstances:
    """Return what there is to say of a run: of what, by what and when it is judged."""
    tree = opened.scope.tree
    origin = origin_of(tree.git if request.origin else None)
    return Circumstances(
        version=__version__, repository=origin.repository, revision=origin.revision, branch=origin.branch,
        configured=_configured(opened, request), day=request.today.isoformat(),
        notices=(*_of_scope(opened.scope), *_away(start, tree), *_notices(opened, request)),
    )  # fmt: skip


def open_run(start: Path, request: Request, tell: Tell | None = None) -> Opened:
    """Read and judge the repository around ``start``, all of it."""
    scope = open_scope(
        start,
        paths=request.paths,
        staged=request.staged,
        since=request.since,
        commits=request.commits,
    )
    if request.stdin is not None:
        scope = replace(scope, tree=handed_over(scope.tree, start, *request.stdin))
    settings = settings_of(scope.tree, request, start)
    options = read_options(scope.tree, settings.config, request, tell)
    examined, again = _examined(scope, settings, request, options)
    keep_configuration(examined, settings)
    return Opened(scope, settings, examined, options, again)


def _examined(
    scope: Scope, settings: Settings, request: Request, options: ReadOptions
) -> tuple[Examined, Reexaminer | None]:
    """Judge all of the files; who looks at a change alone goes by what is known of what was there before."""
    tree, reader = scope.tree, options.reader(scope.tree.files)
    read = read_in(tree.files, settings, tree, request, reader)
    terms = terms_of(tree.files, settings, tree, request)
    if scope.changes is None or options.remembered is None or terms.trust != TRUSTED:
        return examined(read, terms), None
    from immutable_delivery.pipeline.earlier import Earlier  # noqa: PLC0415 (most runs judge all that there is)
    from immutable_delivery.reading.cache.reader import RememberingReader  # noqa: PLC0415 (as above)

    if not isinstance(reader, RememberingReader):
        return examined(read, terms), None
    earlier = Earlier(reader, terms)
    return earlier.examined(read), earlier.again


def keep_configuration(examined: Examined, settings: Settings) -> None:
    """Keep the texts of the configuration: findings about suppressions point into them."""
    for path in settings.config.files:
        if text := read_text(within(settings.files, path), path):
            examined.project.texts.keep(text)


def loads(start: Path, request: Request, rev: str) -> str:
    """Return why the configuration, the policies or the baseline of a commit cannot be gone by, empty where they can."""
    try:
        settings = settings_of(
            open_tree(start, rev=rev), replace(request, config_from=rev, defaults=False), start
        )
        if settings.config.baseline:
            read_baseline(settings.files, settings.config.baseline)
    except (ConfigError, PolicyError) as error:
        return str(error)
    return ""


def read_baseline(files: Files, path: str, *, older: bool = False) -> list[Recorded]:
    """Return the entries of a baseline, even of an ``older`` one where that is asked for."""
    from immutable_delivery.baseline import parsed  # noqa: PLC0415 (most runs have none)

    refuse_links(files, path)
    try:
        return parsed(path, Text.decode(path, files.read(path)).value, older=older)
    except UnreadableError as error:
        raise ConfigError(
            Fault(f"{error.reason}; `imd baseline` writes a baseline", path)
        ) from None


def _configured(opened: Opened, request: Request) -> Configured:
    settings = opened.settings
    return Configured(
        files=settings.config.files, commit=settings.commit, inline_ignores=request.inline_ignores,
        comments=opened.examined.comments,
    )  # fmt: skip


def _of_scope(scope: Scope) -> tuple[str, ...]:
    """Return what to know of the files that are read; of a change only what it is compared with."""
    changed = (scope.notice,) if scope.notice else ()
    return scope.notices if scope.changes is None else changed


def _away(start: Path, tree: Tree) -> Iterator[str]:
    """Yield where the files lie, where that is not around the folder of the call."""
    if not start.resolve().is_relative_to(tree.root):
        yield f"paths are relative to {shown(os.path.relpath(tree.root, start))}, whose configuration counts"


def _notices(opened: Opened, request: Request) -> Iterator[str]:
    if request.defaults:
        yield "no configuration that could be trusted loads: this is judged by the defaults"
    elif request.config_from is not None:
        commit, name = opened.settings.commit[:12], request.config_from
        of = commit if name == opened.settings.commit else f"{name} ({commit})"
        yield f"configuration, policies and baseline are those of {shown(of)}"
    if not request.inline_ignores:
        number = count(opened.examined.comments, "comment")
        yield f"ignore comments are not honoured: {number} for imd and other tools"


def examine_in(
    files: LinkedFiles,
    settings: Settings,
    tree: Tree,
    request: Request,
    reader: Reader | None = None,
) -> Examined:
    """Judge all files of a tree by these settings."""
    return examined(
        read_in(files, settings, tree, request, reader), terms_of(files, settings, tree, request)
    )


def read_in(
    files: LinkedFiles,
    settings: Settings,
    tree: Tree,
    request: Request,
    reader: Reader | None = None,
) -> Project:
    """Read all files of a tree."""
    config = settings.config
    classify = classifying(tree, config, _trust(settings, request))
    return project.read(files, classify, reader or Reader(files, reading_settings(config)))


def terms_of(files: LinkedFiles, settings: Settings, tree: Tree, request: Request) -> Terms:
    """Return by what the facts of a state are linked and judged."""
    config = settings.config
    return Terms(
        policies=settings.policies,
        config=config,
        today=request.today,
        trust=_trust(settings, request),
        ignored=trivyignore.entries(settings.files),
        remote=lambda: remote_of(tree.git),
        recall=lambda: recalled(tree, config),
        asked=lambda migrations: applied_to(files, tree, config, migrations),
    )


def _trust(settings: Settings, request: Request) -> Trust:
    known = frozenset(settings.files.paths) if request.strangers else None
    return Trust(words=request.inline_ignores, known=known)


def classifying(tree: Tree, config: Config, trust: Trust = TRUSTED) -> Classify:
    """Return what tells of a path why it is not judged: by the configuration first, then by where it lies."""

    def classify(path: str) -> str:
        configured = _path_class(path, tree.naming(path), config)
        if configured or fits(path, *config.paths.judge):
            return configured
        return tree.skipped(path) if trust.knows(path) else ""

    return classify


def recalled(tree: Tree, config: Config) -> Past:
    """Open the history of a tree."""
    from immutable_delivery.pipeline.past import GitPast  # noqa: PLC0415 (where nothing is promoted, nobody looks back)

    return GitPast(tree.git, tree.commit, reading_settings(config))


def applied_to(
    files: Files, tree: Tree, config: Config, migrations: Sequence[Migration]
) -> Applied:
    """Return what the default branch has had of migrations, where there are any."""
    from immutable_delivery.pipeline.applied import asked  # noqa: PLC0415 (many repositories have none)

    return asked(tree, files, reading_settings(config))(migrations)


def _path_class(path: str, named: str | None, config: Config) -> str:
    """Return the class that the configuration gives a path; a folder of that class, once named, frees what lies in it."""
    paths = config.paths
    classes: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("excluded", paths.excluded), ("fixture", paths.fixtures), ("vendored", paths.vendored),
        ("generated", paths.generated),
    )  # fmt: skip
    return next(
        (
            name
            for name, patterns in classes
            if fits(path, *patterns) and not (named and fits(named, *patterns))
        ),
        "",
    )
