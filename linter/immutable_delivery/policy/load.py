"""Read, validate and compile policy files; every fault has its file, line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, cast

from immutable_delivery.errors import Fault, PolicyError, UnreadableError
from immutable_delivery.facts import ITEMS
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.policy.expressions import (
    Expression,
    ExpressionError,
    Signature,
    compile_expression,
)
from immutable_delivery.policy.model import Message, Policy, PolicyRule, group_of, signature_of
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import Files, MemoryFiles, folder_of
from immutable_delivery.source.text import Span, Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Mapping as MappingNode
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.schema import schema_of

DIGEST = "sha256:" + "0123456789abcdef" * 4
"""What `{digest}` stands for in examples."""

_WORD = lazy(r"[\w.]+|'[^'\n]*'|\"[^\"\n]*\"|[^\w\s]+")

GROUP = "group.yaml"
"""The file that describes a group of policies; it is none itself."""


class Example(Record, frozen=True, kw_only=True):
    """Files, whether the policy rejects them, and what they are once mended."""

    bad: bool
    files: Mapping[str, str]
    """Texts by path, with «» around the primary span of each expected finding."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the policy, as a configuration would set them."""
    applied: tuple[Mapping[str, str], ...] = ()
    """The states of files that the default branch has had, the newest last."""
    states: Mapping[str, str] = field(default_factory=dict)
    """What version control says of a path: untracked or ignored; else it tracks it."""
    at: Span = Span(0, 0)
    """Where it begins in the policy file."""


class Compared(Record, frozen=True):
    """A text that a rule of a policy file compares variables with."""

    names: tuple[str, ...]
    text: str
    at: Span
    """Where it stands in the policy file, with its quotes."""


class PolicyFile(Record, frozen=True, kw_only=True):
    """A policy and its examples."""

    text: Text
    policy: Policy
    examples: tuple[Example, ...]
    compared: tuple[Compared, ...] = ()
    """What its own expressions compare, in order; the conditions of its group are not among them."""

    @property
    def path(self) -> str:
        """Where it lies."""
        return self.text.path


def read_policies(files: Files, folder: str) -> list[PolicyFile]:
    """Read every policy below a folder of a repository: `<folder>/<group>/<id>.yaml`."""
    below = [path for path in files.paths if path.startswith(f"{folder}/")]
    paths = [p for p in below if p.endswith((".yaml", ".yml")) and p.rpartition("/")[2] != GROUP]
    read, faults = list[PolicyFile](), dict[Fault, None]()
    for path in paths:
        try:
            read.append(read_policy(_text(files, path), when_of(files, path)))
        except PolicyError as error:  # one of a group speaks for all of its policies
            faults |= dict.fromkeys(error.faults)
    if faults:
        raise PolicyError(*faults)
    _refuse_twins(read)
    return read


def read_folder(folder: Path) -> list[PolicyFile]:
    """Read every policy of a folder on the disk."""
    found = {
        path.relative_to(folder.parent).as_posix(): path.read_bytes()
        for path in folder.glob("*/*.yaml")
    }
    return read_policies(MemoryFiles(found), folder.name)


def _text(files: Files, path: str) -> Text:
    try:
        return Text.decode(path, files.read(path))
    except UnreadableError as error:
        raise PolicyError(Fault(error.reason, path)) from None


class Condition(Record, frozen=True):
    """A condition that a group puts before the rules of its policies."""

    text: str
    reader: _Reader
    node: Node | None

    def refuse_faults(self, signature: Signature) -> None:
        """Refuse what is no condition over such facts, at its own place."""
        self.reader.compiled(self.node, self.text, signature, boolean=True)


def when_of(files: Files, path: str) -> dict[str, Condition]:
    """Return the conditions that the group of a policy file puts before its rules, by fact kind or `any`."""
    group = f"{folder_of(path)}/{GROUP}"
    if files.state(group) == "missing":
        return {}
    reader = _Reader(_text(files, group))
    when = reader.submapping(reader.fitting("policygroup"), "when")
    return {
        kind: Condition(reader.string(when, kind), reader, when.get(kind)) for kind in when.entries
    }


def read_policy(text: Text, when: Mapping[str, Condition] = MappingProxyType({})) -> PolicyFile:
    """Read one policy file; ``when`` holds conditions that stand before its rules, by fact kind or `any`."""
    reader = _Reader(text)
    root = reader.fitting("policy")
    params = {name: _plain(node) for name, node in reader.submapping(root, "params").items()}
    name = text.path.rpartition("/")[2].rpartition(".")[0]
    if reader.string(root, "id") != name:
        reader.fail(root.get("id"), f"the id must be the file's name, '{name}'")
    policy = Policy(
        id=name, group=group_of(text.path), name=reader.string(root, "name"),
        rules=tuple(reader.rule(node, root, params, when) for node in reader.items(root, "rules")),
        why=reader.string(root, "why").strip(), remedy=reader.string(root, "remedy").strip(),
        references=reader.strings(root, "references"), supersedes=reader.strings(root, "supersedes"),
        fix=reader.string(root, "fix", ""), aliases=reader.strings(root, "aliases"), params=params,
    )  # fmt: skip
    return PolicyFile(
        text=text, policy=policy, examples=tuple(reader.examples(root)),
        compared=tuple(dict.fromkeys(reader.compared)),
    )  # fmt: skip


def _refuse_twins(files: Iterable[PolicyFile]) -> None:
    seen: dict[str, str] = {}
    for file in files:
        for name in (file.policy.id, *file.policy.aliases):
            if name in seen:
                raise PolicyError(Fault(f"'{name}' is also a policy of {seen[name]}", file.path))
            seen[name] = file.path


def _plain(node: Node) -> Any:
    """Return a parameter's default: text, number, truth or a list of texts."""
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    if not isinstance(node, Scalar):
        return []
    if node.plain and node.text in {"true", "false"}:
        return node.text == "true"
    return int(node.text) if node.plain and re.fullmatch(r"-?\d+", node.text) else node.text


def _entries(node: Node | None, owner: Node) -> MappingNode:
    """Return a mapping, an empty one where none is written."""
    return node if isinstance(node, MappingNode) else MappingNode(place=owner.place)


def _faulty(error: ExpressionError, text: str, start: int) -> Span:
    """Return the part that an error means of an expression at this offset: the word there, or all of it."""
    if error.offset is None:
        return Span(start, start + len(text))
    at = min(error.offset, len(text))
    word = _WORD.match(text, at)
    return Span(start + at, start + (word.end() if word else at))


def _shift(node: Node | None, at: int) -> int:
    """Return how far behind the beginning of a node a character of its value is written."""
    written = node.written.place(at) if isinstance(node, Scalar) else None
    return written.span.start - node.place.span.start if written and node else 0


class _Reader:
    """Typed access to the YAML of a policy; every refusal names its place."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.compared: list[Compared] = []

    def fail(self, node: Node | None, reason: str, part: Span | None = None) -> NoReturn:
        """Refuse a node, or a part of what it says."""
        span = node.place.span if node else Span(0, 0)
        if isinstance(node, Scalar) and part:
            span = node.written.place(part.start, part.end).span
        raise PolicyError(self.text.fault(span, reason))

    def fitting(self, schema: str) -> MappingNode:
        """Return the root of a file that fits its schema; refuse one that does not."""
        documents = yaml.documents(self.text)
        for document in documents:
            if document.problem:
                at = Span(document.problem_at, document.problem_at)
                raise PolicyError(self.text.fault(at, document.problem))
        root = documents[0].root if documents else None
        if root is None:
            self.fail(root, "there is no policy in it")
        if faults := schema_of(schema).faults(self.text, root):
            raise PolicyError(*faults)
        return _entries(root, root)

    def submapping(self, owner: MappingNode, key: str) -> MappingNode:
        return _entries(owner.get(key), owner)

    def string(self, owner: MappingNode, key: str, default: str | None = None) -> str:
        node = owner.get(key)
        if node is None and default is not None:
            return default
        if not isinstance(node, Scalar):
            self.fail(node or owner, f"`{key}` is missing, here and for the whole policy")
        if node.tag:
            self.fail(node, f"`{key}` begins with `{node.tag}`, a tag of YAML: put it into quotes")
        return node.text

    def items(self, owner: MappingNode, key: str) -> list[Node]:
        node = owner.get(key)
        return node.items if isinstance(node, Sequence) else []

    def strings(self, owner: MappingNode, key: str) -> tuple[str, ...]:
        return tuple(one.text for one in self.items(owner, key) if isinstance(one, Scalar))

    def rule(
        self,
        node: Node,
        policy: MappingNode,
        params: Mapping[str, Any],
        when: Mapping[str, Condition],
    ) -> PolicyRule:
        rule = _entries(node, policy)
        over = self.string(rule, "over")
        each = self.string(rule, "each", "")
        if each and (over, each) not in ITEMS:
            self.fail(rule.get("each"), f"'{each}' is no record list of '{over}'")
        signature = signature_of(over, each, params)
        own = {
            key: rule if rule.get(key) else policy
            for key in ("severity", "drift", "layer", "profiles", "message")
        }
        return PolicyRule(
            over=over, each=each, at=self.strings(rule, "at"),
            deny=self.deny(rule, signature, self.when(rule) or when.get(over, when.get("any"))),
            message=self.message(own["message"], signature),
            severity=cast("Any", self.string(own["severity"], "severity")),
            drift=cast("Any", self.string(own["drift"], "drift")),
            layer=self.string(own["layer"], "layer", "fact"),
            profiles=self.strings(own["profiles"], "profiles") or ("default", "strict"),
            report_unknown=self.string(rule, "unknown", "") == "report",
        )  # fmt: skip

    def when(self, rule: MappingNode) -> Condition | None:
        """Return the condition that a rule has in place of its group's."""
        node = rule.get("when")
        return Condition(self.string(rule, "when"), self, node) if node is not None else None

    def deny(self, rule: MappingNode, signature: Signature, when: Condition | None) -> Expression:
        node = rule.get("deny")
        text = self.string(rule, "deny")
        own = self.compiled(node, text, signature, boolean=True)
        self.remember(node, own)
        if when is None:
            return own
        when.refuse_faults(signature)
        return self.compiled(node, f"({when.text}) && ({text})", signature, boolean=True)

    def message(self, owner: MappingNode, signature: Signature) -> Message:
        text = self.string(owner, "message")
        return Message(tuple(self._parts(owner.get("message"), text, signature)))

    def _parts(
        self, node: Node | None, text: str, signature: Signature
    ) -> Iterator[str | Expression]:
        start = 0
        for index, part in enumerate(re.split(r"\{([^{}]*)\}", text)):
            if index % 2:
                expression = self.compiled(node, part, signature, start=start + 1)
                self.remember(node, expression, start + 1)
                yield expression
            elif part:
                yield part
            start += len(part) + 2 * (index % 2)

    def compiled(
        self,
        node: Node | None,
        text: str,
        signature: Signature,
        *,
        boolean: bool = False,
        start: int = 0,
    ) -> Expression:
        """Compile an expression that begins at this offset of a text."""
        try:
            return compile_expression(text, signature, boolean=boolean)
        except ExpressionError as error:
            self.fail(node, error.reason, _faulty(error, text, start))

    def remember(self, node: Node | None, expression: Expression, start: int = 0) -> None:
        """Keep what an expression that begins at this offset of a text compares."""
        begin = node.place.span.start if node else 0
        for one in expression.comparisons():
            at = begin + _shift(node, start + one.at)
            self.compared.append(Compared(one.names, one.text, Span(at, at + len(one.text) + 2)))

    def examples(self, root: MappingNode) -> Iterator[Example]:
        for node in self.items(root, "examples"):
            entry = _entries(node, root)
            kind = "bad" if entry.get("bad") else "good"
            yield Example(
                bad=kind == "bad",
                files=self._files(entry, kind),
                fixed=self._files(entry, "fixed") if entry.get("fixed") else {},
                applied=tuple(self._texts(state) for state in self.items(entry, "applied")),
                params={n: _plain(v) for n, v in self.submapping(entry, "params").items()},
                states={n: str(_plain(v)) for n, v in self.submapping(entry, "states").items()},
                at=head(entry).span,
            )

    def _files(self, entry: MappingNode, key: str) -> dict[str, str]:
        return self._texts(self.submapping(entry, key))

    def _texts(self, node: Node) -> dict[str, str]:
        files = _entries(node, node)
        return {
            path: self.string(files, path).replace("{digest}", DIGEST) for path in files.entries
        }
