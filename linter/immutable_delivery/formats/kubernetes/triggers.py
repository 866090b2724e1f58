"""OpenShift's triggers: the cluster puts an image in, and swaps it when the tag behind it moves."""

from __future__ import annotations

from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import find, is_true, mappings, scalar, text

ANNOTATION = "image.openshift.io/triggers"


def automatic(root: Mapping) -> Scalar | None:
    """Return what makes a deployment configuration swap its image by itself."""
    for mapping in mappings(root, "spec", "triggers"):
        if text(mapping, "type") == "ImageChange" and is_true(
            mapping, "imageChangeParams", "automatic"
        ):
            return scalar(mapping, "type")
    return None


def puts_in(workload: Workload, image: Scalar) -> bool:
    """Whether an image is left blank for a trigger to put in."""
    root = workload.resource.root
    triggered = find(root, "spec", "triggers") or find(root, "metadata", "annotations", ANNOTATION)
    return not image.text.strip() and triggered is not None
