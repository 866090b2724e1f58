"""GitHub: reviews and check runs over REST; conversations, and who wrote in them, over GraphQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from immutable_delivery.forges.diff import Diff, file_diff
from immutable_delivery.forges.events import github_event
from immutable_delivery.forges.model import (
    MARK,
    Annotation,
    Asked,
    Call,
    Found,
    Note,
    Plan,
    Pull,
    Remark,
    State,
    Style,
    Thread,
    Verdict,
)
from immutable_delivery.forges.session import Session

CHECK = "imd"
GRAPHQL = "/graphql"
BATCH = 50
"""GitHub takes no more annotations in a request."""
_MOST_SEEN = 50
"""Comments of a conversation; where there are more, people talk."""

QUERY = """
query($owner: String!, $name: String!, $number: Int!, $threads: String, $comments: String) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      headRefOid
      reviewThreads(first: 100, after: $threads) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id isResolved path line startLine viewerCanResolve viewerCanUnresolve resolvedBy { login }
          comments(first: 50) { totalCount nodes { fullDatabaseId body viewerDidAuthor } }
        }
      }
      comments(first: 100, after: $comments) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body viewerDidAuthor }
      }
    }
  }
}
"""
RESOLVE = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { id } } }"
REOPEN = "mutation($id: ID!) { unresolveReviewThread(input: {threadId: $id}) { thread { id } } }"


class GitHub:
    """The forge of that name."""

    name = "github"
    style = Style(suggestion="suggestion")
    paging = ("per_page", 100)

    def environment(self, environ: Mapping[str, str]) -> Found:
        """Return what a workflow tells; the event is GitHub's own word."""
        return Found(
            api=environ.get("GITHUB_API_URL", "https://api.github.com"),
            token=environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN", ""),
            asked=github_event(environ),
        )

    def url(self, api: str, path: str) -> str:
        """Return the address of a path; GraphQL lies beside REST, where that has a version."""
        return f"{api.removesuffix('/v3') if path == GRAPHQL else api}{path}"

    def headers(self, token: str) -> Mapping[str, str]:
        """Return what each request carries."""
        return {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}

    def pull(self, session: Session, asked: Asked) -> Pull | None:
        """Return the pull request; where the event names none, the open one whose newest commit was judged."""
        if asked.number:
            found = session.get(f"/repos/{asked.repository}/pulls/{asked.number}")
            return _pull(asked, found)
        head = f"{asked.source.partition(':')[0]}:{asked.source.partition(':')[2]}"
        listed = session.pages(f"/repos/{asked.repository}/pulls", state="open", head=head)
        same = [one for one in listed if one["head"]["sha"] == asked.head]
        fitting = [one for one in same if not asked.base or one["base"]["sha"] == asked.base]
        return _pull(asked, (fitting or same)[0]) if same else None

    def state(self, session: Session, pull: Pull) -> State:
        """Return the diff and our earlier comments."""
        threads: list[Thread] = []
        notes: list[Note] = []
        head = ""
        for viewer, found in _asked_pages(session, pull):
            head = found["headRefOid"]
            threads += _threads(found["reviewThreads"]["nodes"], viewer)
            notes += _notes(found["comments"]["nodes"])
        summary = next(iter(notes), None)
        return State(diff=_diff(session, pull), head=head, threads=tuple(threads), summary=summary)

    def calls(self, pull: Pull, plan: Plan, state: State) -> Iterator[Call]:
        """Yield the requests: what is new first, so that a later refusal loses nothing."""
        repo = f"/repos/{pull.repository}"
        if plan.new:
            yield _review(pull, plan)
        for thread, body in plan.edited:
            yield _edit(repo, thread, body)
        for thread, body in plan.resolved:
            yield _settle(repo, thread, body, RESOLVE)
        for thread, body in plan.reopened:
            yield _settle(repo, thread, body, REOPEN)
            yield _edit(repo, thread, body)
        for thread in plan.deleted:
            yield Call(
                method="DELETE", path=f"{repo}/pulls/comments/{thread.comment}", needed=False
            )
        if plan.summary:
            yield _summary(repo, pull, plan.summary, state.summary)
        if plan.verdict:
            yield from _checks(repo, pull, plan.verdict)

    def failures(self, answer: Any) -> Sequence[str]:
        """Return the errors of GraphQL, which come with status 200."""
        errors = answer.get("errors") if isinstance(answer, dict) else None
        return [str(one.get("message", "")) for one in errors or () if isinstance(one, dict)]


FORGE = GitHub()


def _pull(asked: Asked, found: Mapping[str, Any]) -> Pull:
    head = asked.head or found["head"]["sha"]
    base = asked.base or found["base"]["sha"]
    return Pull(repository=asked.repository, number=found["number"], head=head, base=base)


def _asked_pages(session: Session, pull: Pull) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield who asks, and the pull request with one page of conversations and one of comments."""
    owner, _, name = pull.repository.partition("/")
    cursors: dict[str, str | None] = {"threads": None, "comments": None}
    lists = {"threads": "reviewThreads", "comments": "comments"}
    for _ in range(30):
        variables = {"owner": owner, "name": name, "number": pull.number, **cursors}
        answer = session.query(GRAPHQL, {"query": QUERY, "variables": variables})
        found = answer["data"]["repository"]["pullRequest"]
        more = {key for key, at in lists.items() if found[at]["pageInfo"]["hasNextPage"]}
        yield answer["data"]["viewer"]["login"], found
        if not more:
            return
        ends = {key: found[at]["pageInfo"]["endCursor"] for key, at in lists.items()}
        cursors = {
            key: end or cursors[key] for key, end in ends.items()
        }  # none behind the last page


def _threads(nodes: Iterable[Mapping[str, Any]], viewer: str) -> Iterator[Thread]:
    """Yield the conversations that a comment of ours begins."""
    for node in nodes:
        comments = node["comments"]["nodes"]
        if not comments or not _ours(comments[0]):
            continue
        by = (node["resolvedBy"] or {}).get("login", "")
        start, end = node["startLine"] or node["line"] or 0, node["line"] or 0
        yield Thread(
            comment=str(comments[0]["fullDatabaseId"]), thread=node["id"], path=node["path"], start=start, end=end,
            body=comments[0]["body"], settled=("us" if by == viewer else "others") if node["isResolved"] else "",
            replied=node["comments"]["totalCount"] > _MOST_SEEN or not all(one["viewerDidAuthor"] for one in comments),
            resolvable=node["viewerCanUnresolve" if node["isResolved"] else "viewerCanResolve"],
        )  # fmt: skip


def _notes(nodes: Iterable[Mapping[str, Any]]) -> Iterator[Note]:
    return (Note(str(one["fullDatabaseId"]), one["body"]) for one in nodes if _ours(one))


def _ours(comment: Mapping[str, Any]) -> bool:
    """Whether we wrote a comment: somebody else may have copied the mark."""
    return comment["viewerDidAuthor"] and MARK in comment["body"]


def _diff(session: Session, pull: Pull) -> Diff:
    files = session.pages(f"/repos/{pull.repository}/pulls/{pull.number}/files")
    shown = (
        file_diff(one["filename"], one.get("previous_filename", ""), one["patch"])
        for one in files
        if one.get("patch")
    )
    return {one.path: one for one in shown}


def _review(pull: Pull, plan: Plan) -> Call:
    body = {
        "commit_id": pull.head,
        "event": "COMMENT",
        "body": plan.opening,
        "comments": [_comment(remark) for remark in plan.new],
    }
    path = f"/repos/{pull.repository}/pulls/{pull.number}/reviews"
    return Call(method="POST", path=path, body=body)


def _comment(remark: Remark) -> Mapping[str, Any]:
    """Return a comment; GitHub refuses a first line that is the last one too."""
    first = {"start_line": remark.start, "start_side": "RIGHT"}
    at = {"path": remark.path, "line": remark.end, "side": "RIGHT"}
    return {**at, **(first if remark.start < remark.end else {}), "body": remark.body}


def _edit(repo: str, thread: Thread, body: str) -> Call:
    path = f"{repo}/pulls/comments/{thread.comment}"
    return Call(method="PATCH", path=path, body={"body": body})


def _settle(repo: str, thread: Thread, body: str, mutation: str) -> Call:
    """Resolve a conversation or open it again; where the token may not, the comment says so."""
    edit = _edit(repo, thread, body)
    if not thread.resolvable:
        return edit
    asked = {"query": mutation, "variables": {"id": thread.thread}}
    return Call(method="POST", path=GRAPHQL, body=asked, instead=edit)


def _summary(repo: str, pull: Pull, body: str, before: Note | None) -> Call:
    if before:
        path = f"{repo}/issues/comments/{before.comment}"
        return Call(method="PATCH", path=path, body={"body": body})
    return Call(method="POST", path=f"{repo}/issues/{pull.number}/comments", body={"body": body})


def _checks(repo: str, pull: Pull, verdict: Verdict) -> Iterator[Call]:
    """Yield a check run, with as many annotations as a request takes; or else a commit status."""
    found = verdict.annotations
    first, *others = [found[at : at + BATCH] for at in range(0, len(found), BATCH)] or [()]
    conclusion = "failure" if verdict.fails else "success"
    status = {
        "state": conclusion,
        "context": CHECK,
        "description": verdict.title[:140],
    }
    yield Call(
        method="POST", path=f"{repo}/check-runs", gives="check_run", needed=False,
        body={"name": CHECK, "head_sha": pull.head, "status": "completed", "conclusion": conclusion, "output": _output(verdict, first)},
        instead=Call(method="POST", path=f"{repo}/statuses/{pull.head}", body=status, needed=False),
    )  # fmt: skip
    for some in others:
        body = {"output": _output(verdict, some)}
        yield Call(method="PATCH", path=f"{repo}/check-runs/{{check_run}}", body=body, needed=False)


def _output(verdict: Verdict, annotations: Iterable[Annotation]) -> Mapping[str, Any]:
    return {
        "title": verdict.title,
        "summary": verdict.text or verdict.title,
        "annotations": [_annotation(one) for one in annotations],
    }


def _annotation(one: Annotation) -> Mapping[str, Any]:
    return {
        "path": one.path,
        "start_line": one.start,
        "end_line": one.end,
        "annotation_level": one.level,
        "title": one.title[:255],
        "message": one.message[:16_000],
    }
