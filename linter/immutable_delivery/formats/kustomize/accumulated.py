"""The objects that a kustomization has gathered so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from immutable_delivery.facts import Source
from immutable_delivery.formats.kustomize.charts import Inflation
from immutable_delivery.formats.kustomize.resource import Identity, Resource
from immutable_delivery.records import Record, field, replace
from immutable_delivery.syntax.yaml import Scalar


class Accumulated(Record):
    """Objects in order, and whether there are others that the repository does not hold."""

    resources: list[Resource] = field(default_factory=list)
    open: bool = False
    """Whether more objects come from elsewhere: then a patch without target may mean one of them."""
    variables: dict[str, Scalar | None] = field(default_factory=dict)
    """The values of `vars`; None where they are not known."""
    sources: list[Source] = field(default_factory=list)
    """Bases and charts from elsewhere."""
    charts: list[Inflation] = field(default_factory=list)
    """Charts that Helm renders, wherever they lie."""
    image_fields: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Further fields that hold images, by kind, from `configurations`."""
    _present: set[Identity] | None = None
    """The identities that are there, while nothing changes them."""

    def changed(self) -> None:
        """Say that objects may have other identities now."""
        self._present = None

    def copy(self) -> Accumulated:
        """Return another whose objects may be transformed by themselves."""
        return replace(
            self,
            resources=[resource.copy() for resource in self.resources],
            variables=dict(self.variables),
            sources=list(self.sources),
            charts=list(self.charts),
            image_fields=list(self.image_fields),
            _present=None,
        )

    def absorb(self, other: Accumulated) -> list[Resource]:
        """Add copies of all that a base has; return the objects that cannot be added."""
        base = other.copy()
        self.open = self.open or base.open
        self.variables |= base.variables
        self.sources += base.sources
        self.charts += base.charts
        self.image_fields += base.image_fields
        return self.add(base.resources)

    def add(self, found: Iterable[Resource]) -> list[Resource]:
        """Add objects; return those that cannot be added since others of the same name are there."""
        present = self._present
        if present is None:
            present = self._present = {resource.identity for resource in self.resources}
        refused = []
        for resource in found:
            if resource.identity in present:
                refused.append(resource)
            else:
                present.add(resource.identity)
                self.resources.append(resource)
        return refused

    def index(self) -> dict[Identity, list[Resource]]:
        """Return the objects by every identity that they have or had."""
        found: dict[Identity, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            for identity in dict.fromkeys(resource.identities):
                found[identity].append(resource)
        return found

    def drop(self, gone: list[Resource]) -> None:
        """Remove objects."""
        if gone:
            ids = {id(resource) for resource in gone}
            self.resources = [resource for resource in self.resources if id(resource) not in ids]
