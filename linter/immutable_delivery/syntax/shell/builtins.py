"""What the shell itself does on a command, and what another shell is given to do."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from immutable_delivery.records import replace
from immutable_delivery.references.checkouts import from_root
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell import compounds
from immutable_delivery.syntax.shell.calls import Call, Redirect
from immutable_delivery.syntax.shell.shells import is_shell, printed, shell_arguments
from immutable_delivery.syntax.shell.source import Word
from immutable_delivery.syntax.shell.state import Interpreter
from immutable_delivery.syntax.shell.wrappers import Unwrapped, joined

MAX_PIECES = 1_000
"""A script put together from more words than these is not read."""

MAX_BEFORE_SHELL = 4

SPECIAL = frozenset(": . break continue eval exit return set shift times trap unset".split())
"""What POSIX calls special: assignments before them stay (`packages=curl set -x && …`)."""

_INPUT = "/dev/stdin"
_SUBSTITUTION = ("$", "`")


def run(shell: Interpreter, call: Call) -> list[int]:
    """Do what the shell does on a call; return the calls that write where it would."""
    match call.name:
        case "cd":
            _cd(shell, call)
        case "alias":
            _alias(shell, call)
        case "set":
            _set(shell, call)
        case "shift":
            _shift(shell, call)
        case "read" | "mapfile" | "readarray":
            _read(shell, call)
        case "eval" if call.arguments:
            return script(shell, joined(call.arguments), None, [])
        case "trap" if call.arguments:
            return script(shell, call.arguments[0], None, [])
        case "." | "source" if call.arguments:
            return _source(shell, call)
        case name if is_shell(name):
            return _shell(shell, call)
        case _:
            pass
    return []


def _source(shell: Interpreter, call: Call) -> list[int]:
    """Read a script in: what stands on the input here, of a file what it sets; whoever follows it reads what it runs."""
    path = call.arguments[0]
    if [word.text for word in call.arguments] == [_INPUT]:
        bodies = [one.body for one in (*call.redirects, *shell.fed) if one.body is not None]
        return [number for body in bodies[:1] for number in shell.run(body)]
    call.seen = shell.variables.seen()
    if path.known or from_root(path.text) is not None:
        text = shell.outside.text(path.text, call.folder)
        shell.learn(text) if text is not None else None
    return []


def _alias(shell: Interpreter, call: Call) -> None:
    for word in call.arguments:
        name, sign, _ = word.text.partition("=")
        if sign and name:
            shell.aliases[name] = Word.of(word.written.slice(len(name) + 1))


def aliased(shell: Interpreter, call: Call) -> list[int]:
    """Run what a name stands for, where it may stand for itself."""
    word = shell.aliases.pop(call.name)
    outputs = script(shell, joined([word, *call.arguments]), None, call.redirects)
    shell.aliases[call.name] = word
    return outputs


def script(
    shell: Interpreter, word: Word, positional: list[Word] | None, redirects: list[Redirect]
) -> list[int]:
    """Run a word as a script; the substitutions in it have run already."""
    if len(word.written.segments) > MAX_PIECES:
        shell.limits.exceeded = True
        return []
    hidden = tuple(name for name in word.unresolved if name.startswith(_SUBSTITUTION))
    outputs = _nested(shell, replace(word.written, unresolved=()), positional, hidden)
    for number in outputs if redirects else ():
        shell.calls[number].redirects += redirects
    return outputs


def elsewhere(shell: Interpreter, unwrapped: Unwrapped) -> list[int]:
    """Run what a program runs on a host or in a container: nothing of this shell is known there, nor comes back."""
    inner, folder = unwrapped.call, shell.folder
    mark = shell.variables.mark()
    shell.folder = ""
    bodies = list(_bodies(shell, inner, folder)) if inner is not None else []
    if unwrapped.script is not None and not (bodies and _reads_input(unwrapped.script.text)):
        script(shell, unwrapped.script, [], [])
    elif unwrapped.script is not None or (inner is not None and not inner.words):
        for body in bodies[:1]:
            _nested(shell, body, [])
    elif inner is not None:
        inner.through = None
        shell.emit(inner)
    shell.variables.restore(mark)
    shell.folder = folder
    return []


def _bodies(shell: Interpreter, call: Call, folder: str | None) -> Iterator[LocatedText]:
    """Yield what stands on the input of a call: a here-document, or a script of the repository."""
    for redirect in call.redirects:
        if redirect.body is not None:
            yield redirect.body
        elif redirect.operator == "<" and redirect.target.known:
            text = shell.outside.text(redirect.target.text, folder)
            yield from () if text is None else (text,)


def _reads_input(line: str) -> bool:
    """Whether a command is a shell that reads what comes in: `sudo bash -s`."""
    words = [word for word in line.split() if not word.startswith("-")]
    return bool(words) and len(words) <= MAX_BEFORE_SHELL and is_shell(words[-1].rpartition("/")[2])


def _nested(
    shell: Interpreter,
    text: LocatedText,
    positional: list[Word] | None,
    hidden: tuple[str, ...] = (),
) -> list[int]:
    """Run a script: as part of this shell, or with arguments of its own as another one."""
    if positional is None:
        return shell.run(text, hidden=hidden)
    mark, folder = shell.variables.mark(), shell.folder
    compounds.position(shell, positional)
    outputs = shell.run(text, hidden=hidden)
    shell.variables.restore(mark)
    shell.folder = folder
    return outputs


def _shell(shell: Interpreter, call: Call) -> list[int]:
    arguments = shell_arguments(call.arguments)
    if arguments.script is not None:
        return script(shell, arguments.script, arguments.positional, call.redirects)
    if arguments.file is not None:
        return []
    around = [] if call.inputs else shell.fed
    strings = [one for one in (*call.redirects, *around) if one.string]
    if strings:
        return script(shell, strings[0].target, arguments.positional, [])
    for body in _bodies(shell, replace(call, redirects=[*call.redirects, *around]), call.folder):
        return _nested(shell, body, arguments.positional)
    lines = [line for number in call.inputs for line in printed(shell.calls[number]) or ()]
    return [number for line in lines for number in _nested(shell, line, arguments.positional)]


def _set(shell: Interpreter, call: Call) -> None:
    texts = [word.text for word in call.words]
    if "--" in texts:
        compounds.position(shell, call.words[texts.index("--") + 1 :])


def _shift(shell: Interpreter, call: Call) -> None:
    """Move the arguments on, so that `"$@"` is what is left: `bin=$1; shift; exec "$bin" "$@"`."""
    words = shell.variables.values.get("@")
    count = call.words[1].text if call.arguments else "1"
    if isinstance(words, list) and count.isascii() and count.isdigit():
        compounds.position(shell, words[int(count[:3]) :])


def _read(shell: Interpreter, call: Call) -> None:
    """Take what comes in for the variables: nobody knows it."""
    for word in call.arguments:
        if word.text.isidentifier():
            shell.variables.set(word.text, None)


def _cd(shell: Interpreter, call: Call) -> None:
    """Go to a folder; what a variable or substitution begins with may be anywhere."""
    folders = [word for word in call.arguments if not word.text.startswith("-")]
    named = folders[0].text if len(folders) == 1 else ""
    unknown = len(folders) != 1 or bool(folders[0].unresolved)
    if unknown and shell.outside.root is not None and (rest := from_root(named)) is not None:
        shell.folder = normpath(join(shell.outside.root, rest))
    elif unknown or (shell.folder is None and not named.startswith("/")):
        shell.folder = None
    else:
        shell.folder = normpath(join(shell.folder or "", named))


def piped_words(call: Call, feeding: list[Call]) -> list[Word]:
    """Return the words that xargs runs: `echo a b | xargs apk add`; other input is unknown."""
    braces = [word for word in call.words if "{}" in word.text]
    for word in braces:
        word.unresolved = (*word.unresolved, "{}")
    if braces:
        return call.words
    if feeding and all(other.name in {"echo", "printf"} for other in feeding):
        words = [word for other in feeding for word in other.arguments]
        return call.words + [word for word in words if word.text[:1] not in {"-", "%"}]
    place = call.words[0].place
    unknown = LocatedText.unaligned("…", place, ("…",))
    return [*call.words, Word.of(unknown)]
