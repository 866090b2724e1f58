"""Image references: one grammar and one ladder of pins for every format.

Grammar: https://github.com/distribution/reference and the OCI image specification's digests.
"""

from __future__ import annotations

import re
from typing import Any

from immutable_delivery import tables
from immutable_delivery.facts import Image, Movement, Pin, Role, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.tables.subjects import ImageStarts, OfficialImages, Tags

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_REPOSITORY = lazy(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*\Z")
_TAG = lazy(r"\w[\w.-]{0,127}\Z", re.ASCII)
_DIGEST_LENGTH = {"sha256": 64, "sha512": 128, "blake3": 64}

_HUB = lazy(r"^(?:(?:index\.|registry-1\.)?docker\.io/)", needs=("docker.io/",))
_VARIABLE = lazy(
    r"\$\{\{.*?\}\}|\$\{[^}]*\}|\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\$\w+|\{\{.*?\}\}|<[^<>]+>|\[[^\[\]\s]+\]|\{[\w.-]+\}|%\w+%|#\{[^}]*\}#?|…",
    needs=("$", "{", "<", "[", "%", "…"),
)
_PLACEHOLDER = lazy(
    r"(?!LATEST\Z|STABLE\Z)(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|(?:YOUR|MY)-[A-Z0-9-]+|__\w+__|[A-Z]{4,}|TAG)\Z"
)

_DATE = lazy(r"(?<!\d)20\d\d[-.]?[01]\d[-.]?[0-3]\d(?!\d{1,3}(?!\d))")
_COMMIT = lazy(
    r"(?:^|[-_.])(?:sha|git|g|commit)?[-.]?(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}(?=$|[-_.])"
)
_LETTERS = lazy(r"(?:(?:sha|git|commit)[-.])?[a-f]{7,40}")
"""A commit that happens to hold no digit."""
_NUMBER = lazy(r"v?\d")
_VERSION = lazy(
    r"(?:^|[-_/])[A-Za-z]*?[-_]?(\d+(?:[._]\d+)*)(?:[-+_.]?(rc|alpha|beta|pre|m|p|b|r)[-.]?\d+)?"
)


def image_fact(
    written: LocatedText,
    *,
    role: Role,
    scope: Scope,
    extent: Place,
    used_at: Place | None = None,
    **fields: Any,
) -> Image:
    """Return the fact of a reference; parts that hold a variable nobody sets are None.

    ``used_at`` is where the reference stands when it is not where its text is written.
    """
    cut = pieces(written)
    known = {name: _value(part) for name, part in cut.items()}
    places = {name: part.place() for name, part in cut.items() if part.text}
    places["name"] = places.get("repository", written.used_at)
    if (tail := _tail(cut)) is not None:
        places["pin"] = tail
    hidden = _unresolved(written)
    pin = _pin(known, cut["repository"].text)
    return Image(
        used_at=used_at or written.used_at,
        extent=extent,
        scope=scope,
        role=role,
        text=written.text,
        places={"reference": _hull(written), **places},
        reference=None if hidden else written.text,
        registry=None if known["repository"] is None else registry_of(known["repository"]),
        machine_registry=_of_a_machine(cut["repository"].text),
        repository=known["repository"],
        name=familiar_name(known["repository"]),
        tag=known["tag"],
        digest=known["digest"],
        unresolved=hidden if pin["pin"] is None else "",
        **{**pin, **fields},
    )


def familiar_name(repository: str | None) -> str | None:
    """Return the repository as people write it: `nginx` for `docker.io/library/nginx`."""
    if repository is None:
        return None
    name = _HUB.sub("", repository)
    return name.removeprefix("library/")


def registry_of(repository: str) -> str:
    """Return the registry that a repository names, "" where it is the default one."""
    host, slash, _ = repository.partition("/")
    named = any(c in host for c in ".:") or host == "localhost" or host != host.lower()
    return host if slash and named else ""


def _of_a_machine(repository: str) -> bool:
    """Whether a repository lies in a registry of one machine; its host may have no dot there."""
    host, slash, _ = repository.partition("/")
    return bool(slash) and tables.known(Tags).of_a_machine.match(host.lower()) is not None


def joined(
    name: LocatedText, tag: LocatedText | None, digest: LocatedText | None, whole: Place
) -> LocatedText:
    """Return a reference out of its parts."""
    parts = [name]
    for sign, part in ((":", tag), ("@", digest)):
        if part is not None and part.text:
            where = part.place()
            parts += [LocatedText.unaligned(sign, where), part]
    return LocatedText.joined(parts, whole)


def parts(reference: str) -> tuple[str, str, str]:
    """Return repository, tag and digest of a reference that is plain text, "" for what it has not."""
    plain, _, digest = reference.partition("@")
    repository, _, tag = plain.rpartition(":")
    if not repository or "/" in tag:  # the colon is a registry's port, or there is none
        repository, tag = plain, ""
    return repository, tag, digest


def name_and_tag(reference: str) -> tuple[str, str]:
    """Return the familiar name and the tag of a reference that is plain text, "" where it has none."""
    repository, tag, _ = parts(reference)
    return familiar_name(repository) or "", tag


def reference_pin(reference: str) -> Pin:
    """Return how far a reference that is plain text fixes what it names."""
    repository, tag, digest = parts(reference)
    return (
        _pin({"repository": repository, "tag": tag, "digest": digest}, repository)["pin"] or "none"
    )


def tag_pin(name: str, tag: str) -> tuple[Pin, Movement]:
    """Return how far a tag of the image ``name`` pins it (exact, partial or alias), and how it moves."""
    if tag.lower() in tables.known(Tags).aliases:
        return "alias", "pointer"
    if any(fixed.search(tag) for fixed in (_DATE, _COMMIT)) or _is_build(tag):
        return "exact", ""
    if any(char.isdigit() for char in tag):
        return _versioned(name, tag)
    return _worded(name, tag)


def _is_build(tag: str) -> bool:
    """Whether a tag is the number of a build, or a commit without a digit."""
    return bool(re.fullmatch(r"\d{5,}", tag) or _LETTERS.fullmatch(tag))


def _versioned(name: str, tag: str) -> tuple[Pin, Movement]:
    tags, version = tables.known(Tags), _VERSION.search(tag)
    if version is None or tags.moves.search(tag):
        return "partial", "word" if version is None else "pointer"
    count = len(re.split(r"[._]", version[1])) + bool(version[2])
    counts = tags.exact_components
    if count >= counts.get(familiar_name(name) or "", counts.get(_last_part(name), 3)):
        return "exact", ""
    published = _is_official(name) or familiar_name(name) in tags.series
    sure = count > 1 or (published and _NUMBER.match(tag))
    return "partial", "series" if sure else "word"


def _worded(name: str, tag: str) -> tuple[Pin, Movement]:
    """Judge a tag without a number: only a distribution's own image has code names for releases."""
    tags = tables.known(Tags)
    named = tags.code_names.intersection(re.split(r"[-_.]", tag.lower()))
    if named and not tags.distributions.isdisjoint((familiar_name(name), _last_part(name))):
        return "partial", "series"
    variant = named or not tags.variants.isdisjoint(re.split(r"[-_.]", tag.lower()))
    moves = variant or _is_official(name) or tags.moves.search(tag)
    return "alias", "pointer" if moves else "word"


def _is_official(name: str) -> bool:
    """Whether Docker publishes the image: every tag of it without a release moves."""
    own = tables.known(ImageStarts).official(familiar_name(name) or "")
    return own in tables.known(OfficialImages).names


def digest_problem(digest: str) -> str:
    """Return what is wrong with a digest, "" where nothing is."""
    algorithm, _, value = digest.partition(":")
    length = _DIGEST_LENGTH.get(algorithm)
    if length is None:
        return f"the digest algorithm '{algorithm}' is not one of {', '.join(_DIGEST_LENGTH)}"
    if len(value) != length:
        return f"a {algorithm} digest has {length} hexadecimal digits, this one {len(value)}"
    if not re.fullmatch(r"[0-9a-f]+", value):
        return "a digest has only the digits 0-9 and a-f, in lower case"
    return ""


def pieces(written: LocatedText) -> dict[str, LocatedText]:
    """Cut a reference into repository, tag and digest; a variable hides what it holds."""
    text = (
        _VARIABLE.sub(lambda found: "X" * len(found[0]), written.text)
        if not written.known
        else written.text
    )
    at = text.find("@")
    at = len(text) if at < 0 else at
    colon = text.rfind(":", 0, at)
    if colon < text.rfind("/", 0, at) or colon < 0:
        colon = at
    return {
        "repository": written.slice(0, colon),
        "tag": written.slice(min(colon + 1, at), at),
        "digest": written.slice(min(at + 1, len(text)), len(text)),
    }


def _tail(cut: dict[str, LocatedText]) -> Place | None:
    """Return the text behind which a digest is written: the tag, else the last part of the name.

    None where that is put together from several texts: a digest behind one of them would hold whatever the others say.
    """
    part = cut["tag"] if cut["tag"].text else cut["repository"]
    start = 0 if cut["tag"].text else part.text.rfind("/") + 1
    pieces = part.slice(start).segments
    return pieces[0].place if len(pieces) == 1 and pieces[0].aligned else None


def _value(part: LocatedText) -> str | None:
    hidden = _VARIABLE.search(part.text) or any(map(_PLACEHOLDER.match, _words(part.text)))
    return None if hidden or part.unresolved else part.text


def _words(text: str) -> list[str]:
    """Return what may be a placeholder; the hexadecimal digits of a digest are none, in whatever case."""
    host = text.partition("/")[0].split(".") if "/" in text else []
    return [*re.split(r"[/:@]", re.sub(r"(?<=:)[0-9A-Fa-f]{32,}\Z", "", text)), *host]


def _last_part(text: str) -> str:
    return text.rpartition("/")[2]


def _unresolved(written: LocatedText) -> str:
    names = list(written.unresolved)
    if not names:
        names = [found[0] for found in _VARIABLE.finditer(written.text)]
        names += [word for word in _words(written.text) if _PLACEHOLDER.match(word)]
    return ", ".join(dict.fromkeys(names))


def _pin(known: dict[str, str | None], written: str) -> dict[str, Any]:
    repository, tag, digest = known["repository"], known["tag"], known["digest"]
    problem = _problem(repository, tag, digest)
    if problem:
        return {"pin": "malformed", "problem": problem}
    if digest:
        return {"pin": "digest"}
    hidden = digest is None or tag is None
    if hidden or (not tag and repository is None and _hides_tag(written)):
        return {"pin": None, "moves": None}
    pin, moves = tag_pin(repository or "", tag) if tag else ("none", "pointer")
    return {"pin": pin, "moves": moves}


def _hides_tag(repository: str) -> bool:
    """Whether a repository ends in a variable, which may hold a tag as well."""
    ends = [found.end() for found in _VARIABLE.finditer(repository)]
    return bool(ends and ends[-1] == len(repository)) or bool(
        _PLACEHOLDER.match(_last_part(repository))
    )


def _problem(repository: str | None, tag: str | None, digest: str | None) -> str:
    if digest and (problem := digest_problem(digest)):
        return problem
    if tag and not _TAG.match(tag):
        return f"'{tag}' is not a valid tag"
    if repository == "":
        return "it names no repository"
    if repository and not _REPOSITORY.match(repository):
        upper = repository.rpartition(":")[0] or repository
        why = (
            "a repository is lower case"
            if upper != upper.lower()
            else "a name has only a-z, 0-9, '.', '_' and '-'"
        )
        return f"'{repository}' is not a valid repository: {why}"
    return ""


def _hull(written: LocatedText) -> Place:
    """Return where the whole reference would be edited: its own text where that is one stretch."""
    files = {piece.place.file for piece in written.segments}
    return (
        written.slice(0).used_at
        if len(files) == 1 and len(written.segments) == 1
        else written.used_at
    )
