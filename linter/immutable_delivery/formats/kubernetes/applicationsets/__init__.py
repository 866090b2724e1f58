"""Argo CD's ApplicationSet: the applications that its generators make of its template, every value with its place.

References: the generators' documentation of Argo CD, and applicationset/ in its repository.
"""

from __future__ import annotations

from immutable_delivery.formats.kubernetes.applicationsets.generators import Generators
from immutable_delivery.formats.kubernetes.applicationsets.parameters import Parameters
from immutable_delivery.formats.kubernetes.applicationsets.templates import (
    ByName,
    Filler,
    filled_mapping,
)
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.records import Record, field
from immutable_delivery.releases.layers import merged
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import (
    is_true,
    mapping,
    mappings,
    scalar,
    with_entry,
    written,
)

MOST = 2000
"""More applications of one set are not looked at."""


class Made(Record):
    """What a set makes, as far as anybody here knows."""

    applications: list[Mapping] = field(default_factory=list)
    """As objects."""
    unknown: list[tuple[Mapping, str, str]] = field(default_factory=list)
    """The generators of which nobody here knows what they find: where they stand, what they are, and why."""


def made(workload: Workload) -> Made:
    """Return what a set makes; a template that nothing instantiates makes nothing."""
    spec = mapping(workload.resource.root, "spec")
    template = mapping(spec, "template")
    if spec is None or template is None:
        return Made()
    filler = _filler(spec, workload)
    generators = Generators(workload.ctx, filler, most=MOST)
    sets = [one for node in mappings(spec, "generators") for one in generators.of(node)]
    found = [_application(template, one, scalar(spec, "templatePatch"), filler) for one in sets]
    return Made(found, generators.unknown)


def _filler(spec: Mapping, workload: Workload) -> Filler:
    if not is_true(spec, "goTemplate"):
        return ByName()
    from immutable_delivery.formats.kubernetes.applicationsets.gotemplates import AsGo  # noqa: PLC0415 (rarely needed)

    return AsGo(workload.ctx)


def _application(
    template: Mapping, one: Parameters, patch: Scalar | None, filler: Filler
) -> Mapping:
    whole = merged(template, one.template) if one.template is not None else template
    found = filled_mapping(whole, one, filler)
    if patch is not None:
        read = inner_documents(filler.text(patch.written, one))
        root = read[0].root if read else None
        found = merged(found, root) if isinstance(root, Mapping) else found
    found = with_entry(found, "apiVersion", written("argoproj.io/v1alpha1", template.place))
    return with_entry(found, "kind", written("Application", template.place))
