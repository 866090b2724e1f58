"""Units as facts: the container of each, its image, and how that is built or kept up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.containers import lower as containers
from immutable_delivery.containers.environments import environment
from immutable_delivery.containers.spec import ImageSpec, Setting
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Image, Resource, Scope, Unread
from immutable_delivery.formats.quadlet.containers import container
from immutable_delivery.formats.quadlet.words import words
from immutable_delivery.references.urls import is_remote
from immutable_delivery.source.files import Files, folder_of, resolve
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.systemd import Entry, Unit

_NEEDED = {"Container": ("Image", "Rootfs"), "Image": ("Image",), "Kube": ("Yaml",)}
_UPDATES = frozenset({"registry", "local"})
_LABEL = "io.containers.autoupdate"


def lower(unit: Unit, units: Mapping[str, Unit], ctx: ParseContext) -> Iterator[Fact | Build]:
    """Yield what a unit says; ``units`` are all there are, by path."""
    image = unit.last("Image")
    made_by = image.value.text if image else ""
    scope = environment(unit.path, ctx).reached(
        Scope(
            owner=unit.name,
            service=unit.name if unit.kind == "Container" else "",
            phase="start",
            layer="application" if made_by.endswith(".build") else "middleware",
            deployed=True,
            manifest=unit.path,
        )
    )
    _tell(unit, units, ctx)
    if unit.kind == "Container" and (image or unit.last("Rootfs")):
        spec = container(unit, _reference(unit, units), scope, ctx)
        yield from containers.lower(spec, ctx)
    if image is not None and not made_by.endswith((".build", ".image")):
        yield _image(unit, image, scope)
    if unit.kind == "Build":
        yield from _build(unit, units, ctx.files)
    yield from _unclaimed(unit, scope, ctx.files)
    yield from _updaters(unit, scope)


def _tell(unit: Unit, units: Mapping[str, Unit], ctx: ParseContext) -> None:
    """Say what Podman would refuse: a unit without what it is about, or with what is not there."""
    whole = Place(unit.path, Span(0, 0))
    extended = ctx.files.state(f"{unit.path}.d") != "missing"
    keys = _NEEDED.get(unit.kind, ())
    if keys and not extended and not any(unit.last(key) for key in keys):
        ctx.report(whole, f"has no `{'=` and no `'.join(keys)}=`")
    image, manifest = unit.last("Image"), unit.text("Yaml")
    if image and unit.kind == "Container" and image.value.text.endswith((".image", ".build")):
        names = {path.rpartition("/")[2] for path in units}
        if image.value.known and image.value.text not in names:
            ctx.report(image.value.used_at, f"there is no `{image.value.text}`")
    path = resolve(folder_of(unit.path), manifest) if manifest else None
    if path is not None and ctx.files.state(path) == "missing":
        ctx.report(unit.all("Yaml")[-1].value.used_at, f"there is no `{manifest}`")


def _reference(unit: Unit, units: Mapping[str, Unit]) -> str | None:
    """Return the image that a container runs, through the unit that brings it; "" where it is built here."""
    named = unit.text("Image")
    if not named or not named.endswith((".image", ".build")):
        return named
    other = units.get(_beside(unit, named))
    return other.text("Image") if other and other.kind == "Image" else ""


def _image(unit: Unit, entry: Entry, scope: Scope) -> Image:
    """Return the reference of a unit: a container's, or one that an `.image` unit brings."""
    said, pull = unit.last("Pull"), unit.text("Pull")
    policy = Setting(pull.lower() if pull else pull, said.value.used_at) if said else None
    return containers.image(ImageSpec(entry.value, entry.extent, pull_policy=policy), scope)


def _unclaimed(unit: Unit, scope: Scope, files: Files) -> Iterator[Unread]:
    """Yield manifests of a unit that no name tells to be any."""
    for entry in unit.all("Yaml") if unit.kind == "Kube" else ():
        path = resolve(folder_of(unit.path), entry.value.text)
        there = path is None or files.state(path) != "missing"
        if there and not entry.value.text.endswith((".yaml", ".yml", ".json")):
            yield Unread(
                used_at=entry.value.used_at,
                extent=entry.extent,
                scope=scope,
                subject="manifest",
                reason="its name does not end in .yaml",
            )


def _build(unit: Unit, units: Mapping[str, Unit], files: Files) -> Iterator[Build]:
    entry = unit.last("File") or unit.last("SetWorkingDirectory") or unit.last("ImageTag")
    if entry is None:
        return
    context, dockerfile = _paths(unit, files)
    args = {}
    for argument in unit.all("BuildArg"):
        for word in words(argument.value):
            name, _, value = word.text.partition("=")
            args[name] = word.slice(len(name) + 1) if value else word.slice(len(name))
    users = [one for one in units.values() if _uses(one, unit)]
    if dockerfile:
        yield Build(
            dockerfile=dockerfile,
            context=context,
            target=unit.text("Target") or "",
            args={name: value.value for name, value in args.items()},
            arg_places={name: value.place() for name, value in args.items() if value.text},
            service=users[0].name if users else "",
            image=unit.text("ImageTag") or "",
            tool="quadlet",
            deployed=bool(users),
            place=entry.value.used_at,
        )


def _paths(unit: Unit, files: Files) -> tuple[str | None, str]:
    """Return the build context and the Dockerfile; "" where it does not lie in the repository."""
    folder, file, said = folder_of(unit.path), unit.text("File"), unit.text("SetWorkingDirectory")
    if file is None or said is None or is_remote(said) or is_remote(file):
        return None, ""
    if said == "file":
        dockerfile = resolve(folder, file) or ""
        return folder_of(dockerfile), dockerfile
    context = folder if said in {"", "unit"} else resolve(folder, said)
    if context is None:
        return None, ""
    names = (file,) if file else ("Containerfile", "Dockerfile")
    paths = [path for name in names if (path := resolve(context, name))]
    there = (path for path in paths if files.state(path) != "missing")
    return context, next(there, paths[-1] if paths else "")


def _uses(unit: Unit, build: Unit) -> bool:
    named = unit.text("Image") if unit.kind == "Container" else ""
    return bool(named) and _beside(unit, named or "") == build.path


def _beside(unit: Unit, name: str) -> str:
    return f"{folder_of(unit.path)}/{name}".lstrip("/")


def _updaters(unit: Unit, scope: Scope) -> Iterator[Resource]:
    """Yield what lets `podman auto-update` put another image in."""
    for entry in (*unit.all("AutoUpdate"), *unit.all("Label")):
        for word in words(entry.value):
            name, _, value = word.text.partition("=")
            chosen = word.text if entry.key == "AutoUpdate" else value if name == _LABEL else ""
            if chosen in _UPDATES:
                yield Resource(
                    used_at=word.used_at,
                    extent=entry.extent,
                    scope=scope,
                    places={"name": word.used_at},
                    resource_type="updater",
                    name="podman auto-update",
                )
