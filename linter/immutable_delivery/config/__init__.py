"""What a repository configures: which policies, how severely, where, and what belongs to which environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn

from immutable_delivery.context import Environment, Tables
from immutable_delivery.errors import ConfigError, Fault
from immutable_delivery.findings import FailOn, Severity
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.other_linters import meant
from immutable_delivery.policy.selection import Selection
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.escape import nearest

Path = tuple[str, ...]
"""The keys that lead to a value: `("per-path", "legacy/**", "ignore", "0")`."""

_PROFILES = frozenset(("default", "strict"))
_RELEASED = lazy(r"(?:default|strict)@[0-9]+(?:\.[0-9]+)*", needs=("@",))
"""What names a profile of the pack, as it is and as it was."""

FILE = ".imd.yaml"
PYPROJECT = "pyproject.toml"
POLICIES = ".imd/policies"
"""The folder of a repository's own policies, read without being named."""


class PathClasses(Record, frozen=True, kw_only=True):
    """Patterns of files that are counted and not judged, and of those to judge all the same."""

    excluded: tuple[str, ...] = ()
    fixtures: tuple[str, ...] = ()
    vendored: tuple[str, ...] = ()
    generated: tuple[str, ...] = ()
    judge: tuple[str, ...] = ()
    formats: tuple[tuple[str, str], ...] = ()
    """Patterns of files and the format to read them as."""


class Profile(Record, frozen=True, kw_only=True):
    """A set of policies under a name of the configuration's own."""

    base: str = "default"
    """The profile of the pack that it begins with."""
    add: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)


class ConfigSuppression(Record, frozen=True, kw_only=True):
    """A suppression in the configuration, for files that take no comment."""

    path: str
    ids: tuple[str, ...]
    reason: str
    at: str = ""
    until: date | None = None
    keys: Path = ()
    """Where in the configuration it stands."""


class Source(Record, frozen=True, kw_only=True):
    """Where a value of the configuration is written: the file and a span of code points in it."""

    file: str
    start: int = 0
    end: int = 0
    line: int = 1
    column: int = 1

    def fault(self, reason: str) -> Fault:
        """Return that something is wrong with the value."""
        return Fault(reason, self.file, self.line, self.column, self.start, self.end)


class Config(Record, frozen=True, kw_only=True):
    """The configuration of a run."""

    selection: Selection = field(default_factory=Selection)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    environments: tuple[Environment, ...] = ()
    """In the order in which an artifact passes through them."""
    paths: PathClasses = PathClasses()
    tables: Tables = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    """Folders with policies of the repository, relative to the root."""
    suppressions: tuple[ConfigSuppression, ...] = ()
    baseline: str = ""
    """The file with the findings that are known, relative to the root; empty for none."""
    fail_on: FailOn = "error"
    strict_unresolved: bool = False
    build_args: tuple[tuple[str, str], ...] = ()
    """Build arguments that every build is given, by their names."""
    files: tuple[str, ...] = ()
    """The files that it was read from, what they extend first."""
    sources: Mapping[Path, Source] = field(default_factory=dict)
    """Where its values are written, by the keys that lead to them."""

    def in_profile(self, name: str) -> Selection | None:
        """Return what to report under a profile, the configuration's other words on top; None where it is no profile."""
        own, profile = self.selection, self.profiles.get(name)
        if profile is None:
            ours = name in _PROFILES or _RELEASED.fullmatch(name)
            return replace(own, profile=name) if ours else None
        return replace(
            own, profile=profile.base, adds=profile.add, ignore=(*own.ignore, *profile.ignore),
            severity={**profile.severity, **own.severity},
        )  # fmt: skip

    def fail(self, keys: Path, reason: str) -> NoReturn:
        """Refuse the value that ``keys`` lead to, with its place."""
        source = next(
            (self.sources[keys[:n]] for n in range(len(keys), -1, -1) if keys[:n] in self.sources),
            None,
        )
        raise ConfigError(source.fault(reason) if source else reason)

    def check_names(self, known: Iterable[str]) -> None:
        """Refuse names of policies and groups that are not ``known``."""
        names, faults = set(known), list[Fault]()
        for keys, name in self._named():
            if name not in names:
                source = self.sources.get(keys)  # the command line has none
                reason = unknown_name(name, names)
                faults.append(source.fault(reason) if source else Fault(reason))
        if faults:
            raise ConfigError(*faults)

    def check_params(self, params: Mapping[str, Mapping[str, Any]]) -> None:
        """Refuse parameters that are not in ``params`` (defaults by policy and name), or of another type."""
        for policy, values in self.selection.params.items():
            if policy not in params:
                self.fail(("params", policy), unknown_name(policy, params))
            for name, value in values.items():
                if name not in params[policy]:
                    self.fail(
                        ("params", policy, name),
                        f"'{name}' is no parameter of '{policy}'{_hint(name, params[policy])}",
                    )
                _check_type(self, ("params", policy, name), value, params[policy][name])

    def _named(self) -> Iterable[tuple[Path, str]]:
        for name, profile in self.profiles.items():
            yield from _named_by(("profiles", name, "add"), profile.add)
            yield from _named_by(("profiles", name, "ignore"), profile.ignore)
            yield from ((("profiles", name, "severity", one), one) for one in profile.severity)
        yield from _named_by(("select",), self.selection.select)
        yield from _named_by(("ignore",), self.selection.ignore)
        yield from ((("severity", name), name) for name in self.selection.severity)
        for rule in self.selection.per_path:
            keys = ("per-path", rule.paths[0])
            yield from _named_by((*keys, "ignore"), rule.ignore)
            yield from (((*keys, "severity", name), name) for name in rule.severity)
        for waiver in self.suppressions:
            yield from _named_by((*waiver.keys, "ids"), waiver.ids)


def _named_by(keys: Path, names: Iterable[str]) -> Iterable[tuple[Path, str]]:
    return (((*keys, str(index)), name) for index, name in enumerate(names))


def unknown_name(name: str, known: Iterable[str]) -> str:
    """Say that no policy or group has this name, and which one is near, or what another tool's rule is called here."""
    tool, policy = meant(name)
    if tool:
        return f"{tool}'s {name} is '{policy}' here"
    return f"'{name}' is no policy and no group of policies{_hint(name, known)}"


def _hint(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"; did you mean '{near}'?" if near else ""


def _check_type(config: Config, keys: Path, value: Any, default: Any) -> None:
    names = {bool: "true or false", int: "a whole number", str: "a text", list: "a list of texts"}
    if type(value) is not type(default):
        config.fail(keys, f"'{keys[-1]}' must be {names[type(default)]}")
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        config.fail(keys, f"'{keys[-1]}' must be a list of texts")
