"""Django's and Alembic's migrations: the operations that their literal calls name, and the functions that those need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.migrations import sql
from immutable_delivery.migrations.calls import Argument, called, executes
from immutable_delivery.migrations.spec import MigrationSpec, Operation, Stated, digest
from immutable_delivery.migrations.trees import Source, below, named
from immutable_delivery.source.text import Text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Migrations

if TYPE_CHECKING:
    from tree_sitter import Node

_LEFT_OUT = frozenset(
    (
        "comment",
        "type",
        ",",
        "->",
        ":",
        "[",
        "]",
        "(",
        ")",
        "line_continuation",
        "string_start",
        "string_end",
    )
)
"""What changes nothing: a comma may stand behind the last argument or not, and types are for people."""
_SESSION = lazy(r"(?:SET\b(?!\s+CONSTRAINTS)|COMMIT|BEGIN)", re.IGNORECASE)
"""SQL that only concerns the session which runs it: time limits, transactions."""
_BINDS = lazy(r"(?:\w+\s*=\s*)?op\.get_bind\(\)(?:\.commit\(\))?")
"""Python that does."""
_WRAPPING = frozenset(("text", "op"))
"""What stands around SQL, or before `execute`, and may be left out."""
_ALONE = "autocommit_block()"
"""What is in such a block runs outside of the transaction."""
_BATCH = "batch_alter_table"
_REVERSE = frozenset(("reverse_code", "reverse_sql", "hints", "elidable", "atomic"))
_PAIRED = frozenset(("RunPython", "RunSQL"))
_DEEPEST = 8
"""So many calls around a name are looked into: `sa.Column(quoted("name"))`."""
_STRINGS = frozenset(("string", "concatenated_string"))


def filled(spec: MigrationSpec, text: Text, tool: str) -> MigrationSpec:
    """Return the migration with what it does."""
    source = Source(text, "python")
    reader = _Django(source, text) if tool == "django" else _Alembic(source, text)
    if tool == "alembic":
        spec.version, spec.follows = reader.value("revision"), reader.value("down_revision")
    spec.steps = list(reader.steps())
    spec.operations = list(reader.operations())
    return spec


class _Reader:
    """One module: what it applies, and the definitions that this needs."""

    tool = ""

    def __init__(self, source: Source, text: Text) -> None:
        self.source = source
        self.text = text
        self.definitions = dict(self._defined())

    def applied(self) -> Iterator[Node]:
        """Yield the statements, or the calls, that are applied."""
        raise NotImplementedError

    def steps(self) -> Iterator[Stated]:
        """Yield them, and the definitions that they need, without what changes nothing."""
        main = [node for node in self.applied() if not self._is_session(node)]
        for node in [*main, *self._needed(main)]:
            yield Stated(normal=digest(self.normal(node)), span=self.source.span(node))

    def _is_session(self, node: Node) -> bool:
        """Whether a statement only concerns the session: a time limit, the end of a transaction, a connection."""
        if node.type != "expression_statement":
            return False
        text = self.source.text(node)
        strings = [self.source.text(one) for one in below(node, {"string_content"})]
        call = ".execute(" in text.partition('"')[0].partition("'")[0]
        return _BINDS.fullmatch(text) is not None or (
            call and bool(strings) and _SESSION.match(strings[0].strip()) is not None
        )

    def normal(self, node: Node) -> str:
        """Return what a statement says, whatever its layout."""
        return " ".join(self._told(node))

    def _told(self, node: Node) -> Iterator[str]:
        """Yield the words of a statement, of a dotted name the last part, but nothing that changes nothing."""
        waiting: list[Node | str] = [node]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                yield one
            elif one.type in _LEFT_OUT or self.is_idle(one) or self._is_session(one):
                continue
            elif not one.child_count or one.type == "string_content":
                yield from (word for word in [self._word(one)] if word and word not in _WRAPPING)
            else:
                waiting += reversed(self._parts(one))

    def _parts(self, node: Node) -> list[Node | str]:
        """Return what a node consists of; what is indented together says where it ends."""
        if node.type == "block":
            return ["{", *node.children, "}"]
        last = node.child_by_field_name("attribute") if node.type == "attribute" else None
        if last is None:
            return [*node.children]
        object_ = node.child_by_field_name("object")
        plain = object_ is None or object_.type in {"identifier", "attribute"}
        return [last] if plain or object_ is None else [object_, last]

    def is_idle(self, node: Node) -> bool:
        """Whether an argument changes nothing in the database."""
        return node.type == "keyword_argument" and self.source.text(node).startswith("existing_")

    def operations(self) -> Iterator[Operation]:
        """Yield what the calls do."""
        for node in self.applied():
            yield from self._operations(node, "", down=False)

    def _operations(self, node: Node, table: Argument, *, down: bool) -> Iterator[Operation]:
        for call, around in self._calls(node):
            name = self._called(call)
            arguments = named(call.child_by_field_name("arguments"))
            if executes(self.tool, name):
                yield from self._executed(arguments, down=down)
                continue
            about = self._table(call, around) if table == "" else table
            words = [self.literal(one) for one in self._positional(arguments)]
            name = self._decided(name, arguments)
            if found := called(
                self.tool, name, words, self.source.span(call), table=about, down=down
            ):
                yield found

    def _calls(self, node: Node) -> Iterator[tuple[Node, Node | None]]:
        """Yield the calls below a node, those in SQL left out, each with the nearest `with` of a table that it stands in."""
        waiting: list[tuple[Node, Node | None]] = [(node, None)]
        while waiting:
            one, around = waiting.pop()
            if one.type == "call":
                yield one, around
                if executes(self.tool, self._called(one)):
                    continue
            inner = one if one.type == "with_statement" and _makes_batch(one) else around
            waiting += [(child, inner) for child in reversed(one.children)]

    def _called(self, call: Node) -> str:
        return self.source.text(call.child_by_field_name("function")).rpartition(".")[2]

    def _decided(self, name: str, arguments: Sequence[Node]) -> str:
        """Return the name of a call with the option that decides what it does, where the table knows one."""
        options = [
            self.source.text(one.child_by_field_name("name"))
            for one in arguments
            if one.type == "keyword_argument"
        ]
        known_ = (
            f"{name}.{option}"
            for option in options
            if f"{self.tool}.{name}.{option}" in known(Migrations).operations
        )
        return next(known_, name)

    def _positional(self, arguments: Sequence[Node]) -> list[Node]:
        nodes = [one for one in arguments if one.type != "dictionary_splat"]
        return [
            one.child_by_field_name("value") or one if one.type == "keyword_argument" else one
            for one in nodes
        ]

    def _table(self, call: Node, around: Node | None) -> Argument:
        """Return the table of the `with op.batch_alter_table(…)` around a call, "" where there is none."""
        del call, around
        return ""

    def _executed(self, arguments: Sequence[Node], *, down: bool) -> Iterator[Operation]:
        """Yield what the SQL in the first argument does."""
        for node in self._positional(arguments)[:1]:
            contents = (
                one
                for string in below(node, {"string"})
                for one in string.children
                if one.type == "string_content"
            )
            yield from sql.read_pieces(
                self.text.value, [self.source.span(one) for one in contents], down=down
            )

    def literal(self, node: Node) -> Argument:
        """Return what a string says, or the name of a column in a call; None for anything else."""
        for _ in range(_DEEPEST):
            if node.type != "call":
                break
            inner = self._positional(named(node.child_by_field_name("arguments")))
            if not inner:
                return None
            node = inner[0]
        if node.type != "string" or any(one.type == "interpolation" for one in node.children):
            return None
        return "".join(
            self.source.text(one) for one in node.children if one.type == "string_content"
        )

    def value(self, name: str) -> str:
        """Return the string that a name of the module stands for, "" for anything else."""
        node = self.definitions.get(name)
        right = node.named_children[0].child_by_field_name("right") if node else None
        return self.literal(right) or "" if right else ""

    def _word(self, leaf: Node) -> str:
        text = self.source.text(leaf)
        if leaf.type == "string_content":
            return " ".join(text.replace("\\\n", " ").split())
        return text if text in _WRAPPING or leaf.type != "identifier" else f"{text.lower()}."

    def _defined(self) -> Iterator[tuple[str, Node]]:
        """Yield the functions, classes and values of the module by their names."""
        for node in self.source.root.named_children:
            inner = (
                node.child_by_field_name("definition")
                if node.type == "decorated_definition"
                else node
            )
            if inner is not None and inner.type in {"function_definition", "class_definition"}:
                yield self.source.text(inner.child_by_field_name("name")), node
            elif node.type == "expression_statement" and node.named_children[:1]:
                left = node.named_children[0].child_by_field_name("left")
                if left is not None and left.type == "identifier":
                    yield self.source.text(left), node

    def _needed(self, main: list[Node]) -> Iterator[Node]:
        """Yield the definitions that these need, and those that those need, as they are written."""
        waiting, found = list(main), set[str]()
        while waiting:
            for leaf in self.source.leaves(waiting.pop(), _LEFT_OUT):
                name = self.source.text(leaf) if leaf.type == "identifier" else ""
                if name in self.definitions and name not in found and name not in self.not_needed:
                    found.add(name)
                    waiting.append(self.definitions[name])
        yield from (node for name, node in self.definitions.items() if name in found)

    not_needed: frozenset[str] = frozenset()


class _Alembic(_Reader):
    """`upgrade` counts; `downgrade` takes it back."""

    tool = "alembic"
    not_needed = frozenset(
        ("upgrade", "downgrade", "revision", "down_revision", "branch_labels", "depends_on")
    )

    def applied(self) -> Iterator[Node]:
        yield from self._body("upgrade")

    def operations(self) -> Iterator[Operation]:
        yield from super().operations()
        for node in self._body("downgrade"):
            yield from self._operations(node, "", down=True)

    def _body(self, name: str) -> Iterator[Node]:
        function = self.definitions.get(name)
        body = function.child_by_field_name("body") if function else None
        for node in named(body):
            if node.type == "with_statement" and _ALONE in self.source.text(node):
                yield from named(node.child_by_field_name("body"))
            elif node.type != "pass_statement" and not _is_docstring(node):
                yield node

    def _table(self, call: Node, around: Node | None) -> Argument:
        holder = self.source.text(call.child_by_field_name("function")).rpartition(".")[0]
        calls = below(around, {"call"}) if around is not None else ()
        named_ = ((one, self.source.text(one.child_by_field_name("function"))) for one in calls)
        made = next((one for one, name in named_ if _BATCH in name), None)
        if made is None or made == call or holder == "op":
            return ""
        inner = self._positional(named(made.child_by_field_name("arguments")))
        return self.literal(inner[0]) if inner else None


class _Django(_Reader):
    """The list `operations` of the class counts."""

    tool = "django"
    not_needed = frozenset(("Migration",))

    def applied(self) -> Iterator[Node]:
        for node in below(self.source.root, {"assignment"}, {"function_definition"}):
            if self.source.text(node.child_by_field_name("left")) == "operations":
                for one in named(node.child_by_field_name("right")):
                    if not self._is_inert(one):
                        yield one

    def _is_inert(self, node: Node) -> bool:
        function = self.source.text(node.child_by_field_name("function"))
        return f"django.{function.rpartition('.')[2]}" in known(Migrations).inert

    def is_idle(self, node: Node) -> bool:
        if node.type == "keyword_argument":
            return (
                self.source.text(node.child_by_field_name("name"))
                in known(Migrations).django_words | _REVERSE
            )
        if node.type == "pair":
            return (
                self.source.text(node.child_by_field_name("key")).strip("\"'")
                in known(Migrations).django_words
            )
        return False

    def _parts(self, node: Node) -> list[Node | str]:
        """Return what a node consists of; of what runs code no second argument, which takes it back."""
        arguments = node.child_by_field_name("arguments") if node.type == "call" else None
        if arguments is None or self._called(node) not in _PAIRED:
            return super()._parts(node)
        back = {one.id for one in named(arguments)[1:] if one.type != "keyword_argument"}
        kept = (one for one in arguments.children if one.id not in back)
        return [*(one for one in node.children if one != arguments), *kept]


def _is_docstring(node: Node) -> bool:
    return node.type == "expression_statement" and all(
        one.type in _STRINGS for one in node.named_children
    )


def _makes_batch(node: Node) -> bool:
    """Whether the head of a `with` speaks of a table that is changed as a whole."""
    body = node.child_by_field_name("body")
    head = (node.text or b"")[: body.start_byte - node.start_byte if body else None]
    return _BATCH.encode() in head
