"""Fleet, Kargo, and the controllers that install a chart by its name: a table says where those name it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Source
from immutable_delivery.formats.kubernetes.gitops.declared import Declared, text_of
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.references.charts import beneath
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import mapping, mappings, scalar
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Releases


def fleet(spec: Mapping, workload: Workload) -> Iterator[Source]:
    """Yield the repository that Fleet follows; without a word it is the branch `master`."""
    commit, branch = text_of(scalar(spec, "revision")), text_of(scalar(spec, "branch"))
    yield Declared(
        kind="git",
        url=text_of(scalar(spec, "repo")),
        extent=spec.place,
        ref=commit or branch,
        pin="alias" if branch and not commit else None,
    ).fact(workload)


def kargo(spec: Mapping, workload: Workload) -> Iterator[Source]:
    """Yield what a warehouse looks for; what it finds is promoted by commit, digest and version."""
    for one in mappings(spec, "subscriptions"):
        git, chart = mapping(one, "git"), mapping(one, "chart")
        if git is not None:
            ref = text_of(scalar(git, "branch") or scalar(git, "semverConstraint"))
            url = text_of(scalar(git, "repoURL"))
            yield Declared(kind="git", url=url, extent=git.place, ref=ref, pin="").fact(workload)
        if chart is not None:
            url = beneath(text_of(scalar(chart, "repoURL")), text_of(scalar(chart, "name")))
            ref = text_of(scalar(chart, "semverConstraint"))
            yield Declared(kind="chart", url=url, extent=chart.place, ref=ref, pin="").fact(
                workload
            )


def charts(workload: Workload) -> Iterator[Source]:
    """Yield the chart that an object installs by its name."""
    one, root = workload.resource.identity, workload.resource.root
    paths = known(Releases).charts.get(f"{one.group}/{one.kind}", ())
    name, repository, version = (_at(root, path) for path in paths or ("", "", ""))
    if name is not None:
        url = beneath(text_of(repository), text_of(name))
        extent = mapping(root, "spec") or root
        yield Declared(kind="chart", url=url, extent=extent.place, ref=text_of(version)).fact(
            workload
        )


def _at(root: Mapping, path: str) -> Scalar | None:
    return scalar(root, *path.split("."))
