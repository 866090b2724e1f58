"""The answer as people, programs and matrices of jobs read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from textwrap import wrap
from typing import Any

from immutable_delivery.commands.affected.answer import Answer, Artifact, Reason, Redeploy
from immutable_delivery.records import Record, asdict
from immutable_delivery.reporters.jsontext import compact, document
from immutable_delivery.reporters.plain import count, inert, printable

VERSION = 1
"""Of the form for programs: fields are added, none is renamed or taken away."""

_WIDTH = 100
_COLUMN = 30


def rendered(answer: Answer, form: str, *, verbose: bool = False) -> str:
    """Return the answer in one of the forms."""
    return FORMS[form](answer) if form in FORMS else inert(_Page(verbose).text(answer))


def _json(answer: Answer) -> str:
    data = _plain(answer)
    return document({"version": VERSION, **data, "matrix": _include(answer)})


def _matrix(answer: Answer) -> str:
    return compact(_include(answer))


def _include(answer: Answer) -> dict[str, Any]:
    """Return what is rebuilt as the matrix of a job."""
    rows = [
        {
            "name": one.name,
            "dockerfile": one.dockerfile,
            "context": one.context or "",
            "target": one.target,
            "image": one.image,
        }
        for one in answer.artifacts
        if one.affected
    ]
    return {"include": rows}


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return {name: _plain(part) for name, part in asdict(value).items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


FORMS: dict[str, Callable[[Answer], str]] = {"json": _json, "matrix": _matrix}


class _Page(Record, frozen=True):
    """The form for people."""

    verbose: bool

    def text(self, answer: Answer) -> str:
        """Return the whole of it."""
        rebuilt = [one for one in answer.artifacts if one.affected]
        left = [one for one in answer.artifacts if not one.affected]
        again = [one for one in answer.services if one.affected]
        calm = [one for one in answer.services if not one.affected]
        sections = (
            [_head(answer, len(rebuilt), len(again))],
            self._section("rebuilt", self._rebuilt(rebuilt)),
            self._section(
                "redeployed", (self._deploys(service, of) for service, of in _by_service(again))
            ),
            self._untouched(left, calm),
            self._moving(answer.artifacts),
            [f"note: {printable(notice)}" for notice in (*_assumed(answer), *answer.notices)],
        )
        return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"

    def _section(self, title: str, blocks: Iterable[list[str]]) -> list[str]:
        lines = [line for block in blocks for line in block]
        return [title, *lines] if lines else []

    def _rebuilt(self, found: Iterable[Artifact]) -> Iterator[list[str]]:
        """Yield what is rebuilt: together what is for the same reason."""
        alike: dict[tuple[str, str], list[Artifact]] = defaultdict(list)
        for one in found:
            same = one.reasons[0].path and not self.verbose
            alike[one.reasons[0].text if same else "", "" if same else one.name].append(one)
        for group in alike.values():
            if len(group) == 1:
                yield self._artifact(group[0])
            else:
                yield _group(group)

    def _artifact(self, one: Artifact) -> list[str]:
        told = one.reasons if self.verbose else one.reasons[:1]
        mark = " (nobody can know)" if one.unknown else ""
        return _rows(f"{one.name}{mark}", [_reason(reason) for reason in told])

    def _deploys(self, service: str, of: list[Redeploy]) -> list[str]:
        names = ", ".join(one.environment or "everywhere" for one in of)
        reasons = dict.fromkeys(reason for one in of for reason in one.reasons)
        told = [_reason(reason) for reason in reasons]
        return _rows(
            f"{service} in {names}" if names != "everywhere" else service,
            told if self.verbose else told[:1],
        )

    def _untouched(self, left: list[Artifact], calm: list[Redeploy]) -> list[str]:
        if not left and not calm:
            return []
        lines = ["untouched: nothing that they take in changed"]
        if self.verbose:
            lines += [line for one in left for line in _rows(one.name, [_proof(one)])]
        elif left:
            lines += _listed(count(len(left), "image"), [one.name for one in left])
        services = [service for service, _ in _by_service(calm)]
        return lines + (_listed(count(len(calm), "deployment"), services) if services else [])

    def _moving(self, artifacts: Iterable[Artifact]) -> list[str]:
        """Tell what may change without this change, by what moves."""
        users: dict[str, list[str]] = defaultdict(list)
        for one in artifacts:
            for reference in one.moves:
                users[reference].append(one.name)
        lines = ["may change without you: no digest fixes what these take from elsewhere"]
        if not users:
            return []
        if not self.verbose:
            return lines + _listed(count(len(users), "reference"), sorted(users))
        return lines + [
            line for name in sorted(users) for line in _rows(name, [", ".join(users[name])])
        ]


def _head(answer: Answer, rebuilt: int, again: int) -> str:
    since = f" since {answer.since[:12]}" if answer.since else ""
    images, services = len(answer.artifacts), len(answer.services)
    return (
        f"{count(answer.paths, 'path')} changed{since}: {rebuilt} of {count(images, 'image')} rebuilt, "
        f"{again} of {count(services, 'deployment')} redeployed"
    )


def _group(group: list[Artifact]) -> list[str]:
    """Return images that are rebuilt for the same reason, which the first of them tells."""
    first, *others = group
    names = _listed(count(len(group), "image"), [one.name for one in group])
    return [
        *names,
        f"    {_reason(first.reasons[0])}; {count(len(others), 'more file')} {'says' if len(others) == 1 else 'say'} so",
    ]


def _assumed(answer: Answer) -> Iterator[str]:
    """Yield of which images nothing says how they are built."""
    names = [one.name for one in answer.artifacts if one.assumed]
    if names:
        told = f"nothing here says in which folder these are built, so it is the one that holds their sources: {', '.join(names)}"
        yield told


def _by_service(found: Iterable[Redeploy]) -> Iterator[tuple[str, list[Redeploy]]]:
    by_name: dict[str, list[Redeploy]] = defaultdict(list)
    for one in found:
        by_name[one.service].append(one)
    yield from sorted(by_name.items())


def _reason(reason: Reason) -> str:
    at = f"{reason.file}:{reason.line}: " if reason.file and reason.line else ""
    return printable(f"{at}{reason.text}")


def _proof(one: Artifact) -> str:
    """Tell what an image takes in, none of which changed."""
    taken = dict.fromkeys(f"{intake.path} ({intake.file}:{intake.line})" for intake in one.takes)
    return printable(", ".join(taken) or f"{one.dockerfile} takes in nothing of this repository")


def _rows(name: str, told: list[str]) -> list[str]:
    """Return a name with what is said of it beside, and below where that is more."""
    first, *rest = told or [""]
    return [
        f"  {printable(name):<{_COLUMN}}  {first}".rstrip(),
        *(f"  {'':<{_COLUMN}}  {one}" for one in rest),
    ]


def _listed(what: str, names: list[str]) -> list[str]:
    text = f"{what}: {printable(', '.join(names))}"
    return wrap(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
