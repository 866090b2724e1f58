"""What becomes of downloads: kept, checked, unpacked, run; across pipes, files and layers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from posixpath import basename

from immutable_delivery.facts import Fetch
from immutable_delivery.formats.commands.arguments import Arguments, parse
from immutable_delivery.formats.commands.downloads import Download, downloads, keep, located
from immutable_delivery.formats.commands.modules import program
from immutable_delivery.formats.commands.stage import Event, Stage, hull
from immutable_delivery.formats.commands.tables import Interpreter, Tables
from immutable_delivery.formats.shell import Word
from immutable_delivery.formats.shell.wrappers import shell_arguments
from immutable_delivery.text import Place

_SMOKE = frozenset(("--version", "-version", "version", "-v", "-V", "--help", "-h", "help"))
_PATHS = re.compile(r"(?:/usr)?(?:/local)?/s?bin/|/opt/|~/\.local/bin/|/root/\.local/bin/")
_DATA = frozenset(("jq", "yq", "grep", "egrep", "fgrep", "awk", "gawk", "cut", "sort", "uniq", "wc", "xmllint", "head", "tail"))


class Taint:
    """Follows the downloads of a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.found: list[Download] = []
        self._flows: dict[int, list[Download]] = {}
        self._data: set[int] = set()
        """Calls whose output is only values taken out of a download."""

    def add(self, fact: Fetch, path: str, number: int) -> None:
        """Take in a download that no command makes: Dockerfile's ADD."""
        download = Download(fact, number, [path], saved=True)
        download.verified_at = number if fact.verified else None
        download.verified = fact.verified
        self.found.append(download)

    def read(self, event: Event) -> None:
        """Follow a call."""
        name, words = program(event.call, self.stage.tables)
        coming = self._coming(event)
        fetcher = self.stage.tables.fetcher(name) if name else None
        made = list(downloads(event, fetcher, words)) if fetcher else []
        self.found += made
        self._flows[event.number] = [download for download in made if not download.paths]
        if not made:
            self._use(event, name, words, coming)
        self._write(event, name, words)

    def _coming(self, event: Event) -> list[Download]:
        """Return the downloads on standard input, from a pipe or a file."""
        flows = [d for other in event.inputs for d in self._flows.get(other.number, ())]
        if any(other.number in self._data for other in event.inputs):
            self._data.add(event.number)
        for redirect in event.call.redirects:
            if redirect.operator == "<":
                flows += self.at(event, redirect.target)
            for other in event.feeding(redirect.target):
                flows += self._flows.get(other.number, ())
        return list(dict.fromkeys(flows))

    def at(self, event: Event, word: Word) -> list[Download]:
        """Return the downloads that a file holds, or a substitution gives."""
        given = [d for other in event.feeding(word) for d in self._flows.get(other.number, ())]
        path = located(event, word.text)
        return given or [download for download in self.found if any(_same(path, p) for p in download.paths)]

    def _use(self, event: Event, name: str, words: list[Word], coming: list[Download]) -> None:
        tables = self.stage.tables
        flows = coming
        if _verifies(event, name, words, tables):
            self._verify(event, words, coming)
        elif (interpreter := tables.interpreter(name) if name else None) is not None:
            self._interpret(event, interpreter, words, coming)
        elif name == "eval" or not name:
            self._run(event, (d for word in event.call.words for d in self._substituted(event, word)), "substitution")
        elif name in tables.words("unpackers"):
            self._unpack(event, words, coming)
        elif name in tables.words("keyrings"):
            for download in [*coming, *(d for word in words for d in self.at(event, word))]:
                download.material = True
        elif name in {"cp", "mv", "ln", "install", "rename"}:
            self._copy(event, words)
        else:
            self._run_path(event, name)
        passing = name in tables.words("passing") or name in tables.words("extracting")
        if passing:
            flows = coming + [d for word in words for d in self._passed(event, name, word)]
        if name in _DATA or (name in tables.words("extracting") and flows):
            self._data.add(event.number)
        self._flows[event.number] = list(dict.fromkeys(flows)) if passing or name in tables.words("unpackers") else []

    def _substituted(self, event: Event, word: Word) -> list[Download]:
        return [d for other in event.feeding(word) for d in self._flows.get(other.number, ())]

    def _passed(self, event: Event, name: str, word: Word) -> list[Download]:
        if name in {"echo", "printf"}:
            return self._substituted(event, word)
        return [] if word.text.startswith("-") else self.at(event, word)

    def _write(self, event: Event, name: str, words: list[Word]) -> None:
        """Note the files that a call writes what comes through it to."""
        flows = self._flows.get(event.number, [])
        if not flows or event.number in self._data:
            return
        targets = [redirect.target for redirect in event.call.outputs]
        if name in {"tee", "sponge"}:
            targets += [word for word in words if not word.text.startswith("-") and not word.process]
        elif name == "dd":
            targets += [word for word in words if word.text.startswith("of=")]
        elif name in {"gpg", "gpg2", "openssl"}:
            given = (after for before, after in zip(words, words[1:], strict=False) if before.text in {"-o", "--output", "-out"})
            targets += given
        for word in targets:
            path = word.text.removeprefix("of=")
            if path not in {"/dev/null", "/dev/stdout", "-"}:
                for download in flows:
                    keep(download, event, path)

    def _interpret(self, event: Event, interpreter: Interpreter, words: list[Word], coming: list[Download]) -> None:
        """See what an interpreter runs: its input, a file, or code with a substitution in it."""
        if interpreter.sourced:
            self._file(event, words[:1])
        elif interpreter.shell:
            arguments = shell_arguments(words)
            if arguments.script is not None:
                self._run(event, self._substituted(event, arguments.script), "substitution")
            elif arguments.file is not None and arguments.file.text not in {"/dev/stdin", "-"}:
                self._file(event, [arguments.file])
            else:
                self._run(event, coming, "pipe")
                self._bodies(event)
        else:
            self._program(event, interpreter, parse(words, interpreter.options, stop=1), coming)

    def _program(
        self, event: Event, interpreter: Interpreter, arguments: Arguments, coming: list[Download]
    ) -> None:
        code, file = arguments.given(interpreter.code), arguments.given(interpreter.file)
        if code is not None and code.value is not None:
            self._run(event, self._substituted(event, code.value), "substitution")
            return
        operands = [operand.word for operand in arguments.operands]
        if interpreter.verb:
            operands = operands[1:] if operands and operands[0].text == interpreter.verb else []
        if file is not None and file.value is not None:
            operands = [file.value]
        if operands and operands[0].text not in {"-", "/dev/stdin"}:
            self._file(event, operands[:1])
        elif not arguments.given(interpreter.module) and not any(o.name in _SMOKE for o in arguments.options):
            self._run(event, coming, "pipe")

    def _bodies(self, event: Event) -> None:
        for redirect in event.call.redirects:
            if redirect.body is not None:
                self._run(event, self._substituted(event, redirect.target), "substitution")

    def _file(self, event: Event, words: list[Word]) -> None:
        for word in words:
            how = "substitution" if word.calls else "file"
            self._run(event, self.at(event, word), how)

    def _run_path(self, event: Event, name: str) -> None:
        """See whether a program that is run by its path or name was downloaded."""
        first = event.call.words[0]
        arguments = [word.text for word in event.call.arguments]
        if arguments and all(text in _SMOKE for text in arguments):
            return
        if "/" in first.text:
            self._run(event, self.at(event, first), "file")
            return
        for download in self.found:
            if any(basename(path) == name and _PATHS.match(path) for path in download.paths):
                self._run(event, [download], "file")

    def _run(self, event: Event, found: Iterable[Download], how: str) -> None:
        for download in found:
            if download.executed_at is None:
                download.executed, download.executed_at = how, event.number
                download.executed_by = _whole(event)

    def _unpack(self, event: Event, words: list[Word], coming: list[Download]) -> None:
        given = coming + [d for word in words if len(word.text) > 2 for d in self.at(event, word)]
        for download in given:
            if download.unpacked_at is None:
                download.unpacked_at = event.number

    def _copy(self, event: Event, words: list[Word]) -> None:
        operands = [word for word in words if not word.text.startswith("-")]
        if len(operands) < 2:
            return
        target = operands[-1].text
        for word in operands[:-1]:
            for download in self.at(event, word):
                path = f"{target}/{basename(word.text)}" if target.endswith(("/", ".")) or len(operands) > 2 else target
                download.paths += [located(event, path), located(event, f"{target}/{basename(word.text)}")]

    def _verify(self, event: Event, words: list[Word], coming: list[Download]) -> None:
        """Mark what a check names; a list of sums that nobody shows may name anything before it."""
        texts = _texts(event)
        named = [d for d in self.found if not d.material and any(_names(texts, path) for path in d.paths)]
        listed = [d for d in self.found if d.material and any(_names(texts, path) for path in d.paths)]
        flowing = [d for d in coming if not d.material]
        sure = named + flowing
        if not sure:
            pending = [d for d in self.found if d.verified_at is None and not d.material]
            unknown = any(char in text for text in texts for char in "$`") and not listed
            for download in pending:
                self._check(download, event, None if unknown else True)
        for download in sure:
            self._check(download, event, True)

    @staticmethod
    def _check(download: Download, event: Event, verdict: bool | None) -> None:
        if download.verified is not True and download.used_at > event.number:
            download.verified = verdict
            download.verified_at = event.number

    def finish(self) -> list[Fetch]:
        """Return the facts of all downloads that bring code or data into the stage."""
        return [_fact(download) for download in self.found if _counts(download)]


def _counts(download: Download) -> bool:
    """Whether bytes stay or run: requests, values taken out of answers, keys and checksums do not count."""
    if download.executed or download.unpacked_at is not None or download.fact.bypassed_checks:
        return True
    return download.saved and not download.material


def _fact(download: Download) -> Fetch:
    fact = download.fact
    verified = True if fact.verified else download.verified
    if download.executed_at is not None and download.verified_at is not None and not fact.verified:
        verified = download.verified if download.verified_at < download.executed_at else False
    places = dict(fact.places)
    if download.executed_by is not None:
        places["executed"] = download.executed_by
    return replace(
        fact,
        verified=verified,
        executed="" if verified else download.executed,
        unpacked=fact.unpacked or download.unpacked_at is not None,
        places=places,
    )


def _same(path: str, other: str) -> bool:
    """Whether two paths may be one file: equal, or a relative one that ends as the other does."""
    if path == other:
        return True
    if path.startswith("/") and other.startswith("/"):
        return False
    short, long = sorted((path.removeprefix("./"), other.removeprefix("./")), key=len)
    return bool(short) and not short.startswith(("/", "$")) and long.endswith(f"/{short}")


def _whole(event: Event) -> Place:
    return hull(event.call.words[0], event.call.words[-1])


def _verifies(event: Event, name: str, words: list[Word], tables: Tables) -> bool:
    """Whether a call compares bytes with what they should be."""
    if name in {"[", "test", "[[", "grep"}:
        return any(_sums(other) for word in words for other in event.feeding(word)) or (
            name == "grep" and any(_sums(other) for other in event.inputs)
        )
    rules = tables.rules("verifiers", name)
    if not rules:
        return False
    arguments = parse(words, tables.options(name))
    return any(rule.matches(arguments) for rule in rules)


_SUMS = re.compile(r"(?:g?sha\d+sum|md5sum|b[23]sum|shasum|cksum|sha\d+|md5|openssl)")


def _sums(event: Event) -> bool:
    """Whether the output of a call holds a sum: `$(sha256sum file | cut …)`."""
    pending, seen = [event], set()
    while pending:
        current = pending.pop()
        if current.number in seen:
            continue
        seen.add(current.number)
        if _SUMS.fullmatch(current.call.name):
            return True
        pending += current.inputs
    return False


def _texts(event: Event) -> list[str]:
    """Return everything that a check could name its files with: words, input, heredocs, substitutions."""
    texts: list[str] = []
    pending, seen = [event], set()
    while pending:
        current = pending.pop()
        if current.number in seen:
            continue
        seen.add(current.number)
        texts += [re.sub(r"\$\{(\w+)\}", r"$\1", word.text) for word in current.call.words]
        texts += [redirect.body.text for redirect in current.call.redirects if redirect.body]
        texts += [redirect.target.text for redirect in current.call.redirects]
        pending += current.inputs
        pending += [other for word in current.call.words for other in current.feeding(word)]
    return texts


def _names(texts: list[str], path: str) -> bool:
    name = basename(path)
    stem = re.sub(r"\.(?:asc|sig|sign|gpg|minisig)$", "", name)
    pattern = re.compile(rf"(?<![\w.-])(?:{re.escape(name)}|{re.escape(stem)})(?:\.(?:asc|sig|sign|gpg|minisig|sha\d+(?:sum)?|md5))?(?![\w-]|\.\w)")
    return bool(name) and any(pattern.search(text) for text in texts)
