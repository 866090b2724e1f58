"""The file of a baseline: findings that a team has accepted for now, by their content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from immutable_delivery.errors import ConfigError, Fault
from immutable_delivery.findings import Finding, Recorded, Severity
from immutable_delivery.source.text import Text

FILE = ".imd-baseline.json"
VERSION = 2
OLDER = 1
"""The version whose entries knew a finding by the words at its place alone, so that another image of the same tag passed."""


class OlderBaselineError(ConfigError):
    """A baseline that an older imd wrote, and that has to be written anew."""


Key = tuple[str, str, Severity, str]
"""File, policy, severity and content."""


def parsed(path: str, text: str, *, older: bool = False) -> list[Recorded]:
    """Return the entries of a baseline; refuse what is none, and what another imd wrote unless an ``older`` one is asked for."""
    import json  # noqa: PLC0415 (most runs have no baseline)

    from immutable_delivery.syntax.yaml.schema import schema_of  # noqa: PLC0415

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(Fault(f"is no JSON: {error}", path)) from None
    version = data.get("version") if isinstance(data, dict) else None
    version = None if isinstance(version, bool) else version
    if isinstance(version, int) and version > VERSION:
        raise ConfigError(
            Fault(f"is a baseline of version {version}, which a newer imd wrote", path)
        )
    if version == OLDER and not older:
        raise OlderBaselineError(
            Fault(
                f"is a baseline of version {OLDER}, which took another image, package or command for the known one where "
                "the words at the place were the same; `imd baseline` writes it anew, look at what that adds",
                path,
            )
        )
    if version not in {VERSION, OLDER}:
        raise ConfigError(Fault("is no baseline: it has no `version` that imd knows", path))
    schema = schema_of("baseline")
    if not schema.fits(data):
        faults = schema.faults_of_json(Text(path, text))
        raise ConfigError(*faults or [Fault("is no baseline", path)])
    return _entries(path, data)


def _entries(path: str, data: Mapping[str, Any]) -> list[Recorded]:
    entries = msgspec.convert(data["findings"], list[Recorded])
    twice = [key for key, number in Counter(map(key_of, entries)).items() if number > 1]
    if twice:
        file, policy, *_ = twice[0]
        raise ConfigError(Fault(f"has an entry of {policy} in {file} twice", path))
    return entries


def rendered(entries: Iterable[Recorded]) -> str:
    """Return the text of a baseline: an entry a line, in one order, so that a change is a few lines."""
    import json  # noqa: PLC0415 (as above)

    lines = [
        json.dumps(msgspec.to_builtins(entry), ensure_ascii=False)
        for entry in sorted(entries, key=key_of)
    ]
    listed = ",\n    ".join(lines)
    findings = f"[\n    {listed}\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'


def recorded(findings: Iterable[Finding], texts: Mapping[str, Text]) -> list[Recorded]:
    """Return the entries that know exactly these findings."""
    from immutable_delivery.policy.fingerprints import content  # noqa: PLC0415 (as above)

    return entries_of(
        Counter(
            (finding.place.file, finding.policy, finding.severity, content(finding, texts))
            for finding in findings
        )
    )


def entries_of(counts: Mapping[Key, int]) -> list[Recorded]:
    """Return the entries that say these counts."""
    return [
        Recorded(file=file, policy=policy, severity=severity, fingerprint=digest, count=number)
        for (file, policy, severity, digest), number in counts.items()
        if number > 0
    ]


def key_of(entry: Recorded) -> Key:
    """Return what entries are sorted and told apart by."""
    return entry.file, entry.policy, entry.severity, entry.fingerprint
