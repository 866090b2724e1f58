"""From Compose files to facts: every project, every service of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.containers.lower import lower
from immutable_delivery.context import Inside, ParseContext
from immutable_delivery.facts import Applied, Build, Fact, Pin, Recipe, Scope, Source
from immutable_delivery.formats.compose.builds import builds
from immutable_delivery.formats.compose.containers import provided, spec
from immutable_delivery.formats.compose.document import ComposeDocument
from immutable_delivery.formats.compose.inline import inline
from immutable_delivery.formats.compose.loading import Model, load
from immutable_delivery.formats.compose.projects import Project, layout
from immutable_delivery.formats.compose.reading import Reader
from immutable_delivery.formats.compose.service import Service, environment, service
from immutable_delivery.formats.compose.variables import from_files
from immutable_delivery.references.images import parts, reference_pin
from immutable_delivery.references.urls import of_url
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml.query import text

_DIGEST = "@sha256:"
_ARTIFACT = "oci://"


def facts(
    documents: Mapping[str, ComposeDocument], ctx: ParseContext
) -> Iterator[Fact | Build | Recipe]:
    """Yield what all Compose files of a repository say, composed as Compose does it."""
    readable = {path: one for path, one in documents.items() if not one.template}
    reader = Reader(readable, ctx)
    for one in documents.values():
        reader.report_problems(one)
    found = layout(readable, _chosen(reader), lambda path: ctx.files.state(path) != "missing")
    for project in found.projects:
        yield from project_facts(reader, project)
    for path in found.used:
        yield from _left_over(reader, path)


def services_within(held: Inside, ctx: ParseContext) -> Iterator[Fact | Build | Recipe]:
    """Yield what the services say that a script gives to Compose."""
    from immutable_delivery.effects.unanalysed import broken  # noqa: PLC0415 (scripts alone hold such texts)
    from immutable_delivery.syntax.yaml.inner import inner_documents  # noqa: PLC0415 (as above)

    written, documents = held.text, inner_documents(held.text)
    yield from broken(documents, held.scope)
    path, sound = written.used_at.file, [one for one in documents if not one.problem]
    one = ComposeDocument(path, sound, interpolates="$" in written.text, resets="!" in written.text)
    yield from project_facts(Reader({path: one}, ctx), Project((path,), start=held.folder))


def _chosen(reader: Reader) -> dict[str, tuple[str, ...]]:
    """Return the files that a folder's `.env` makes its project."""
    chosen = {}
    for folder in sorted({folder_of(path) for path in reader.documents}):
        variables = reader.environment(f"{folder}/.env".lstrip("/"))
        if names := variables.get("COMPOSE_FILE"):
            separator = variables.get("COMPOSE_PATH_SEPARATOR")
            parts = names.text.split(separator.text if separator and separator.text else ":")
            paths = [resolve(folder, name) for name in parts]
            if all(path in reader.documents for path in paths):
                chosen[folder] = tuple(path for path in paths if path)
    return chosen


def _left_over(reader: Reader, path: str) -> Iterator[Fact | Build | Recipe]:
    """Judge what is written to be used by other files, as far as none of them has."""
    if path in reader.included:
        return
    extended = frozenset(name for file, name in reader.extended if file == path)
    yield from project_facts(reader, Project((path,), left_out=extended))


def project_facts(reader: Reader, project: Project) -> Iterator[Fact | Build | Recipe]:
    """Yield what the services of one project say."""
    model = load(reader, project)
    base = load(reader, Project(project.files[:-1])) if len(project.files) > 1 else None
    yield from (_include(written, project, reader.ctx) for written in model.remote)
    for name, (key, node) in model.section("services").entries.items():
        if project.judges(name) and isinstance(node, Tree):
            one = service(key, node, model, reader, project.files)
            if not provided(one):
                yield from _service(one, _removed_digest(one, base))


def _service(one: Service, unpinned_from: str) -> Iterator[Fact | Build | Recipe]:
    _note(one)
    yield from lower(spec(one, unpinned_from), one.reader.ctx)
    for build in builds(one):
        yield build
        if isinstance(build, Build) and "#" in build.dockerfile:
            yield from inline(one, build)


def _note(one: Service) -> None:
    """Note all that a service says, where that is asked for."""
    ctx, scope = one.reader.ctx, one.scope
    if ctx.settings.wholes:
        from immutable_delivery.syntax.yaml.canonical import identity  # noqa: PLC0415 (one command asks for it)

        ctx.applied.append(
            Applied(
                owner=one.name,
                manifest=scope.manifest,
                environment=next(iter(scope.environments), ""),
                group=scope.manifest,
                said=identity(one.node) + _in_files(one),
                development=scope.development,
                place=one.place,
            )
        )


def _in_files(one: Service) -> str:
    """Return what the files say that a service names for its variables and labels, with all that stays unresolved."""
    return "".join(
        f"\n{name}={value.text}"
        for key in ("env_file", "label_file")
        for name, value in sorted(from_files(one, key).items())
    )


def _removed_digest(one: Service, base: Model | None) -> str:
    """Return the digest that the earlier files pin an image to and the last one does not."""
    if base is None or one.image is None or _DIGEST in one.image.text:
        return ""
    before = text(base.section("services"), one.name, "image")
    return before[before.index(_DIGEST) + 1 :] if _DIGEST in before else ""


def _include(written: LocatedText, project: Project, ctx: ParseContext) -> Source:
    """Return the source that an include from elsewhere is."""
    url, ref, pin = _fixed(written)
    scope = Scope(phase="start", deployed=True, manifest=written.used_at.file)
    return Source(
        used_at=written.used_at,
        extent=written.used_at,
        scope=environment(project.files[-1], (), ctx).reached(scope),
        places={"url": written.used_at},
        source_type="include",
        url=url,
        ref=ref,
        pin=pin,
    )


def _fixed(written: LocatedText) -> tuple[str, str, Pin | None]:
    """Return the address of an include, its revision and how far that fixes it: an artifact has tags, a repository refs."""
    if written.text.startswith(_ARTIFACT):
        reference = written.text.removeprefix(_ARTIFACT)
        repository, tag, digest = parts(reference)
        return (
            _ARTIFACT + repository,
            digest or tag,
            reference_pin(reference) if written.known else None,
        )
    address = of_url(written.text, written.unresolved, git=True)
    return address.url, address.revision.text, address.pin
