"""All functions, by name: Go's, sprig's, and those that Helm adds and other tools have too."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.functions.builtins import BUILTINS
from immutable_delivery.syntax.gotemplate.functions.cases import CASES
from immutable_delivery.syntax.gotemplate.functions.checksums import CHECKSUMS
from immutable_delivery.syntax.gotemplate.functions.defaults import DEFAULTS
from immutable_delivery.syntax.gotemplate.functions.dicts import DICTS
from immutable_delivery.syntax.gotemplate.functions.durations import DURATIONS
from immutable_delivery.syntax.gotemplate.functions.encodings import ENCODINGS
from immutable_delivery.syntax.gotemplate.functions.lists import LISTS
from immutable_delivery.syntax.gotemplate.functions.numbers import NUMBERS
from immutable_delivery.syntax.gotemplate.functions.paths import PATHS
from immutable_delivery.syntax.gotemplate.functions.regexes import REGEXES
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.functions.strings import STRINGS
from immutable_delivery.syntax.gotemplate.functions.templates import TEMPLATES
from immutable_delivery.syntax.gotemplate.functions.types import TYPES
from immutable_delivery.syntax.gotemplate.functions.unknowns import UNKNOWNS
from immutable_delivery.syntax.gotemplate.functions.urls import URLS
from immutable_delivery.syntax.gotemplate.functions.versions import VERSIONS

_MUST = (
    "append chunk compact deepCopy first has initial last merge mergeOverwrite prepend push regexFind regexFindAll"
    " regexReplaceAll regexReplaceAllLiteral regexSplit rest reverse slice uniq without"
)
"""What also goes by a name with `must`: it fails where the other one does, or nearly."""

_THEMES = (
    UNKNOWNS, BUILTINS, CASES, CHECKSUMS, DEFAULTS, DICTS, DURATIONS, ENCODINGS, LISTS, NUMBERS, PATHS, REGEXES,
    STRINGS, TEMPLATES, TYPES, URLS, VERSIONS,
)  # fmt: skip

_NAMED: dict[str, Function] = {
    name: function for theme in _THEMES for name, function in theme.items()
}

FUNCTIONS: dict[str, Function] = _NAMED | {
    f"must{name[0].upper()}{name[1:]}": _NAMED[name] for name in _MUST.split()
}
