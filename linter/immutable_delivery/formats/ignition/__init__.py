"""Ignition, and Butane that is made into it: what a machine of Fedora CoreOS, Flatcar or OpenShift is told at its first start.

The reference is https://coreos.github.io/ignition/specs/ and https://coreos.github.io/butane/specs/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.containers.environments import environment
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document, Node
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import roots, text

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "ignition"

_PATH = lazy(r"\.(?:ign|bu|fcc|ya?ml|json)\Z")
_VARIANTS = frozenset({"fcos", "flatcar", "openshift", "r4e", "fiot"})


def claims(path: str, data: bytes) -> bool:
    """Whether a file says for which machines it is, or which version of Ignition reads it."""
    if not _PATH.search(path):
        return False
    own = path.endswith((".ign", ".bu", ".fcc"))
    if not own and not yaml.may_hold(data, b"variant", b"ignition"):
        return False
    return any(_is_config(root) for root in yaml.roots(path, data)) or own


def _is_config(root: Node | None) -> bool:
    variant = text(root, "variant") in _VARIANTS and bool(text(root, "version"))
    return variant or bool(text(root, "ignition", "version"))


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every file makes a machine do."""
    from immutable_delivery.formats.ignition.config import Config  # noqa: PLC0415 (it loads the shell)

    for path, root in roots(documents, ctx):
        scope = Scope(owner=path, phase="boot", layer="os", deployed=True, manifest=path)
        yield from Config(root, path, environment(path, ctx).reached(scope), ctx).facts()
