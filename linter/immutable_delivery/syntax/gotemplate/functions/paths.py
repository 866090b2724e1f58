"""Functions on paths, with slashes."""

from __future__ import annotations

import posixpath

from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.traced import derived, part


def _base(path: str) -> str:
    if not path:
        return "."
    end = len(path.rstrip("/"))
    return part(path, path.rfind("/", 0, end) + 1, end) if end else "/"


def _clean(path: str) -> str:
    cleaned = posixpath.normpath(str(path)) if path else "."
    return derived("/" + cleaned.lstrip("/") if cleaned.startswith("//") else cleaned, path)


def _dir(path: str) -> str:
    return _clean(part(path, 0, path.rfind("/") + 1))


def _ext(path: str) -> str:
    at = path.rfind(".")
    return part(path, at) if at > path.rfind("/") else ""


def _is_absolute(path: str) -> bool:
    return path.startswith("/")


_BY_NAME = {"base": _base, "clean": _clean, "dir": _dir, "ext": _ext}

PATHS = {
    **{name: Function(call, "string") for name, call in _BY_NAME.items()},
    **{f"os{name.title()}": Function(call, "string") for name, call in _BY_NAME.items()},
    "isAbs": Function(_is_absolute, "string"),
    "osIsAbs": Function(_is_absolute, "string"),
}
