"""One source as an object declares it: address, revision and path, each with its place."""

from __future__ import annotations

from immutable_delivery.facts import Pin, Source, SourceType
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.records import Record
from immutable_delivery.references.charts import is_range, of_chart, of_tag, of_version
from immutable_delivery.references.git import of_ref
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Scalar

OCI = "oci://"


class Declared(Record, frozen=True, kw_only=True):
    """What is written of a source."""

    kind: SourceType
    url: LocatedText | None
    extent: Place
    ref: LocatedText | None = None
    pin: Pin | None = None
    """How far the revision fixes it; None: as its words say."""
    range: bool = False
    folder: LocatedText | None = None
    through: str = ""
    values_of: str = ""

    def fact(self, workload: Workload) -> Source:
        """Return the fact."""
        ref = self.ref.value if self.ref else ""
        written = {"url": self.url, "ref": self.ref, "pin": self.ref, "folder": self.folder}
        return Source(
            used_at=next((one.used_at for one in (self.ref, self.url) if one), self.extent),
            extent=self.extent,
            places={name: one.place() for name, one in written.items() if one},
            scope=workload.scope(),
            source_type=self.kind,
            url=self.url.value if self.url else "",
            ref=ref,
            pin=self._pin(ref),
            range=self.range or bool(ref and is_range(ref)),
            folder=self.folder.value if self.folder else "",
            through=self.through,
            values_of=self.values_of,
        )

    def _pin(self, ref: str | None) -> Pin | None:
        if ref is None:
            return None
        return pin_of(self.kind, ref, self.url) if self.pin is None else self.pin


def pin_of(kind: SourceType, ref: str, url: LocatedText | None = None) -> Pin:
    """Return how far a revision fixes a source of its kind."""
    if kind == "chart":
        return of_chart(url.text if url else "", ref)
    if kind == "oci" and ref.startswith("sha256:"):
        return of_version(ref)
    if is_range(ref):
        return "partial"
    return of_tag(url.text.removeprefix(OCI) if url else "", ref) if kind == "oci" else of_ref(ref)


def text_of(node: Scalar | None) -> LocatedText | None:
    """Return what a scalar says, where it says something."""
    return node.written if node is not None and node.text.strip() else None
