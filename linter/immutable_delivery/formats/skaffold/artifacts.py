"""Artifacts as builds: the Dockerfile of each, and the manifests that are given its image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.facts import Build, Scope, Unread
from immutable_delivery.formats.kustomize.graph import Graph
from immutable_delivery.formats.kustomize.model import FILE_NAMES
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.formats.skaffold.configs import Config
from immutable_delivery.references.images import familiar_name
from immutable_delivery.source.files import Files, resolve
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.canonical import identity
from immutable_delivery.syntax.yaml.query import (
    find,
    mapping,
    mappings,
    pairs,
    scalar,
    scalars,
    text,
)

_BUILDERS = ("docker", "kaniko")
_OTHERS = ("bazel", "jib", "jibMaven", "jibGradle", "ko", "buildpacks", "buildpack", "custom")
_DEFAULT = "k8s/*.yaml"


def builds(group: Sequence[Config], files: Files) -> Iterator[Build]:
    """Yield the artifacts of configurations that run together."""
    manifests = tuple(
        dict.fromkeys(manifest for config in group for manifest in _manifests(config, files))
    )
    seen: set[tuple[str, str, str | None, str]] = set()
    for config in group:
        for variant in config.variants():
            for artifact in mappings(variant, "build", "artifacts"):
                build = _build(artifact, config, manifests)
                if build is not None:
                    key = (build.image, build.dockerfile, build.context, build.target)
                    if key not in seen:
                        seen.add(key)
                        yield build


def unread(build: Build) -> Iterator[Unread]:
    """Yield that nobody reads how an artifact is built, where no Dockerfile here tells."""
    if not build.dockerfile:
        yield Unread(
            used_at=build.place,
            extent=build.place,
            scope=Scope(owner=build.service, service=build.service, phase="build"),
            subject="build",
            reason="its Dockerfile lies outside of this repository"
            if build.context is None
            else "Skaffold builds it without a Dockerfile",
        )


def _build(artifact: Mapping, config: Config, manifests: tuple[str, ...]) -> Build | None:
    image = scalar(artifact, "image") or scalar(artifact, "imageName")
    if image is None:
        return None
    folder = text(artifact, "context") or text(artifact, "workspace") or "."
    context = resolve(config.folder, folder)
    docker = next((found for key in _BUILDERS if (found := mapping(artifact, key))), None)
    named = scalar(docker, "dockerfile") or scalar(artifact, "dockerfilePath")
    required = dict(_required(artifact))
    args = required | dict(_args(docker))
    return Build(
        dockerfile=_dockerfile(artifact, named, context),
        context=context,
        target=text(docker, "target"),
        args={name: _known(value) for name, value in args.items()},
        arg_places={name: value.place for name, value in args.items()},
        contexts={value.text.lower(): f"build:{value.text}" for value in required.values()},
        said=identity(artifact),
        service=(familiar_name(image.text) or "").rpartition("/")[2],
        image=image.text,
        tool="skaffold",
        manifests=manifests,
        place=image.place,
    )


def _dockerfile(artifact: Mapping, named: Scalar | None, context: str | None) -> str:
    """Return the Dockerfile of an artifact, "" where something else builds it."""
    if context is None or any(find(artifact, key) is not None for key in _OTHERS):
        return ""
    return resolve(context, named.text if named else "Dockerfile") or ""


def _args(docker: Mapping | None) -> Iterator[tuple[str, Scalar]]:
    for key, value in pairs(docker, "buildArgs"):
        if isinstance(value, Scalar):
            yield key.text, value


def _required(artifact: Mapping) -> Iterator[tuple[str, Scalar]]:
    """Yield the artifacts that are built before, by the argument that names the image to FROM."""
    for one in mappings(artifact, "requires"):
        image = scalar(one, "image")
        if image is not None:
            yield text(one, "alias") or image.text, image


def _known(value: Scalar) -> str | None:
    return None if "{{" in value.text else value.text


def _manifests(config: Config, files: Files) -> Iterator[str]:
    """Yield patterns of the manifests, relative to the root of the repository."""
    found = [one for variant in config.variants() for one in _named(variant, config, files)]
    yield from found or filter(None, [resolve(config.folder, _DEFAULT)])


def _named(variant: Mapping, config: Config, files: Files) -> Iterator[str]:
    for holder, plain in (
        (mapping(variant, "manifests"), scalars(variant, "manifests", "rawYaml")),
        (mapping(variant, "deploy"), scalars(variant, "deploy", "kubectl", "manifests")),
    ):
        for one in plain:
            yield from filter(None, [resolve(config.folder, one.text)])
        for release in mappings(holder, "helm", "releases"):
            yield from filter(None, [resolve(config.folder, text(release, "chartPath") or "?")])
        kustomize = find(holder, "kustomize")
        if kustomize is not None:
            named = scalars(kustomize, "paths") or [
                old for key in ("path", "kustomizePath") if (old := scalar(kustomize, key))
            ]
            for path in [one.text for one in named] or ["."]:
                yield from _kustomized(resolve(config.folder, path), files)


def _kustomized(folder: str | None, files: Files) -> Iterator[str]:
    """Yield the files that a kustomization deploys, wherever they lie."""
    if folder is None:
        return
    repository = Repository(files, {}, {})
    graph = Graph(repository, [folder], lambda _place, _reason: None)
    yield from sorted(graph.consumed())
    yield from filter(None, (resolve(folder, name) for name in FILE_NAMES))
