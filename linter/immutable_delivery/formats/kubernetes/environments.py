"""Which environment an object is for."""

from __future__ import annotations

from immutable_delivery.containers.environments import (
    Environment,
    environment,
    is_development,
)
from immutable_delivery.context import ParseContext
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments as Conventions

_LABELS = (
    ("labels", "environment"), ("labels", "env"), ("labels", "app.kubernetes.io/environment"), ("namespace",),
)  # fmt: skip
_DESTINATION = (
    ("spec", "destination", "namespace"),
    ("spec", "destination", "name"),
    ("metadata", "name"),
)
"""What tells where an application of Argo CD is deployed, or ends in its environment by convention."""


class Environments:
    """The environments of a repository: those of the configuration, else by convention."""

    def __init__(self, ctx: ParseContext) -> None:
        self._around = ctx

    def of(self, path: str) -> Environment:
        """Return the environment of a manifest."""
        return environment(path, self._around)

    def of_object(self, root: Mapping) -> Environment:
        """Return the environment that the namespace or a label of an object names."""
        places = [("metadata", *keys) for keys in _LABELS]
        if text(root, "kind") == "Application":
            places += _DESTINATION
        for keys in places:
            value = text(root, *keys)
            name = value.rpartition("-")[2]
            if name.lower() in known(Conventions).telling:
                return Environment(name, f"{keys[-1]}: {value}", is_development(name))
        return Environment()
