"""What a Helmfile says for one environment: its repositories of charts and its releases."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.formats.helmfile.templates import Renderer
from immutable_delivery.records import Record, field
from immutable_delivery.releases import Layer, laid
from immutable_delivery.source.files import folder_of, read_text, resolve
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.gotemplate.values import Value
from immutable_delivery.syntax.gotemplate.yamlvalues import value_of
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import (
    items,
    mapping,
    mappings,
    pairs,
    scalar,
    scalars,
    text,
)

DEFAULT = "default"
_TEMPLATE = ".gotmpl"
_DEEPEST = 5


class State(Record):
    """The parts of a file, laid over one another."""

    path: str
    environment: str
    parts: list[Mapping] = field(default_factory=list)
    values: Mapping | None = None
    """What the environment gives to templates."""

    @property
    def folder(self) -> str:
        """What its paths are relative to."""
        return folder_of(self.path)

    def mappings(self, key: str) -> Iterator[Mapping]:
        """Yield the entries of a list that any part may add to."""
        for part in self.parts:
            yield from mappings(part, key)

    def environments(self) -> dict[str, Mapping | None]:
        """Return the environments that it declares."""
        found: dict[str, Mapping | None] = {}
        for part in self.parts:
            for key, value in pairs(part, "environments"):
                found[key.text] = value if isinstance(value, Mapping) else None
        return found


def read(source: Text, environment: str, ctx: ParseContext) -> State:
    """Return what a file says for an environment."""
    state = State(source.path, environment)
    _add(source, state, Renderer(ctx), ctx, 0)
    return state


def _add(source: Text, state: State, renderer: Renderer, ctx: ParseContext, depth: int) -> None:
    for part in renderer.parts(source):
        root = renderer.root(part, _data(state))
        if root is None:
            continue
        for base in scalars(root, "bases") if depth < _DEEPEST else ():
            found = _file(resolve(folder_of(source.path), base.text), ctx)
            if found is not None:
                _add(found, state, renderer, ctx, depth + 1)
        state.parts.append(root)
        own = mapping(root, "environments", state.environment)
        layers = [Layer(state.values), *_values(own, source, renderer, ctx)]
        state.values = laid(one for one in layers if one.root is not None)


def _values(
    environment: Mapping | None, source: Text, renderer: Renderer, ctx: ParseContext
) -> Iterator[Layer]:
    for one in items(environment, "values"):
        if isinstance(one, Mapping):
            yield Layer(one)
        elif isinstance(one, Scalar):
            yield from layers_of(resolve(folder_of(source.path), one.text), {}, renderer, ctx)


def layers_of(
    path: str | None, data: Value, renderer: Renderer, ctx: ParseContext
) -> Iterator[Layer]:
    """Yield what a values file says; one that ends in `.gotmpl` is a template."""
    found = _file(path, ctx)
    if found is None:
        return
    for part in renderer.parts(found):
        root = renderer.root(part, data, template=found.path.endswith(_TEMPLATE))
        if root is not None:
            yield Layer(root)


def _file(path: str | None, ctx: ParseContext) -> Text | None:
    found = ctx.texts.get(path or "") or read_text(ctx.files, path)
    if found is not None:
        ctx.texts.setdefault(found.path, found)
    return found


def _data(state: State) -> Value:
    values = value_of(state.values) if state.values is not None else {}
    return {
        "Values": values,
        "StateValues": values,
        "Environment": {"Name": state.environment, "Values": values, "KubeContext": ""},
        "Namespace": "",
    }


def data_of(state: State, release: Mapping) -> Value:
    """Return what the values files of a release may use."""
    named = {
        "Name": text(release, "name"),
        "Namespace": text(release, "namespace"),
        "Chart": text(release, "chart"),
    }
    return {**_data(state), "Release": named}


def is_off(state: State, release: Mapping) -> bool:
    """Whether a release is not installed in this environment."""
    condition = text(release, "condition")
    said = scalar(state.values, *condition.split(".")) if condition else None
    return text(release, "installed") == "false" or (said is not None and said.text == "false")
