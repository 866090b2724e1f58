"""What a template takes from elsewhere: other templates, applications, layers of functions."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Fact, Scope, Source
from immutable_delivery.formats.cloudformation.functions import POINTER, function
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.urls import of_url
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import find, mapping, pairs, scalar, scalars, text

NESTING = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::CloudFormation::StackSet": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
"""Resources that are made of another template, and where they say which."""
_REMOTE = lazy(r"https?://|s3://")
_VERSION = lazy(r"[?&]versionId=")


def nested(node: Mapping, path: str) -> str | None:
    """Return the template here that a stack is made of, by its path; None where it lies elsewhere."""
    said = _said(node)
    if said is None or not said.written.known or _REMOTE.match(said.text):
        return None
    return resolve(folder_of(path), said.text)


def _said(node: Mapping) -> Scalar | None:
    kind = text(node, "Type")
    return scalar(node, "Properties", NESTING[kind]) if kind in NESTING else None


def remote(node: Mapping, scope: Scope) -> Iterator[Fact]:
    """Yield the template or application elsewhere that a stack is made of."""
    said = _said(node)
    if said is not None and (_REMOTE.match(said.text) or not said.written.known):
        yield _fetched(said.written, node.place, scope)
    application = scalar(node, "Properties", "Location", "ApplicationId")
    version = scalar(node, "Properties", "Location", "SemanticVersion")
    if application is not None:
        at = (version or application).place
        yield Source(
            used_at=application.place,
            extent=node.place,
            scope=scope,
            places={"url": application.place, "ref": at, "pin": at},
            source_type="module",
            url=application.written.value,
            ref=version.written.value if version else "",
            pin=("exact" if version.written.known else None) if version else "none",
        )


def _fetched(written: LocatedText, extent: Place, scope: Scope) -> Source:
    """Return a template that is taken from an address: one without a version may be another one tomorrow."""
    address = of_url(written.text, written.unresolved)
    pin = "exact" if _VERSION.search(written.text) else address.pin
    return Source(
        used_at=written.used_at,
        extent=extent,
        scope=scope,
        places={"url": written.used_at},
        source_type="template",
        url=written.value or written.text,
        ref=address.revision.text,
        pin=pin if written.known or pin == "exact" else None,
    )


def included(root: Node | None, path: str) -> Iterator[Fact]:
    """Yield the snippets that `AWS::Include` puts into a template."""
    scope = Scope(owner=path, phase="start", layer="middleware", deployed=True, manifest=path)
    for node in [root, find(root, "Resources"), *(one for _, one in pairs(root, "Resources"))]:
        held = mapping(node, "Fn::Transform")
        location = scalar(held, "Parameters", "Location")
        of_include = held is not None and text(held, "Name") == "AWS::Include"
        if of_include and location is not None and not function(location)[0]:
            yield _fetched(location.written, location.place, scope)


def layers(properties: Node | None, scope: Scope) -> Iterator[Fact]:
    """Yield the layers of a function that a parameter names which moves; an address of a layer ends with its version."""
    for layer in scalars(properties, "Layers"):
        if POINTER in layer.text:
            yield Source(
                used_at=layer.place,
                extent=layer.place,
                scope=scope,
                places={"url": layer.place, "pin": layer.place},
                source_type="library",
                url=layer.text.removeprefix(POINTER),
                ref="",
                pin="none",
            )
