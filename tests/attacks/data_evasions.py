"""Ways to write the same data differently: as YAML or JSON, in HCL, in units of systemd."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest
from tests.attacks.evasions import Rewriting
from tests.components import NEEDS

yaml = pytest.importorskip("yaml", reason=f"{NEEDS}PyYAML")

Writing: TypeAlias = Callable[[Any], str]
_KEY = re.compile(r"^( *(?:- )?)([\w-]+):(?= |$)", re.MULTILINE)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _dumped(**options: Any) -> Writing:
    return lambda data: str(yaml.safe_dump(data, sort_keys=False, **options))


_block = _dumped()


def _reversed(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _reversed(data[key]) for key in reversed(data)}
    return [_reversed(one) for one in data] if isinstance(data, list) else data


def _merged(data: Any) -> Any:
    """Put what each mapping holds into one that it is merged with."""
    if isinstance(data, dict):
        return {"<<": {key: _merged(value) for key, value in data.items()}} if data else {}
    return [_merged(one) for one in data] if isinstance(data, list) else data


def _in_codes(data: Any) -> str:
    def coded(found: re.Match[str]) -> str:
        letters = (f"\\u{ord(one):04x}" if one.isalpha() else one for one in found[1])
        return f'"{"".join(letters)}"'

    return _STRING.sub(coded, json.dumps(data))


DATA: Mapping[str, Writing] = {
    "block": _dumped(default_flow_style=False),
    "flow": _dumped(default_flow_style=True),
    "json": json.dumps,
    "indented json": lambda d: json.dumps(d, indent=4),
    "tight json": lambda d: json.dumps(d, separators=(",", ":")),
    "escaped json": _in_codes,
    "json with blanks first": lambda d: "\n\n   \n" + json.dumps(d),
    "json with tabs": lambda d: json.dumps(d, indent="\t"),
    "json in CRLF": lambda d: json.dumps(d, indent=1).replace("\n", "\r\n"),
    "double": _dumped(default_style='"'),
    "single": _dumped(default_style="'"),
    "narrow": _dumped(width=10),
    "wide indent": _dumped(indent=8),
    "canonical": _dumped(canonical=True),
    "explicit": _dumped(explicit_start=True, explicit_end=True),
    "version": _dumped(version=(1, 1)),
    "reversed": lambda d: yaml.safe_dump(_reversed(d), sort_keys=False),
    "sorted": lambda d: yaml.safe_dump(d, sort_keys=True),
    "merged": lambda d: yaml.safe_dump(_merged(d), sort_keys=False).replace("'<<'", "<<"),
    "merged flow": lambda d: yaml.safe_dump(
        _merged(d), sort_keys=False, default_flow_style=True
    ).replace("'<<'", "<<"),
    "literal": _dumped(default_style="|"),
    "folded": _dumped(default_style=">"),
    "complex keys": lambda d: re.sub(
        r"^( *)([\w-]+):(?= |$)", r"\1? \2\n\1:", _block(d), flags=re.MULTILINE
    ),
    "tagged keys": lambda d: _KEY.sub(r"\1!!str \2:", _block(d)),
    "anchored keys": lambda d: _KEY.sub(r"\1&k\2 \2:", _block(d)),
    "lone CR": lambda d: _block(d).replace("\n", "\r"),
    "CRLF": lambda d: _block(d).replace("\n", "\r\n"),
    "BOM": lambda d: "\ufeff" + _block(d),
    "BOM json": lambda d: "\ufeff" + json.dumps(d),
    "indented": lambda d: "".join("   " + line for line in _block(d).splitlines(True)),
    "behind a marker": lambda d: (
        "# c\n--- " + yaml.safe_dump(d, sort_keys=False, default_flow_style=True)
    ),
    "tag directive": lambda d: (
        "%TAG !y! tag:yaml.org,2002:\n---\n"
        + _block(d).replace("nginx:latest", "!y!str nginx:latest")
    ),
    "second document": lambda d: "# nothing\n---\n---\n" + _block(d),
    "long before": lambda d: "#" + "x" * 70000 + "\n" + _block(d),
    "duplicate alias": lambda d: _block(d).replace("nginx:latest", "&a nginx:latest"),
}
"""What readers of YAML, and of JSON as far as it is JSON, take for the same data."""

HCL_TEXTS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: f'"{text}"',
    "a letter by its code": lambda text: f'"\\u{ord(text[0]):04x}{text[1:]}"',
    "a comment behind": lambda text: f'"{text}" # it',
    "another comment behind": lambda text: f'"{text}" // it',
    "comments around": lambda text: f'/* a */ "{text}" /* b */',
}
"""What HCL takes for the same text."""

HCL: Mapping[str, Rewriting] = {
    "a byte order mark": lambda text: "\ufeff" + text,
    "lines that end in CRLF": lambda text: text.replace("\n", "\r\n"),
    "tabs": lambda text: text.replace("  ", "\t"),
    "comments first": lambda text: f"# x\n// job\n/* target\n*/\n{text}",
    "tight": lambda text: text.replace(" = ", "="),
    "wide": lambda text: text.replace(" = ", "   =   "),
    "labels without quotes": lambda text: re.sub(r'^(\w+) "a"', r"\1 a", text, flags=re.MULTILINE),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
    "no last newline": lambda text: text.rstrip(),
}
"""What HCL takes for the same blocks."""

UNITS: Mapping[str, Rewriting] = {
    "blanks": lambda text: text.replace("=", " = "),
    "tabs": lambda text: text.replace("=", "\t=\t"),
    "lines that end in CRLF": lambda text: text.replace("\n", "\r\n"),
    "comments": lambda text: text.replace("Image", "# x\n; y\nImage"),
    "continued": lambda text: text.replace("Image=", "Image=\\\n"),
    "a comment in a continuation": lambda text: text.replace("Image=", "Image=\\\n# x\n"),
    "said twice": lambda text: text.replace("Image=", "Image=x:1\nImage="),
    "a byte order mark": lambda text: "\ufeff" + text,
    "a section twice": lambda text: text.replace("[Container]\n", "[Container]\n[Unit]\n[Container]\n"),
    "blanks behind": lambda text: text.replace("latest\n", "latest   \n"),
    "blanks before": lambda text: text.replace("Image", "  Image"),
    "an indented section": lambda text: text.replace("[Container]", "  [Container]  "),
    "no last newline": lambda text: text.rstrip(),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
}  # fmt: skip
"""What systemd takes for the same unit."""
