"""ADD from the network: what is fetched, how far that is fixed, and whether anything checks it."""

from __future__ import annotations

import re
from posixpath import basename

from immutable_delivery.effects.fetches import fetch, is_repository
from immutable_delivery.facts import Fetch
from immutable_delivery.formats.dockerfile.contents import Brought
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.interpreters import stage_interpreter
from immutable_delivery.formats.dockerfile.references import flag
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText

_URL = lazy(r"https?://", re.IGNORECASE)


def is_remote(instruction: Instruction, source: str) -> bool:
    """Whether ADD takes a source from the network."""
    return instruction.name == "ADD" and bool(_URL.match(source) or is_repository(source))


def download(
    state: State, instruction: Instruction, word: LocatedText, target: LocatedText
) -> None:
    """Hand a download to the interpreter, which sees what becomes of it."""
    found = fetched(state, instruction, word, target)
    if state.triggered is not None:
        state.emit(found)
        return
    path = state.into(target.text, _url_name(word))
    state.bring(Brought(path, None, instruction.place))
    stage_interpreter(state).add(found, path)


def fetched(
    state: State, instruction: Instruction, word: LocatedText, target: LocatedText
) -> Fetch:
    """Return the fact of a download."""
    checksum = flag(instruction, "checksum")
    checked = _verified(state.expand(checksum) if checksum is not None else None)
    found = fetch(word, "ADD", state.scope, instruction.place, checked=checked)
    places, unpacked = (
        {**found.places, "target": target.used_at},
        flag(instruction, "unpack") is not None,
    )
    return replace(found, places=places, unpacked=unpacked)


def _verified(checksum: LocatedText | None) -> bool | None:
    if checksum is None:
        return False
    return bool(checksum.text) if checksum.known else None


def _url_name(word: LocatedText) -> str:
    return basename(re.split(r"[?#]", word.text)[0].rstrip("/"))
