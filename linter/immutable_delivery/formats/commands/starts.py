"""Start commands: development and reloading servers, and the package.json script behind them."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.formats.commands.arguments import parse
from immutable_delivery.formats.commands.tables import Tables, load
from immutable_delivery.formats.shell import Call, Word
from immutable_delivery.text import Place, Span
from immutable_delivery.written import Written

_MANAGERS = frozenset(("npm", "yarn", "pnpm", "bun"))
_OWN = frozenset((
    "add", "install", "i", "ci", "exec", "dlx", "x", "remove", "upgrade", "update", "up", "config", "cache", "global", "init",
    "create", "link", "unlink", "pack", "publish", "info", "why", "workspace", "workspaces", "set", "plugin", "node", "version",
    "audit", "outdated", "list", "ls", "prune", "rebuild", "store", "fetch", "deploy", "import", "dedupe", "patch", "env",
    "root", "bin", "prefix", "view", "login", "help", "run-script", "run", "policies", "constraints", "npm", "rm", "r", "get",
    "uninstall", "un", "cit", "it", "check", "licenses", "pm", "setup", "whoami", "explain", "fund", "doctor", "ping",
))  # fmt: skip


def package_script(argv: Sequence[str]) -> str:
    """Return the script of package.json that `npm start`, `yarn dev` or `pnpm run build` runs; else empty."""
    if not argv or argv[0].rpartition("/")[2] not in _MANAGERS:
        return ""
    name = argv[0].rpartition("/")[2]
    arguments = parse([_word(text) for text in argv[1:]], load().options(name))
    texts = arguments.texts
    if not texts:
        return ""
    if texts[0] in {"run", "run-script", "rum", "urn"}:
        return texts[1] if len(texts) > 1 else ""
    if texts[0] in {"start", "stop", "restart", "test", "t", "tst"}:
        return {"t": "test", "tst": "test"}.get(texts[0], texts[0])
    return "" if name in {"npm", "bun"} or texts[0] in _OWN else texts[0]


def dev_server(argv: Sequence[str], tables: Tables | None = None) -> str:
    """Return the development server that a command starts, in its own words; else empty.

    Wrappers (`sh -c`, `exec`, `poetry run`) are for an interpreter to take off.
    """
    return _dev_server([_word(text) for text in argv], tables or load()) if argv else ""


def dev_server_of(call: Call, tables: Tables) -> str:
    """Return the development server that a call starts; else empty."""
    debug = call.assignments.get("FLASK_DEBUG") or call.assignments.get("FLASK_ENV")
    if debug is not None and call.name == "flask" and debug.text in {"1", "true", "development"}:
        return call.text
    return _dev_server(call.words, tables)


def _dev_server(words: Sequence[Word], tables: Tables) -> str:
    from immutable_delivery.formats.commands.modules import program

    call = Call(words[0].text.rpartition("/")[2], list(words))
    name, rest = program(call, tables)
    arguments = parse(rest, tables.options(name))
    names = {name, words[0].text}
    for key in sorted(names):
        if any(rule.matches(arguments) for rule in tables.rules("dev_servers", key)):
            return " ".join(word.text for word in words)
    return ""


def _word(text: str) -> Word:
    return Word.of(Written.literal(text, Place("", Span(0, len(text)))))
