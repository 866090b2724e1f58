"""How each package manager writes a version, and how much what is written fixes."""

from immutable_delivery.references.packages.languages import (
    at,
    cargo,
    colon,
    composer,
    cpan,
    dashed,
    deno,
    dotted,
    go,
    named,
    npm,
    nuget,
    toolchain,
)
from immutable_delivery.references.packages.python import conda, pep508, tool508
from immutable_delivery.references.packages.specs import Reader, Spec, requirement
from immutable_delivery.references.packages.systems import (
    apk,
    brew,
    deb,
    equals,
    module,
    rpm,
    zypper,
)

READERS: dict[str, Reader] = {
    "apk": apk,
    "at": at,
    "brew": brew,
    "cargo": cargo,
    "colon": colon,
    "composer": composer,
    "conda": conda,
    "cpan": cpan,
    "dashed": dashed,
    "deb": deb,
    "deno": deno,
    "dotted": dotted,
    "equals": equals,
    "go": go,
    "module": module,
    "named": named,
    "npm": npm,
    "nuget": nuget,
    "pep508": pep508,
    "rpm": rpm,
    "tool508": tool508,
    "toolchain": toolchain,
    "zypper": zypper,
}
"""Readers by the name that commands.yaml gives them."""

__all__ = ["READERS", "Reader", "Spec", "pep508", "requirement"]
