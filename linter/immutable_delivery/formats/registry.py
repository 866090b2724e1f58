"""The literal list of formats, asked in this order; a module is imported when the first path fits."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import cast

from immutable_delivery.formats import Format
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record


class Entry(Record, frozen=True):
    """A format and the files that it may claim."""

    name: str
    names: str
    """A regular expression that is found in the names, without folders, of the files that it may claim."""
    paths: str = ""
    """A regular expression that is found in their whole paths, where their names do not tell enough."""
    holds: bytes = b""
    """What every one of its files holds, where names do not tell enough: without it, or an escape, the module is not imported."""
    no_objects: bool = False
    """None of its files is an object of Kubernetes: it is not asked about one that plainly is."""
    describes_images: bool = False
    """It makes facts of what others build, so it comes after them."""
    encloses: bool = False
    """Files around one that it claims are its own, whatever they hold."""
    apart: bool = False
    """What one file says does not depend on its neighbours: each is read by itself."""
    bytewise: bool = False
    """Its engine reads bytes, whatever they encode: what is no UTF-8 is no fault."""


REGISTRY = (
    Entry(
        "dockerfile",
        r"(?i:(?:^|[.\-_])(?:docker|container)file[^/]*$)",
        describes_images=True,
        apart=True,
    ),
    Entry("contract", r"delivery\.(?:ya?ml|json)$", apart=True),
    Entry("fleet", r"^fleet\.ya?ml$", apart=True),
    Entry(
        "helmfile",
        r"^helmfile[^/]*\.ya?ml(?:\.gotmpl)?$|^\d+[-_.][^/]*\.ya?ml(?:\.gotmpl)?$|\.ya?ml\.gotmpl$",
        apart=True,
    ),
    Entry("chart", r"^Chart\.yaml$", encloses=True),
    Entry("skaffold", r"skaffold[^/]*\.ya?ml$"),
    Entry("devcontainer", r"devcontainer\.json$", apart=True),
    Entry("bake", r"bake[^/]*\.(?:hcl|json)$", apart=True),
    Entry("procfile", r"(?i:^Procfile[^/]*$)", apart=True),
    Entry("quadlet", r"\.(?:container|image|build|kube|volume)$"),
    Entry("score", r"(?i:score[^/]*\.ya?ml$)", apart=True),
    Entry("cloudinit", r"\.(?:ya?ml|cfg|txt)$|^[^.]+$", holds=b"#cloud-config", apart=True),
    Entry(
        "ignition", r"\.(?:ign|bu|fcc|ya?ml|json)$", holds=b"version", no_objects=True, apart=True
    ),
    Entry("packer", r"\.(?:pkr|pkrvars)\.(?:hcl|json)$|\.json$"),
    Entry("terraform", r"\.(?:tf|tofu|tfvars)(?:\.json)?$|(?<!\.lock)\.hcl$"),
    Entry(
        "apps",
        r"^(?:fly[\w.-]*\.toml|railway\.(?:json|toml)|(?:render|heroku|apprunner|app|deploy\.template|digitalocean-app|manifest|app[.-][\w-]+"
        r"|manifest[.-][\w-]+|(?:container-?app|aca)[\w.-]*)\.ya?ml|Dockerrun\.aws\.json)$",
        apart=True,
    ),
    Entry("cloudformation", r"\.(?:ya?ml|json|template)$", holds=b"Resources", no_objects=True),
    Entry(
        "ecs",
        r"\.(?:ya?ml|json|template)$",
        holds=b"containerDefinitions",
        no_objects=True,
        apart=True,
    ),
    Entry("nomad", r"\.(?:nomad|hcl|json)$", apart=True),
    Entry(
        "github",
        r"\.ya?ml$",
        paths=r"(?:^|/)(?:\.(?:github|gitea|forgejo)/workflows/[^/]+|action\.ya?ml)$",
    ),
    Entry("gitlab", r"\.ya?ml$", paths=r"gitlab-ci\.ya?ml$|(?:^|/)\.gitlab(?:-ci|/ci)/"),
    Entry("circleci", r"\.ya?ml$", paths=r"(?:^|/)\.circleci/", apart=True),
    Entry(
        "azure",
        r"\.ya?ml$",
        paths=r"(?i:(?:^|/)[^/]*azure-?pipelines?[^/]*(?:/|\.ya?ml$)|(?:^|/)\.(?:azuredevops|pipelines)/)",
    ),
    Entry(
        "cloudbuild",
        r"\.(?:ya?ml|json)$",
        paths=r"(?:^|/)[\w.-]*cloudbuild(?:[\w.-]*\.(?:ya?ml|json)$|/[^/]+$)",
        apart=True,
    ),
    Entry("semaphore", r"\.ya?ml$", paths=r"(?:^|/)\.semaphore/", apart=True),
    Entry("drone", r"^\.drone(?:\.[\w-]+)?\.ya?ml$", apart=True),
    Entry("woodpecker", r"\.ya?ml$", paths=r"(?:^|/)\.woodpecker(?:\.ya?ml$|/)", apart=True),
    Entry("buildkite", r"\.ya?ml$", paths=r"(?:^|/)\.?buildkite(?:\.ya?ml$|/)", apart=True),
    Entry("bitbucket", r"^bitbucket-pipelines\.ya?ml$", apart=True),
    Entry("codebuild", r"^[\w.-]*buildspec[\w.-]*\.ya?ml$", apart=True),
    Entry("jenkins", r"Jenkinsfile(?:[.-][\w.-]+)?$", apart=True),
    Entry("systemd", r"\.service$", apart=True),
    Entry("script", r"\.(?:sh|bash|zsh|ksh|ash)$|^[^.]+$", apart=True, bytewise=True),
    Entry("makefile", r"^(?:GNU)?[Mm]akefile(?:\.[\w.-]+)?$|\.(?:mk|make)$", bytewise=True),
    Entry("npm", r"^package\.json$", apart=True),
    Entry(
        "crontab",
        r"^crontab(?:\.txt)?$|\.cron(?:tab)?$|^[^.]+$",
        paths=r"(?:^|/)(?:cron\.d|crontabs)/[^/]+$|crontab(?:\.txt)?$|\.cron$",
        apart=True,
    ),
    Entry("tox", r"^(?:tox\.(?:ini|toml)|setup\.cfg|pyproject\.toml)$", holds=b"env", apart=True),
    Entry("pytasks", r"^(?:noxfile|tasks)\.py$", apart=True),
    Entry("justfile", r"^(?i:\.?justfile)$|\.just$"),
    Entry("taskfile", r"\.ya?ml$", paths=r"(?i:taskfile)"),
    Entry("ansible", r"\.ya?ml$", no_objects=True),
    Entry("precommit", r"^\.pre-commit-config\.ya?ml$", apart=True),
    Entry("kamal", r"^deploy[^/]*\.ya?ml$", no_objects=True),
    Entry("compose", r"\.ya?ml$", no_objects=True),
    Entry("kubernetes", r"\.(?:ya?ml|json)$|^Kustomization$"),
    Entry(
        "platforms",
        r"^(?:digitalocean-app|deploy\.template|app[^/]*|render|heroku|apprunner|serverless|manifest|werf|koyeb|convox|Pulumi)\.ya?ml$"
        r"|^(?:fly[^/]*|railway|nixpacks)\.toml$|^(?:railway|Dockerrun\.aws|cdk|azuredeploy|mainTemplate)\.json$|^appengine-web\.xml$"
        r"|^(?:captain-definition|Earthfile|Vagrantfile|Berksfile|Puppetfile)$|\.(?:rb|pp|sls|bicep|jsonnet)$",
        paths=r"(?:\.(?!rb|pp|sls)\w+|/[^/.]+|^[^/.]+)$"
        r"|(?:^|/)(?:recipes/[^/]+\.rb|Policyfile\.rb|manifests/[^/]+\.pp|(?:top|init)\.sls)$",
        apart=True,
    ),
    Entry(
        "liquibase",
        r"\.(?:xml|ya?ml|json|sql)$",
        paths=r"(?i:change-?log|change-?set|liquibase|migrat|(?:^|/)(?:db|database)/)",
        apart=True,
    ),
    Entry(
        "migration",
        r"\.sql$|^(?:\d|[0-9a-f]{6,})[\w.-]*\.(?:py|rb|cs|[cm]?[jt]s)$",
        paths=r"(?i:migrat|(?:^|/)(?:versions|drizzle|DbScripts)/)|(?:^|/)(?:[VBU]\d|R__)[^/]*\.sql$|\.(?:up|down)\.sql$",
        apart=True,
        bytewise=True,
    ),
)
NAMED = {entry.name: entry for entry in REGISTRY}
_EACH = [(entry, lazy(entry.names), lazy(entry.paths)) for entry in REGISTRY]
_YAML = ".y"
_MARKS = {
    "dockerfile": "dockerfile containerfile", "contract": "delivery.", "fleet": "fleet.", "helmfile": _YAML, "chart": "chart.yaml",
    "skaffold": "skaffold", "devcontainer": "devcontainer.json", "bake": "bake", "procfile": "procfile",
    "quadlet": ".container .image .build .kube .volume", "score": "score", "ignition": ".ign .bu .fcc .y .json", "packer": ".pkr .json",
    "terraform": ".tf .tofu .hcl", "apps": "fly railway render heroku app manifest aca digitalocean-app deploy.template dockerrun", "cloudformation": ".y .json .template", "ecs": ".y .json .template",
    "nomad": ".nomad .hcl .json", "github": _YAML, "gitlab": _YAML, "circleci": _YAML, "azure": _YAML, "cloudbuild": ".y .json",
    "drone": ".drone", "woodpecker": _YAML, "buildkite": _YAML, "bitbucket": "bitbucket", "codebuild": "buildspec",
    "jenkins": "jenkinsfile", "systemd": ".service", "makefile": "makefile .mk .make", "npm": "package.json", "tox": "tox. setup.cfg pyproject.toml",
    "pytasks": "noxfile.py tasks.py", "justfile": "just", "taskfile": _YAML, "ansible": _YAML, "precommit": ".pre-commit",
    "kamal": "deploy", "compose": _YAML, "kubernetes": ".y .json kustomization",
    "platforms": "app deploy.template render heroku serverless manifest werf koyeb convox fly railway dockerrun captain-definition earthfile vagrantfile"
    " berksfile puppetfile .rb .pp .sls pulumi nixpacks cdk.json azuredeploy maintemplate .bicep .jsonnet",
    "migration": ".sql .py .rb .cs js ts",
}  # fmt: skip
"""Words of which one is in the name, in lower case, of each file that a format may claim: without one its expressions are not even compiled."""
_MARKED = [
    (mark, number)
    for number, entry in enumerate(REGISTRY)
    for mark in _MARKS.get(entry.name, "").split() or [""]
]


@cache
def load(name: str) -> Format:
    """Import a format."""
    return cast("Format", import_module(f"immutable_delivery.formats.{name}"))


def candidates(path: str) -> list[Entry]:
    """Return the formats that may claim a path."""
    found = _of_name(path.rpartition("/")[2])
    return [entry for entry, paths in found if not entry.paths or paths.search(path)]


@lru_cache(maxsize=1024)
def _of_name(name: str) -> list[tuple[Entry, re.Pattern[str]]]:
    """Return the formats that may claim files of a name; most names come again and again."""
    folded = name.casefold()
    marked = sorted({number for mark, number in _MARKED if mark in folded})
    possible = (_EACH[number] for number in marked)
    return [(entry, paths) for entry, names, paths in possible if names.search(name)]


def claim(path: str, data: bytes) -> Entry | None:
    """Return the format that claims a file."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # so that it is claimed, and refused by name
        data = data.decode("utf-16", "ignore").encode()
    spelt = b"\\" in data  # an escape may spell any word
    possible = [entry for entry in candidates(path) if spelt or entry.holds in data]
    if any(entry.no_objects for entry in possible) and _are_objects(data):
        possible = [entry for entry in possible if not entry.no_objects]
    return next((entry for entry in possible if load(entry.name).claims(path, data)), None)


def _are_objects(data: bytes) -> bool:
    if b"apiVersion" not in data:
        return False
    from immutable_delivery.syntax.yaml.heads import are_objects  # noqa: PLC0415 (it loads YAML)

    return are_objects(data)
