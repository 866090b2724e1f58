"""What a start script copies, moves or unpacks: from where, and where to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from posixpath import join, normpath

from immutable_delivery.effects.arguments import Arguments, parse
from immutable_delivery.effects.stage import Event
from immutable_delivery.facts import Effect
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.syntax.shell import Word

_COPIERS = frozenset(("cp", "rsync", "install", "mv"))
_UNPACKERS = frozenset(("tar", "bsdtar", "unzip"))
COPYING = _COPIERS | _UNPACKERS
_RECURSIVE = ("-r", "-R", "-a", "--recursive", "--archive", "-d")
_BUNDLED = lazy(r"[a-zA-Z]*x[a-zA-Z]*")
"""The letters of `tar xzf`, without a dash."""
_GLOB = lazy(r"[^/]*[*?\[{].*", re.DOTALL)
"""From the first part of a path that holds a pattern on."""

_DATA = lazy(
    r"/var/lib/(?:docker/volumes|containers/storage/volumes|mysql|mariadb|postgresql|mongodb|redis|elasticsearch)(?:/|\Z)"
    r"|(?:\A|[/_.-])(?:(?:\w*backups?)|dumps?|snapshots?|pgdata|_data)(?:[-_.]?(?:\$\([^()]*\)|\$[\w{}]+|…|\d[\d_.-]*))*"
    r"(?:/|\Z|\.(?:tar|tgz|gz|bz2|xz|zst|zip|gpg|age|enc)\b)"
    r"|\.(?:sql|dump|rdb|bak|sqlite3?|pgdump)(?:\.\w{2,4})*\Z",
    re.IGNORECASE,
)
"""What holds what a program has stored: data folders, volumes, backups and dumps of databases."""

_OFFERED = lazy(
    r"(?:\A|/)(?:downloads?|dl|mirrors?|pub|public_html|htdocs|html|www(?:root)?|nightly|nightlies)(?:/|\Z)"
)
"""Folders from which a server hands out files."""
_PACKAGE = lazy(
    r"\.(?:tar(?:\.\w{2,4})?|t[gx]z|zip|7z|deb|rpm|apk|dmg|pkg|exe|msi|iso|img|qcow2|AppImage|whl|gem|md5|sha\d+|sig|asc)\Z"
)
"""Files that people download, and what they check them by."""

_VARIABLE = lazy(r"(?:\$\{\{[^{}]*\}\}|\$\{\w+\}|\$\w+)/?")
_SOFTWARE = lazy(
    r"build|dist|artifact|[jw]ar\b|src|source|app|code|deploy|release|package|bin|conf|bundle|workspace|project|repo",
    re.IGNORECASE,
)
"""Words in the name of a variable that say that it holds software."""


class Transfer(Record, frozen=True):
    """Files on their way; paths are relative where the script does not say in which folder it stands."""

    sources: tuple[str, ...]
    """Those that are known: files, folders, archives."""
    target: Word | None
    """The word that names where to; None where that is the working directory."""
    path: str | None
    """The folder itself."""


def transfer(event: Event, arguments: Arguments) -> Transfer | None:
    """Return what a call copies as a tree, or unpacks."""
    if event.name in _UNPACKERS:
        return _unpacked(event, arguments)
    operands = [operand.word for operand in arguments.operands]
    globbed = any("*" in text for text in arguments.texts)
    if not (globbed or event.name in {"rsync", "mv"} or arguments.given(_RECURSIVE)):
        return None
    named = arguments.given(("-t", "--target-directory"))
    if named is None and len(operands) < 2:  # noqa: PLR2004 (from and to)
        return None
    target = named.value if named else operands.pop()
    return _narrowed(_transfer(event, operands, target), arguments) if target else None


def carried(arguments: Arguments, words: int) -> Effect:
    """Return what a call does to another machine that copies files there, behind its first words.

    Stored data, from or to where such data lies, changes no software of it; what only variables name may be anything.
    """
    paths = [operand.word.text for operand in arguments.operands[words:]]
    if len(paths) < 2:  # noqa: PLR2004 (from and to)
        return "changes"
    target = paths.pop().partition(":")[2]
    if _DATA.search(target) is not None or all(map(_DATA.search, paths)):
        return "data"
    if _OFFERED.search(target) and all(map(_PACKAGE.search, paths)):
        return "publishes"
    nameless = all(_VARIABLE.fullmatch(path) and not _SOFTWARE.search(path) for path in paths)
    return "copies" if nameless and (not target or _VARIABLE.fullmatch(target)) else "changes"


def _narrowed(found: Transfer, arguments: Arguments) -> Transfer:
    """Return a transfer of what alone an rsync picks: `--include /data/ --exclude '/*'`."""
    picked, left = (
        [option.value.text for option in arguments.all((name,)) if option.value]
        for name in ("--include", "--exclude")
    )
    if found.path is None or len(picked) != 1 or not {"*", "/*"} & set(left):
        return found
    part = picked[0].strip("/")
    sources = tuple(join(source, part) for source in found.sources)
    return Transfer(sources, found.target, join(found.path, part))


def _unpacked(event: Event, arguments: Arguments) -> Transfer | None:
    operands = [operand.word for operand in arguments.operands]
    if event.name == "unzip":
        if arguments.given(("-l", "-t", "-v", "-Z", "-p")):
            return None
        option = arguments.given(("-d",))
        return _transfer(event, operands[:1], option.value if option else None)
    bundled = bool(operands) and _BUNDLED.fullmatch(operands[0].text) is not None
    if not (bundled or arguments.given(("-x", "--extract", "--get"))):
        return None
    folder, file = arguments.given(("-C", "--directory")), arguments.given(("-f", "--file"))
    archive = operands[1:2] if bundled else [file.value] if file and file.value else []
    return _transfer(event, [*archive, *_packed(event)], folder.value if folder else None)


def _packed(event: Event) -> Iterable[Word]:
    """Return the folders that a tar packs whose output comes in: `tar c -C /from . | tar x -C /to`."""
    for other in event.inputs:
        option = parse(other.words, other.role.options).given(("-C", "--directory"))
        if other.name in _UNPACKERS and option and option.value:
            yield option.value


def _transfer(event: Event, sources: Iterable[Word], target: Word | None) -> Transfer:
    known = (_path(event, word) for word in sources if word.text != "-")
    path = _path(event, target) if target is not None else event.call.folder
    return Transfer(tuple(one for one in known if one), target, path)


def _path(event: Event, word: Word) -> str | None:
    """Return the path that a word names; for a pattern the folder that it looks into."""
    if not word.known:
        return None
    text = _GLOB.sub("", word.text) or "."
    if text.startswith("/"):
        return text
    return normpath(join(event.call.folder, text)) if event.call.folder is not None else None
