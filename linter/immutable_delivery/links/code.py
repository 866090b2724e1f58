"""What tells that a path of a container is code: what is copied there, what starts from there, what images keep there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from posixpath import join

from immutable_delivery.facts import Container
from immutable_delivery.files import Files
from immutable_delivery.patterns import lazy

SOURCE = lazy(
    r"\.(?:py|js|mjs|cjs|ts|tsx|jsx|vue|svelte|rb|php|go|rs|java|kt|scala|cs|fs|ex|exs|erl|clj|pl|lua|swift|dart"
    r"|jar|war|dll|so|wasm|sh|html|css|sql\.erb|erb|jinja2?)$"
)
DATA_TARGET = lazy(
    r"^/(?:var/lib|var/log|var/cache|data|db|backups?|dump|tmp|run|certs?|etc/(?:ssl|letsencrypt|localtime|timezone)"
    r"|usr/share/(?:zoneinfo|ca-certificates)|docker-entrypoint-initdb\.d|media|uploads?|logs?)(?:/|$)"
)
CODE_PATHS = {
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


def by_service(containers: Iterable[Container]) -> Mapping[str, list[Container]]:
    """Return the containers of every service."""
    found: dict[str, list[Container]] = defaultdict(list)
    for container in containers:
        for name in container.scope.services:
            found[name].append(container)
    return found


def program_below(target: str, container: Container) -> str:
    """Return the program or source file below the target that the container starts, by its working directory too."""
    argv = container.entry or ()
    for word in argv:
        relative = not word.startswith(("/", "-")) and (
            word.startswith("./") or SOURCE.search(word)
        )
        path = join(container.workdir or "", word) if relative and container.workdir else word
        inside = path == target or path.startswith(f"{target.rstrip('/')}/")
        if inside and (SOURCE.search(word) or word == argv[0]):
            return word
    return ""


class CodeFolders:
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
        if SOURCE.search(path):
            found.add(path)
            folder = path.rpartition("/")[0]
            found.add(folder)
            for _ in range(3):
                folder = folder.rpartition("/")[0]
                found.add(folder)
    return found
