"""WORKDIR, USER, EXPOSE, VOLUME and SHELL: what they change in a stage."""

from __future__ import annotations

from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.formats.dockerfile.words import BLANKS


def workdir(state: State, instruction: Instruction) -> None:
    """Change the working directory."""
    path = state.expand(instruction.words[0])
    if state.triggered is None and path.known:
        state.workdir = state.path(path.text)


def user(state: State, instruction: Instruction) -> None:
    """Change the user."""
    if state.triggered is None:
        state.user = state.expand(instruction.words[0])


def expose(state: State, instruction: Instruction) -> None:
    """Declare ports."""
    for word in instruction.words:
        ports = state.expand(word)
        if ports.known and state.triggered is None:
            for port in BLANKS.split(ports.text):
                state.ports.setdefault(port.removesuffix("/tcp"), ports.place())


def volume(state: State, instruction: Instruction) -> None:
    """Declare volumes."""
    for word in instruction.words:
        path = state.expand(word)
        if path.known and path.text.strip() and state.triggered is None:
            state.volumes[state.path(path.text.strip())] = path.used_at


def shell(state: State, instruction: Instruction) -> None:
    """Change the shell of the shell form."""
    if state.triggered is None:
        state.shell = tuple(word.text for word in instruction.words)
