"""What expressions of a job may look at: `env`, `matrix`, `inputs`, and of `github` what the files tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Sequence as AnySequence
from functools import cached_property, partial

from immutable_delivery.formats.github.expressions import UNKNOWN, Texts, text, texts
from immutable_delivery.jobs.matrix import combinations
from immutable_delivery.jobs.spec import Values
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import mappings, pairs, scalar

Combination = Mapping[str, Node | None]
Inputs = Mapping[str, Texts]
"""What may be given, by name in lower case."""

_ROOT = "${{ github.workspace }}"
_NOTHING = LocatedText("", (), Place("", Span(0, 0)))


class Context(Record, dict=True):
    """What one job, or one step of it, sees."""

    inputs: Inputs = field(default_factory=dict)
    env: Values = field(default_factory=dict)
    matrix: Node | None = None
    tags: dict[str, LocatedText] = field(default_factory=dict)
    """The tags that earlier steps make, by their ids."""
    home: LocatedText | None = None
    """The folder of the action whose steps are read; None in a workflow."""

    def text(self, node: Node | None) -> LocatedText | None:
        """Return a text with what is certain put in."""
        found = _written(node)
        return text(found, self.look) if found is not None else None

    def texts(self, node: Node | None) -> tuple[LocatedText, ...]:
        """Return everything that a text may come to; what is not known stays in it."""
        found = _written(node)
        if found is None:
            return ()
        several = dict.fromkeys(self._texts(found))
        known = tuple(one for one in several if one is not None and one.text)
        return known if None not in several else (*known, text(found, self.look))

    def given(self, node: Node) -> Texts:
        """Return what is handed on to an action or workflow."""
        return tuple(one if one.known else None for one in self.texts(node)) or UNKNOWN

    def _texts(self, written: LocatedText) -> Iterator[LocatedText | None]:
        if "matrix" not in written.text or "${{" not in written.text:
            yield from texts(written, self.look)
            return
        for one in self.combinations or ({},):
            among = (one,) if self.combinations else ()
            yield from texts(written, partial(self._looked, among=among))

    @cached_property
    def combinations(self) -> AnySequence[Combination]:
        """The combinations of the matrix; none where an expression makes it."""
        strategy = self.matrix
        if not isinstance(strategy, Tree) or isinstance(strategy.get("include"), Scalar):
            return ()
        axes = {key.text.lower(): _values(value) for key, value in strategy.entries.values()}
        for name in ("include", "exclude"):
            axes.pop(name, None)
        include = [_lowered(one) for one in mappings(strategy, "include")]
        exclude = [_lowered(one) for one in mappings(strategy, "exclude")]
        return combinations(axes, include, exclude, same=_same)

    def look(self, path: tuple[str, ...]) -> Texts:
        """Return what a path may be, whatever the combination."""
        return self._looked(path, self.combinations)

    def _looked(self, path: tuple[str, ...], among: AnySequence[Combination]) -> Texts:
        match path:
            case ("env", name):
                found = next(
                    (value for key, value in self.env.items() if key.lower() == name), None
                )
                return (found,) if found is not None and found.known else UNKNOWN
            case ("inputs", name) | ("github", "event", "inputs", name):
                return self.inputs.get(name, UNKNOWN)
            case ("github", "action_path") if self.home is not None:
                return (self.home,)
            case ("steps", name, "outputs", "tags") if name in self.tags:
                return (self.tags[name],)
            case ("matrix", *rest):
                return tuple(dict.fromkeys(_inside(one, rest) for one in among)) or UNKNOWN
            case _:
                return UNKNOWN

    def within(self, env: Node | None) -> Context:
        """Return what is seen where further variables are set."""
        env_ = {**self.env, **self.variables(env)}
        return Context(self.inputs, env_, self.matrix, self.tags, self.home)

    def variables(self, env: Node | None) -> Values:
        """Return the variables that a mapping sets."""
        return {key.text: self.text(value) for key, value in pairs(env)}


def _written(node: Node | None) -> LocatedText | None:
    return node.written if isinstance(node, Scalar) and not node.null else None


def _values(axis: Node) -> list[Node | None]:
    """Return the values of an axis; one that nobody knows where an expression makes them."""
    return [*axis.items] if isinstance(axis, Sequence) and axis.items else [None]


def _lowered(node: Tree) -> dict[str, Node | None]:
    return {key.text.lower(): value for key, value in node.entries.values()}


def _same(one: Node | None, other: Node | None) -> bool:
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.text == other.text
    if isinstance(one, Tree) and isinstance(other, Tree):
        return all(_same(one.get(key), value) for key, value in other.items())
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        pairs_ = zip(one.items, other.items, strict=False)
        return len(one.items) == len(other.items) and all(_same(*pair) for pair in pairs_)
    return False


def _inside(one: Combination, path: list[str]) -> LocatedText | None:
    """Return the text at a path of a combination; what has no such entry is empty, as null is."""
    if not path or path[0] not in one:
        return _NOTHING if path else None
    node = one[path[0]]
    for name in path[1:]:
        if not isinstance(node, Tree):
            return None
        node = next((value for key, value in node.items() if key.lower() == name), None)
    if not isinstance(node, Scalar) or "${{" in node.text:
        return None
    return unaligned("", node.written) if node.null else node.written


def inside(path: str, inputs: Inputs, env: Values) -> Context:
    """Return what the steps of an action see, given the path of its file."""
    text = f"{_ROOT}/{folder_of(path)}".rstrip("/")
    home = LocatedText.unaligned(text, Place(path, Span(0, 0)), (_ROOT,))
    return Context(inputs, {**env, "GITHUB_ACTION_PATH": home}, home=home)


def declared(root: Node | None, *keys: str) -> Inputs:
    """Return the inputs that are declared under ``keys``, with their defaults; who calls gives the others."""
    found: dict[str, Texts] = {}
    for name, one in pairs(root, *keys, "inputs"):
        default = scalar(one, "default")
        found[name.text.lower()] = (default.written,) if default is not None else UNKNOWN
    return found
