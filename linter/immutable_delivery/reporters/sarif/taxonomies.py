"""Drift and layer as SARIF taxonomies, so that a viewer can group findings by them."""

from __future__ import annotations

from typing import Any

_DRIFT = {
    "divergent": "The running system can change in place.",
    "convergent": "The same input can give a different system tomorrow.",
}
_LAYER = {
    "os": "The operating system and the base image.",
    "middleware": "What others make and the service runs on.",
    "application": "What is built here.",
    "data": "What the service keeps.",
}
_KNOWN = {"drift": _DRIFT, "layer": _LAYER}
_ABOUT = {
    "drift": "How a system leaves the state that was tested, after Traugott's scale of congruence.",
    "layer": "Which layer of a service is concerned.",
}


def _taxonomy(name: str) -> dict[str, Any]:
    return {
        "name": f"imd-{name}",
        "organization": "immutable-delivery",
        "shortDescription": {"text": _ABOUT[name]},
        "isComprehensive": True,
        "taxa": [
            {"id": taxon, "name": taxon.title(), "shortDescription": {"text": text}}
            for taxon, text in _KNOWN[name].items()
        ],
    }


TAXONOMIES = [_taxonomy(name) for name in _KNOWN]
SUPPORTED = [{"name": f"imd-{name}", "index": index} for index, name in enumerate(_KNOWN)]


def taxa(drift: str, layer: str) -> list[dict[str, Any]]:
    """Return the references of a drift and a layer, without those that say nothing."""
    return [
        {"id": value, "index": list(_KNOWN[name]).index(value), "toolComponent": SUPPORTED[at]}
        for at, (name, value) in enumerate((("drift", drift), ("layer", layer)))
        if value in _KNOWN[name]
    ]


def relationships(drift: str, layer: str) -> list[dict[str, Any]]:
    """Return how a rule relates to the taxonomies."""
    return [{"target": target, "kinds": ["superset"]} for target in taxa(drift, layer)]
