"""Downloads: what curl, wget and kin take from the network, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import basename, join, normpath

from immutable_delivery.facts import Fetch
from immutable_delivery.formats.commands.arguments import Arguments, parse
from immutable_delivery.formats.commands.installs import bypass_text
from immutable_delivery.formats.commands.stage import Event
from immutable_delivery.formats.commands.tables import Fetcher
from immutable_delivery.formats.commands.urls import Address, of_url
from immutable_delivery.formats.shell import Word
from immutable_delivery.text import Place

_MATERIAL = re.compile(
    r"\.(?:asc|sig|sign|minisig|sigstore|bundle|pem|crt|cer|pub|sha\d+(?:sum)?s?|md5(?:sum)?s?|sum|digests?)(?:\.txt)?$"
    r"|(?:^|[/_.-])(?:sha\d*sums?|md5sums?|checksums?|shasums\d*)(?:[._-]|$)|(?:^|/)(?:gpg|.*[-_.]key(?:ring)?s?(?:\.gpg)?|.*\.gpg(?:\.key)?|.*\.key|release\.key)$",
    re.IGNORECASE,
)
"""Keys, signatures and checksums: what bytes are checked with."""
_KEYRING = re.compile(r"/(?:keyrings|trusted\.gpg\.d|rpm-gpg|ca-certificates|pki|certs)/|\.(?:asc|gpg|pub|pem|crt)$")
_NOWHERE = frozenset(("/dev/null", "/dev/stdout", "-", "/dev/stderr"))


@dataclass(slots=True, eq=False)
class Download:
    """Bytes on their way through a stage."""

    fact: Fetch
    number: int
    """The number of the call that takes them."""
    paths: list[str] = field(default_factory=list)
    """The files that hold them, in the order in which they come to."""
    saved: bool = False
    """Whether they are kept as they come, in a file."""
    executed: str = ""
    executed_at: int | None = None
    executed_by: Place | None = None
    unpacked_at: int | None = None
    verified_at: int | None = None
    verified: bool | None = False
    material: bool = False
    """Whether they are keys, signatures or checksums, with which other bytes are checked."""
    moving: bool = False
    """Whether what comes differs from day to day (`latest`)."""

    @property
    def used_at(self) -> int:
        """The number of the first call that runs or unpacks them."""
        times = [at for at in (self.executed_at, self.unpacked_at) if at is not None]
        return min(times, default=1 << 60)


def located(event: Event, path: str) -> str:
    """Return a path as the stage knows it: with the folder of the call, variables in one spelling."""
    path = re.sub(r"\$\{(\w+)\}", r"$\1", path)
    folder = event.call.folder
    if path.startswith(("/", "~", "$")) or not folder:
        return normpath(path)
    return normpath(join(re.sub(r"\$\{(\w+)\}", r"$\1", folder), path))


def downloads(event: Event, fetcher: Fetcher, words: list[Word]) -> Iterator[Download]:
    """Yield the downloads of a call; requests that take no bytes into the stage are none."""
    arguments = parse(words, fetcher.options)
    if arguments.given(fetcher.inert) or arguments.given(fetcher.other):
        return
    operands = [operand.word for operand in arguments.operands]
    if fetcher.run:
        texts = tuple(word.text for word in operands)
        count = next((len(run) for run in fetcher.run if texts[: len(run)] == run), 0)
        if not count:
            return
        operands = operands[count:]
    urls = _urls(fetcher, arguments, operands)
    outputs = [option.value for option in arguments.all(fetcher.output) if option.value]
    for index, word in enumerate(urls):
        address = of_url(_completed(word.text, fetcher), word.missing, git=fetcher.repository_type == "git")
        if address.local:
            continue
        download = Download(_fact(event, fetcher, arguments, word, address), event.number)
        download.moving = address.pin == "alias"
        output = outputs[index] if index < len(outputs) else outputs[0] if outputs and fetcher.names[0] != "curl" else None
        _placed(download, event, fetcher, arguments, word, output, operands)
        yield download


def _urls(fetcher: Fetcher, arguments: Arguments, operands: list[Word]) -> list[Word]:
    given = [option.value for option in arguments.all(fetcher.url) if option.value]
    named = [option.value for option in arguments.all(fetcher.named) if option.value]
    if fetcher.target == "last":
        operands = [word for word in operands[:-1] if fetcher.scheme in word.text or word.missing]
    elif fetcher.repository_type:
        operands = operands[:1]
    elif fetcher.named or fetcher.repository:
        named += [option.value for option in arguments.all(fetcher.repository) if option.value]
        operands = []
    return given + (named[:1] if not given else []) + operands


def _completed(text: str, fetcher: Fetcher) -> str:
    return text if "://" in text or fetcher.repository_type or text.startswith("$") else f"https://{text}"


def _fact(
    event: Event, fetcher: Fetcher, arguments: Arguments, word: Word, address: Address
) -> Fetch:
    revision = address.revision
    start = word.text.find(revision.text) if revision.text else -1
    places = {"url": word.written.place() if word.known and len(word.written.pieces) == 1 else word.place}
    if start >= 0:
        places["revision"] = word.written.place(start, start + len(revision.text))
    bypassed = arguments.all(fetcher.bypass)
    if bypassed:
        places["bypassed_checks"] = bypassed[0].word.place
    pin, text = address.pin, revision.text
    chosen = arguments.given(fetcher.revision)
    if chosen is not None and chosen.value is not None:
        pin, text = _chosen(fetcher, chosen.value), chosen.value.text
        places["revision"] = chosen.value.place
    known = word.known or pin == "alias"
    moving = not word.known and any(_moves(other) for other in event.feeding(word))
    return Fetch(
        used_at=places["url"],
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places=places,
        tool=event.call.name,
        url=word.text if word.known else None,
        source_type=address.source_type,
        revision=text if known else None,
        pin="alias" if moving else pin if known else None,
        verified=bool(address.checksum) or pin == "digest" or bool(arguments.given(fetcher.checksum)),
        bypassed_checks=tuple(dict.fromkeys(bypass_text(option) for option in bypassed)),
        credentials=address.credentials,
    )


def _chosen(fetcher: Fetcher, word: Word) -> str:
    """Grade a revision of Subversion or Mercurial: a number or a hash is a content address."""
    if word.missing:
        return "none"
    text = word.text.lstrip("r")
    fixed = text.isdigit() or re.fullmatch(r"[0-9a-f]{12,40}", text)
    return "digest" if fixed else "exact" if re.search(r"\d+\.\d+", text) else "alias"


def _moves(event: Event) -> bool:
    """Whether the output of a call is what the network says today: `$(curl …/latest)`."""
    pending, seen = [event], set()
    while pending:
        current = pending.pop()
        if current.number in seen:
            continue
        seen.add(current.number)
        if current.call.name in {"curl", "wget"}:
            texts = " ".join(word.text for word in current.call.arguments)
            if re.search(r"latest|stable|current|releases\b|/tags\b|version", texts, re.I):
                return True
        pending += current.inputs
        pending += [other for word in current.call.words for other in current.feeding(word)]
    return False


def _placed(
    download: Download,
    event: Event,
    fetcher: Fetcher,
    arguments: Arguments,
    word: Word,
    output: Word | None,
    operands: list[Word],
) -> None:
    """Find the file that a download goes to; without one it goes to standard output."""
    folder = arguments.given(fetcher.folder)
    base = folder.value.text if folder and folder.value else ""
    name = basename(normpath(re.split(r"[?#]", word.text)[0])).removesuffix(".git")
    if output is not None:
        path: str | None = output.text
    elif fetcher.target == "last":
        path = operands[-1].text if operands else None
        path = join(path, name) if path and (path.endswith("/") or path == ".") else path
    elif arguments.given(fetcher.keeps) or fetcher.writes is True or fetcher.writes == event.call.name:
        path = name
    else:
        path = None
    redirect = next((r.target.text for r in event.call.outputs), None)
    if path == "-" or path is None or path == "/dev/stdout":
        path = redirect
    if path is not None and path not in _NOWHERE:
        keep(download, event, join(base, path))


def keep(download: Download, event: Event, path: str) -> None:
    """Note that a file holds the download."""
    download.paths.append(located(event, path))
    download.saved = True
    material = _MATERIAL.search(path) or _KEYRING.search(path)
    url = re.split(r"[?#]", download.fact.url or "")[0]
    download.material |= bool(material) or bool(_MATERIAL.search(url))
