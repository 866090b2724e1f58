"""What a format is told and what it tells beside facts: what lies around its documents, comments, problems."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from immutable_delivery.facts import Applied, Build, Scope
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import Files, read_text
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Text

_Made = TypeVar("_Made")

Tables: TypeAlias = Mapping[str, Any]
"""What a configuration adds to the tables, as it writes their rows; it was found valid when it was read."""


class Comment(Record, frozen=True, array_like=True):
    """A comment that may hold a suppression, and what it covers."""

    text: str
    """The comment without its marker."""
    start: int
    end: int
    covers: tuple[int, int] | None = None
    """The span of the statement that it stands above or at the end of; None: the whole file."""
    within: tuple[int, int] | None = None
    """The span of the document or object that it stands in; None: the whole file."""
    stage: tuple[int, int] | None = None
    """The span of the build stage that its statement begins or belongs to; None where the format has none."""
    inside: bool = False
    """It stands inside a statement, and covers one line of that."""


class ParseProblem(Record, frozen=True, array_like=True):
    """Something a file says that its own engine would refuse, or that cannot be followed."""

    path: str
    offset: int
    reason: str
    template: bool = False
    """It is a template: counted, not judged."""


class SecondReading(Record, frozen=True):
    """What an independent reader of a format says of an edit."""

    refused: str = ""
    """Why the edit is not what it should be; empty where it is."""
    unsure: str = ""
    """Why the reader cannot tell: it reads the old text differently already."""


class Environment(Record, frozen=True, kw_only=True):
    """An environment, and the patterns of the files that describe it."""

    name: str
    paths: tuple[str, ...] = ()
    development: bool = False


class ReadingSettings(Record, frozen=True):
    """The part of the configuration that concerns reading."""

    environments: tuple[Environment, ...] = ()
    tables: Tables = field(default_factory=dict)
    formats: tuple[tuple[str, str], ...] = ()
    """Patterns of files and the format to read them as, whatever they are called and hold; the first counts."""
    wholes: bool = False
    """Whether only wholes are asked for: what images are made of, what each deployed object says; not what goes on in them."""
    build_args: tuple[tuple[str, str], ...] = ()
    """Build arguments that every build is given, by their names: they win over what manifests say."""


UNCONFIGURED: Final = ReadingSettings()
"""What holds where nothing is configured."""


class Trust(Record, frozen=True):
    """What files may say of themselves: all of it, unless a stranger may have written them."""

    words: bool = True
    """Whether ignore comments, headers and what calls a service one for development count."""
    known: frozenset[str] | None = None
    """The files that lay there before the change of a stranger; None: nobody is one."""

    def knows(self, path: str) -> bool:
        """Whether where a file lies may say what it is for."""
        return self.known is None or path in self.known


TRUSTED: Final = Trust()
"""What holds where everybody is known."""


class Inside(Record, frozen=True):
    """A document of another format that stands in a file: objects that a script gives to kubectl."""

    format: str
    text: LocatedText
    scope: Scope
    """What gives it away."""
    folder: str | None = ""
    """The folder of the repository from which its relative paths start; None where nobody knows."""


class ParseContext(Record):
    """What a format may know beside its own documents when it makes facts."""

    files: Files
    builds: Sequence[Build] = ()
    """What manifests build: given to the formats that describe images."""
    settings: ReadingSettings = UNCONFIGURED
    troubles: list[ParseProblem] = field(default_factory=list)
    """Where a format says what it could not follow."""
    texts: dict[str, Text] = field(default_factory=dict)
    """Texts of further files that facts point into (scripts, .env): a format adds them."""
    put_together: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What files say together, by a format's own keys: many calls read one Makefile."""
    applied: list[Applied] = field(default_factory=list)
    """What is deployed as a whole, where the settings ask for it."""
    inside: list[Inside] = field(default_factory=list)
    """Documents of other formats that were met; each is read by its own when this one is done."""
    made: dict[Hashable, Any] = field(default_factory=dict)
    """What was made of values that say all of it: what overlays share is one object."""
    scopes: dict[str, Scope] = field(default_factory=dict)
    """What files reach that may say nothing themselves: an overlay that only names its base."""

    def text(self, path: str | None) -> Text | None:
        """Return the text of a file, into which facts may point; None where there is none or it cannot be read."""
        text = read_text(self.files, path)
        return None if text is None else self.texts.setdefault(text.path, text)

    def once(self, key: tuple[str, str], put_together: Callable[[], _Made]) -> _Made:
        """Return what files say together; what many calls read is put together once."""
        if key not in self.put_together:
            self.put_together[key] = put_together()
        found: _Made = self.put_together[key]
        return found

    def report(self, place: Place, reason: str) -> None:
        """Say what cannot be, at its place."""
        self.troubles.append(ParseProblem(place.file, place.span.start, reason))
