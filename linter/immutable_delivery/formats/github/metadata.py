"""The tags that docker/metadata-action makes: what a later step pushes under `${{ steps.meta.outputs.tags }}`.

The reference is https://github.com/docker/metadata-action.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import unaligned

NAMES = frozenset(("docker/metadata-action", "crazy-max/ghaction-docker-meta"))
"""The actions, in lower case."""
_LINE = lazy(r"[^\r\n]+")
_ATTRIBUTE = lazy(r"(?:^|,)\s*([\w-]+)=((?:\$\{\{.{0,500}?\}\}|[^,])*)")
_DEFAULTS = "type=schedule\ntype=ref,event=branch\ntype=ref,event=tag\ntype=ref,event=pr"
_EVENTS = {
    "branch": "${{ github.head_ref }}",
    "tag": "${{ github.event.release.tag_name }}",
    "pr": "pr",
}
_PATTERNS = {
    "{{major}}": "1",
    "v{{major}}": "v1",
    "{{major}}.{{minor}}": "1.2",
    "v{{major}}.{{minor}}": "v1.2",
}
"""Tags of a series, as an example of one: what the pattern of a whole version gives is fixed."""
_NIGHTLY = "nightly"


def tags(inputs: Mapping[str, LocatedText | None]) -> LocatedText | None:
    """Return the references that it gives, one a line; None where the images are not known."""
    images, rules = inputs.get("images"), inputs.get("tags")
    if images is None:
        return None
    if rules is None or not rules.text.strip():
        rules = unaligned(_DEFAULTS, images)
    found: list[LocatedText] = []
    for image in _lines(images):
        for rule in _lines(rules):
            tag = _tag(rule)
            if tag is not None:
                found += (image, unaligned(":", image), tag, unaligned("\n", tag))
    return LocatedText.joined(found, images.used_at)


def _lines(written: LocatedText) -> Iterator[LocatedText]:
    for found in _LINE.finditer(written.text):
        text = found[0]
        start = found.start() + len(text) - len(text.lstrip())
        line = written.slice(start, start + len(text.strip()))
        if line.text and not line.text.startswith("#"):
            yield line


def _tag(rule: LocatedText) -> LocatedText | None:
    """Return the tag of a rule, as its like where only the run tells it; None for one that is switched off."""
    said = {found[1]: (found[2], found.span(2)) for found in _ATTRIBUTE.finditer(rule.text)}
    kind = said.get("type", ("raw" if "=" not in rule.text else "", (0, 0)))[0]
    if said.get("enable", ("", ()))[0] == "false":
        return None
    if kind == "raw":
        start, end = said["value"][1] if "value" in said else (0, len(rule.text))
        return rule.slice(start, end)
    text = _text(kind, said)
    made = unaligned(text, rule)
    names = (text,) if text.startswith("${{") else ()
    return LocatedText(made.text, made.segments, rule.used_at, names)


def _text(kind: str, said: Mapping[str, tuple[str, tuple[int, int]]]) -> str:
    if kind == "ref":
        return _EVENTS.get(said.get("event", ("",))[0], "${{ github.ref_name }}")
    if kind in {"semver", "pep440", "match"}:
        pattern = said.get("pattern", ("",))[0]
        return _PATTERNS.get(pattern, "${{ version }}")
    if kind == "schedule":
        return _NIGHTLY
    return "edge" if kind == "edge" else "${{ github.sha }}"
