"""What is taken over from one configuration, each value with a comment on where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery.config.trees import Trees
from immutable_delivery.other_linters import PEERS
from immutable_delivery.policy.model import builtin
from immutable_delivery.records import Record, field
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence


class Listed(Record):
    """Values of a list, and what they come from."""

    values: list[str]
    source: str


class Taken(Record, kw_only=True):
    """One configuration of another tool, while it is read and after."""

    tool: str
    path: str
    forest: Trees
    root: Mapping
    ignore: dict[str, str] = field(default_factory=dict)
    """Comments by policy."""
    severity: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Severities and comments by policy."""
    params: dict[str, dict[str, Listed]] = field(default_factory=dict)
    per_path: dict[str, dict[str, str]] = field(default_factory=dict)
    """Comments by policy that is ignored, by pattern."""
    fixtures: Listed | None = None
    """Patterns of files that are not judged."""
    fail_on: tuple[str, str] | None = None
    left: list[str] = field(default_factory=list)
    """What has no counterpart, with its place and the reason."""

    def leave(self, node: Scalar, reason: str) -> None:
        """Say why something is not taken over."""
        self.left.append(str(self.forest.fault(node.place, f"{node.text}: {reason}")))

    def leave_keys(self, node: Node | None, known: Iterable[str], reasons: dict[str, str]) -> None:
        """Name every key that is not ``known``."""
        for name, (key, _) in node.entries.items() if isinstance(node, Mapping) else ():
            if name not in known:
                self.leave(key, reasons.get(name, f"it is no key of {self.tool} that imd knows"))

    def meant(self, items: Iterable[Scalar]) -> Iterator[tuple[Scalar, str, str]]:
        """Yield rules with the policies that they mean; name those that mean none."""
        for item in items:
            policy = PEERS[self.tool].policies.get(item.text.strip())
            if policy:
                yield item, item.text.strip(), policy
            else:
                self.leave(item, "no policy of imd means the same")

    def take_ignored(self, found: Iterable[tuple[Scalar, str, str]]) -> None:
        """Ignore the policies of rules; say which others of the tool those mean too."""
        rules: dict[str, list[str]] = {}
        for _, rule, policy in found:
            rules.setdefault(policy, []).append(rule)
        for policy, named in rules.items():
            every = PEERS[self.tool].policies.items()
            others = [rule for rule, meant in every if meant == policy and rule not in named]
            also = f"; it means {', '.join(others)} too" if others else ""
            self.ignore[policy] = f"{', '.join(dict.fromkeys(named))}{also}"

    def take_severity(self, policy: str, severity: str, item: Scalar, said: str) -> None:
        """Set the severity of a policy; the first word on it counts."""
        first, told = self.severity.setdefault(policy, (severity, said))
        if first != severity:
            self.leave(item, f"{policy} is of severity {first} already, for {told}")
        elif said not in told.split(", "):
            self.severity[policy] = (first, f"{told}, {said}")


def scalars(node: Node | None) -> list[Scalar]:
    """Return the texts of a list, or the one that stands for it."""
    items = node.items if isinstance(node, Sequence) else [node]
    return [item for item in items if isinstance(item, Scalar) and not item.null]


def only_strict(policy: str) -> str:
    """Return a remark on a policy that only the strict profile reports."""
    strict = any(one.id == policy and "default" not in one.rule.profiles for one in builtin())
    return "; reported in the profile strict" if strict else ""
