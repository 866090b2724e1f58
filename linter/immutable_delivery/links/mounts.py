"""What a mount hides: the code of the image, or the configuration of what runs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from posixpath import join, normpath

from immutable_delivery.facts import Container, Fact, Mount
from immutable_delivery.files import Files
from immutable_delivery.formats.images import name_and_tag
from immutable_delivery.patterns import lazy
from immutable_delivery.records import replace

_SOURCE = lazy(
    r"\.(?:py|js|mjs|cjs|ts|tsx|jsx|vue|svelte|rb|php|go|rs|java|kt|scala|cs|fs|ex|exs|erl|clj|pl|lua|swift|dart"
    r"|jar|war|dll|so|wasm|sh|html|css|sql\.erb|erb|jinja2?)$"
)
_DATA_SOURCE = lazy(r"(?:^|[/_-])(?:data|db|database|storage)/?$", re.IGNORECASE)
"""Folders of the host that hold data, whatever the image calls the place: `database:/config`."""
_DATA_TARGET = lazy(
    r"^/(?:var/lib|var/log|var/cache|data|db|backups?|dump|tmp|run|certs?|etc/(?:ssl|letsencrypt|localtime|timezone)"
    r"|usr/share/(?:zoneinfo|ca-certificates)|docker-entrypoint-initdb\.d|media|uploads?|logs?)(?:/|$)"
)
_CODE_PATHS = {
    "nginx": ("/usr/share/nginx/html",),
    "httpd": ("/usr/local/apache2/htdocs",),
    "php": ("/var/www/html",),
    "wordpress": ("/var/www/html",),
    "drupal": ("/var/www/html", "/opt/drupal/web"),
    "tomcat": ("/usr/local/tomcat/webapps",),
    "caddy": ("/usr/share/caddy", "/srv"),
    "jenkins/jenkins": ("/usr/share/jenkins",),
}
"""Where well-known images keep the code or the pages that they serve."""


def link_mounts(facts: Sequence[Fact], files: Files) -> list[Fact]:
    """Return the facts with ``covers_code`` and ``covers_config`` of every mount of a path or volume filled in."""
    stages = [
        fact for fact in facts if isinstance(fact, Container) and fact.container_type == "stage"
    ]
    deployed = [
        fact for fact in facts if isinstance(fact, Container) and fact.container_type != "stage"
    ]
    by_service = _by_service(stages)
    own = {(c.manifest, c.scope.owner): c for c in deployed}
    code = _CodeFolders(files)
    return [
        _linked(fact, by_service, own, code)
        if isinstance(fact, Mount) and _may_hide(fact)
        else fact
        for fact in facts
    ]


def _may_hide(mount: Mount) -> bool:
    return (mount.host or mount.mount_type in {"volume", "empty"}) and not mount.runtime_socket


def _by_service(containers: Iterable[Container]) -> Mapping[str, list[Container]]:
    found: dict[str, list[Container]] = defaultdict(list)
    for container in containers:
        for name in container.scope.services:
            found[name].append(container)
    return found


def _linked(
    mount: Mount,
    stages: Mapping[str, list[Container]],
    own: Mapping[tuple[str, str], Container],
    code: _CodeFolders,
) -> Mount:
    if not mount.target:
        return mount
    target = normpath(mount.target)
    container = own.get((mount.manifest, mount.scope.owner))
    evidence = _evidence(mount, target, stages.get(mount.scope.service, ()), container, code)
    config = _config(mount, target, code) if mount.host and not evidence else ""
    return replace(mount, covers_code=evidence, covers_config=config)


def _evidence(
    mount: Mount,
    target: str,
    stages: Sequence[Container],
    container: Container | None,
    code: _CodeFolders,
) -> str:
    """Return why the target is code, the strongest evidence first; "" where nothing says so."""
    if _DATA_TARGET.match(target):
        return ""
    for stage in stages:
        for inside, source in stage.code:
            if _hides(mount, target, normpath(inside), source, code):
                return f"the Dockerfile copies '{source or '.'}' there"
    if mount.host and container and (program := _program_below(target, container)):
        return f"'{program}' starts from there"
    if (
        mount.host_path is not None
        and code.holds_source(mount.host_path)
        and _is_home(target, stages, container)
    ):
        return f"'{mount.host_path or '.'}' holds source code"
    return ""


def _hides(mount: Mount, target: str, inside: str, source: str, code: _CodeFolders) -> bool:
    """Whether a mount hides code copied to ``inside``: all of it, or a part that is code there or on the host."""
    if target == inside or inside.startswith(f"{target.rstrip('/')}/"):
        return code.holds_source(source)
    if not target.startswith(f"{inside.rstrip('/')}/"):
        return False
    part = f"{source}/{target[len(inside) :].lstrip('/')}".lstrip("/")
    return code.holds_source(part) or (
        mount.host_path is not None and code.holds_source(mount.host_path)
    )


def _same_or_above(target: str, inside: str) -> bool:
    inside = normpath(inside)
    return (
        target == inside
        or inside.startswith(f"{target.rstrip('/')}/")
        or target.startswith(f"{inside.rstrip('/')}/")
    )


def _program_below(target: str, container: Container) -> str:
    """Return the program or source file below the target that the container starts, by its working directory too."""
    argv = container.entry or ()
    for word in argv:
        relative = not word.startswith(("/", "-")) and (
            word.startswith("./") or _SOURCE.search(word)
        )
        path = join(container.workdir or "", word) if relative and container.workdir else word
        inside = path == target or path.startswith(f"{target.rstrip('/')}/")
        if inside and (_SOURCE.search(word) or word == argv[0]):
            return word
    return ""


def _is_home(target: str, stages: Sequence[Container], container: Container | None) -> bool:
    """Whether the target is where the image keeps its code: a working directory, a known path, a usual name."""
    name, _ = name_and_tag((container.image if container else "") or "")
    homes = [stage.workdir for stage in stages if stage.workdir not in {"", "/", None}]
    homes += [container.workdir] if container and container.workdir else []
    homes += _CODE_PATHS.get(name, ())
    if any(home and _same_or_above(target, home) for home in homes):
        return True
    return bool(
        re.match(
            r"^/(?:app|src|code|srv|workspace|work|project|usr/src|opt/app|var/www|home/\w+/app)(?:/|$)",
            target,
        )
    )


def _config(mount: Mount, target: str, code: _CodeFolders) -> str:
    if _DATA_TARGET.match(target) or not _looks_like_config(mount, target):
        return ""
    if mount.host_path is None:
        return "outside"
    return "tracked" if code.files.state(mount.host_path) == "tracked" else "untracked"


def _looks_like_config(mount: Mount, target: str) -> bool:
    source = mount.source or ""
    return bool(
        re.search(
            r"\.(?:conf|cnf|cfg|ini|ya?ml|json|toml|properties|xml|env|tmpl|template|rules|vcl|hcl)$",
            source,
        )
        or (
            re.match(r"^/(?:etc|usr/local/etc|opt/[\w.-]+/(?:conf|etc)|config|conf)(?:/|$)", target)
            and not _DATA_SOURCE.search(source)
        )
    )


class _CodeFolders:
    """Which paths of the repository hold source code that version control tracks."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._sources: set[str] | None = None

    def holds_source(self, path: str) -> bool:
        """Whether a file is source code, or a folder has some in it or one level below."""
        if self._sources is None:
            self._sources = _sources(self.files.paths)
        return path in self._sources


def _sources(paths: Iterable[str]) -> set[str]:
    found = set()
    for path in paths:
        if _SOURCE.search(path):
            found.add(path)
            folder = path.rpartition("/")[0]
            found.add(folder)
            for _ in range(3):
                folder = folder.rpartition("/")[0]
                found.add(folder)
    return found
