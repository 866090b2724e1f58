"""What meta files say of their pipelines, and what the jobs of those do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.facts import Artifact, Contract, Job, Sentence
from immutable_delivery.links.agreed import Around, Said, same_environment
from immutable_delivery.references.images import name_and_tag

_MOST = 5
"""So many jobs are named."""


def pipelined(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield the jobs that are not there, or that do something else."""
    file = next((one.value for one in around.said(contract, "file")), "")
    jobs = around.jobs.get(file, {})
    if not jobs:
        return
    for key in ("builds", "tests", "deploys"):
        for sentence in around.said(contract, key):
            job = jobs.get(sentence.value)
            if job is None:
                yield (
                    sentence,
                    f"the jobs of {file} are {_listed(jobs)}",
                    next(iter(jobs.values())).used_at,
                )
            elif key == "builds":
                yield from _building(sentence, job, jobs, contract)
            elif key == "deploys":
                yield from _deploying(sentence, job, contract, around)


def _listed(jobs: Mapping[str, Job]) -> str:
    names = sorted(jobs)
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _building(
    sentence: Sentence, job: Job, jobs: Mapping[str, Job], contract: Contract
) -> Iterator[Said]:
    """Yield a job that certainly makes something else."""
    own = name_and_tag(contract.image or "")[0]
    made = [*job.builds, *job.pushes]
    if not own or any(_may_be(one, own) for one in made):
        return
    if made:
        yield sentence, f"that job builds '{made[0].text}'", made[0].place
        return
    for name, other in sorted(jobs.items()):
        for one in (*other.builds, *other.pushes):
            if one.image and name_and_tag(one.image)[0] == own:
                yield sentence, f"the job that builds it is {name}", one.place
                return


def _may_be(made: Artifact, own: str) -> bool:
    return made.image is None or name_and_tag(made.image)[0] == own


def _deploying(sentence: Sentence, job: Job, contract: Contract, around: Around) -> Iterator[Said]:
    names = [one.value for one in around.said(contract, "environment")]
    if names and sentence.about not in names:
        told = ", ".join(names)
        yield (
            sentence,
            f"its environments are {told}, and none is {sentence.about}",
            contract.place_of("name"),
        )
    elif job.environment and not same_environment(job.environment, sentence.about):
        told = f"that job deploys to {job.environment}, not to {sentence.about}"
        yield sentence, told, job.place_of("environment")
