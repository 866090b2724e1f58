"""Deployments of Kamal: `config/deploy.yml`, and per destination `config/deploy.production.yml` over it.

The reference is Kamal's documentation of its configuration, which is a template of ERB.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import Mapping as Tree

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "kamal"

_PATH = lazy(r"(?:^|/)deploy[^/]*\.ya?ml\Z")
_DESTINATION = lazy(r"(?:^|/)config/deploy[.-][^/]+\Z")
_STATEMENT = lazy(r"<%(?!=)(?:(?!<%|%>)[\s\S])*+%>")
_CONFIG = lazy(r"(?:^|/)config/deploy[^/]*\Z")
_PART = lazy(rb"^[\"']?(?:service|image|servers|accessories|registry)[\"']?[ \t]*:", re.MULTILINE)
_PLAIN = lazy(rb"^(?:servers|accessories)[ \t]*:", re.MULTILINE)
_OTHERS = lazy(rb"^[\"']?(?:apiVersion|services|jobs)[\"']?[ \t]*:", re.MULTILINE)
_OUTPUT = lazy(r"(?<=<%=)(?:(?!<%|%>)[\s\S])*+(?=%>)")
_INK = lazy(r"[^\r\n]")
_SIGN = lazy(r"[^\w\r\n]")
_WORDS = (b"servers", b"accessories", b"env", b"proxy", b"image")
"""One of them is in every file, of the first two where its name does not tell."""
_KEYS = frozenset({
    "service", "image", "servers", "registry", "env", "accessories", "proxy", "builder", "volumes", "labels", "asset_path", "hooks_path",
    "secrets_path", "error_pages_path", "require_destination", "primary_role", "allow_empty_roles", "retain_containers", "minimum_version",
    "readiness_delay", "deploy_timeout", "drain_timeout", "stop_timeout", "run_directory", "ssh", "sshkit", "boot", "logging", "output",
    "aliases", "hooks_output", "traefik", "healthcheck",
})  # fmt: skip


def claims(path: str, data: bytes) -> bool:
    """Whether a file names a service and where it goes, or is the part of a destination."""
    own = _CONFIG.search(path) is not None
    words = _WORDS if own else _WORDS[:2]
    if not _PATH.search(path) or not (any(word in data for word in words) or b"\\" in data):
        return False
    documents = parse(Text(path, data.decode("utf-8", "replace")))
    if any(one.problem for one in documents):
        begun = (_PART if own else _PLAIN).search(data)
        return begun is not None and not _OTHERS.search(data)
    roots = [one.root.entries.keys() for one in documents if isinstance(one.root, Tree)]
    if _DESTINATION.search(path):
        return any(all(key in _KEYS or key.startswith("x-") for key in keys) for keys in roots)
    return any(
        {"service", "image"} <= keys
        and (keys & {"servers", "accessories"} or (own and keys <= _KEYS))
        for keys in roots
    )


def parse(text: Text) -> list[Document]:
    """Return the document of the file; statements of its template are blanks, and no sign of an expression is YAML's."""
    plain = _STATEMENT.sub(lambda found: _INK.sub(" ", found[0]), text.value)
    plain = _OUTPUT.sub(lambda found: _SIGN.sub("_", found[0]), plain)
    return yaml.documents(Text(text.path, plain))


def comments(document: list[Document], text: Text) -> list[Comment]:
    """Return the comments with what each covers."""
    return yaml.comments(text, document)


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every deployment says of its roles and accessories."""
    from immutable_delivery.formats.kamal.deployment import deployments  # noqa: PLC0415 (it loads the shell)

    for deployment in deployments(documents, ctx):
        yield from deployment.facts()
