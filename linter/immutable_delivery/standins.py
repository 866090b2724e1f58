"""What libraries name while they load and a run never needs: `import inspect` alone is a twentieth of a short run.

While a library loads, something stands for each such module; whoever asks it for more than is known here has the module loaded.
Afterwards nothing stands there, so that who imports such a module has it.
"""

from __future__ import annotations

import os
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class StandIn(ModuleType):
    """Stands for a module; what is not known of it is asked of the module itself."""

    def __init__(self, name: str, known: Mapping[str, Any]) -> None:
        super().__init__(name)
        vars(self).update(known)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system looks for what makes a package
            raise AttributeError(name)
        return getattr(self._itself(), name)

    def _itself(self) -> ModuleType:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return import_module(self.__name__)


def _function(module: str, name: str) -> Callable[..., Any]:
    """Return a function of a module that is loaded when it is called."""

    def called(*given: Any, **named: Any) -> Any:
        return getattr(import_module(module), name)(*given, **named)

    return called


def _cleandoc(text: str) -> str:
    """Return what `inspect.cleandoc` does: the help of an option is one line."""
    if "\n" in text:
        return str(_function("inspect", "cleandoc")(text))
    return text.expandtabs().lstrip()


def _number(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


Known = Mapping[str, Any] | None
"""What is known of a module; None where it shall be as if it were not installed."""

_LIBRARIES: Mapping[str, Known] = {
    # click asks for them; it has no translations
    "inspect": {"cleandoc": _cleandoc},
    "gettext": {"gettext": str, "ngettext": _number},
    # types that nothing here takes or gives, by which click and msgspec know them
    "uuid": {"UUID": type("UUID", (), {}), "SafeUUID": type("SafeUUID", (), {"unknown": None})},
    "decimal": {"Decimal": type("Decimal", (), {})},
    # typing has it all since Python 3.11
    "typing_extensions": None,
    "msgspec.inspect": {},
    "msgspec.msgpack": {},
    "msgspec.toml": {},
    "msgspec.yaml": {},
    "msgspec._json_schema": {
        name: _function("msgspec._json_schema", name) for name in ("schema", "schema_components")
    },
    # pathlib asks for the one, to make addresses; its ntpath tries five times to have the other
    "urllib.parse": {"quote_from_bytes": _function("urllib.parse", "quote_from_bytes")},
    **({} if os.name == "nt" else {"nt": None}),
}


@contextmanager
def libraries() -> Iterator[None]:
    """Let libraries load without what a run never needs."""
    # as Python 3.12 does: the version in Python is loaded only to be replaced
    if sys.version_info < (3, 12):
        sys.modules.setdefault("datetime", import_module("_datetime"))
    with standing_in(_LIBRARIES), _types_unread():
        yield


@contextmanager
def _types_unread() -> Iterator[None]:
    """Let types in quotes be any: nobody asks for them, and before the first is compiled Python sets up all its syntax trees."""
    known = vars(typing)
    itself = known["ForwardRef"]
    known["ForwardRef"] = lambda *_, **__: Any
    try:
        yield
    finally:
        known["ForwardRef"] = itself


@contextmanager
def standing_in(modules: Mapping[str, Known]) -> Iterator[None]:
    """Let something stand for these modules within, where they are not loaded yet."""
    given = {
        name: None if known is None else StandIn(name, known)
        for name, known in modules.items()
        if name not in sys.modules
    }
    sys.modules.update(given)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name, one in given.items():
            if sys.modules.get(name, ...) is one:
                del sys.modules[name]


RESOURCES: Mapping[str, Known] = {
    "importlib.resources": {"files": _function("importlib.resources", "files")}
}
"""What grammars name for the queries that come with them."""
PROTOCOL_BUFFERS: Mapping[str, Known] = {"google.protobuf.descriptor_pool": None}
"""What CEL looks for each time that it makes an environment; ours hold no messages."""
PROCESSES: Mapping[str, Known] = {"locale": {}, "signal": {}}
"""What subprocess names for text and for who dies of a signal; git is given bytes, and rarely killed."""
ARCHIVES: Mapping[str, Known] = {"bz2": None, "lzma": None, "zlib": None}
"""What shutil looks for to unpack archives; nothing here does."""
