"""How each package manager writes a version, and how much what is written fixes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from immutable_delivery.formats.commands.urls import of_url


class Spec(NamedTuple):
    """A package as a manager reads the word that names it."""

    name: str
    version: str = ""
    pin: str = "none"
    local: bool = False
    source: str = ""
    """path, url or git, where it comes from no registry."""


Reader = Callable[[str], Spec | None]
"""Reads the word for a package; None for a word that installs nothing (`pkg-`, `!pkg`)."""

_WORDS = re.compile(r"[A-Za-z_/-]+")
_PATH = re.compile(r"\.{0,2}/|\.{1,2}$|~/|\.\[|[A-Za-z]:\\|file:")
_ARCHIVE = re.compile(
    r"\.(?:whl|tar|tgz|tar\.(?:gz|bz2|xz)|zip|gem|deb|rpm|apk|nupkg|tar\.zst|pkg\.tar\.\w+|vsix|jar|phar)(?:\[[^]]*\])?$"
)
_URL = re.compile(r"(?:[a-z]+\+)?[a-z]+://|git@|[\w.+-]+@[\w.-]+:[\w~]", re.I)


def grade(version: str, parts: int = 3) -> str:
    """Return the pin of a version of which ``parts`` components make it exact."""
    version = version.lstrip("=").strip()
    if not version:
        return "none"
    numbers = re.fullmatch(r"v?(\d+(?:\.\d+)*)((?:[-+._~:]?[A-Za-z0-9]+)*)", version)
    if numbers is None:
        return "partial" if any(char.isdigit() for char in version) else "alias"
    if re.search(r"\.[xX](?:\.|$)", version):
        return "partial"
    return "exact" if numbers[1].count(".") + 1 >= parts else "partial"


def remote(word: str) -> Spec | None:
    """Read a URL or repository address; None for anything else."""
    if not _URL.match(word):
        return None
    address = of_url(word)
    pin = "digest" if address.checksum else address.pin
    name = re.split(r"[/:]", address.url.rstrip("/").partition("?")[0])[-1].removesuffix(".git")
    egg = re.search(r"#.*?egg=([\w.-]+)", word)
    return Spec(egg[1] if egg else name, address.revision.text, pin, source=address.source_type)


def local(word: str) -> Spec | None:
    """Read a path or the name of an archive."""
    if _URL.match(word) or not (_PATH.match(word) or _ARCHIVE.search(word)):
        return None
    return Spec(word.rpartition("/")[2] or word, local=True, source="path")


def deb(word: str) -> Spec | None:
    """`curl=8.5.0-2`, `curl/bookworm`, `curl:amd64`, `./x.deb`; `curl-` removes."""
    if (found := remote(word) or local(word)) is not None:
        return found
    name, equals, version = word.partition("=")
    if equals:
        return Spec(name, version, _whole(version))
    name, slash, release = word.partition("/")
    if slash:
        return Spec(name, release, "alias")
    return None if word.endswith("-") else Spec(word.rstrip("+^"))


def _whole(version: str) -> str:
    """Grade a version that the manager compares as a whole: exact unless it holds a wildcard."""
    if not version:
        return "none"
    return "partial" if any(char in version for char in "*?") else "exact"


def apk(word: str) -> Spec | None:
    """`curl=8.5.0-r0`; `~8`, `>8` and `@edge` leave the version open."""
    if word.startswith("!"):
        return None
    if (found := remote(word) or local(word)) is not None:
        return found
    name, tag, repository = word.partition("@")
    match = re.match(r"([^=<>~]*)([=<>~]+)(.*)", name + (repository and _after(repository)))
    if match is None:
        return Spec(name, f"@{repository}" if tag else "", "alias" if tag else "none")
    version = match[3].partition("@")[0]
    exact = match[2] == "=" and not any(char in version for char in "*?")
    return Spec(match[1], version, ("exact" if exact else "partial") if version else "none")


def _after(repository: str) -> str:
    """Return the version that follows a repository tag: `pkg@edge=1`."""
    match = re.search(r"[=<>~].*", repository)
    return match[0] if match else ""


_ARCHITECTURE = re.compile(r"\.(?:x86_64|i[3-6]86|noarch|aarch64|armv7hl|ppc64le|s390x|src)$")
_NEVRA = re.compile(
    r"(?P<name>.+?)-(?P<version>(?:\d+:)?\d[A-Za-z0-9.~^_+:]*)(?:-(?P<release>\d[A-Za-z0-9.~^_+]*))?"
)
_NAMED = re.compile(
    r"(?:java|dotnet|aspnetcore|gcc-toolset|devtoolset|llvm-toolset|compat|rh|rust-toolset|go-toolset|python|php|ruby"
    r"|perl|postgresql|mariadb|mysql|nodejs|temurin|zulu|openssl|lua|kernel|msodbcsql|libicu|cuda|libcudnn|clang|llvm)\b",
    re.I,
)


def rpm(word: str) -> Spec | None:
    """`name-[epoch:]version[-release][.arch]`; `java-11-openjdk` and `dotnet-sdk-8.0` are names."""
    if word.startswith(("-", "!", "^")) and len(word) > 1:
        return None
    if (found := remote(word)) is not None:
        return found
    if word.endswith(".rpm"):
        return Spec(word.rpartition("/")[2], local=True, source="path")
    if word[:1] in {"@", "/"} or "(" in word:
        return Spec(word)
    bare = _ARCHITECTURE.sub("", word)
    epoch = re.fullmatch(r"(\d+):(.+)", bare)
    if match := re.fullmatch(r"(.+?)-([^-]*\*[^-]*)(?:-(.*))?", bare):
        return Spec(match[1], match[2], "partial" if match[2].strip("*") else "none")
    match = _NEVRA.fullmatch(epoch[2] if epoch else bare)
    if match is None:
        return Spec(bare)
    version, release = match["version"], match["release"]
    if release is None and "." not in version and ":" not in version:
        return (
            Spec(bare, "", "none")
            if _NAMED.match(bare)
            else Spec(match["name"], version, "partial")
        )
    if release is None and _NAMED.match(bare) and version.count(".") < 2:
        return Spec(bare)
    return Spec(match["name"], f"{version}-{release}" if release else version, "exact")


def module(word: str) -> Spec | None:
    """`nodejs:18/common`: a stream, which moves."""
    name, _, stream = word.partition(":")
    return Spec(name, stream, "partial" if stream else "none")


def zypper(word: str) -> Spec | None:
    """`curl=8.5`, ranges, or rpm's own names."""
    if word[:1] in "-!~":
        return None
    word = word.lstrip("+")
    match = re.match(r"([^=<>]+?)\s*([=<>]+)\s*(.*)", word)
    if match is None or _URL.match(word):
        return rpm(word)
    exact = match[2] in {"=", "=="}
    return Spec(
        match[1], match[3], (_whole(match[3]) if exact else "partial") if match[3] else "none"
    )


def equals(word: str) -> Spec | None:
    """`name=version`, with paths and URLs beside it: pacman and kin."""
    if (found := remote(word) or local(word)) is not None:
        return found
    match = re.match(r"([^=<>~]+)([=<>~]+)(.*)", word)
    if match is None:
        return Spec(word)
    return Spec(
        match[1],
        match[3],
        (_whole(match[3]) if match[2] == "=" else "partial") if match[3] else "none",
    )


_REQUIREMENT = re.compile(
    r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*(.*)", re.DOTALL
)
_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*(.*)")


def pep508(word: str) -> Spec | None:
    """`name==1.2.3`, `name[extra]>=1`, `name @ url`, paths, wheels, `git+https://…@commit`."""
    direct = re.match(r"\s*([\w.-]+)(?:\[[^\]]*\])?\s*@\s*(\S+:.*)", word)
    if direct:
        target = direct[2].partition(" ;")[0].strip()
        found = remote(target) or local(target)
        return found._replace(name=direct[1]) if found else Spec(direct[1])
    if (found := remote(word)) is not None:
        return found
    if (found := local(word)) is not None or "/" in word:
        return found or Spec(word, local=True, source="path")
    match = _REQUIREMENT.fullmatch(word.partition(";")[0])
    if match is None:
        return Spec(word)
    return Spec(match[1], match[3].strip(), _clauses(match[3]))


def _clauses(text: str) -> str:
    clauses = [match for part in text.strip("() ").split(",") if (match := _CLAUSE.match(part))]
    if not clauses:
        return "none"
    exact = any(
        c[1] == "===" or (c[1] == "==" and c[2] and not c[2].strip().endswith("*")) for c in clauses
    )
    return "exact" if exact else "partial"


def tool508(word: str) -> Spec | None:
    """As pip, and `name@1.2.3` as uv and poetry write it."""
    match = re.fullmatch(r"([A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?)(?:@|=(?!=))([^/:]*)", word)
    if match is None:
        return pep508(word)
    return Spec(match[1].partition("[")[0], match[2], grade(match[2], 2))


def npm(word: str) -> Spec | None:
    """`name@1.2.3`, `@scope/name@^4`, `alias@npm:name@1`, Git and archive addresses, folders."""
    alias = re.match(r"(@?[^@]+)@npm:(.+)", word)
    if alias:
        found = npm(alias[2])
        return found._replace(name=alias[1]) if found else None
    direct = re.match(
        r"(@?[^@/]+(?:/[^@]+)?)@((?:git\+|https?:|git:|ssh:|file:|github:|link:|workspace:|portal:).*)",
        word,
    )
    target = direct[2] if direct else word
    if re.match(r"(?:file|link|workspace|portal):", target) or (found := local(target)) is not None:
        return Spec(direct[1] if direct else target.rpartition("/")[2], local=True, source="path")
    if (found := remote(target) or _hosted(target)) is not None:
        return found._replace(name=direct[1]) if direct else found
    name, _, version = word[1:].partition("@")
    return Spec(word[:1] + name, version, grade(version))


def _hosted(word: str) -> Spec | None:
    """`user/repo#ref` and `github:user/repo`, which npm takes from a forge."""
    match = re.fullmatch(
        r"(?:github:|gitlab:|bitbucket:|gist:)?([\w.-]+/[\w.-]+|(?<=gist:)\w+)(#.*)?", word
    )
    if match is None or word.startswith("@"):
        return None
    address = of_url(f"github:{match[1]}{match[2] or ''}")
    return Spec(match[1].rpartition("/")[2], address.revision.text, address.pin, source="git")


def colon(word: str) -> Spec | None:
    """`name:1.2.3` of RubyGems and Composer's `vendor/name:^1`; `=` and a blank do the same."""
    if (found := remote(word) or _gem_file(word)) is not None:
        return found
    match = re.match(r"([^:=\s]+)[:=\s]+(.*)", word)
    if match is None:
        return Spec(word)
    return Spec(match[1], match[2], requirement(match[2]))


def _gem_file(word: str) -> Spec | None:
    return local(word) if word.endswith((".gem", ".phar")) or word[:1] in "./~" else None


def requirement(version: str) -> str:
    """Grade a version or range of RubyGems, Cargo and kin, where a plain version means just that one."""
    version = version.strip()
    if re.match(r"=(?![=])\s*\d", version):
        version = version.lstrip("= ")
    if re.fullmatch(r"v?\d+(?:[.-]\w+)*", version) and not re.search(
        r"\.(?:x|\*)(?:\.|$)", version
    ):
        return "exact"
    return (
        ("partial" if any(char.isdigit() for char in version) else "alias") if version else "none"
    )


def composer(word: str) -> Spec | None:
    """`vendor/name:1.2.3`; `^1`, `1.*`, `dev-main` leave it open."""
    match = re.match(r"([^:=\s@]+/[^:=\s@]+)(?:[:=\s]+(.*))?$", word)
    if match is None:
        return (
            Spec(word)
            if "/" not in word or "@" not in word
            else Spec(word.partition("@")[0], word, "alias")
        )
    version = match[2] or ""
    if "#" in version:
        return Spec(match[1], version, of_url(f"github:x/y#{version.partition('#')[2]}").pin)
    return Spec(match[1], version, grade(version))


def go(word: str) -> Spec | None:
    """`module@v1.2.3` or `@commit`; without a domain or `@` it is this module or the standard library."""
    path, at, version = word.partition("@")
    if not at and (path[:1] in "./" or path.endswith(".go") or "." not in path.partition("/")[0]):
        return Spec(path, local=True, source="path")
    if version == "none":
        return None
    if re.fullmatch(r"[0-9a-f]{40}", version):
        return Spec(path, version, "digest")
    if re.fullmatch(r"(?=.*\d)[0-9a-f]{7,39}", version):
        return Spec(path, version, "exact")
    exact = re.fullmatch(r"v\d+\.\d+\.\d+(?:[-+][\w.+-]*)?", version)
    partial = re.fullmatch(r"[<>=]*v\d+(?:\.\d+)*", version)
    return Spec(
        path,
        version,
        ("exact" if exact else "partial" if partial else "alias") if version else "none",
    )


def cargo(word: str) -> Spec | None:
    """`ripgrep@13.0.0`."""
    name, at, version = word.partition("@")
    return remote(word) or Spec(name, version, grade(version) if at else "none")


def toolchain(word: str) -> Spec | None:
    """The word is the version: `1.70.0`, `nightly-2024-01-01`, `stable`, `lts/*`."""
    if re.search(r"\d{4}-\d\d-\d\d", word):
        return Spec("toolchain", word, "exact")
    version = re.sub(r"^(?:v|[A-Za-z]+[-/@:])(?=\d)", "", word)
    version = re.sub(r"-(?:x86_64|aarch64|i686|unknown).*", "", version)
    return Spec("toolchain", word, grade(version) if version[:1].isdigit() else "alias")


def dashed(word: str) -> Spec | None:
    """`redis-5.3.7`, `xdebug-beta`, `lens-4.1`: a dash and a version, or a stability."""
    if (found := remote(word) or local(word)) is not None:
        return found
    match = re.fullmatch(r"(.+?)-(\^?\d[\w.]*|stable|beta|alpha|devel|snapshot)", word)
    if match is None:
        return Spec(word)
    version = match[2]
    return Spec(
        match[1],
        version,
        grade(version, 2)
        if version[0].isdigit()
        else ("partial" if version[0] == "^" else "alias"),
    )


def dotted(word: str) -> Spec | None:
    """`lwt.5.6.1` of opam."""
    match = re.fullmatch(r"([\w+-]+)\.(v?\d.*)", word)
    return (
        remote(word) or local(word) or (Spec(match[1], match[2], "exact") if match else Spec(word))
    )


def at(word: str) -> Spec | None:
    """`node@20.1.0`, `name@latest`: volta, mise, corepack, krew and kin."""
    if (found := remote(word) or local(word)) is not None:
        return found
    name, _, version = word[1:].partition("@")
    return Spec(word[:1] + name, version, grade(version))


def cpan(word: str) -> Spec | None:
    """`Foo::Bar@1.2.3`; `~` takes a range."""
    if (found := remote(word) or local(word)) is not None:
        return found
    match = re.fullmatch(r"([\w:]+)([@~])(.*)", word)
    if match is None:
        return Spec(word)
    return Spec(match[1], match[3], "exact" if match[2] == "@" else "partial")


def conda(word: str) -> Spec | None:
    """`numpy=1.26.4=build`, `numpy==1.26.4`; a single `=` with fewer than three parts is a series."""
    if (found := remote(word)) is not None:
        return found
    if local(word) is not None or re.search(r"\.(?:conda|ya?ml|txt|lock)$", word):
        return Spec(word, local=True, source="path")
    name = word.rpartition("::")[2]
    match = re.match(r"([\w.-]+)(?:\[[^\]]*\])?\s*([=<>!~ ]+)(.*)", name)
    if match is None:
        return Spec(name)
    operator, (version, _, build) = match[2].strip(), match[3].partition("=")
    if operator == "==" or (operator == "=" and build):
        return Spec(match[1], match[3], _whole(version))
    return Spec(
        match[1], match[3], grade(version) if operator == "=" and "*" not in version else "partial"
    )


def brew(word: str) -> Spec | None:
    """`node@20` is a series; nothing is exact."""
    name, at_, version = word.partition("@")
    return remote(word) or Spec(name, version, "partial" if at_ else "none")


def named(word: str) -> Spec | None:
    """A name; a version is given by an option or the next word, or cannot be."""
    return remote(word) or local(word) or Spec(word)


READERS: dict[str, Reader] = {
    reader.__name__: reader
    for reader in (
        deb, apk, rpm, module, zypper, equals, pep508, tool508, npm, colon, composer, go, cargo, toolchain, dashed,
        dotted, at, cpan, conda, brew, named,
    )
}  # fmt: skip
"""Readers by the name that commands.yaml gives them."""
