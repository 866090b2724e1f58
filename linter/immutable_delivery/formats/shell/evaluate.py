"""Runs a script on paper: every simple command, in order, with the variables as they are at that point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from posixpath import join, normpath
from typing import TYPE_CHECKING

from immutable_delivery.formats.shell import assignments, compounds, redirects, wrappers
from immutable_delivery.formats.shell.calls import Call, Redirect
from immutable_delivery.formats.shell.expansion import Expander
from immutable_delivery.formats.shell.grammar import parse
from immutable_delivery.formats.shell.source import Source, Word
from immutable_delivery.formats.shell.tree import WORDS, Item, flatten, statements, substitutions
from immutable_delivery.formats.shell.variables import Variables
from immutable_delivery.text import Place, Span
from immutable_delivery.written import Piece, Written

if TYPE_CHECKING:
    from tree_sitter import Node

    from immutable_delivery.formats.shell.wrappers import Wrappers

MAX_STEPS = 50_000
MAX_NESTING = 24

_TESTS = frozenset(("[", "test", "grep", "command", "which", "type"))
_EMPTY = Source(Written.literal("", Place("", Span(0, 0))))


class Shell:
    """One shell and all that it runs; the calls are numbered in the order in which they run."""

    def __init__(self, variables: Mapping[str, Written | None], wrapping: Wrappers) -> None:
        self.variables = Variables(variables)
        self.wrapping = wrapping
        self.calls: list[Call] = []
        self.folder: str | None = ""
        self.incomplete = False
        """Whether something could not be read: too deep, too long, or no shell."""
        self.functions: dict[str, tuple[Source, Node]] = {}
        self.source = _EMPTY
        self.expander = Expander(_EMPTY, self.variables, self.substitute)
        self._inputs: tuple[int, ...] = ()
        self._captured = False
        self._nesting = 0
        self._steps = 0
        self._called: set[str] = set()

    def run(
        self, text: Written, escape: str = "\\", hidden: tuple[str, ...] = ()
    ) -> tuple[int, ...]:
        """Run a script; return the calls whose output is the script's."""
        if not self._enter():
            return ()
        source = Source(text, escape, hidden)
        root = parse(source.script)
        outputs: tuple[int, ...] = ()
        self.incomplete |= root is None
        if root is not None:
            with self.reading(source):
                outputs = self.block(statements(root))
                if self._nesting == 1:
                    self._uncalled()
        self._nesting -= 1
        return outputs

    def call(self, words: list[Word]) -> tuple[int, ...]:
        """Run an exec form: words as they are, no shell between."""
        return self.emit(Call(wrappers.name_of(words[0]), words)) if words else ()

    @contextmanager
    def reading(self, source: Source) -> Iterator[None]:
        """Read another script for a while: nested, or the one that a function comes from."""
        before = self.source, self.expander
        self.source, self.expander = source, Expander(source, self.variables, self.substitute)
        yield
        self.source, self.expander = before

    def _enter(self) -> bool:
        self._steps += 1
        if self._nesting >= MAX_NESTING or self._steps > MAX_STEPS:
            self.incomplete = True
            return False
        self._nesting += 1
        return True

    def _uncalled(self) -> None:
        """Read the bodies of functions that nothing here calls."""
        for name in [name for name in self.functions if name not in self._called]:
            source, body = self.functions.pop(name)
            with self.reading(source):
                self.compound(body)

    # Lists and pipelines

    def block(self, nodes: Iterable[Node]) -> tuple[int, ...]:
        """Run statements one after the other."""
        outputs: tuple[int, ...] = ()
        for node in nodes:
            outputs += self.statement(node)
        return outputs

    def statement(self, node: Node) -> tuple[int, ...]:
        """Run `a | b && c`: a pipe binds closer than `&&`, whatever the grammar's tree says."""
        if node.type == "command":
            return self._command(node, [], [])
        items = flatten(node)
        outputs: tuple[int, ...] = ()
        stage: tuple[int, ...] = ()
        outer, sure = self._inputs, True
        for index, item in enumerate(items):
            piped = item.operator[0] == "|" and item.operator != "||"
            if not piped:
                outputs += stage
                sure = item.operator == ";" or (
                    item.operator == "&&" and not self._tests(items[index - 1])
                )
            self._inputs = stage if piped else outer
            stage = self._item(item, sure=sure)
        self._inputs = outer
        return outputs + stage

    def _tests(self, item: Item) -> bool:
        """Whether the command decides over what follows: `[ … ] &&`, `grep … &&`."""
        if item.node.type == "test_command":
            return True
        name = item.node.child_by_field_name("name")
        return name is not None and self.source.clean[name.start_byte : name.end_byte] in _TESTS

    def _item(self, item: Item, *, sure: bool) -> tuple[int, ...]:
        found: list[Redirect] = []
        extra: list[Word] = []
        for child in item.redirects:
            redirect, stray = redirects.read(child, self.expander)
            found += redirect
            extra += stray
        if item.node.type == "command":
            return self._command(item.node, found, extra)
        outputs = self.compound(item.node, sure=sure)
        for number in outputs if found else ():
            self.calls[number].redirects += found
        return outputs

    # Compounds

    def compound(self, node: Node, *, sure: bool = True) -> tuple[int, ...]:
        """Run a compound command."""
        if not self._enter():
            return ()
        outputs = self._compound(node, sure=sure)
        self._nesting -= 1
        return outputs

    def _compound(self, node: Node, *, sure: bool) -> tuple[int, ...]:
        match node.type:
            case "command":
                return self._command(node, [], [])
            case (
                "variable_assignment"
                | "variable_assignments"
                | "declaration_command"
                | "unset_command"
            ):
                return self._assignments(node, sure=sure)
            case "subshell":
                return self._inside(statements(node))
            case "if_statement" | "while_statement" | "case_statement":
                return compounds.branches(self, node)
            case "for_statement":
                return compounds.loop(self, node)
            case "test_command":
                return compounds.test(self, node)
            case "ERROR":
                return compounds.broken(self, node)
            case "function_definition":
                compounds.define(self, node)
                return ()
            case _:
                return self.block(statements(node))

    def _assignments(self, node: Node, *, sure: bool) -> tuple[int, ...]:
        exported = assignments.statement(self, node, sure=sure)
        if exported:
            start = node.start_byte
            word = Word("export", source=self.source, start=start, end=start + len("export"))
            self.emit(Call("export", [word], exported=exported))
        return ()

    def _inside(self, nodes: Iterable[Node]) -> tuple[int, ...]:
        """Run a subshell: its variables and folder end with it."""
        mark, folder = self.variables.mark(), self.folder
        outputs = self.block(nodes)
        self.variables.restore(mark)
        self.folder = folder
        return outputs

    def substitute(self, node: Node) -> tuple[int, ...]:
        """Run what a substitution holds; return the calls whose output it is."""
        if node.type == "arithmetic_expansion":
            return tuple(
                number for inner in substitutions(node) for number in self.substitute(inner)
            )
        if not self._enter():
            return ()
        captured, inputs = self._captured, self._inputs
        feeds = node.type == "process_substitution" and self.source.clean[node.start_byte] == ">"
        self._captured, self._inputs = True, inputs if feeds else ()
        outputs = self._inside(statements(node))
        self._captured, self._inputs = captured, inputs
        self._nesting -= 1
        return outputs

    # Commands

    def _command(self, node: Node, found: list[Redirect], extra: list[Word]) -> tuple[int, ...]:
        words: list[Word] = []
        assigned: list[Node] = []
        expand = self.expander.words
        for child in node.children:
            kind = child.type
            if kind in WORDS:
                words += expand(child)
            elif kind == "command_name":
                words += [word for part in child.children for word in expand(part)]
            elif kind == "variable_assignment":
                assigned.append(child)
            elif kind == "file_redirect":
                found = redirects.read(child, self.expander)[0] + found
            elif kind == "ERROR":
                compounds.broken(self, child)
        words += extra
        if not words:
            for child in assigned:
                assignments.assign(self, child)
            return ()
        pairs = dict(assignments.pair(self, child) for child in assigned)
        return self.emit(Call(wrappers.name_of(words[0]), words, pairs, found))

    def emit(self, call: Call) -> tuple[int, ...]:
        """Add a call, or what it wraps; return the calls that write to its standard output."""
        call.number, call.inputs = len(self.calls), self._inputs
        call.captured, call.folder = self._captured, self.folder
        if call.name in self.functions and self._enter():
            self._called.add(call.name)
            outputs = compounds.function(self, call)
            self._nesting -= 1
            return outputs
        unwrapped = wrappers.unwrap(call, self.wrapping)
        if unwrapped is not None:
            return self._unwrapped(unwrapped)
        self.calls.append(call)
        return (call.number, *self._builtin(call))

    def _builtin(self, call: Call) -> tuple[int, ...]:
        """Do what the shell itself does on a command, or what a shell is given to do."""
        match call.name:
            case "cd":
                self._cd(call)
            case "set":
                texts = [word.text for word in call.words]
                if "--" in texts:
                    compounds.position(self, call.words[texts.index("--") + 1 :])
            case "eval" if call.arguments:
                return self._script(assignments.joined(call.arguments), None, [])
            case "trap" if call.arguments:
                return self._script(call.arguments[0], None, [])
            case name if wrappers.is_shell(name):
                return self._shell(call)
        return ()

    def _unwrapped(self, unwrapped: wrappers.Unwrapped) -> tuple[int, ...]:
        inner = unwrapped.call
        if inner is None:
            return ()
        if unwrapped.script is not None:
            self.calls.append(inner)
            return (inner.number, *self._script(unwrapped.script, [], inner.redirects))
        if inner.wrappers[-1] == "xargs":
            inner.words = _appended(inner, [self.calls[number] for number in inner.inputs])
        return self.emit(inner)

    def _shell(self, call: Call) -> tuple[int, ...]:
        arguments = wrappers.shell_arguments(call.arguments)
        if arguments.script is not None:
            return self._script(arguments.script, arguments.positional, call.redirects)
        body = next((r.body for r in call.redirects if r.body is not None), None)
        if arguments.file is None and body is not None:
            return self._nested(body, arguments.positional)
        return ()

    def _script(
        self, word: Word, positional: list[Word] | None, found: list[Redirect]
    ) -> tuple[int, ...]:
        """Run a word as a script; the substitutions in it have run already."""
        hidden = tuple(name for name in word.missing if name[:1] in {"$", "`"})
        outputs = self._nested(replace(word.written, missing=()), positional, hidden)
        for number in outputs if found else ():
            self.calls[number].redirects += found
        return outputs

    def _nested(
        self, text: Written, positional: list[Word] | None, hidden: tuple[str, ...] = ()
    ) -> tuple[int, ...]:
        if positional is None:
            return self.run(text, hidden=hidden)
        mark, folder = self.variables.mark(), self.folder
        compounds.position(self, positional)
        outputs = self.run(text, hidden=hidden)
        self.variables.restore(mark)
        self.folder = folder
        return outputs

    def _cd(self, call: Call) -> None:
        folders = [word.text for word in call.arguments if not word.text.startswith("-")]
        if len(folders) != 1 or (self.folder is None and not folders[0].startswith("/")):
            self.folder = None
        else:
            self.folder = normpath(join(self.folder or "", folders[0]))


def _appended(call: Call, feeding: list[Call]) -> list[Word]:
    """Return the words that xargs runs: `echo a b | xargs apk add`; other input is unknown."""
    braces = [word for word in call.words if "{}" in word.text]
    for word in braces:
        word.missing = (*word.missing, "{}")
    if feeding and all(other.name in {"echo", "printf"} for other in feeding):
        words = [word for other in feeding for word in other.arguments]
        extra = [word for word in words if word.text[:1] not in {"-", "%"}]
    else:
        place = call.words[0].place
        extra = [Word.of(Written("…", (Piece("…", place, aligned=False),), place, ("…",)))]
    return call.words if braces else [*call.words, *extra]
