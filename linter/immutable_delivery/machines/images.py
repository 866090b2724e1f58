"""Facts of machines that several tools declare: how an image is chosen, who may use it, what changes a machine that runs."""

from __future__ import annotations

from immutable_delivery.facts import Command, Resource, Scope
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Scalar


def moving(name: str, at: Place, extent: Place, scope: Scope, choice: str) -> Resource:
    """Return that a machine starts from, or is built on, the newest image of several."""
    return _image(name, at, extent, scope, "pin", pin="alias", choice=choice)


def public(name: str, at: Place, extent: Place, scope: Scope) -> Resource:
    """Return that everybody may use an image."""
    return _image(name, at, extent, scope, "public", public=True)


def uncatalogued(name: str, at: Place, extent: Place, scope: Scope) -> Resource:
    """Return that nobody can tell one build of an image from the next."""
    return _image(name, at, extent, scope, "catalogued", catalogued=False)


def left(name: str, at: Place, extent: Place, scope: Scope, *, everybody: bool) -> Resource:
    """Return that an image is made with the keys still in it by which its builder came in."""
    return _image(name, at, extent, scope, "leaves", leaves="authorized_keys", public=everybody)


def document(said: Scalar, extent: Place, scope: Scope) -> Command:
    """Return that a document of Systems Manager is run on machines that run already."""
    return Command(
        used_at=said.place,
        extent=extent,
        scope=scope,
        places={"text": said.place},
        tool=said.text,
        text=said.text,
        target=scope.owner,
        mutates="host",
    )


def _image(
    name: str, at: Place, extent: Place, scope: Scope, key: str, **fields: object
) -> Resource:
    return Resource(
        used_at=at,
        extent=extent,
        scope=scope,
        places={key: at},
        resource_type="machine image",
        name=name,
        **fields,  # type: ignore[arg-type]
    )
