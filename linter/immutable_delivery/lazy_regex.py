"""Regular expressions that are compiled when they are first used: a short run uses few of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, AnyStr, cast


def lazy(text: AnyStr, flags: int = 0, *, needs: tuple[AnyStr, ...] = ()) -> re.Pattern[AnyStr]:
    """Return what `re.compile` returns, compiled at its first use.

    ``needs`` are texts of which one is in whatever it fits: before something holds one, it is not even compiled.
    """
    lazily = _Needing(text, flags, needs) if needs else _Lazy(text, flags)
    return cast("re.Pattern[AnyStr]", lazily)


class _Lazy:
    """Stands for a pattern; after the first use its methods are the pattern's own."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._source: Any = (text, flags)

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._source), name)
        setattr(self, name, value)
        return value


class _Needing(_Lazy):
    """A pattern that has nothing to find in most texts."""

    def __init__(self, text: str | bytes, flags: int, needs: tuple[Any, ...]) -> None:
        super().__init__(text, flags)
        self._folds = bool(flags & re.IGNORECASE)
        self._needs = tuple(word.lower() for word in needs) if self._folds else needs

    def _asked(self, text: Any) -> re.Pattern[Any] | None:
        """Return the pattern itself where it may find something."""
        seen = text.lower() if self._folds else text
        for word in self._needs:  # no generator: this is asked of every word of every command
            if word in seen:
                return self._itself()
        return None

    def _itself(self) -> re.Pattern[Any]:
        itself: re.Pattern[Any] = re.compile(*self._source)
        for name in ("search", "match", "fullmatch", "finditer", "sub"):
            setattr(self, name, getattr(itself, name))
        return itself

    def search(self, text: Any, *span: int) -> re.Match[Any] | None:
        return found.search(text, *span) if (found := self._asked(text)) else None

    def match(self, text: Any, *span: int) -> re.Match[Any] | None:
        return found.match(text, *span) if (found := self._asked(text)) else None

    def fullmatch(self, text: Any, *span: int) -> re.Match[Any] | None:
        return found.fullmatch(text, *span) if (found := self._asked(text)) else None

    def finditer(self, text: Any, *span: int) -> Iterator[re.Match[Any]]:
        return found.finditer(text, *span) if (found := self._asked(text)) else iter(())

    def sub(self, to: Any, text: Any, count: int = 0) -> Any:
        return found.sub(to, text, count) if (found := self._asked(text)) else text
