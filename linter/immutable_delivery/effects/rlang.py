"""R: packages that an expression on the command line installs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from immutable_delivery.effects.stage import Event, Stage, hidden
from immutable_delivery.facts import Install, Package, Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.urls import of_ref
from immutable_delivery.syntax.shell import Word

PROGRAMS = frozenset(("R", "Rscript", "r", "Rterm"))
_CALL = lazy(
    r"(?P<function>install\.packages|(?:\w+::)?(?:install_version|install_cran|install_github|install_gitlab|install_bioc|install_url"
    r"|pkg_install|pak)|BiocManager::install|biocLite|renv::restore|update\.packages)\s*\("
)
_STRING = lazy(r"""(?P<key>\w+\s*=\s*)?(?:c\s*\(\s*)?(["'])(?P<text>[^"']*)\2""")
_OPTIONS = frozenset(
    ("repos", "lib", "type", "method", "configure.args", "host", "upgrade", "subdir", "destdir")
)
_FROZEN = lazy(
    r"(?:packagemanager\.(?:posit|rstudio)\.co\S*/20\d\d-\d\d-\d\d|mran\.microsoft\.com/snapshot)"
)


def installs(event: Event, stage: Stage) -> Iterator[Install]:
    """Yield one install per call of an installing function in the expressions of `R -e` and `Rscript -e`."""
    for before, word in pairwise(event.words):
        if before.text in {"-e", "--eval"}:
            for match in _CALL.finditer(word.text):
                yield _install(event, word, match, stage)


def _install(event: Event, word: Word, match: re.Match[str], stage: Stage) -> Install:
    function = match["function"].rpartition("::")[2]
    end = _closing(word.text, match.end())
    place = word.written.place(match.start(), match.end("function"))
    packages = tuple(_packages(word, function, match.end(), end))
    restores = function == "restore"
    return Install(
        used_at=place,
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places={"command": place, "action": place}
        | ({"packages": packages[0].place} if packages else {}),
        manager="R",
        ecosystem="r",
        action="upgrade" if function == "update.packages" else "install",
        command=f"R {match['function']}",
        packages=packages,
        frozen=restores,
        lock_file=(stage.path(event.call, "renv.lock") or "") if restores else "",
        snapshot=stage.snapshot or _FROZEN.search(word.text) is not None,
        sudo=event.call.sudo,
    )


def _packages(word: Word, function: str, start: int, end: int) -> Iterator[Package]:
    strings = [
        match for match in _STRING.finditer(word.text, start, end) if "://" not in match["text"]
    ]
    named = [match for match in strings if (match["key"] or "").strip(" =") not in _OPTIONS]
    if function in {"install_version", "restore"}:
        version = named[1]["text"] if len(named) > 1 else ""
        named = named[:1]
    else:
        version = ""
    for match in named:
        yield _package(word, function, match, version)


def _package(word: Word, function: str, match: re.Match[str], version: str) -> Package:
    text = match["text"]
    git = "/" in text and function in {
        "install_github",
        "install_gitlab",
        "pkg_install",
        "pak",
        "install",
    }
    name, _, ref = text.partition("@")
    given = version or ref
    pin: Pin = (
        of_ref(ref) if git else ("exact" if given[:1].isdigit() else "alias" if given else "none")
    )
    unknown = hidden(text, word)
    return Package(
        name=None if unknown else name,
        version=None if unknown else given,
        pin=None if unknown else pin,
        spec=text,
        source_type="git" if git else "",
        place=word.written.place(match.start("text"), match.end("text")),
    )


def _closing(text: str, at: int) -> int:
    depth = 1
    for index in range(at, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if depth == 0:
            return index
    return len(text)
