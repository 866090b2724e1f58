"""`imd contract init`: the delivery meta file of a service, from what the repository tells of it; what it does not tell is a comment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from posixpath import normpath, relpath

from immutable_delivery.commands.contract.known import Known, known
from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record
from immutable_delivery.source.escape import nearest, shown
from immutable_delivery.source.files import folder_of

NAME = "delivery.yaml"


class Begun(Record, frozen=True):
    """A meta file that is to be written."""

    path: str
    """Relative to the root."""
    text: str


def begun(start: Path, names: Sequence[str]) -> tuple[Path, list[Begun]]:
    """Return the root, and a meta file for each service of these names; without names for each that is built here and has none."""
    root, services, taken = known(start)
    by_name = {one.name: one for one in services}
    for name in names:
        if name not in by_name:
            near = nearest(name, by_name)
            hint = f"; did you mean '{near}'?" if near else ""
            raise UsageError(f"'{shown(name)}' is no service of this repository{hint}")
        if by_name[name].contract:
            raise UsageError(f"{by_name[name].contract} describes '{shown(name)}' already")
    wanted = [by_name[name] for name in dict.fromkeys(names)] or [
        one for one in services if one.dockerfile and not one.contract
    ]
    return root, list(_files(wanted, taken))


def _files(wanted: Iterable[Known], taken: Collection[str]) -> Iterator[Begun]:
    """Yield the files; two services of one folder have names of their own."""
    used = set(taken)
    for one in wanted:
        folder = folder_of(one.dockerfile or one.manifest)
        path = f"{folder}/{NAME}".lstrip("/")
        if path in used:
            path = f"{folder}/{_plain(one.name)}.{NAME}".lstrip("/")
        if path not in used:
            used.add(path)
            yield Begun(path, "".join(f"{line}\n" for line in _lines(one, folder)))


def _lines(one: Known, folder: str) -> Iterator[str]:
    yield f"service: {_scalar(_plain(one.name))}"
    yield "# owner: who answers for it is nowhere said here"
    if one.image:
        yield f"image: {_scalar(one.image)}"
    else:
        yield "# image: nothing here says what its image is called"
    yield from _build(one, folder)
    if one.start:
        yield f"start: [{', '.join(map(_scalar, one.start))}]"
    else:
        yield "# start: [program, argument]: nothing here states it, or not the same everywhere"
    if one.ports:
        yield f"ports: [{', '.join(one.ports)}]"
    yield from _environments(one, folder)
    yield from _pipeline(one, folder)
    yield from _data(one)
    if one.needs:
        yield f"depends_on: [{', '.join(map(_scalar, one.needs))}]"


def _build(one: Known, folder: str) -> Iterator[str]:
    if not one.dockerfile:
        yield "# build: nothing here builds it"
        return
    yield "build:"
    if one.context is None:
        yield "  # context: nothing here says the folder of its build context"
    else:
        yield f"  context: {_scalar(_from(folder, one.context))}"
    yield f"  dockerfile: {_scalar(_from(folder, one.dockerfile))}"
    if one.target:
        yield f"  target: {_scalar(one.target)}"


def _environments(one: Known, folder: str) -> Iterator[str]:
    if not one.environments:
        yield "# environments: nothing here names one that it runs in"
        return
    yield "environments: # in the order in which an artifact passes through them: see whether that is so"
    for environment in one.environments:
        yield f"  - name: {_scalar(environment.name)}"
        if environment.manifests:
            paths = ", ".join(_scalar(_from(folder, path)) for path in environment.manifests)
            yield f"    manifests: [{paths}]"
        if environment.digest:
            yield f"    digest: {environment.digest}"


def _pipeline(one: Known, folder: str) -> Iterator[str]:
    if not one.pipeline:
        yield "# pipeline: no job here is known to build it"
        return
    yield "pipeline:"
    yield f"  file: {_scalar(_from(folder, one.pipeline))}"
    yield f"  builds: {_scalar(one.job)}"
    yield "  # tests: [job]: which jobs test it, nothing here tells"


def _data(one: Known) -> Iterator[str]:
    if one.data:
        yield "data: # what outlives a deploy"
    for name, path in one.data:
        yield f"  - name: {_scalar(name)}"
        yield f"    path: {_scalar(path)}"


def _from(folder: str, path: str) -> str:
    return normpath(relpath(f"/{path}", f"/{folder}"))


def _plain(name: str) -> str:
    """Return the name of a service as its manifests write it, without the folder that tells it from others."""
    return name.rpartition(":")[2].rpartition("/")[2]


def _scalar(text: str) -> str:
    """Return a text as YAML: plain where nothing in it means more than itself."""
    import json  # noqa: PLC0415 (few texts need quotes)

    plain = text and all(char.isalnum() or char in "._/-@" for char in text) and text[0].isalpha()
    reserved = text.lower() in {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    relative = text.startswith((".", "/")) and all(
        char.isalnum() or char in "._/-" for char in text
    )
    return text if (plain and not reserved) or relative else json.dumps(text, ensure_ascii=False)
