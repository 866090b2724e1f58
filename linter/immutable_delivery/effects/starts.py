"""Start commands: development and reloading servers, and the package.json script behind them."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.effects.arguments import parse
from immutable_delivery.effects.modules import program
from immutable_delivery.effects.tables import Tables, load
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.shell import Call, Shell, Word
from immutable_delivery.syntax.shell.wrappers import name_of
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Packages

_ON = frozenset(("1", "true", "development"))


def package_script(argv: Sequence[str]) -> str:
    """Return the script of package.json that `npm start`, `yarn dev` or `pnpm run build` runs; else empty."""
    if not argv or argv[0].rpartition("/")[2] not in known(Packages).script_managers:
        return ""
    name = argv[0].rpartition("/")[2]
    arguments = parse([_word(text) for text in argv[1:]], load().role(name).options)
    texts = arguments.texts
    if not texts:
        return ""
    if texts[0] in {"run", "run-script", "rum", "urn"}:
        return texts[1] if len(texts) > 1 else ""
    if texts[0] in {"start", "stop", "restart", "test", "t", "tst"}:
        return {"t": "test", "tst": "test"}.get(texts[0], texts[0])
    return "" if name in {"npm", "bun"} or texts[0] in known(Packages).own_commands else texts[0]


def started(argv: Sequence[str]) -> Shell:
    """Return a shell that was given the words of a start command, and what it comes to."""
    shell = Shell({}, load().wrappers)
    shell.call([_word(text) for text in argv])
    return shell


def dev_server(argv: Sequence[str], tables: Tables | None = None) -> str:
    """Return the development server that a command starts, in its own words; else empty.

    Wrappers (`sh -c`, `exec`, `poetry run`) are for an interpreter to take off.
    """
    if not argv:
        return ""
    words = [_word(text) for text in argv]
    tables = tables or load()
    call = Call(name_of(words[0]), words)
    name, rest = program(call, tables)
    return dev_server_of(call, name, rest, tables)


def dev_server_of(call: Call, name: str, words: list[Word], tables: Tables) -> str:
    """Return the development server that a call starts; else empty. ``name`` and ``words`` are its program."""
    role = tables.role(name)
    rules = role.rules.get("dev_servers", ())
    path = call.words[0].text
    if "/" in path and path != name:
        rules += tables.role(path).rules.get("dev_servers", ())
    if not rules:
        return ""
    debug = call.assignments.get("FLASK_DEBUG") or call.assignments.get("FLASK_ENV")
    if debug is not None and name == "flask" and debug.text in _ON:
        return call.text
    arguments = parse(words, role.options)
    return call.text if any(rule.matches(arguments) for rule in rules) else ""


def _word(text: str) -> Word:
    return Word.of(LocatedText.literal(text, Place("", Span(0, len(text)))))
