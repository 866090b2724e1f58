"""How each platform writes what it runs: one row a platform, by its own documentation."""

from __future__ import annotations

import re

from immutable_delivery.records import Record

Keys = tuple[str, ...]


class Shape(Record, frozen=True):
    """One platform."""

    platform: str
    path: str
    """A regular expression of its files."""
    keys: frozenset[str]
    """Keys of which a file has one."""
    services: tuple[Keys, ...] = ((),)
    """Where its containers stand: keys, of which the last may hold a list; empty for the file itself."""
    name: Keys = ("name",)
    image: tuple[Keys, ...] = ()
    """Where the reference may stand."""
    parts: Keys = ()
    """Registry, repository, tag and digest, where the reference is written in parts."""
    hosts: tuple[tuple[str, str], ...] = ()
    """Types of registries whose host nothing else says."""
    builders: tuple[Keys, ...] = ()
    """The images by which it builds: one, or a list."""
    command: tuple[Keys, ...] = ()
    """Where the start command may stand, the one that counts first."""
    hooks: tuple[Keys, ...] = ()
    """Commands that run before a release or the start."""
    building: tuple[Keys, ...] = ()
    """Commands by which the platform builds: a text, or a list of them."""
    dockerfile: tuple[Keys, ...] = ()
    dockerfiles: Keys = ()
    """A mapping from names to Dockerfiles."""
    context: Keys = ()
    variables: tuple[Keys, ...] = ()
    """A mapping, or a list of names (`key`, `name`) and values."""
    mounts: Keys = ()
    """A list of host folders and folders in the container."""
    runtime: Keys = ()
    """The run time that the platform gives, and patches."""
    versions: tuple[Keys, ...] = ()
    """Where its version may stand by itself."""
    named: Keys = ()
    """A mapping from names to commands, each a process of its own."""


_SHAPES = (
    Shape(
        "Fly.io",
        r"(?:^|/)fly(?:\.[\w-]+)?\.toml\Z",
        frozenset({"app", "build", "env", "processes", "primary_region"}),
        name=("app",),
        image=(("build", "image"),),
        command=(("experimental", "cmd"), ("experimental", "exec")),
        hooks=(("deploy", "release_command"),),
        dockerfile=(("build", "dockerfile"),),
        builders=(("build", "builder"), ("build", "buildpacks")),
        variables=(("env",),),
        named=("processes",),
    ),
    Shape(
        "Render",
        r"(?:^|/)render\.ya?ml\Z",
        frozenset({"services", "projects"}),
        services=(("services",),),
        image=(("image", "url"),),
        command=(("dockerCommand",), ("startCommand",)),
        hooks=(("preDeployCommand",),),
        building=(("buildCommand",),),
        dockerfile=(("dockerfilePath",),),
        context=("dockerContext",),
        variables=(("envVars",),),
    ),
    Shape(
        "DigitalOcean App Platform",
        r"(?:^|/)(?:\.do/(?:app|deploy\.template)|digitalocean-app)\.ya?ml\Z",
        frozenset({"services", "workers", "jobs", "spec"}),
        services=(
            *((kind,) for kind in ("services", "workers", "jobs")),
            *(("spec", kind) for kind in ("services", "workers", "jobs")),
        ),
        image=(),
        parts=("image", "registry", "repository", "tag", "digest"),
        hosts=(("GHCR", "ghcr.io"), ("DOCR", "registry.digitalocean.com/${registry}")),
        command=(("run_command",),),
        building=(("build_command",),),
        dockerfile=(("dockerfile_path",),),
        context=("source_dir",),
        variables=(("envs",),),
    ),
    Shape(
        "App Engine",
        r"(?:^|/)app(?:[.-][\w-]+)?\.ya?ml\Z",
        frozenset({"runtime"}),
        name=("service",),
        command=(("entrypoint", "shell"), ("entrypoint",)),
        variables=(("env_variables",),),
        runtime=("runtime",),
        versions=(("runtime_config", "runtime_version"), ("runtime_config", "python_version")),
    ),
    Shape(
        "Heroku",
        r"(?:^|/)heroku\.ya?ml\Z",
        frozenset({"build", "run"}),
        hooks=(("release", "command"),),
        dockerfiles=("build", "docker"),
        variables=(("setup", "config"),),
        named=("run",),
    ),
    Shape(
        "App Runner",
        r"(?:^|/)apprunner\.ya?ml\Z",
        frozenset({"runtime"}),
        command=(("run", "command"),),
        hooks=(("run", "pre-run"),),
        building=tuple(("build", "commands", key) for key in ("pre-build", "build", "post-build")),
        variables=(("run", "env"),),
        runtime=("runtime",),
        versions=(("run", "runtime-version"),),
    ),
    Shape(
        "Railway",
        r"(?:^|/)railway\.(?:json|toml)\Z",
        frozenset({"build", "deploy"}),
        command=(("deploy", "startCommand"),),
        hooks=(("deploy", "preDeployCommand"),),
        building=(("build", "buildCommand"),),
        dockerfile=(("build", "dockerfilePath"),),
    ),
    Shape(
        "Elastic Beanstalk",
        r"(?:^|/)Dockerrun\.aws\.json\Z",
        frozenset({"Image"}),
        image=(("Image", "Name"),),
        command=(("Entrypoint",), ("Command",)),
        mounts=("Volumes",),
    ),
    Shape(
        "Azure Container Apps",
        r"(?:^|/)(?:container-?app|aca)[\w.-]*\.ya?ml\Z",
        frozenset({"properties"}),
        services=(
            ("properties", "template", "containers"),
            ("properties", "template", "initContainers"),
        ),
        image=(("image",),),
        command=(("command",),),
        variables=(("env",),),
    ),
    Shape(
        "Cloud Foundry",
        r"(?:^|/)manifest(?:[.-][\w-]+)?\.ya?ml\Z",
        frozenset({"applications"}),
        services=(("applications",),),
        image=(("docker", "image"),),
        command=(("command",),),
        variables=(("env",),),
    ),
)
_EACH = [(re.compile(shape.path), shape) for shape in _SHAPES]


def shape_of(path: str) -> Shape | None:
    """Return how the platform of a file writes it; None for a file of none."""
    return next((shape for pattern, shape in _EACH if pattern.search(path)), None)
