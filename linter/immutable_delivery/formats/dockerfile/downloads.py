"""ADD from the network: what is fetched, how far that is fixed, and whether anything checks it."""

from __future__ import annotations

import re
from posixpath import basename

from immutable_delivery.facts import Fetch
from immutable_delivery.formats.commands.urls import of_url
from immutable_delivery.formats.dockerfile.contents import Brought
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.references import flag
from immutable_delivery.formats.dockerfile.scripts import stage_interpreter
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.patterns import lazy
from immutable_delivery.written import Written

_URL = lazy(r"https?://", re.IGNORECASE)
_GIT = lazy(r"git://|ssh://|git@|[\w.+-]+@[\w.-]+:|https?://[^?#]*\.git(?:[?#]|\Z)", re.IGNORECASE)


def is_remote(one: Instruction, source: str) -> bool:
    """Whether ADD takes a source from the network."""
    return one.name == "ADD" and bool(_URL.match(source) or _GIT.match(source))


def download(state: State, one: Instruction, word: Written, target: Written) -> None:
    """Hand a download to the interpreter, which sees what becomes of it."""
    fetch = _fetch(state, one, word, target)
    if state.triggered is not None:
        state.emit(fetch)
        return
    path = state.into(target.text, _url_name(word))
    state.bring(Brought(path, None, one.place))
    stage_interpreter(state).add(fetch, path)


def _fetch(state: State, one: Instruction, word: Written, target: Written) -> Fetch:
    address = of_url(word.text, word.missing, git=bool(_GIT.match(word.text)))
    checksum = flag(one, "checksum")
    checked = state.expand(checksum) if checksum is not None else None
    places = {"url": word.whole, "target": target.whole}
    revision = address.revision
    if revision.text:
        places["revision"] = word.place(revision.start, revision.start + len(revision.text))
    git = address.source_type == "git"
    verified = True if address.checksum else _verified(checked)
    return Fetch(
        used_at=word.whole,
        extent=one.place,
        scope=state.scope,
        places=places,
        tool="ADD",
        url=word.value,
        source_type=address.source_type,
        revision=revision.text if word.known or revision.text else None,
        pin="digest"
        if git and verified
        else address.pin
        if word.known or address.pin == "alias"
        else None,
        verified=verified,
        credentials=address.credentials,
        unpacked=flag(one, "unpack") is not None,
    )


def _verified(checksum: Written | None) -> bool | None:
    if checksum is None:
        return False
    return bool(checksum.text) if checksum.known else None


def _url_name(word: Written) -> str:
    return basename(re.split(r"[?#]", word.text)[0].rstrip("/"))
