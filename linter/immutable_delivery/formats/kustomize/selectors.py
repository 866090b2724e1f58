"""Which objects a patch or a replacement means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from immutable_delivery.budget import Budget
from immutable_delivery.formats.kustomize.resource import Identity, Resource
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import mapping, pairs, text

_NAME = lazy(r"[\w-]+\Z", re.ASCII)
"""A name that is no pattern."""

_TERM = lazy(
    r"\s*(?P<absent>!)?\s*(?P<key>[\w./-]+)\s*"
    r"(?:(?P<equal>=|==|!=)\s*(?P<value>[\w.-]*)|(?P<set>in|notin)\s*\((?P<values>[^)]*)\))?\s*(?:,|$)"
)


class Selector(Record, frozen=True):
    """A target: each field is a pattern that the whole value fits; an empty one is no condition."""

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    labels: str = ""
    annotations: str = ""

    @classmethod
    def of(cls, node: Mapping) -> Selector:
        """Read a `target` or `select`."""
        return cls(
            group=text(node, "group"),
            version=text(node, "version"),
            kind=text(node, "kind"),
            name=text(node, "name"),
            namespace=text(node, "namespace"),
            labels=text(node, "labelSelector"),
            annotations=text(node, "annotationSelector"),
        )

    def selects(self, resource: Resource) -> bool:
        """Whether it means this object, by its first or its present name."""
        now, first = resource.identity, resource.original
        return (
            any(fits(self.namespace, one.namespace) for one in (first, now))
            and any(fits(self.name, one.name) for one in (first, now))
            and self._types(now)
            and labelled(self.labels, mapping(resource.root, "metadata", "labels"))
            and labelled(self.annotations, mapping(resource.root, "metadata", "annotations"))
        )

    def _types(self, identity: Identity) -> bool:
        return (
            fits(self.group, identity.group)
            and fits(self.version, identity.version)
            and fits(self.kind, identity.kind)
        )


class Targets:
    """The objects of a kustomization for its targets: one that says a name only looks at those that have or had it."""

    CHANGE = 20
    """What it costs to change an object, against 1 to look at it."""

    def __init__(self, resources: Sequence[Resource], entries: int) -> None:
        self._all = resources
        self._budget = Budget(200_000 + 400 * (len(resources) + entries))
        self._named: dict[str, dict[int, Resource]] = defaultdict(dict)
        for resource in resources:
            self.note(resource)

    def note(self, resource: Resource) -> None:
        """Remember the names of an object, which may have changed."""
        for identity in resource.identities:
            self._named[identity.name][id(resource)] = resource

    def called(self, name: str) -> Sequence[Resource]:
        """Return the objects that have or had a name; all of them for none."""
        found = tuple(self._named[name].values()) if name else self._all
        self._budget.spend(len(found))
        return found

    def selected(self, selector: Selector) -> list[Resource]:
        """Return the objects that a selector means; raise SpentError where that has become too much."""
        inside = self.called(selector.name if _NAME.match(selector.name) else "")
        found = [one for one in inside if selector.selects(one)]
        self._budget.spend(self.CHANGE * len(found))
        return found


def labelled(selector: str, labels: Mapping | None) -> bool:
    """Whether labels satisfy a selector expression such as `app=web,tier in (front, back),!canary`."""
    values = {key: node.text for key, node in _texts(labels)}
    return all(_satisfied(term, values) for term in _TERM.finditer(selector)) if selector else True


def _texts(labels: Mapping | None) -> Iterable[tuple[str, Scalar]]:
    found: list[tuple[Scalar, Node]] = list(pairs(labels))
    return [(key.text, node) for key, node in found if isinstance(node, Scalar)]


def _satisfied(term: re.Match[str], values: dict[str, str]) -> bool:
    key, present = term["key"], term["key"] in values
    if term["absent"]:
        return not present
    if term["equal"]:
        same = present and values[key] == term["value"]
        return not same if term["equal"] == "!=" else same
    if term["set"]:
        listed = present and values[key] in {value.strip() for value in term["values"].split(",")}
        return not listed if term["set"] == "notin" else listed
    return present


_PLAIN = lazy(r"[\w./:@-]*\Z", re.ASCII)
"""A pattern without repetition and choice: nobody needs to import RE2 for it."""


class Pattern(Protocol):
    """What is asked of a compiled pattern."""

    def fullmatch(self, text: str, /) -> object | None:
        """Return something where the whole text fits."""


@lru_cache(maxsize=4096)
def compiled(pattern: str, tail: str = "") -> Pattern | None:
    """Return the pattern followed by ``tail``, or None where it is not valid."""
    whole = f"(?:{pattern}){tail}"
    return re.compile(whole) if _PLAIN.match(pattern) else _re2(whole)


def _re2(pattern: str) -> Pattern | None:
    import re2  # noqa: PLC0415 (few repositories bring patterns)

    options = re2.Options()
    options.log_errors = False
    try:
        found: Pattern = re2.compile(pattern, options)
    except re2.error:
        return None
    return found


def fits(pattern: str, value: str) -> bool:
    """Whether the whole value fits the pattern; an empty pattern fits everything, a broken one nothing."""
    if not pattern or pattern == value:
        return True
    found = compiled(pattern)
    return found is not None and found.fullmatch(value) is not None
