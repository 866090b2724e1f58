"""How much the name of a machine's image fixes it: `ubuntu-latest` moves to another release, `ubuntu-24.04` within one."""

from __future__ import annotations

import re

from immutable_delivery.facts import Pin
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import HostedRunners


def machine_pin(name: str) -> Pin:
    """Return how much a name fixes; empty for a label of somebody's own machines."""
    parts = re.split(r"[-_:.@/]", name.lower())
    runners = known(HostedRunners)
    if not name.lower().startswith(runners.images):
        return ""
    if runners.moving.intersection(parts):
        return "alias"
    return "partial" if any(map(str.isdigit, name)) else ""


def is_engine(reference: str) -> bool:
    """Whether an image is Docker in Docker: a service that keeps containers for one job."""
    name, tag = name_and_tag(reference)
    return name.rpartition("/")[2] == "docker" and "dind" in re.split(r"[-.]", tag)


def is_own_machine(name: str) -> bool:
    """Whether a label asks for a machine that is there before and after a job."""
    return name.lower() in known(HostedRunners).own
