"""From actions to trees: what encloses what, and which variable a name means."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.actions import MAX_NESTING, Action, parse_action
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.lexer import BadActionError, Token, pieces
from immutable_delivery.syntax.gotemplate.nodes import Node, Template
from immutable_delivery.syntax.gotemplate.source import Source

_MOST_KNOWN = 1_000

Definition = tuple[str, list[Node], int]
"""The name of a template, its statements, and how many variables it has."""

Found = tuple[Action, int, int]
"""An action, and where it starts and ends."""


def parse(name: str, source: Source, budget: Budget) -> list[Template]:
    """Return the template of a file, and before it those that it defines; raise TemplateError."""
    try:
        found = _remembered(source.text, budget)
    except BadActionError as error:
        raise source.error(error.reason, error.start, error.end) from None
    return [Template(label or name, source, body, slots) for label, body, slots in found]


def _remembered(text: str, budget: Budget) -> list[Definition]:
    """Return the templates of a text; many charts bring the same file."""
    if text not in _KNOWN:
        parsed = _parsed(text, budget)
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[text] = parsed
    return _KNOWN[text]


_KNOWN: dict[str, list[Definition]] = {}


def _parsed(text: str, budget: Budget) -> list[Definition]:
    parser = _Parser(text, budget)
    body, stop = parser.body(0)
    if stop is not None:
        raise _error(f"{{{{ {stop[0].word} }}}} closes nothing", stop)
    return [*parser.defined, ("", body, parser.scope.slots)]


def _error(reason: str, found: Found) -> BadActionError:
    return BadActionError(reason, found[1], found[2])


class _Scope:
    """The variables of one template."""

    def __init__(self) -> None:
        self._variables: list[tuple[str, int]] = [("$", 0)]
        self.slots = 1

    def enter(self) -> int:
        """Begin a scope."""
        return len(self._variables)

    def leave(self, mark: int) -> None:
        """End a scope."""
        del self._variables[mark:]

    def declare(self, name: str) -> int:
        """Return the slot of a new variable."""
        self._variables.append((name, self.slots))
        self.slots += 1
        return self.slots - 1

    def slot(self, name: str) -> int | None:
        """Return the slot of the innermost variable of a name."""
        for known, slot in reversed(self._variables):
            if known == name:
                return slot
        return None


class _Parser:
    """Parses statements, one after the other."""

    def __init__(self, text: str, budget: Budget) -> None:
        self.defined: list[Definition] = []
        self.scope = _Scope()
        self._text = text
        self._pieces = pieces(text)
        self._budget = budget
        self._loops = 0

    def body(self, depth: int) -> tuple[list[Node], Found | None]:
        """Parse until what closes it: return the statements, and the `end` or `else`."""
        found: list[Node] = []
        text = self._text
        for is_action, start, end in self._pieces:
            if not is_action:
                found.append(("text", start, end))
                continue
            self._budget.spend()
            try:
                action = parse_action(text[start:end])
            except BadActionError as error:
                at = start + error.start, start + error.end
                raise BadActionError(error.reason, *at) from None
            if action.word == "end" or action.word.startswith("else"):
                return found, (action, start, end)
            if (node := self._statement((action, start, end), depth)) is not None:
                found.append(node)
        return found, None

    def _statement(self, found: Found, depth: int) -> Node | None:
        action, start, end = found
        match action.word:
            case "":
                return self._plain(found)
            case "if" | "with" | "range":
                return self._control(found, action.word, depth)
            case "define":
                self._define(found, depth)
                return None
            case "break" | "continue":
                if not self._loops:
                    raise _error(f"{{{{ {action.word} }}}} stands outside of any range", found)
                return (action.word, start, end)
            case _:
                return self._invocation(found, depth)

    def _plain(self, found: Found) -> Node:
        action, start, end = found
        used = self._used(found)
        if not action.names:
            return ("print", start, end, action.expression, used)
        slots = self._slots(found)
        return ("assign", start, end, slots[0], action.expression, used)

    def _used(self, found: Found) -> dict[str, int]:
        """Return the slots of the variables that an expression needs."""
        return {token[0]: self._slot(token, found) for token in found[0].uses}

    def _slot(self, token: Token, found: Found) -> int:
        name, start, end = token
        slot = self.scope.slot(name)
        if slot is None:
            raise BadActionError(f"nothing has declared {name}", found[1] + start, found[1] + end)
        return slot

    def _slots(self, found: Found) -> list[int]:
        """Return the slots of the variables that an action sets."""
        action = found[0]
        if action.declares:
            return [self.scope.declare(name) for name, _, _ in action.names]
        return [self._slot(token, found) for token in action.names]

    def _control(self, found: Found, word: str, depth: int) -> Node:
        self._check(found, depth)
        mark = self.scope.enter()
        used = self._used(found)
        slots = self._slots(found)
        self._loops += word == "range"
        body, stop = self.body(depth + 1)
        self._loops -= word == "range"
        other = self._otherwise(found, word, stop, depth)
        self.scope.leave(mark)
        return (word, found[1], found[2], slots, found[0].expression, used, body, other)

    def _otherwise(self, found: Found, word: str, stop: Found | None, depth: int) -> list[Node]:
        if stop is None:
            raise self._unclosed(found, word)
        closing = stop[0].word
        if closing == "end":
            return []
        if closing == "else":
            return self._last(found, word, depth)
        if closing != f"else {word}" or word == "range":
            raise _error(f"{{{{ {closing} }}}} has no meaning here", stop)
        return [self._control(stop, word, depth + 1)]

    def _last(self, found: Found, word: str, depth: int) -> list[Node]:
        body, stop = self.body(depth + 1)
        if stop is None:
            raise self._unclosed(found, word)
        if stop[0].word != "end":
            raise _error("another {{ else }} follows {{ else }}", stop)
        return body

    def _unclosed(self, found: Found, word: str) -> BadActionError:
        return _error(f"{{{{ {word} }}}} is not closed: {{{{ end }}}} is missing", found)

    def _check(self, found: Found, depth: int) -> None:
        if depth > MAX_NESTING:
            raise _error(f"is nested more than {MAX_NESTING} levels deep", found)

    def _define(self, found: Found, depth: int) -> None:
        if depth:
            raise _error("{{ define }} stands inside another action", found)
        self._template(found, depth)

    def _invocation(self, found: Found, depth: int) -> Node:
        action, start, end = found
        used = self._used(found)
        if action.word == "block":
            self._template(found, depth)
        return ("template", start, end, action.label, action.expression, used)

    def _template(self, found: Found, depth: int) -> None:
        self._check(found, depth)
        outer, loops = self.scope, self._loops
        self.scope, self._loops = _Scope(), 0
        body, stop = self.body(depth + 1)
        if stop is None:
            raise self._unclosed(found, found[0].word)
        if stop[0].word != "end":
            raise _error(f"{{{{ {stop[0].word} }}}} belongs to nothing", stop)
        label = found[0].label
        self.defined.append((label, body, self.scope.slots))
        self.scope, self._loops = outer, loops
