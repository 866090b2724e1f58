"""From actions to trees: what Go's parser accepts, with its rules for the scope of variables."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.lexer import Action, items
from immutable_delivery.syntax.gotemplate.nodes import Node, Template
from immutable_delivery.syntax.gotemplate.pipelines import MAX_NESTING, Pipelines
from immutable_delivery.syntax.gotemplate.problems import TemplateError
from immutable_delivery.syntax.gotemplate.source import Source

_CONTROL = {"if", "with", "range"}
_ENDS = {"end", "else"}


def parse(name: str, source: Source) -> list[Template]:
    """Return the template of a file, and before it those that it defines; raise TemplateError."""
    parser = _Parser(source)
    body, stop = parser.body(0)
    if stop is not None:
        word = source.text[stop.tokens[0][1] : stop.tokens[0][2]]
        raise source.error(f"{{{{ {word} }}}} closes nothing", stop.start, stop.end)
    return [*parser.defined, Template(name, source, body, parser.scope.slots)]


class _Parser:
    """Parses statements, one after the other."""

    def __init__(self, source: Source) -> None:
        self.defined: list[Template] = []
        self._source = source
        self._items = items(source)
        self._loops = 0
        self.scope = Pipelines(source)

    def body(self, depth: int) -> tuple[list[Node], Action | None]:
        """Parse until what closes it: return the statements, and the `end` or `else`."""
        found: list[Node] = []
        for item in self._items:
            if isinstance(item, tuple):
                found.append(("text", *item))
                continue
            word = self._word(item)
            if word in _ENDS:
                return found, item
            if (node := self._statement(item, word, depth)) is not None:
                found.append(node)
        return found, None

    def _word(self, item: Action) -> str:
        if not item.tokens:
            raise self._source.error("says nothing: a value is missing", item.start, item.end)
        kind, start, end = item.tokens[0]
        return self._source.text[start:end] if kind == "word" else ""

    def _statement(self, item: Action, word: str, depth: int) -> Node | None:
        if word in _CONTROL:
            return self._control(item, word, depth)
        match word:
            case "define":
                self._define(item, depth)
                return None
            case "template":
                return ("template", item.start, item.end, *self._invocation(item))
            case "block":
                return self._block(item, depth)
            case "break" | "continue":
                return self._jump(item, word)
            case _:
                return self.scope.statement(item)

    def _jump(self, item: Action, word: str) -> Node:
        if len(item.tokens) > 1 or not self._loops:
            raise self._source.error(
                f"{{{{ {word} }}}} stands outside of any range", item.start, item.end
            )
        return (word, item.start, item.end)

    def _control(self, item: Action, word: str, depth: int, first: int = 1) -> Node:
        self._check(item, depth)
        mark = self.scope.enter()
        slots, expression = self.scope.condition(item, word, first)
        self._loops += word == "range"
        body, stop = self.body(depth + 1)
        self._loops -= word == "range"
        other = self._otherwise(item, word, stop, depth)
        self.scope.leave(mark)
        return (word, item.start, item.end, slots, expression, body, other)

    def _otherwise(self, item: Action, word: str, stop: Action | None, depth: int) -> list[Node]:
        if stop is None:
            raise self._source.error(
                f"{{{{ {word} }}}} is not closed: {{{{ end }}}} is missing", item.start, item.end
            )
        if self._word(stop) == "end":
            return self._closed(stop, 1, [])
        if len(stop.tokens) == 1:
            return self._last(item, word, depth)
        chained = self._source.text[stop.tokens[1][1] : stop.tokens[1][2]]
        if chained not in {"if", "with"} or chained != word:
            raise self._source.error(
                f"{{{{ else {chained} }}}} has no meaning here", stop.start, stop.end
            )
        return [self._control(stop, chained, depth + 1, first=2)]

    def _last(self, item: Action, word: str, depth: int) -> list[Node]:
        body, stop = self.body(depth + 1)
        if stop is None:
            raise self._source.error(
                f"{{{{ {word} }}}} is not closed: {{{{ end }}}} is missing", item.start, item.end
            )
        if self._word(stop) != "end":
            raise self._source.error("a second {{ else }}", stop.start, stop.end)
        return self._closed(stop, 1, body)

    def _closed(self, stop: Action, words: int, body: list[Node]) -> list[Node]:
        if len(stop.tokens) > words:
            raise self._source.error("{{ end }} takes nothing", stop.start, stop.end)
        return body

    def _check(self, item: Action, depth: int) -> None:
        if depth > MAX_NESTING:
            raise self._source.error(
                f"is nested more than {MAX_NESTING} levels deep", item.start, item.end
            )

    def _define(self, item: Action, depth: int) -> None:
        if depth:
            raise self._source.error(
                "{{ define }} stands inside another action", item.start, item.end
            )
        name = self.scope.name(item, "define")
        if item.tokens[2:]:
            raise self._source.error("{{ define }} takes one name in quotes", item.start, item.end)
        self._template(item, name, "define", depth)

    def _block(self, item: Action, depth: int) -> Node:
        name, expression = self._invocation(item)
        if expression is None:
            raise self._source.error(
                "{{ block }} needs the value for its dot", item.start, item.end
            )
        self._template(item, name, "block", depth)
        return ("template", item.start, item.end, name, expression)

    def _template(self, item: Action, name: str, word: str, depth: int) -> None:
        self._check(item, depth)
        outer, loops = self.scope, self._loops
        self.scope, self._loops = Pipelines(self._source), 0
        body, stop = self.body(depth + 1)
        if stop is None or self._word(stop) != "end":
            raise self._unclosed(item, word, stop)
        self.defined.append(Template(name, self._source, body, self.scope.slots, item.start))
        self.scope, self._loops = outer, loops

    def _unclosed(self, item: Action, word: str, stop: Action | None) -> TemplateError:
        if stop is None:
            return self._source.error(
                f"{{{{ {word} }}}} is not closed: {{{{ end }}}} is missing", item.start, item.end
            )
        return self._source.error("{{ else }} belongs to nothing", stop.start, stop.end)

    def _invocation(self, item: Action) -> tuple[str, Node | None]:
        name = self.scope.name(item, "template")
        return name, self.scope.rest(item, 2) if item.tokens[2:] else None
