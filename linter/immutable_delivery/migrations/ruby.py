"""Rails' migrations: the operations that their literal calls name, in `change` and `up`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.migrations import sql
from immutable_delivery.migrations.calls import Argument, called, executes
from immutable_delivery.migrations.spec import MigrationSpec, Operation, Stated, digest
from immutable_delivery.migrations.trees import Source, below, named
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Text

if TYPE_CHECKING:
    from tree_sitter import Node

_BLANKS = lazy(r"#\{(['\"])[ \t]*\1\}", needs=("#{",))
"""How a formatter keeps a blank at the end of a line."""
_SIGNS = frozenset("( ) { } [ ] , : => | ; \" ' %i( %w( do end then begin".split())
"""What only separates: two ways of writing one thing differ in it."""
_LEFT_OUT = frozenset(("comment", *_SIGNS))
_METHODS = frozenset(("method", "singleton_method"))
_APPLIED = frozenset(("up", "change", "up_only", "data"))
_BLOCKS = frozenset(("change_table", "create_table"))
_IN_BLOCK = {
    "remove": "remove_column", "remove_columns": "remove_column", "rename": "rename_column", "remove_references": "remove_reference",
    "remove_belongs_to": "remove_reference", "remove_timestamps": "remove_timestamps", "column": "add_column",
}  # fmt: skip
"""What the object of a block is told, and the operation that it stands for."""
_IN_TABLE = {
    "index": "add_index", "references": "add_reference", "belongs_to": "add_reference", "timestamps": "add_timestamps",
    "foreign_key": "add_foreign_key", "change": "change_column", "change_default": "change_column_default", "remove_index": "remove_index",
    **_IN_BLOCK,
}  # fmt: skip
"""What the object of `change_table` is told that is no type of a column."""
_DEEPEST = 60
"""So many blocks in blocks are looked into."""
_AROUND = frozenset(("safety_assured", "say_with_time", "suppress_messages"))
"""Calls whose block is what counts."""
_TELLING = frozenset(("say", "puts", "announce"))
_ROWS = frozenset(("update_all", "delete_all", "destroy_all", "delete_by", "destroy_by"))


def filled(spec: MigrationSpec, text: Text, _tool: str) -> MigrationSpec:
    """Return the migration with what it does."""
    text = replace(text, value=_BLANKS.sub(lambda found: " " * len(found[0]), text.value))
    reader = _Reader(Source(text, "ruby"), text)
    spec.steps = list(reader.steps())
    spec.operations = list(reader.operations())
    return spec


class _Block(Record, frozen=True):
    """The blocks that a call stands in."""

    down: bool
    """Whether one takes the migration back."""
    table: Argument = None
    """The table that the nearest one changes or creates."""


class _Reader:
    """The class of a migration: its methods by their names."""

    def __init__(self, source: Source, text: Text) -> None:
        self.source = source
        self.text = text
        self.methods = dict(self._defined())
        self._bodies = list(below(self.source.root, {"heredoc_body"}))
        self._begun = [one.start_byte for one in self._bodies]

    def steps(self) -> Iterator[Stated]:
        """Yield the statements that are applied, and the methods that those need, without what changes nothing."""
        for node in [*self._applied(), *self._needed()]:
            for one, words in self._flat(node):
                yield Stated(normal=digest(" ".join(words)), span=self.source.span(one))

    def _flat(self, node: Node, depth: int = 0) -> Iterator[tuple[Node, list[str]]]:
        """Yield a statement with its words; those in a block that only surrounds them, or changes one table, each by itself."""
        name = self.source.text(node.child_by_field_name("method")) if node.type == "call" else ""
        block = node.child_by_field_name("block")
        body = block.child_by_field_name("body") if block else None
        if name in _TELLING:
            return
        if body is not None and name in _AROUND and depth < _DEEPEST:
            for one in named(body):
                yield from self._flat(one, depth + 1)
        elif body is not None and name == "change_table":
            table = self._words(named(node.child_by_field_name("arguments"))[0])
            for one in named(body):
                yield one, list(self._changing(one, table))
        else:
            words = self._words(node)
            yield (
                node,
                words[:3] if name == "remove_column" else words,
            )  # its type is for taking it back

    def _changing(self, node: Node, table: list[str]) -> Iterator[str]:
        """Yield the words of `t.string :name, …` as `add_column` would say them."""
        method = self.source.text(node.child_by_field_name("method")) if node.type == "call" else ""
        arguments = node.child_by_field_name("arguments")
        if not method or node.child_by_field_name("block"):
            yield from (*table, *self._words(node))
            return
        words = self._words(arguments) if arguments else []
        if method in _IN_TABLE:
            yield from (_IN_TABLE[method], *table, *words)
        else:
            yield from ("add_column", *table, *words[:1], method, *words[1:])

    def _words(self, node: Node) -> list[str]:
        return [
            word
            for leaf in self.source.leaves(node, _LEFT_OUT)
            if (word := self._word(leaf)) not in {"freeze", "."}
        ]

    def operations(self) -> Iterator[Operation]:
        """Yield what the calls do."""
        for name, method in self.methods.items():
            for call, block in self._calls(method, _Block(down=name == "down")):
                yield from self._operation(call, block)

    def _calls(self, method: Node, block: _Block) -> Iterator[tuple[Node, _Block]]:
        """Yield the calls of a method, each with the blocks that it stands in."""
        waiting = [(method, block)]
        while waiting:
            node, around = waiting.pop()
            if node.type == "call":
                yield node, around
                around = self._inside(node, around)
            waiting += [(child, around) for child in reversed(node.children)]

    def _inside(self, call: Node, block: _Block) -> _Block:
        """Return what holds in the block of a call: of one table, or in the part of `reversible` that takes it back."""
        name = self.source.text(call.child_by_field_name("method"))
        if name in _BLOCKS:
            arguments = named(call.child_by_field_name("arguments"))
            return replace(block, table=self._literal(arguments[0]) if arguments else None)
        return replace(block, down=True) if name == "down" else block

    def _operation(self, call: Node, block: _Block) -> Iterator[Operation]:
        name = self.source.text(call.child_by_field_name("method"))
        receiver = call.child_by_field_name("receiver")
        arguments = named(call.child_by_field_name("arguments"))
        if executes("rails", name):
            yield from self._executed(arguments, down=block.down)
            return
        words, table = [self._literal(one) for one in arguments if one.type != "pair"], ""
        if name in _ROWS:
            words = (
                [self.source.text(receiver).partition(".")[0].rpartition("::")[2].lower()]
                if receiver
                else [None]
            )
        elif receiver is not None and name in _IN_BLOCK:
            name, table = _IN_BLOCK[name], block.table or ""
            words = words if table else [None, *words]
        span = self.source.span(call)
        if found := called("rails", name, words, span, table=table, down=block.down):
            yield replace(found, where=name in _ROWS and ".where" in self.source.text(receiver))

    def _executed(self, arguments: Sequence[Node], *, down: bool) -> Iterator[Operation]:
        """Yield what SQL in a string does; of a here-document, which stands below, too."""
        for node in arguments[:1]:
            body = self._heredoc(node) if "heredoc" in node.type or self._opens(node) else node
            if body is None:
                continue
            contents = below(body, {"string_content", "heredoc_content"})
            yield from sql.read_pieces(
                self.text.value, [self.source.span(one) for one in contents], down=down
            )

    def _opens(self, node: Node) -> bool:
        return any(True for _ in below(node, {"heredoc_beginning"}))

    def _heredoc(self, node: Node) -> Node | None:
        """Return the next here-document behind a node."""
        index = bisect_left(self._begun, node.start_byte)
        return self._bodies[index] if index < len(self._bodies) else None

    def _literal(self, node: Node) -> Argument:
        """Return what a symbol or string says; None for anything else."""
        if node.type == "simple_symbol":
            return self.source.text(node).removeprefix(":")
        if node.type in {"string", "delimited_symbol"} and not any(
            one.type == "interpolation" for one in node.children
        ):
            return "".join(
                self.source.text(one) for one in node.children if one.type == "string_content"
            )
        return None

    def _word(self, leaf: Node) -> str:
        text = self.source.text(leaf)
        if leaf.type == "heredoc_content":
            return " ".join(text.split())
        return text.removeprefix(":") if leaf.type == "simple_symbol" else text

    def _defined(self) -> Iterator[tuple[str, Node]]:
        """Yield the methods of the class; classes inside are models that a migration keeps for itself."""
        outer = next(below(self.source.root, {"class"}), None)
        body = outer.child_by_field_name("body") if outer else None
        for node in below(body, _METHODS, {"class", "module"}) if body else ():
            yield self.source.text(node.child_by_field_name("name")), node

    def _applied(self) -> Iterator[Node]:
        for name, method in self.methods.items():
            if name in _APPLIED:
                body = method.child_by_field_name("body")
                yield from (node for node in named(body) if self._applies(node))

    def _applies(self, node: Node) -> bool:
        return not (
            node.type == "call" and self.source.text(node.child_by_field_name("method")) == "say"
        )

    def _needed(self) -> Iterator[Node]:
        """Yield the methods that what is applied needs, and those that those need."""
        waiting, found = list(self._applied()), set[str]()
        while waiting:
            for leaf in self.source.leaves(waiting.pop(), _LEFT_OUT):
                name = self.source.text(leaf) if leaf.type == "identifier" else ""
                if name in self.methods and name not in found and name not in _APPLIED | {"down"}:
                    found.add(name)
                    waiting.append(self.methods[name])
        yield from (node for name, node in self.methods.items() if name in found)
