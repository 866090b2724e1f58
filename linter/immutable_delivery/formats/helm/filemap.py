"""`.Files`: what a template may read of its chart."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from posixpath import basename

from immutable_delivery.formats.helm.chart import Chart
from immutable_delivery.formats.helm.store import Store
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.globs import Glob
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.traced import Derived, Part, Traced
from immutable_delivery.syntax.gotemplate.values import Object, Value
from immutable_delivery.syntax.gotemplate.yamlwriter import to_yaml

_CHOICE = lazy(r"\{([^{}]*)\}")
_MOST_CHOICES = 100


def files(chart: Chart) -> Value:
    """Return the files of a chart."""
    return _Files(chart.store, chart.files).value


class _Files:
    """Files by their names, each read when a template asks for it."""

    def __init__(self, store: Store, names: Iterable[str]) -> None:
        self._store = store
        self._held = _Texts(self._read)
        for name in names:
            dict.__setitem__(self._held, name, "")

    @property
    def value(self) -> Value:
        """Return them as a template has them."""
        methods: dict[str, Callable[..., Value]] = {
            "Get": self._get, "GetBytes": self._get, "Glob": self._glob, "Lines": self._lines,
            "AsConfig": self._as_config, "AsSecrets": self._as_secrets,
        }  # fmt: skip
        return Object("engine.files", methods=methods, entries=self._held)

    def _read(self, name: str) -> Value:
        text = self._store.content(name)
        return Traced.written(
            LocatedText.literal(text.value, Place(text.path, Span(0, len(text.value))))
        )

    def _get(self, name: str) -> Value:
        """Return the text of a file, empty where there is none."""
        return self._read(str(name)) if name in self._held else ""

    def _glob(self, pattern: str) -> Value:
        """Return the files that fit a pattern."""
        globs = [Glob(one, deep=True) for one in _choices(str(pattern))]
        names = [name for name in self._held if any(glob.matches(name) for glob in globs)]
        return _Files(self._store, names).value

    def _lines(self, name: str) -> Value:
        text = self._get(name)
        if not text:
            return []
        found: list[Value] = []
        at = 0
        for line in str(text).removesuffix("\n").split("\n"):
            found.append(Traced(line, Part(text, at)))
            at += len(line) + 1
        return found

    def _as_config(self) -> Value:
        return _yaml({basename(name): self._read(name) for name in self._held})

    def _as_secrets(self) -> Value:
        return _yaml({basename(name): _encoded(self._read(name)) for name in self._held})


class _Texts(dict[str, Value]):
    """A map that reads a value when somebody looks at it."""

    def __init__(self, read: Callable[[str], Value]) -> None:
        super().__init__()
        self._read = read

    def __getitem__(self, name: str) -> Value:
        return self._read(name)

    def get(self, name: str, default: Value = None) -> Value:
        """Return the text of a file."""
        return self._read(name) if name in self else default

    def items(self) -> list[tuple[str, Value]]:  # type: ignore[override]
        """Return names and texts."""
        return [(name, self._read(name)) for name in self]

    def values(self) -> list[Value]:  # type: ignore[override]
        """Return the texts."""
        return [self._read(name) for name in self]


def _yaml(texts: dict[str, Value]) -> Value:
    return to_yaml(texts, Budget())


def _encoded(text: Traced) -> Value:
    return Traced(base64.b64encode(str(text).encode()).decode(), Derived(text))


def _choices(pattern: str) -> list[str]:
    """Return the patterns that `{a,b}` stands for."""
    found: list[str] = []
    waiting = [pattern]
    while waiting and len(found) < _MOST_CHOICES:
        one = waiting.pop()
        choice = _CHOICE.search(one)
        if choice is None:
            found.append(one)
            continue
        start, end = choice.span()
        waiting += [one[:start] + word + one[end:] for word in choice[1].split(",")]
    return found
