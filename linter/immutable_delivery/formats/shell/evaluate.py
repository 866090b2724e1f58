"""Runs a script on paper: every simple command, in order, with the variables as they are at that point."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import TYPE_CHECKING

from immutable_delivery.formats.shell import wrappers as wrapping
from immutable_delivery.formats.shell.calls import Call, Redirect
from immutable_delivery.formats.shell.expansion import Expander
from immutable_delivery.formats.shell.grammar import parse
from immutable_delivery.formats.shell.source import Source, Word
from immutable_delivery.formats.shell.variables import Variables
from immutable_delivery.formats.shell.wrappers import Wrappers, shell_arguments
from immutable_delivery.written import Written

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_CALLS = 20_000
MAX_NESTING = 24
MAX_UNROLLED = 16

_OPERATORS = frozenset(("&&", "||", "|", "|&"))
_TESTS = frozenset(("[", "test", "grep", "[[", "command"))
_WORDS = frozenset((
    "word", "number", "string", "raw_string", "concatenation", "simple_expansion", "expansion",
    "command_substitution", "process_substitution", "ansi_c_string", "translated_string",
    "arithmetic_expansion", "extglob_pattern", "regex", "variable_name",
))  # fmt: skip


@dataclass(slots=True)
class _Item:
    """A command or compound of a list, its redirects, and the operator before it."""

    node: Node | None
    operator: str = ";"
    redirects: list[Node] = field(default_factory=list)


class Shell:
    """One shell and all that it runs; the calls are numbered in the order in which they run."""

    def __init__(self, variables: Mapping[str, Written | None], wrappers: Wrappers) -> None:
        self.variables = Variables(variables)
        self.wrappers = wrappers
        self.calls: list[Call] = []
        self.folder: str | None = ""
        self.incomplete = False
        """Whether something could not be read: too deep, too long, or no shell."""
        self._inputs: tuple[int, ...] = ()
        self._captured = False
        self._nesting = 0
        self._functions: dict[str, tuple[Source, Node]] = {}
        self._used: set[str] = set()
        self._source = Source(Written.literal("", _NOWHERE))
        self._expander = Expander(self._source, self.variables, self._substitute)

    def run(self, text: Written, escape: str = "\\") -> tuple[int, ...]:
        """Run a script; return the calls whose output is the script's."""
        if self._nesting > MAX_NESTING:
            self.incomplete = True
            return ()
        source = Source(text, escape)
        root = parse(source.script)
        if root is None:
            self.incomplete = True
            return ()
        before = self._source, self._expander
        self._enter(source)
        self._nesting += 1
        outputs = self._block(root.children)
        if self._nesting == 1:
            self._uncalled()
        self._nesting -= 1
        self._source, self._expander = before
        return outputs

    def call(self, words: list[Word]) -> tuple[int, ...]:
        """Run an exec form: words as they are, no shell between."""
        return self._emit(Call(len(self.calls), wrapping.name_of(words[0]), words)) if words else ()

    def _enter(self, source: Source) -> None:
        self._source = source
        self._expander = Expander(source, self.variables, self._substitute)

    # Lists and pipelines

    def _block(self, nodes: Iterable[Node]) -> tuple[int, ...]:
        outputs: tuple[int, ...] = ()
        for node in nodes:
            if node.is_named and node.type != "comment":
                outputs += self._statement(node)
        return outputs

    def _statement(self, node: Node) -> tuple[int, ...]:
        if self._nesting > MAX_NESTING or len(self.calls) > MAX_CALLS:
            self.incomplete = True
            return ()
        if node.type == "command":
            return self._item(_Item(node), sure=True)
        return self._list(_flatten(node))

    def _list(self, items: list[_Item]) -> tuple[int, ...]:
        """Run `a | b && c`: a pipe binds closer than `&&`, whatever the grammar's tree says."""
        outputs: tuple[int, ...] = ()
        outer, stage, sure = self._inputs, (), True
        for index, item in enumerate(items):
            piped = item.operator in {"|", "|&"}
            if not piped:
                outputs += stage
                sure = item.operator == ";" or (item.operator == "&&" and not self._tested(items[index - 1]))
            self._inputs = stage if piped else outer
            stage = self._item(item, sure=sure)
        self._inputs = outer
        return outputs + stage

    def _tested(self, item: _Item) -> bool:
        """Whether the command decides over what follows: `[ … ] &&`, `grep … &&`."""
        node = item.node
        if node is None or node.type == "test_command":
            return node is not None
        name = node.child_by_field_name("name")
        return name is not None and self._source.clean[name.start_byte : name.end_byte] in _TESTS

    def _item(self, item: _Item, *, sure: bool) -> tuple[int, ...]:
        node = item.node
        redirects = [found for child in item.redirects for found in self._redirects(child)]
        if node is None:
            return ()
        if node.type == "command":
            extra = [word for child in item.redirects for word in self._stray(child)]
            return self._command(node, redirects, extra)
        outputs = self._compound(node, sure=sure)
        for number in outputs if redirects else ():
            self.calls[number].redirects += redirects
        return outputs

    # Compounds

    def _compound(self, node: Node, *, sure: bool) -> tuple[int, ...]:
        self._nesting += 1
        try:
            return self._compound_kind(node, sure=sure)
        finally:
            self._nesting -= 1

    def _compound_kind(self, node: Node, *, sure: bool) -> tuple[int, ...]:
        match node.type:
            case "variable_assignment" | "variable_assignments" | "declaration_command" | "unset_command":
                self._assignments(node, sure=sure)
            case "subshell":
                return self._inside(node.children)
            case "if_statement" | "while_statement" | "case_statement":
                return self._branches(node)
            case "for_statement":
                return self._loop(node)
            case "function_definition":
                name = node.child_by_field_name("name")
                if name is not None:
                    key = self._source.clean[name.start_byte : name.end_byte]
                    self._functions[key] = self._source, node
            case "test_command":
                return self._test(node)
            case "ERROR":
                return self._broken(node)
            case _:
                return self._block(node.children)
        return ()

    def _inside(self, nodes: Iterable[Node]) -> tuple[int, ...]:
        """Run a subshell: its variables and folder end with it."""
        mark, folder = self.variables.mark(), self.folder
        outputs = self._block(nodes)
        self.variables.restore(mark)
        self.folder = folder
        return outputs

    def _branches(self, node: Node) -> tuple[int, ...]:
        """Run every branch; what a branch assigns is unknown after it."""
        outputs: tuple[int, ...] = ()
        conditions = set(_ids(node.children_by_field_name("condition")))
        mark = None
        for child in node.children:
            if not child.is_named or child.type == "comment" or _is_value(node, child):
                continue
            if child.id in conditions:
                outputs += self._statement(child)
                continue
            mark = mark or self.variables.mark()
            if child.type in {"elif_clause", "else_clause", "case_item"}:
                self.variables.blur(mark)
                outputs += self._block(_body(child))
            else:
                outputs += self._statement(child)
        if mark is not None:
            self.variables.blur(mark)
        return outputs

    def _loop(self, node: Node) -> tuple[int, ...]:
        """Run `for x in a b`: once for each word where they are few, else once with x unknown."""
        name = node.child_by_field_name("variable")
        body = node.child_by_field_name("body")
        if name is None or body is None:
            return self._block(node.children)
        key = self._source.clean[name.start_byte : name.end_byte]
        words = [w for child in node.children_by_field_name("value") for w in self._expander.words(child)]
        known = 0 < len(words) <= MAX_UNROLLED and not any(word.missing for word in words)
        mark, outputs = self.variables.mark(), ()
        for word in words if known else [None]:
            self.variables.set(key, word)
            outputs += self._block(body.children)
        self.variables.blur(mark)
        return outputs

    def _test(self, node: Node) -> tuple[int, ...]:
        """Make a call of `[ … ]`, so that what it compares is seen."""
        words = [Word("[", source=self._source, start=node.start_byte, end=node.start_byte + 1)]
        pending = list(reversed(node.children))
        while pending:
            child = pending.pop()
            if child.type in _WORDS:
                words += self._expander.words(child)
            elif child.child_count:
                pending += reversed(child.children)
            elif child.is_named or child.type in {"=", "==", "!="}:
                words.append(Word(child.type, source=self._source, start=child.start_byte, end=child.end_byte))
        return self._emit(Call(len(self.calls), "[", words))

    def _broken(self, node: Node) -> tuple[int, ...]:
        """Read what can be read where the grammar gives up: runs of words are commands."""
        outputs: tuple[int, ...] = ()
        words: list[Word] = []
        for child in [*node.children, None]:
            if child is not None and child.type in _WORDS:
                words += self._expander.words(child)
                continue
            outputs += self.call(words)
            words = []
            if child is not None and child.is_named and child.type != "comment":
                outputs += self._statement(child)
        return outputs

    # Commands

    def _command(self, node: Node, redirects: list[Redirect], extra: list[Word]) -> tuple[int, ...]:
        words: list[Word] = []
        assigned: list[Node] = []
        expand = self._expander.words
        for child in node.children:
            kind = child.type
            if kind == "word" or kind in _WORDS:
                words += expand(child)
            elif kind == "command_name":
                words += [word for part in child.children for word in expand(part)]
            elif kind == "variable_assignment":
                assigned.append(child)
            elif kind == "file_redirect":
                redirects = self._redirects(child) + redirects
            elif kind == "ERROR":
                self._broken(child)
        words += extra
        if not words:
            for child in assigned:
                self._assign(child)
            return ()
        assignments = dict(pair for child in assigned if (pair := self._assignment(child)))
        name = wrapping.name_of(words[0])
        return self._emit(Call(len(self.calls), name, words, assignments, redirects))

    def _emit(self, call: Call) -> tuple[int, ...]:
        """Add a call, or what it wraps; return the calls that write to its standard output."""
        call.number, call.inputs, call.captured = len(self.calls), self._inputs, self._captured
        call.folder = self.folder
        name = call.name
        if name in self._functions and not call.wrappers:
            return self._function(call)
        unwrapped = wrapping.unwrap(call, self.wrappers)
        if unwrapped is not None:
            return self._unwrapped(call, unwrapped)
        self.calls.append(call)
        outputs = (call.number,)
        if name == "cd":
            self._cd(call)
        elif name == "set":
            self._set(call)
        elif name == "eval":
            outputs += self._script(_joined(call.arguments), None)
        elif name == "trap" and len(call.words) > 2:
            outputs += self._script(call.words[1], None)
        elif wrapping.is_shell(name):
            outputs += self._shell(call)
        return outputs

    def _unwrapped(self, call: Call, unwrapped: wrapping.Unwrapped) -> tuple[int, ...]:
        if unwrapped.script is not None:
            call = unwrapped.call or call
            self.calls.append(call)
            return (call.number, *self._script(unwrapped.script, []))
        if unwrapped.call is None:
            return ()
        inner = unwrapped.call
        if inner.wrappers[-1] == "xargs":
            inner.words = inner.words + self._piped_words(inner)
        return self._emit(inner)

    def _piped_words(self, call: Call) -> list[Word]:
        """Return the words that `echo a b | xargs` appends; one unknown word for other input."""
        feeding = [self.calls[number] for number in call.inputs]
        if feeding and all(other.name in {"echo", "printf"} for other in feeding):
            return [word for other in feeding for word in other.arguments if word.text[:1] not in {"-", "%"}]
        return [Word("…", ("…",), source=self._source, start=0, end=0, _written=None, parts=())]

    def _shell(self, call: Call) -> tuple[int, ...]:
        arguments = shell_arguments(call.arguments)
        if arguments.script is not None:
            return self._script(arguments.script, arguments.positional, call.redirects)
        if arguments.file is None:
            for redirect in call.redirects:
                if redirect.body is not None:
                    return self._nested(redirect.body, arguments.positional)
        return ()

    def _script(
        self, word: Word, positional: list[Word] | None, redirects: list[Redirect] | None = None
    ) -> tuple[int, ...]:
        if not word.text or word.text == word.missing[:1]:
            return ()
        outputs = self._nested(word.written, positional)
        for number in outputs if redirects else ():
            self.calls[number].redirects += redirects or []
        return outputs

    def _nested(self, text: Written, positional: list[Word] | None) -> tuple[int, ...]:
        mark, folder = self.variables.mark(), self.folder
        if positional is not None:
            self._position(positional)
        outputs = self.run(text)
        if positional is not None:
            self.variables.restore(mark)
            self.folder = folder
        return outputs

    def _function(self, call: Call) -> tuple[int, ...]:
        """Run the body of a function with the arguments of the call."""
        source, node = self._functions[call.name]
        self._used.add(call.name)
        if self._nesting > MAX_NESTING:
            self.incomplete = True
            return ()
        names = ("@", "*", "#", *(str(n) for n in range(10)))
        outer = {name: self.variables.values.get(name, _UNSET) for name in names}
        self._position(call.arguments)
        before = self._source, self._expander
        self._enter(source)
        outputs = self._compound(_body_of(node), sure=True)
        self._source, self._expander = before
        for name, value in outer.items():
            if value is _UNSET:
                self.variables.values.pop(name, None)
            else:
                self.variables.values[name] = value  # type: ignore[assignment]
        return outputs

    def _uncalled(self) -> None:
        """Read the bodies of functions that nothing here calls."""
        for name in [name for name in self._functions if name not in self._used]:
            source, node = self._functions.pop(name)
            self._enter(source)
            self._compound(_body_of(node), sure=True)

    def _position(self, words: list[Word]) -> None:
        for index in range(1, 10):
            if index <= len(words):
                self.variables.values[str(index)] = words[index - 1]
            else:
                self.variables.values.pop(str(index), None)
        self.variables.values["@"] = self.variables.values["*"] = words

    def _set(self, call: Call) -> None:
        texts = [word.text for word in call.words]
        if "--" in texts:
            self._position(call.words[texts.index("--") + 1 :])

    def _cd(self, call: Call) -> None:
        folders = [word for word in call.arguments if not word.text.startswith("-")]
        if len(folders) != 1 or self.folder is None:
            self.folder = None
        else:
            self.folder = normpath(join(self.folder, folders[0].text))

    # Parts of commands

    def _substitute(self, node: Node) -> tuple[int, ...]:
        """Run what a substitution holds; its output goes into a word."""
        if self._nesting > MAX_NESTING:
            self.incomplete = True
            return ()
        captured, inputs = self._captured, self._inputs
        self._captured = True
        self._nesting += 1
        writes = node.type == "process_substitution" and self._source.clean[node.start_byte] == ">"
        self._inputs = inputs if writes else ()
        outputs = self._inside(_statements(node))
        self._nesting -= 1
        self._captured, self._inputs = captured, inputs
        return outputs

    def _assignments(self, node: Node, *, sure: bool) -> None:
        exported: dict[str, Word] = {}
        exports = node.children[0].type in {"export", "declare", "typeset"} if node.child_count else False
        if node.type == "variable_assignment":
            self._assign(node, sure=sure)
            return
        for child in node.children:
            if child.type == "variable_assignment":
                name, word = self._assign(child, sure=sure)
                if exports and word is not None:
                    exported[name] = word
            elif child.type == "variable_name" and node.type == "unset_command":
                self.variables.unset(self._source.clean[child.start_byte : child.end_byte])
        if exported:
            place = Word("export", source=self._source, start=node.start_byte, end=node.start_byte + 6)
            self._emit(Call(0, "export", [place], exported=exported))

    def _assign(self, node: Node, *, sure: bool = True) -> tuple[str, Word | None]:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None or name.type != "variable_name":
            return "", None
        key = self._source.clean[name.start_byte : name.end_byte]
        appends = any(child.type == "+=" for child in node.children)
        if value is not None and value.type == "array":
            words = [w for child in value.children if child.is_named for w in self._expander.words(child)]
            old = self.variables.values.get(key) if appends else []
            self.variables.set(key, old + words if isinstance(old, list) else None, sure=sure)
            return key, None
        pair = self._assignment(node)
        word = pair[1] if pair else None
        if appends and word is not None:
            old_word = self.variables.values.get(key)
            word = _appended(old_word, word) if isinstance(old_word, Word) else None
        self.variables.set(key, word, sure=sure)
        return key, word

    def _assignment(self, node: Node) -> tuple[str, Word] | None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None:
            return None
        key = self._source.clean[name.start_byte : name.end_byte]
        if value is None:
            return key, Word("", source=self._source, start=node.end_byte, end=node.end_byte)
        return key, self._expander.one(value)

    def _redirects(self, node: Node) -> list[Redirect]:
        if node.type != "file_redirect":
            return []
        descriptor = operator = ""
        for child in node.children:
            if child.type == "file_descriptor":
                descriptor = self._source.clean[child.start_byte : child.end_byte]
            elif child.type in _WORDS:
                return [self._redirect(operator, descriptor, child)]
            elif not child.is_named:
                operator, at = child.type, child.start_byte
                if at in self._source.heredocs and not self._source.heredocs[at].string:
                    return [self._heredoc(at, node)]
        return []

    def _redirect(self, operator: str, descriptor: str, node: Node) -> Redirect:
        words = self._expander.words(node)
        target = words[0] if words else self._expander.one(node)
        parent = node.parent
        at = next((c.start_byte for c in parent.children if c.type == "<"), -1) if parent else -1
        heredoc = self._source.heredocs.get(at) if operator == "<" else None
        return Redirect(operator, descriptor, target, target.written if heredoc else None)

    def _heredoc(self, at: int, node: Node) -> Redirect:
        heredoc = self._source.heredocs[at]
        body = self._source.raw(heredoc.start, heredoc.end)
        target = Word("", source=self._source, start=node.start_byte, end=node.end_byte)
        return Redirect("<<", "", target, body, heredoc.literal)

    def _stray(self, node: Node) -> list[Word]:
        """Return the arguments after a redirect (`echo > f a`), which the grammar takes for its targets."""
        targets = [child for child in node.children if child.type in _WORDS]
        return [word for child in targets[1:] for word in self._expander.words(child)]
