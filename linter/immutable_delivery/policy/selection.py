"""Which policies a run reports, how severely, and where: profile, select, ignore, overrides, per path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from immutable_delivery.findings import Severity
from immutable_delivery.policy.model import is_called, matches
from immutable_delivery.policy.verdicts import Verdict
from immutable_delivery.records import Record, field
from immutable_delivery.syntax.gitignore import fits


class PathRule(Record, frozen=True, kw_only=True):
    """What differs for files of these patterns."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)

    def covers(self, path: str) -> bool:
        """Whether a path, or a folder above it, fits one of the patterns."""
        return fits(path, *self.paths)


class Selection(Record, frozen=True, kw_only=True):
    """What the configuration and the command line say of policies."""

    profile: str = "default"
    adds: tuple[str, ...] = ()
    """Policies that are in, beside the profile's."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    per_path: tuple[PathRule, ...] = ()
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def in_profile(self, verdict: Verdict) -> bool:
        """Whether the profile has the rule; a policy that is selected by its own name is always in."""
        own = self.profile.partition("@")[0] in verdict.rule.profiles
        if verdict.policy.group == "meta":  # about the run itself, whatever is selected
            return own
        if not self.select:
            return own or self._named(verdict, self.adds)
        return is_called(verdict.policy, self.select) or (own and self._named(verdict, self.select))

    def reports(self, verdict: Verdict) -> bool:
        """Whether the run reports it."""
        ignored = self.ignore + tuple(
            name
            for rule in self.per_path
            if rule.covers(verdict.place.file)
            for name in rule.ignore
        )
        return self.in_profile(verdict) and not self._named(verdict, ignored)

    def severity_of(self, verdict: Verdict) -> Severity:
        """Return the severity: the most particular word on it."""
        found = verdict.rule.severity
        if found == "error" and verdict.fact.scope.defaults and self.profile != "strict":
            found = "warning"
        overrides = [
            self.severity,
            *(r.severity for r in self.per_path if r.covers(verdict.place.file)),
        ]
        for override in overrides:
            for name, severity in override.items():
                if self._named(verdict, (name,)):
                    found = severity
        return found

    def _named(self, verdict: Verdict, selectors: tuple[str, ...]) -> bool:
        if not selectors:
            return False
        return matches(verdict.policy, verdict.rule.drift, layer_of(verdict), selectors)


def layer_of(verdict: Verdict) -> str:
    """Return the layer of a verdict: the rule's, or the fact's where the rule leaves it to the fact."""
    return verdict.fact.scope.layer if verdict.rule.layer == "fact" else verdict.rule.layer
