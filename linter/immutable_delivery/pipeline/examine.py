"""One run over one state of a repository: read, link, judge, suppress, classify, report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from immutable_delivery.config import Config
from immutable_delivery.facts import Fact, Image, Unread
from immutable_delivery.findings import (
    UNTOLD,
    Circumstances,
    Finding,
    Judged,
    Report,
    ServiceReport,
    Unanalysed,
    Worsened,
)
from immutable_delivery.fixes import DigestOf, FixContext, fix_of, pins
from immutable_delivery.pipeline.examined import SILENT, Examined, Terms, examined, reading_settings
from immutable_delivery.policy.congruence import classes, worse
from immutable_delivery.policy.model import Policy
from immutable_delivery.reading import project
from immutable_delivery.reading.project import Classify, Reader
from immutable_delivery.records import asdict, replace
from immutable_delivery.source.files import LinkedFiles

if TYPE_CHECKING:
    from immutable_delivery.links.migrations import Asked


def examine(
    files: LinkedFiles,
    policies: Sequence[Policy],
    config: Config,
    *,
    classify: Classify,
    today: date,
    asked: Asked | None = None,
) -> Examined:
    """Judge a whole repository."""
    read = project.read(files, classify, Reader(files, reading_settings(config)))
    return examined(read, Terms(policies, config, today, asked=asked))


def report(
    examined: Examined,
    policies: Sequence[Policy],
    *,
    covers: Callable[[str], bool],
    digest_of: DigestOf | None = None,
    run: Circumstances = UNTOLD,
) -> Report:
    """Return the report of what the caller asked about.

    ``digest_of`` tells digests that the repository does not state, for fixes.
    """
    asked = (finding for finding in examined.findings if asks_about(finding, covers))
    found = Report(
        findings=tuple(mended(asked, examined, policies, digest_of)),
        suppressed=tuple(one for one in examined.suppressed if asks_about(one, covers)),
        services=_asked_services(examined, covers),
        files=tuple(judged for judged in _judged(examined) if covers(judged.path)),
        unresolved=tuple(one for one in examined.unresolved if covers(one.place.file)),
        not_analysed=tuple(
            unanalysed for unanalysed in _not_analysed(examined) if covers(unanalysed.place.file)
        ),
        rules={policy.id: policy.rule for policy in policies},
        **asdict(run),
    )
    texts = examined.project.texts
    return replace(found, texts={path: texts[path] for path in _pointed(found) if path in texts})


def _pointed(found: Report) -> list[str]:
    """Return the files that a report points into, sorted."""
    words = [by for one in found.services for by in (one.runs_by, one.builds_by)]
    deciding = [finding for finding in words if finding is not None]
    findings = (*found.findings, *found.suppressed, *deciding)
    places = [place for one in findings for place in (one.place, *one.uses)]
    places += [edit.place for one in found.findings if one.fix for edit in one.fix.edits]
    places += [service.place for service in found.services if service.place]
    places += [one.place for one in found.unresolved]
    places += [one.place for one in found.not_analysed]
    return sorted({place.file for place in places})


def worsened(examined: Examined, new: Iterable[Finding]) -> tuple[Worsened, ...]:
    """Return the services of which a part would be better without these findings."""
    left_out = {(finding.policy, finding.place) for finding in new}
    every, linked = examined.evidence, examined.linked
    rest = [one for one in every.findings if (one.policy, one.place) not in left_out]
    without = classes(linked.services, replace(every, findings=rest), _unread(examined.far))
    return worse(examined.services, without)


def mended(
    findings: Iterable[Finding],
    examined: Examined,
    policies: Iterable[Policy],
    digest_of: DigestOf | None = None,
) -> list[Finding]:
    """Return findings with the fix of each, or the reason why it has none."""
    findings = [*findings]
    examined = examined.telling_of(findings)
    stated, lock = pins.stated(examined.linked.telling), examined.lock

    def digest(image: Image) -> str | None:
        """Ask the repository first, then its lock, then the caller."""
        return (
            stated(image) or lock.digest_of(image.text) or (digest_of(image) if digest_of else None)
        )

    ctx = FixContext(
        texts=examined.project.texts,
        facts=lambda: examined.facts,
        formats={path: one.format for path, one in examined.project.inputs.items()},
        digest_of=digest,
    )
    kinds = {policy.id: policy.fix for policy in policies}
    return [_mended(finding, kinds, examined, ctx) for finding in findings]


def _mended(
    finding: Finding, kinds: Mapping[str, str], examined: Examined, ctx: FixContext
) -> Finding:
    facts = examined.about.get((finding.policy, finding.place), ())
    found = ((fact, finding.place) for fact in facts)
    fix = fix_of(kinds.get(finding.policy, ""), found, ctx)
    return replace(finding, fix=fix)


def _unread(facts: Iterable[Fact]) -> list[Unread]:
    return [fact for fact in facts if isinstance(fact, Unread)]


def _not_analysed(examined: Examined) -> list[Unanalysed]:
    """Return what nobody analysed, in order of its places."""
    found = {Unanalysed(place=fact.used_at, reason=fact.reason) for fact in _unread(examined.far)}
    return sorted(found, key=lambda one: (one.place, one.reason))


def asks_about(finding: Finding, covers: Callable[[str], bool]) -> bool:
    """Whether a caller who asks about the files that are covered asks about a finding."""
    return any(covers(place.file) for place in (finding.place, *finding.uses))


def _asked_services(examined: Examined, covers: Callable[[str], bool]) -> tuple[ServiceReport, ...]:
    """Return the services that have something in the files that are asked about."""
    said = examined.said.items()
    names = {name for path, one in said if covers(path) for name in one.services}
    return tuple(service for service in examined.services if service.name in names)


def _judged(examined: Examined) -> list[Judged]:
    """Return every input with the environments that its facts reach, and what names those."""
    return [
        Judged(
            path=one.path,
            format=one.format,
            skipped="" if said.speaks else one.skipped,  # an overlay that names it has it judged
            environment=", ".join(said.environments),
            evidence="; ".join(said.evidence),
            development=said.development == (True,),
        )
        for one in examined.project.inputs.values()
        for said in [examined.said.get(one.path, SILENT)]
    ]
