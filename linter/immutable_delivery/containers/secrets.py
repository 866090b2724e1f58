"""What is a secret: by the name of a variable, by the look of a value, by the name of a file."""

from __future__ import annotations

import re

from immutable_delivery.facts import SecretEvidence
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Secrets

_HARMLESS_VALUE = lazy(
    r"|true|false|yes|no|on|off|none|null|[0-9]{1,5}|/.*|<.*>|(?:file|https?)://[^@]*",
    re.IGNORECASE,
)
_SHORT_NUMBER = lazy(r"[0-9]{2,5}")
_TO_CHANGE = lazy(r"(?:change|replace)[-_ ]?me", re.IGNORECASE)
"""What an image gives to a variable that whoever starts it sets; in a manifest nobody comes behind it."""
_VALUE = lazy(
    r"(?:^|[^A-Za-z0-9])(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,}|glpat-[\w-]{20,}|"
    r"xox[abeoprs]-[\w-]{10,}|AIza[\w-]{35}|(?:sk|rk)_live_\w{20,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|dckr_pat_[\w-]{20,}|"
    r"hf_[A-Za-z0-9]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{10,500}\.eyJ[\w-]{10,}\.[\w-]{10,})|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_URL = lazy(r"[a-z][a-z0-9+.-]{0,30}://[^\s/:@$]*:(?P<password>[^\s/@$]+)@", re.IGNORECASE)
_PLACEHOLDER = lazy(
    r"(?:x+|\*+|\.+|pass(?:word)?|secret|token|user|changeme|<.*>)\Z", re.IGNORECASE
)

_ASSIGNMENT = lazy(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*([^\r\n]*)", re.MULTILINE)
_DOTENV = lazy(r"(?:^|/)[^/]*\.env(?:\.[^/]*)?\Z", re.IGNORECASE)
_TELLING = {
    ".npmrc": lazy(r"_(?:auth|authToken|password)\s*="),
    ".pem": lazy(r"PRIVATE KEY"),
    ".key": lazy(r"PRIVATE KEY|^[A-Za-z0-9+/=_-]{16,}\s*\Z"),
}


def secret_variable(name: str, value: str | None, *, default: bool = False) -> SecretEvidence:
    """Return why a variable is a secret: name, value or url; "" where it is none.

    ``value`` is None where it is not known, as for an ARG without a default; ``default`` says that it is there to be replaced.
    """
    if default and value is not None and _TO_CHANGE.fullmatch(value):
        return ""
    if value is not None and (found := secret_value(value)):
        return found
    words = known(Secrets)
    if words.always_secret.search(name):
        return "" if value is not None and words.no_secret.fullmatch(value) else "name"
    if not words.name.search(name) or words.harmless_name.search(name):
        return ""
    return "" if value is not None and _is_none(name, value) else "name"


def _is_none(name: str, value: str) -> bool:
    """Whether a value says that it is no secret; a password is what its owner wrote, `123` and `dummy` too."""
    words = known(Secrets)
    if words.chosen_name.search(name):
        return bool(_HARMLESS_VALUE.fullmatch(value)) and not _SHORT_NUMBER.fullmatch(value)
    return bool(_HARMLESS_VALUE.fullmatch(value)) or words.no_secret.fullmatch(value) is not None


def secret_value(value: str) -> SecretEvidence:
    """Return value or url where a text holds a secret by its look, else ""."""
    if _VALUE.search(value):
        return "value"
    return "url" if has_credentials(value) else ""


def has_credentials(url: str) -> bool:
    """Whether a text holds a URL with a password in it."""
    urls = _URL.finditer(url) if "://" in url else ()
    return any(not _PLACEHOLDER.match(found["password"]) for found in urls)


def is_placeholder(name: str, value: str) -> bool:
    """Whether a value only stands for one: `xxx`, the variable's own name, or a reference to where the secret is kept."""
    if value.lower().startswith(name.lower()):
        return True
    one_character = len(set(value.lower())) < 2  # noqa: PLR2004 (again and again)
    return one_character or known(Secrets).placeholder.fullmatch(value) is not None


def is_key_folder(target: str) -> bool:
    """Whether a path is a folder of keys, or lies in one."""
    return known(Secrets).key_folder.search(target) is not None


def goes_to_keys(target: str, name: str) -> bool:
    """Whether a file of this name goes into a folder of keys (`/root/.ssh`), and is none that holds no key."""
    words = known(Secrets)
    named = target.rstrip("/").rpartition("/")[2]
    into = words.key_folder.search(target)
    renamed = (
        into is not None and target[into.start() :].count("/") > 1 and not target.endswith("/")
    )
    return into is not None and not words.no_key.fullmatch(named if renamed else name)


def secret_file(path: str, content: str | None = None) -> bool:
    """Whether a file is a secret by its name; its content, where it is known, may acquit it."""
    words = known(Secrets)
    if not words.named_so(path) or words.harmless_file.search(path.rpartition("/")[2]):
        return False
    if content is not None and _DOTENV.search(path):
        return _sets_secret(content)
    telling = next(
        (rule for ending, rule in _TELLING.items() if path.lower().endswith(ending)), None
    )
    return content is None or telling is None or bool(telling.search(content))


def _sets_secret(content: str) -> bool:
    """Whether a file of variables gives one of them a secret."""
    for name, written in _ASSIGNMENT.findall(content):
        value = written.partition(" #")[0].strip().strip("\"'")
        if value and secret_variable(name, value) and not is_placeholder(name, value):
            return True
    return _VALUE.search(content) is not None
