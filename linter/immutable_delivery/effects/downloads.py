"""Downloads: what curl, wget and kin take from the network, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, join, normpath

from immutable_delivery.effects.arguments import Arguments, parse
from immutable_delivery.effects.download import Download
from immutable_delivery.effects.fetched import fetch
from immutable_delivery.effects.paths import located
from immutable_delivery.effects.program_tables import Fetcher
from immutable_delivery.effects.stage import Event
from immutable_delivery.references.urls import of_url
from immutable_delivery.syntax.shell import Word

_STDOUT = frozenset(("-", "/dev/stdout"))


def downloads(event: Event, fetcher: Fetcher) -> Iterator[Download]:
    """Yield the downloads of a call; requests that take no bytes into the stage are none."""
    arguments = parse(event.words, fetcher.options)
    if arguments.given(fetcher.inert) or arguments.given(fetcher.other):
        return
    operands = _operands(fetcher, [operand.word for operand in arguments.operands])
    if operands is None:
        return
    outputs = [option.value for option in arguments.all(fetcher.output) if option.value]
    for index, word in enumerate(_urls(fetcher, arguments, operands)):
        git = fetcher.repository_type == "git"
        address = of_url(_completed(word.text, fetcher), word.unresolved, git=git)
        if address.local:
            continue
        chosen = _revision(fetcher, arguments, operands)
        fact = fetch(event, fetcher, arguments, word, address, chosen)
        download = Download(
            fact, event.number, origin=origin_of(word.text), asked=tuple(event.feeding(word))
        )
        shared = outputs[0] if outputs and fetcher.names[0] != "curl" else None
        output = outputs[index] if index < len(outputs) else shared
        path = _path(event, fetcher, arguments, word, output, operands)
        if path is not None:
            download.keep(event.call, path)
        if fetcher.keys:
            download.trust()
        if _is_tree(fetcher, arguments, word):
            download.folder = located(event.call, operands[-1].text)
        yield download


def _operands(fetcher: Fetcher, operands: list[Word]) -> list[Word] | None:
    """Return the operands after the words that make it a download; None where they are missing."""
    if not fetcher.run:
        return operands
    texts = tuple(word.text for word in operands)
    count = next((len(run) for run in fetcher.run if texts[: len(run)] == run), 0)
    return operands[count:] if count else None


def _urls(fetcher: Fetcher, arguments: Arguments, operands: list[Word]) -> list[Word]:
    given = [option.value for option in arguments.all(fetcher.url) if option.value]
    named = arguments.all((*fetcher.named, *fetcher.repository))
    if fetcher.target == "last":
        operands = _from_elsewhere(fetcher, operands)
    elif fetcher.repository_type:
        operands = operands[:1]
    elif fetcher.named or fetcher.repository:
        operands = []
    words = [option.value for option in named[:1] if option.value]
    if fetcher.keys:
        words = [word for word in words if fetcher.remote.match(word.text)]
    return given + operands or words


def _is_tree(fetcher: Fetcher, arguments: Arguments, source: Word) -> bool:
    """Whether a folder comes: the name of a file has an ending."""
    many = arguments.given(fetcher.trees) or not fetcher.trees.isdisjoint(arguments.texts[:2])
    return bool(many) and "." not in basename(source.text)


def _revision(fetcher: Fetcher, arguments: Arguments, operands: list[Word]) -> Word | None:
    """Return the word that names the revision."""
    chosen = arguments.given(fetcher.revision)
    if chosen is not None:
        return chosen.value
    return next(iter(operands), None) if fetcher.tagged else None


def _from_elsewhere(fetcher: Fetcher, operands: list[Word]) -> list[Word]:
    """Return the sources that lie elsewhere, of what comes here; what goes there is no download."""
    target = next((word.text for word in operands[-1:]), "")
    if not target.startswith("$") and fetcher.remote.match(target):
        return []
    return [word for word in operands[:-1] if fetcher.remote.match(word.text)]


def origin_of(url: str) -> str:
    """Return the host of an address, as written."""
    return url.partition("://")[2].partition("/")[0]


def _completed(text: str, fetcher: Fetcher) -> str:
    whole = "://" in text or fetcher.repository_type or text.startswith("$")
    return text if whole else f"https://{text}"


def _path(
    event: Event,
    fetcher: Fetcher,
    arguments: Arguments,
    word: Word,
    output: Word | None,
    operands: list[Word],
) -> str | None:
    """Return the file that a download goes to; None for standard output."""
    folder = arguments.value(fetcher.folder)
    name = basename(normpath(re.split(r"[?#]", word.text)[0])).removesuffix(".git")
    path = None
    if output is not None:
        path = output.text
    elif fetcher.target == "last":
        path = operands[-1].text if operands else None
        path = join(path, name) if path and (path.endswith("/") or path == ".") else path
    elif arguments.given(fetcher.keeps) or fetcher.writes:
        path = name
    if path is None or path in _STDOUT:
        return next((redirect.target.text for redirect in event.call.outputs), None)
    return join(folder.text, path) if folder is not None else path
