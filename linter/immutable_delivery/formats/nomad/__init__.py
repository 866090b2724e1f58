"""Jobs of HashiCorp Nomad, in HCL and in both forms of JSON: that of HCL and that of the API.

The reference is Nomad's job specification and the documentation of its task drivers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.nomad.blocks import groups, jobs, named
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.hcl.parse import HclFile, comments
from immutable_delivery.syntax.hcl.parse import read as parse

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "nomad"

_PATH = lazy(r"\.(?:nomad|hcl|json)\Z")
_PLAIN = lazy(rb"^job[ \t]*\"[^\"\n]*\"[ \t]*\{", re.MULTILINE)
_JOB = (b'"job"', b'"Job"', b'"TaskGroups"')


def claims(path: str, data: bytes) -> bool:
    """Whether a file holds a job with tasks; one that cannot be read is claimed where it begins one."""
    if not _PATH.search(path) or not _may_hold_jobs(path, data):
        return False
    try:
        root = parse(Text(path, data.decode("utf-8-sig", "replace"))).root
    except UnreadableError:
        return path.endswith(".nomad.json") or _PLAIN.search(data) is not None
    return any(named(group, "task") for _, job in jobs(root) for group in groups(job))


def _may_hold_jobs(path: str, data: bytes) -> bool:
    if not path.endswith(".json"):
        return b"job" in data
    return any(word in data for word in _JOB) or yaml.may_spell(data)


def facts(documents: Mapping[str, HclFile], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every job says of its tasks."""
    from immutable_delivery.formats.nomad.tasks import tasks  # noqa: PLC0415 (it loads the shell)

    for path, document in documents.items():
        for task in tasks(document.root, path, ctx):
            yield from task.facts()
