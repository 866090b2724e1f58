"""What swaps images in place: programs known by their image, and annotations that tell one to do it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from immutable_delivery.facts import Container, Fact, Resource, Variable
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Updaters

_LIST = "argocd-image-updater.argoproj.io/image-list"
_WRITE_BACK = "argocd-image-updater.argoproj.io/write-back-method"
_KEEL = "keel.sh/policy"
_OPENSHIFT = "image.openshift.io/triggers"
"""What tells the image updater of Argo CD, Keel and OpenShift to change what runs."""
_PAUSED = lazy(r'"paused"\s*:\s*"?true')
_NAMES = {_KEEL: "Keel", _OPENSHIFT: "The image trigger"}

Owner = tuple[str, str]


def link_updaters(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with ``updater`` of containers, and an updater for each annotation that orders one."""
    telling = _telling(facts)
    told = _annotations(facts)
    linked: list[Fact] = [
        replace(fact, updater=_updater(fact, telling)) if isinstance(fact, Container) else fact
        for fact in facts
    ]
    ordered = [one for one in facts if isinstance(one, Variable) and _orders(one, told)]
    return [*linked, *(_resource(one) for one in ordered)]


def _owner(fact: Fact) -> Owner:
    return fact.manifest, fact.scope.owner


def _telling(facts: Sequence[Fact]) -> set[Owner]:
    """Return the owners whose environment turns an updater into one that only tells."""
    return {
        _owner(fact)
        for fact in facts
        if isinstance(fact, Variable)
        and fact.name in known(Updaters).telling_variables
        and _is_on(fact.value)
    }


def _is_on(value: str | None) -> bool:
    return (value or "").lower() in {"true", "1", "yes", "on"}


def _updater(container: Container, telling: set[Owner]) -> str:
    """Return the program that swaps images in a deployed container; "" where it is none."""
    if not container.scope.deployed or not container.image:
        return ""
    program = known(Updaters).by_image.get(name_and_tag(container.image)[0], "")
    only = _owner(container) in telling or known(Updaters).telling & set(container.entry or ())
    return "" if only else program


def _annotations(facts: Sequence[Fact]) -> Mapping[Owner, Mapping[str, str | None]]:
    found: dict[Owner, dict[str, str | None]] = defaultdict(dict)
    for fact in facts:
        if isinstance(fact, Variable) and fact.variable_type == "annotation":
            found[_owner(fact)][fact.name] = fact.value
    return found


def _orders(fact: Variable, told: Mapping[Owner, Mapping[str, str | None]]) -> bool:
    """Whether an annotation has images replaced in the cluster, not in Git."""
    if fact.variable_type != "annotation":
        return False
    if fact.name == _KEEL:
        return fact.value not in {"never", "", None}
    if fact.name == _OPENSHIFT:
        return fact.value is not None and not _PAUSED.search(fact.value)
    method = told[_owner(fact)].get(_WRITE_BACK, "")
    return fact.name == _LIST and method is not None and not method.startswith("git")


def _resource(fact: Variable) -> Resource:
    return Resource(
        used_at=fact.used_at,
        extent=fact.extent,
        places={"name": fact.place_of("name")},
        scope=fact.scope,
        resource_type="updater",
        name=_NAMES.get(fact.name, "The Argo CD image updater"),
    )
