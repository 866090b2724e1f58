"""GitHub, GitLab and Gitea on loopback, as far as reviews use them: stateful, strict about lines, sizes and batches."""

# ruff: noqa: ARG002, RUF012 (every route is called alike)

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.forges.store import BOT, TOKEN, Comment, Conversation, Store
from tests.registry.conftest import serving

Reply = tuple[int, Any]
REDIRECT = ""
"""Another host that everything is sent to."""
Route = Callable[..., Reply]


class Dialect:
    """How one forge speaks; a route is a method and a pattern."""

    name: str
    authorization: str
    most = 65_536
    """Characters of a comment."""
    routes: Mapping[str, Route]

    def __init__(self, store: Store) -> None:
        self.store = store

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Reply:
        for pattern, route in self.routes.items():
            verb, _, where = pattern.partition(" ")
            found = re.fullmatch(where, path)
            if verb == method and found:
                return route(
                    self, *found.groups(), **({"query": query} if verb == "GET" else {"body": body})
                )
        return 404, {"message": "Not Found"}

    def page(self, items: list[Any], query: Mapping[str, str], name: str = "per_page") -> list[Any]:
        size, number = int(query.get(name, "30")), int(query.get("page", "1"))
        return items[(number - 1) * size : number * size]


class GitHub(Dialect):
    name = "github"
    authorization = f"Bearer {TOKEN}"

    def pull(self, number: str, query: object) -> Reply:
        return 200, {
            "number": int(number),
            "state": "open",
            "head": {"sha": self.store.head},
            "base": {"sha": self.store.base},
        }

    def pulls(self, query: Mapping[str, str]) -> Reply:
        fits = query.get("head") == "stranger:topic"
        return 200, [self.pull(str(self.store.number), {})[1]] if fits else []

    def files(self, number: str, query: Mapping[str, str]) -> Reply:
        listed = [
            {"filename": path, "patch": patch, "status": "modified"}
            for path, patch in self.store.patches().items()
        ]
        return 200, self.page(listed, query)

    def review(self, number: str, body: Any) -> Reply:
        if body["commit_id"] != self.store.head or body["event"] != "COMMENT" or not body["body"]:
            return 422, {"message": "Unprocessable Entity"}
        for one in body["comments"]:
            start = one.get("start_line", one["line"])
            if len(one["body"]) > 65_536 or one.get("start_line") == one["line"]:
                return 422, {"message": "body is too long or start_line is line"}
            if reason := self.store.refuses(one["path"], start, one["line"]):
                return 422, {"message": "Unprocessable Entity", "errors": [reason]}
        for one in body["comments"]:
            self.store.say(
                BOT, one["body"], one["path"], one.get("start_line", one["line"]), one["line"]
            )
        self.store.reviews += 1
        return 200, {"id": 1}

    def edit(self, wanted: str, body: Any) -> Reply:
        found = self.store.comment(int(wanted))
        if found is None or len(body["body"]) > self.most:
            return (404 if found is None else 422), {"message": "cannot be edited"}
        found[1].body = body["body"]
        return 200, {"id": int(wanted)}

    def delete(self, wanted: str, body: object) -> Reply:
        return (204, None) if self.store.delete(int(wanted)) else (404, {"message": "Not Found"})

    def note(self, number: str, body: Any) -> Reply:
        if len(body["body"]) > self.most:
            return 422, {"message": "body is too long"}
        self.store.notes.append(Comment(next(self.store.ids), BOT, body["body"]))
        return 201, {"id": self.store.notes[-1].id}

    def check(self, body: Any) -> Reply:
        if len(body["output"]["annotations"]) > 50 or body["head_sha"] != self.store.head:
            return 422, {"message": "no more than 50 annotations"}
        self.store.checks.append(copy.deepcopy(body))
        return 201, {"id": 99}

    def more(self, wanted: str, body: Any) -> Reply:
        if wanted != "99" or len(body["output"]["annotations"]) > 50:
            return 422, {"message": "no more than 50 annotations"}
        self.store.checks[-1]["output"]["annotations"] += body["output"]["annotations"]
        return 200, {"id": 99}

    def status(self, commit: str, body: Any) -> Reply:
        self.store.statuses.append(body)
        return 201, {"id": 1}

    def graphql(self, body: Any) -> Reply:
        if body["query"].lstrip().startswith("mutation"):
            return self.settle(body["query"], body["variables"]["id"])
        after = body["variables"]
        found = {
            "headRefOid": self.store.head,
            "reviewThreads": self.connection(
                [self.thread(one) for one in self.store.conversations], after["threads"], 100
            ),
            "comments": self.connection(
                [self.written(one) for one in self.store.notes], after["comments"], 100
            ),
        }
        return 200, {"data": {"viewer": {"login": BOT}, "repository": {"pullRequest": found}}}

    def connection(self, nodes: list[Any], after: str | None, size: int) -> dict[str, Any]:
        start = int(after or 0)
        end = min(start + size, len(nodes))
        return {
            "pageInfo": {"hasNextPage": end < len(nodes), "endCursor": str(end)},
            "nodes": nodes[start:end],
        }

    def thread(self, one: Conversation) -> dict[str, Any]:
        return {
            "id": one.id, "isResolved": not one.open, "path": one.path, "line": one.line or None,
            "startLine": one.start if one.start < one.line else None, "viewerCanResolve": one.open, "viewerCanUnresolve": not one.open,
            "resolvedBy": {"login": one.resolved_by} if one.resolved_by else None,
            "comments": {"totalCount": len(one.comments), "nodes": [self.written(c) for c in one.comments[:50]]},
        }  # fmt: skip

    def written(self, one: Comment) -> dict[str, Any]:
        return {
            "fullDatabaseId": str(one.id),
            "body": one.body,
            "viewerDidAuthor": one.author == BOT,
        }

    def settle(self, mutation: str, wanted: str) -> Reply:
        if self.store.denied and self.store.denied.search("resolve"):
            return 200, {
                "data": None,
                "errors": [
                    {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}
                ],
            }
        (one,) = (one for one in self.store.conversations if one.id == wanted)
        one.resolved_by = "" if "unresolve" in mutation else BOT
        return 200, {"data": {}}

    routes = {
        r"GET /repos/o/r/pulls": pulls,
        r"GET /repos/o/r/pulls/(\d+)": pull,
        r"GET /repos/o/r/pulls/(\d+)/files": files,
        r"POST /repos/o/r/pulls/(\d+)/reviews": review,
        r"PATCH /repos/o/r/pulls/comments/(\d+)": edit,
        r"DELETE /repos/o/r/pulls/comments/(\d+)": delete,
        r"POST /repos/o/r/issues/(\d+)/comments": note,
        r"PATCH /repos/o/r/issues/comments/(\d+)": edit,
        r"POST /repos/o/r/check-runs": check,
        r"PATCH /repos/o/r/check-runs/(\S+)": more,
        r"POST /repos/o/r/statuses/(\w+)": status,
        r"POST /graphql": graphql,
    }


class GitLab(Dialect):
    name = "gitlab"
    authorization = f"Bearer {TOKEN}"

    def user(self, query: object) -> Reply:
        return 200, {"id": 1, "username": BOT}

    def request(self, query: object) -> Reply:
        refs = {
            "base_sha": self.store.merge_base,
            "start_sha": self.store.base,
            "head_sha": self.store.head,
        }
        return 200, {"iid": self.store.number, "state": "opened", "diff_refs": refs}

    def diffs(self, query: Mapping[str, str]) -> Reply:
        listed = [
            {"new_path": path, "old_path": path, "diff": f"{patch}\n", "deleted_file": False}
            for path, patch in self.store.patches().items()
        ]
        return 200, self.page(listed, query)

    def discussions(self, query: Mapping[str, str]) -> Reply:
        lines = [self.discussion(one) for one in self.store.conversations]
        notes = [{"id": str(one.id), "notes": [self.written(one)]} for one in self.store.notes]
        return 200, self.page(lines + notes, query)

    def discussion(self, one: Conversation) -> dict[str, Any]:
        at = {
            "new_path": one.path,
            "new_line": one.line or 1,
            "head_sha": self.store.head if one.line else one.commit,
        }
        by = {"id": 1 if one.resolved_by == BOT else 2} if one.resolved_by else None
        more = {"position": at, "resolvable": True, "resolved": not one.open, "resolved_by": by}
        return {"id": one.id, "notes": [{**self.written(c), **more} for c in one.comments]}

    def written(self, one: Comment) -> dict[str, Any]:
        return {
            "id": one.id,
            "body": one.body,
            "system": False,
            "author": {"id": 1 if one.author == BOT else 2},
        }

    def drafts(self, query: object) -> Reply:
        return 200, self.store.drafts

    def draft(self, body: Any) -> Reply:
        at = body["position"]
        refs = self.request({})[1]["diff_refs"]
        if {name: at[name] for name in refs} != refs or at["position_type"] != "text":
            return 400, {"message": "position is invalid"}
        if reason := self.store.refuses(at["new_path"], at["new_line"], at["new_line"]):
            return 400, {"message": {"line_code": [reason]}}
        added = self.line(at["new_path"], at["new_line"]).startswith("+")
        if added == ("old_line" in at) or len(body["note"]) > 1_000_000:
            return 400, {"message": "old_line belongs to lines that did not change"}
        self.store.drafts.append({"id": next(self.store.ids), "note": body["note"], "position": at})
        return 201, self.store.drafts[-1]

    def line(self, path: str, number: int) -> str:
        at = 0
        for text in self.store.patches()[path].split("\n"):
            if header := re.match(r"@@ -\S+ \+(\d+)", text):
                at = int(header[1])
            elif not text.startswith("-"):
                if at == number:
                    return text
                at += 1
        raise AssertionError(path)

    def publish(self, body: object) -> Reply:
        for one in self.store.drafts:
            at = one["position"]
            self.store.say(BOT, one["note"], at["new_path"], at["new_line"], at["new_line"])
        self.store.drafts.clear()
        self.store.reviews += 1
        return 204, None

    def forget(self, wanted: str, body: object) -> Reply:
        self.store.drafts[:] = [one for one in self.store.drafts if one["id"] != int(wanted)]
        return 204, None

    def resolve(self, wanted: str, body: Any) -> Reply:
        (one,) = (one for one in self.store.conversations if one.id == wanted)
        one.resolved_by = BOT if body["resolved"] else ""
        return 200, {}

    def status(self, commit: str, body: Any) -> Reply:
        self.store.statuses.append(body)
        return 201, {"id": 1}

    routes = {
        r"GET /user": user,
        r"GET /projects/o/r/merge_requests/7": request,
        r"GET /projects/o/r/merge_requests/7/diffs": diffs,
        r"GET /projects/o/r/merge_requests/7/discussions": discussions,
        r"GET /projects/o/r/merge_requests/7/draft_notes": drafts,
        r"POST /projects/o/r/merge_requests/7/draft_notes": draft,
        r"POST /projects/o/r/merge_requests/7/draft_notes/bulk_publish": publish,
        r"DELETE /projects/o/r/merge_requests/7/draft_notes/(\d+)": forget,
        r"PUT /projects/o/r/merge_requests/7/discussions/(\w+)": resolve,
        r"POST /projects/o/r/merge_requests/(7)/notes": GitHub.note,
        r"PUT /projects/o/r/merge_requests/7/notes/(\d+)": GitHub.edit,
        r"DELETE /projects/o/r/merge_requests/7/notes/(\d+)": GitHub.delete,
        r"POST /projects/o/r/statuses/(\w+)": status,
    }


class Gitea(Dialect):
    name = "gitea"
    authorization = f"token {TOKEN}"

    def user(self, query: object) -> Reply:
        return 200, {"login": BOT}

    def pull(self, number: str, query: object) -> Reply:
        found = GitHub.pull(self, number, query)[1]  # type: ignore[arg-type]
        return 200, {**found, "merge_base": self.store.merge_base}

    def diff(self, query: object) -> Reply:
        return 200, self.store.diff()

    def reviews(self, query: Mapping[str, str]) -> Reply:
        listed = [
            {"id": index, "comments_count": len(one.comments)}
            for index, one in enumerate(self.store.conversations)
        ]
        return 200, self.page(listed, query, "limit")

    def comments(self, wanted: str, query: object) -> Reply:
        one = self.store.conversations[int(wanted)]
        by = {"login": one.resolved_by} if one.resolved_by else None
        return 200, [
            {
                "id": c.id,
                "body": c.body,
                "user": {"login": c.author},
                "path": one.path,
                "position": one.first,
                "diff_hunk": one.id,
                "resolver": by,
            }
            for c in one.comments
        ]

    def review(self, number: str, body: Any) -> Reply:
        if body["commit_id"] != self.store.head or body["event"] != "COMMENT":
            return 422, {"message": "no such commit"}
        for one in body["comments"]:
            if reason := self.store.refuses(one["path"], one["new_position"], one["new_position"]):
                return 422, {"message": reason}
        for one in body["comments"]:
            self.store.say(BOT, one["body"], one["path"], one["new_position"], one["new_position"])
        self.store.reviews += 1
        return 200, {"id": 1}

    def notes(self, number: str, query: Mapping[str, str]) -> Reply:
        return 200, self.page(
            [
                {"id": one.id, "body": one.body, "user": {"login": one.author}}
                for one in self.store.notes
            ],
            query,
            "limit",
        )

    def resolve(self, wanted: str, word: str, body: object) -> Reply:
        found = self.store.comment(int(wanted))
        if (
            found is None
            or found[0] is None
            or (self.store.denied and self.store.denied.search("resolve"))
        ):
            return 405, {
                "message": "Method Not Allowed"
            }  # as Forgejo says it; Gitea before 1.26 says 404
        found[0].resolved_by = BOT if word == "resolve" else ""
        return 204, None

    routes = {
        r"GET /user": user,
        r"GET /repos/o/r/pulls/7\.diff": diff,
        r"GET /repos/o/r/pulls/(7)": pull,
        r"GET /repos/o/r/pulls/7/reviews": reviews,
        r"GET /repos/o/r/pulls/7/reviews/(\d+)/comments": comments,
        r"POST /repos/o/r/pulls/(7)/reviews": review,
        r"GET /repos/o/r/issues/(7)/comments": notes,
        r"POST /repos/o/r/issues/(7)/comments": GitHub.note,
        r"PATCH /repos/o/r/issues/comments/(\d+)": GitHub.edit,
        r"DELETE /repos/o/r/issues/comments/(\d+)": GitHub.delete,
        r"POST /repos/o/r/pulls/comments/(\d+)/(resolve|unresolve)": resolve,
        r"POST /repos/o/r/statuses/(\w+)": GitHub.status,
    }


DIALECTS: Mapping[str, type[Dialect]] = {one.name: one for one in (GitHub, GitLab, Gitea)}


def limited(seconds: int) -> Callable[[BaseHTTPRequestHandler], str]:
    """Return a fault: too many requests, as GitHub says it."""

    def fail(handler: BaseHTTPRequestHandler) -> str:
        _reply(
            handler,
            403,
            {"message": "You have exceeded a secondary rate limit"},
            {"Retry-After": str(seconds)},
        )
        return "answered"

    return fail


def spent(handler: BaseHTTPRequestHandler) -> str:
    """Say that the hour is used up."""
    later = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3_000)}
    _reply(handler, 403, {"message": "API rate limit exceeded"}, later)
    return "answered"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    dialect: Dialect

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        store, parts = self.dialect.store, urlsplit(self.path)
        size = int(self.headers.get("content-length") or 0)
        body: Any = json.loads(self.rfile.read(size)) if size else {}
        path = unquote(parts.path)
        store.asked.append((self.command, path, body))
        store.tokens.add(self.headers.get("authorization", ""))
        query = dict(parse_qsl(parts.query))
        asks = self.command == "GET" or (
            path == "/graphql" and not body["query"].startswith("mutation")
        )
        fault = store.faults.pop(0)(self) if store.faults and not asks else ""
        if not self.failed(fault, path):
            code, found = self.answered(path, query, body)
            self.close_connection = fault == "after"
            if fault != "after":
                _reply(self, code, found)

    def failed(self, fault: str, path: str) -> bool:
        if REDIRECT:
            _reply(self, 302, None, {"Location": f"{REDIRECT}{path}"})
        elif fault == "broken":
            _reply(self, 502, {"message": "Bad gateway"})
        self.close_connection = fault == "before"
        return bool(REDIRECT) or fault in {"answered", "before", "broken"}

    def answered(self, path: str, query: Mapping[str, str], body: Any) -> Reply:
        store = self.dialect.store
        if self.headers.get("authorization") != self.dialect.authorization:
            return 401, {"message": "Bad credentials"}
        if store.denied and store.denied.search(f"{self.command} {path}"):
            return 403, {"message": "Resource not accessible by integration"}
        return self.dialect.answer(self.command, path, query, body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815


@contextmanager
def serving_forge(store: Store, name: str) -> Iterator[str]:
    """Serve a pull request; return the address of the API."""
    with serving(type("Own", (Handler,), {"dialect": DIALECTS[name](store)})) as port:
        yield f"http://127.0.0.1:{port}"


def _reply(
    handler: BaseHTTPRequestHandler, code: int, found: Any, headers: Mapping[str, str] = {}
) -> None:
    data = (
        b""
        if found is None
        else found.encode()
        if isinstance(found, str)
        else json.dumps(found).encode()
    )
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
