"""Runs a script on paper: every simple command, in order, with the variables as they are at that point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell import assignments, builtins, compounds, simple
from immutable_delivery.syntax.shell.calls import Call, Redirect
from immutable_delivery.syntax.shell.outside import NOTHING, Outside, Seen
from immutable_delivery.syntax.shell.source import Source, Word
from immutable_delivery.syntax.shell.state import Interpreter, Limits
from immutable_delivery.syntax.shell.tree import Item, flatten, parse, statements, substitutions
from immutable_delivery.syntax.shell.variables import Given
from immutable_delivery.syntax.shell.wrappers import Unwrapped, Wrappers, unwrap

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_FEEDING = 300
"""So many commands of a group count as feeding what comes after the pipe."""

MAX_LEARNED = 2_000
"""So many commands of the scripts that it reads in are looked at for what they set."""

_TESTS = frozenset(("[", "test", "grep", "command", "which", "type"))
_FORGIVING = frozenset(("true", ":", "echo", "printf"))


class Shell(Interpreter):
    """One shell and all that it runs; the calls are numbered in the order in which they run."""

    def __init__(self, variables: Given, wrappers: Wrappers, outside: Outside = NOTHING) -> None:
        super().__init__(variables, wrappers, outside)
        self._inputs: tuple[int, ...] = ()
        self._captured = False
        self._through: Word | None = None
        self._called: set[str] = set()
        self._dispatched = False
        """Whether a variable has named a function that runs (`"$1"`): then others are for other calls."""
        self._running: set[tuple[int, int]] = set()
        self._learning = Limits(MAX_LEARNED)
        """What of the scripts that it reads in has been looked through."""

    def run(
        self,
        text: LocatedText,
        escape: str = "\\",
        hidden: tuple[str, ...] = (),
        arguments: Sequence[LocatedText] | None = None,
    ) -> list[int]:
        """Run a script, given these arguments; return the calls whose output is the script's."""
        if not self.limits.enter():
            return []
        if arguments is not None:
            compounds.position(self, [Word.of(one) for one in arguments])
        source = Source(text, escape, hidden)
        root = parse(source.script)
        outputs: list[int] = []
        self.limits.exceeded |= root is None
        if root is not None:
            with self.reading(source):
                outputs = self.block(statements(root))
                if self.limits.nesting == 1 and not self._dispatched:
                    self._uncalled()
        self.limits.leave()
        return outputs

    def _function(self, call: Call) -> list[int]:
        """Run a function; one that calls itself is run once."""
        source, body = self.functions[call.name]
        running = id(source), body.start_byte  # by its name another one may be known by now
        if running in self._running or not self.limits.enter():
            return []
        self._called.add(call.name)
        self._running.add(running)
        with self.fed_by(call.redirects):
            outputs = compounds.function(self, call)
        self._running.discard(running)
        self.limits.leave()
        return outputs

    def _uncalled(self) -> None:
        """Read the bodies of functions that nothing here calls."""
        for name in [name for name in self.functions if name not in self._called]:
            source, body = self.functions.pop(name)
            with self.reading(source):
                self.compound(body)

    def learn(self, text: LocatedText) -> None:
        """Take over the variables that another script sets; what it runs is read where it stands."""
        if not self._learning.enter():
            return
        other = Shell(self.variables, self.wrappers, self.outside)
        other.limits = other._learning = self._learning
        other.folder = self.folder
        other.variables.learn(Seen(likely=self.variables.seen().likely))
        other.run(text)
        self.variables.learn(other.variables.seen())
        self._learning.leave()

    def block(self, nodes: Iterable[Node]) -> list[int]:
        """Run statements one after the other."""
        outputs: list[int] = []
        for node in nodes:
            outputs += self.statement(node)
        return outputs

    def statement(self, node: Node) -> list[int]:
        """Run `a | b && c`: a pipe binds closer than `&&`, whatever the grammar's tree says."""
        if node.type == "command":
            return self._command(node, [], [])
        items, first = flatten(node), len(self.calls)
        outputs: list[int] = []
        stage: list[int] = []
        outer, sure = self._inputs, True
        for index, item in enumerate(items):
            if item.piped:
                self._inputs = tuple(stage[-MAX_FEEDING:])
            else:
                outputs += stage
                tested = item.operator == "&&" and self._tests(items[index - 1])
                sure = item.operator != "||" and not tested
                self._inputs = outer
            if item.operator == "||" and self._forgives(item):
                for call in self.calls[first:]:
                    call.forgiven = True
            stage = self._item(item, sure=sure)
        self._inputs = outer
        return outputs + stage

    def _tests(self, item: Item) -> bool:
        """Whether the command decides over what follows: `[ … ] &&`, `grep … &&`."""
        return item.node.type == "test_command" or self._name(item) in _TESTS

    def _forgives(self, item: Item) -> bool:
        """Whether what failed before goes on as if it had not: `|| true`."""
        return self._name(item) in _FORGIVING

    def _name(self, item: Item) -> str:
        name = item.node.child_by_field_name("name")
        return self.source.clean[name.start_byte : name.end_byte] if name is not None else ""

    def _item(self, item: Item, *, sure: bool) -> list[int]:
        found: list[Redirect] = []
        extra: list[Word] = []
        for child in item.redirects:
            redirect, stray = simple.read(child, self.expander)
            found += redirect
            extra += stray
        if item.node.type == "command":
            return self._command(item.node, found, extra)
        with self.fed_by(found):
            outputs = self.compound(item.node, sure=sure)
        for number in outputs if found else ():
            self.calls[number].redirects += found
        return outputs

    def compound(self, node: Node, *, sure: bool = True) -> list[int]:
        """Run a compound command."""
        if not self.limits.enter():
            return []
        kind = node.type
        run = compounds.KINDS.get(kind)
        if run is not None:
            outputs = run(self, node)
        elif kind == "command":
            outputs = self._command(node, [], [])
        elif kind in assignments.KINDS:
            outputs = assignments.statement(self, node, sure=sure)
        else:
            outputs = self.block(statements(node))
        self.limits.leave()
        return outputs

    def inside(self, nodes: Iterable[Node]) -> list[int]:
        """Run a subshell: its variables and folder end with it."""
        mark, folder = self.variables.mark(), self.folder
        outputs = self.block(nodes)
        self.variables.restore(mark)
        self.folder = folder
        return outputs

    def substitute(self, node: Node) -> list[int]:
        """Run what a substitution holds; return the calls whose output it is."""
        if node.type == "arithmetic_expansion":
            return [n for inner in substitutions(node) for n in self.substitute(inner)]
        if not self.limits.enter():
            return []
        captured, inputs = self._captured, self._inputs
        feeds = node.type == "process_substitution" and self.source.clean[node.start_byte] == ">"
        self._captured, self._inputs = True, inputs if feeds else ()
        outputs = self.inside(statements(node))
        self._captured, self._inputs = captured, inputs
        self.limits.leave()
        return outputs

    def _command(self, node: Node, found: list[Redirect], extra: list[Word]) -> list[int]:
        call, assigned = simple.command(self, node, found, extra)
        if not call.words or call.name in builtins.SPECIAL:
            for child in assigned:
                assignments.assign(self, child)
        if not call.words:
            return []
        call.assignments = dict(assignments.pair(self, child) for child in assigned)
        self._dispatched |= call.name in self.functions and self._is_expanded(node)
        return self.emit(call)

    def _is_expanded(self, node: Node) -> bool:
        """Whether a variable names the command."""
        name = node.child_by_field_name("name")
        return name is not None and "$" in self.source.clean[name.start_byte : name.end_byte]

    def emit(self, call: Call) -> list[int]:
        """Add a call, or what it wraps; return the calls that write to its standard output."""
        if not self.limits.step():
            return []
        call.number, call.inputs = len(self.calls), self._inputs
        call.captured, call.folder = self._captured, self.folder
        call.through = call.through or self._through
        if call.name in self.functions:
            self._dispatched |= not call.words[0].plain
            return self._function(call)
        if call.name in self.aliases:
            return builtins.aliased(self, call)
        unwrapped = unwrap(call, self.wrappers)
        if unwrapped is None:
            return self._run(call, lambda: builtins.run(self, call))
        if unwrapped.elsewhere:
            return self._run(call, lambda: builtins.elsewhere(self, unwrapped), call.words[0])
        return self._within(unwrapped)

    def _within(self, unwrapped: Unwrapped) -> list[int]:
        """Run what is left when a wrapper is taken off."""
        inner = unwrapped.call
        if inner is None:
            return []
        if unwrapped.script is not None:
            script = unwrapped.script
            return self._run(inner, lambda: builtins.script(self, script, [], inner.redirects))
        if inner.wrappers[-1] == "xargs":
            inner.words = builtins.piped_words(inner, [self.calls[n] for n in inner.inputs])
        return self.emit(inner)

    def _run(
        self, call: Call, within: Callable[[], list[int]], through: Word | None = None
    ) -> list[int]:
        """Add a call; what it runs in turn is where it is, or where ``through`` leads."""
        self.calls.append(call)
        around, self._through = self._through, through or call.through
        outputs = within()
        self._through = around
        return [call.number, *outputs]
