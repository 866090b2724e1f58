"""Functions on addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.formatting import sprint
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import derived
from immutable_delivery.syntax.gotemplate.values import Value

_PATH = "/:@!$&'()*+,;=~"


def _parse(text: str) -> dict[str, Any]:
    if not text.isprintable():
        raise FunctionError("the address holds a control character")
    try:
        found = urlsplit(str(text))
        host = found.hostname or ""
    except ValueError:
        raise FunctionError(f"{text[:60]} is no address") from None
    user, at, place = found.netloc.rpartition("@")
    opaque = (
        found.path if found.scheme and not found.netloc and not found.path.startswith("/") else ""
    )
    return {
        "scheme": found.scheme,
        "host": place,
        "hostname": host,
        "path": "" if opaque else unquote(found.path),
        "query": found.query,
        "opaque": opaque,
        "fragment": unquote(found.fragment),
        "userinfo": user if at else "",
    }


def _join(parts: dict[str, Any]) -> str:
    values = {
        name: parts.get(name) or ""
        for name in ("scheme", "userinfo", "host", "path", "query", "opaque", "fragment")
    }
    for name, value in values.items():
        if not isinstance(value, str):
            raise FunctionError(f"the {name} is no text")
    user = f"{values['userinfo']}@" if values["userinfo"] else ""
    authority = f"//{user}{values['host']}" if values["host"] or user else ""
    path = values["opaque"] or quote(values["path"], safe=_PATH)
    if authority and path and not path.startswith("/"):
        path = f"/{path}"
    scheme = f"{values['scheme']}:" if values["scheme"] else ""
    query = f"?{values['query']}" if values["query"] else ""
    fragment = f"#{quote(values['fragment'], safe=_PATH + '?')}" if values["fragment"] else ""
    return scheme + authority + path + query + fragment


def _query(run: Run, *values: Value) -> str:
    text = sprint(values, run.budget)
    return derived(quote_plus(text, safe="-_.~"), text)


URLS = {
    "urlJoin": Function(_join, "map"),
    "urlParse": Function(_parse, "string"),
    "urlquery": Function(_query, running=True),
}
