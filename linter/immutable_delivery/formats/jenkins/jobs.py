"""The stages of a pipeline as jobs: where each runs, and what its steps do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Unread
from immutable_delivery.jobs.spec import (
    ImageSpec,
    JobSpec,
    SourceSpec,
    StepSpec,
    pipeline_scope,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.references.git import of_release
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.groovy import MAX_LENGTH, Call, Script, read
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import mappings, scalar

_SHELLS = {"sh": "sh", "bat": "cmd", "powershell": "pwsh", "pwsh": "pwsh"}
_RUNS = frozenset({"inside", "withRun", "run", "pull"})
_REFERENCE = lazy(r"\\\$|\$\{(?:env\.|params\.)?(\w+)\}|\$(?:env\.|params\.)?(\w+)|\$\{[^}]*\}")


def jobs(script: Script, path: str, ctx: ParseContext) -> Iterator[JobSpec]:
    """Yield one job per stage that does something, and one for what stands in none."""
    at = Place(path, Span(0, 0))
    top = _Stage(path, path, at, at, ctx, {path})
    yield from _read(script.calls, top)
    if top.says_something:
        yield top.spec()


def unclear(script: Script, path: str) -> Iterator[Unread]:
    """Yield where something was not understood."""
    if script.unclear is not None:
        place = script.unclear
        yield Unread(
            used_at=place,
            extent=place,
            scope=pipeline_scope(path, path),
            subject="Groovy",
            reason="some of it is not understood",
        )


def statements(calls: Iterable[Call]) -> Iterator[tuple[int, int]]:
    """Yield where calls stand, those in blocks too."""
    for call in calls:
        yield call.extent.span.start, call.extent.span.end
        yield from statements(call.inside)


class _Stage(Record):
    """What is known while the calls of a stage are read."""

    path: str
    name: str
    used_at: Place
    extent: Place
    ctx: ParseContext
    loaded: set[str]
    """The files that the pipeline reads in, its own among them: each once."""
    images: list[ImageSpec] = field(default_factory=list)
    sources: list[SourceSpec] = field(default_factory=list)
    steps: list[StepSpec] = field(default_factory=list)
    variables: dict[str, LocatedText | None] = field(default_factory=dict)

    @property
    def says_something(self) -> bool:
        return bool(self.images or self.sources or self.steps)

    def text(self, written: LocatedText) -> LocatedText:
        """Return a text with the variables that the file gives a value."""
        if "$" not in written.text:
            return written
        return filled(written, _REFERENCE, self._given)

    def _given(self, found: re.Match[str], own: LocatedText) -> LocatedText | None:
        if found[0] == "\\$":
            return unaligned("$", own)
        return self.variables.get(found[1] or found[2] or "")

    def spec(self) -> JobSpec:
        """Return the job."""
        return JobSpec(
            used_at=self.used_at,
            extent=self.extent,
            scope=pipeline_scope(self.path, self.name),
            name=self.name,
            variables=self.variables,
            images=tuple(self.images),
            sources=tuple(self.sources),
            steps=tuple(self.steps),
        )


def _read(calls: Iterable[Call], stage: _Stage) -> Iterator[JobSpec]:
    """Read calls in order; yield the jobs of the stages among them."""
    for call in calls:
        if call.name == "stage" and call.texts:
            name = call.texts[0].text
            around = stage.ctx, stage.loaded
            known = dict(stage.variables)
            inner = _Stage(stage.path, name, call.place, call.extent, *around, variables=known)
            yield from _read(call.inside, inner)
            if inner.says_something:
                yield inner.spec()
            continue
        _note(call, stage)
        if call.receiver is not None:
            _note(call.receiver, stage)
            yield from _read(_loaded(call.receiver, stage), stage)
        yield from _read(_loaded(call, stage), stage)
        yield from _read(call.inside, stage)


def _loaded(call: Call, stage: _Stage) -> list[Call]:
    """Return the calls of the file of this repository that `load` reads in, all its functions with them."""
    if call.name != "load" or not call.texts:
        return []
    written = stage.text(call.texts[0])
    path = resolve("", written.text) if written.known else None
    text = stage.ctx.text(path) if path and path not in stage.loaded else None
    if text is None or len(text.value) > MAX_LENGTH:
        return []
    stage.loaded.add(text.path)
    return read(text).calls


def _note(call: Call, stage: _Stage) -> None:
    """Note what one call says of the stage it stands in."""
    if call.name in _SHELLS and not call.target:
        stage.steps += _script(call, stage)
    elif call.name == "=" and call.texts:
        stage.variables[call.target] = stage.text(call.texts[0])
    elif call.name in {"@", "library"}:
        stage.sources += [
            _library(one)
            for one in call.texts
            if call.name == "library" or call.target == "Library"
        ]
    elif call.name in {"docker", "containerTemplate"} or (call.name == "image" and not call.target):
        stage.images += _images(call, stage)
    elif call.name == "yaml":
        stage.images += _of_pod(call)
    elif call.name in _RUNS and call.receiver is not None and call.receiver.name == "image":
        stage.images += _images(call.receiver, stage)
    elif call.name == "build" and call.target == "docker":
        stage.steps += _build(call, stage)


def _script(call: Call, stage: _Stage) -> Iterator[StepSpec]:
    said = call.named.get("script") or next(iter(call.texts), None)
    if said is not None:
        yield StepSpec(
            used_at=call.place,
            extent=call.extent,
            name=call.named["label"].text if "label" in call.named else "",
            scripts=(stage.text(said),),
            shell=_SHELLS[call.name],
        )


def _images(call: Call, stage: _Stage) -> Iterator[ImageSpec]:
    said = call.named.get("image") or next(iter(call.texts), None)
    if said is not None and said.text:
        yield ImageSpec(stage.text(said), call.extent, said.used_at)


def _of_pod(call: Call) -> Iterator[ImageSpec]:
    """Yield the images of a pod that an agent is made of."""
    for text in call.texts:
        for document in inner_documents(text):
            for container in mappings(document.root, "spec", "containers"):
                image = scalar(container, "image")
                if image is not None:
                    yield ImageSpec(image.written, call.extent, image.place)


def _build(call: Call, stage: _Stage) -> Iterator[StepSpec]:
    """Yield the command that building an image stands for."""
    if call.texts:
        words = (
            *(unaligned(word, call.texts[0]) for word in ("docker", "build", "-t")),
            stage.text(call.texts[0]),
        )
        more = call.texts[1] if len(call.texts) > 1 else unaligned(".", call.texts[0])
        yield StepSpec(used_at=call.place, extent=call.extent, argv=(*words, more))


def _library(written: LocatedText) -> SourceSpec:
    """Return a shared library: `name@version`; without a version it is what Jenkins is set to."""
    name, at, version = written.text.partition("@")
    ref = written.slice(len(name) + 1) if at else None
    return SourceSpec(
        "library",
        written.slice(0, len(name)),
        ref,
        written.used_at,
        pin=of_release(version) if at else None,
    )
