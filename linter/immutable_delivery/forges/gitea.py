"""Gitea and Forgejo: reviews with comments on single lines; what is fixed says so, for not every version can resolve by its API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from immutable_delivery.forges.diff import Diff, parsed
from immutable_delivery.forges.events import github_event
from immutable_delivery.forges.model import (
    MARK,
    Asked,
    Call,
    Found,
    Note,
    Plan,
    Pull,
    State,
    Style,
    Thread,
)
from immutable_delivery.forges.session import Session

CONTEXT = "imd"


class Gitea:
    """The forge of that name, and Forgejo."""

    name = "gitea"
    style = Style(multiline=False)
    paging = ("limit", 50)

    def environment(self, environ: Mapping[str, str]) -> Found:
        """Return what a workflow tells: it has GitHub's variables, with its own address in them."""
        get = environ.get
        token = get("GITEA_TOKEN") or get("FORGEJO_TOKEN") or get("GITHUB_TOKEN", "")
        own = get("GITHUB_SERVER_URL", "") and f"{get('GITHUB_SERVER_URL')}/api/v1"
        return Found(api=get("GITHUB_API_URL") or own, token=token, asked=github_event(environ))

    def url(self, api: str, path: str) -> str:
        """Return the address of a path."""
        return f"{api}{path}"

    def headers(self, token: str) -> Mapping[str, str]:
        """Return what each request carries."""
        return {"Authorization": f"token {token}"}

    def pull(self, session: Session, asked: Asked) -> Pull | None:
        """Return the pull request, as long as it is open."""
        found = session.get(f"/repos/{asked.repository}/pulls/{asked.number}")
        if found["state"] != "open":
            return None
        base = asked.base or found.get("merge_base") or found["base"]["sha"]
        head = asked.head or found["head"]["sha"]
        return Pull(repository=asked.repository, number=asked.number, head=head, base=base)

    def state(self, session: Session, pull: Pull) -> State:
        """Return the diff and our earlier comments."""
        at = _at(pull)
        own = session.get("/user")["login"]
        comments = list(_review_comments(session, at))
        notes = session.pages(f"/repos/{pull.repository}/issues/{pull.number}/comments")
        summary = next(
            (Note(str(one["id"]), one["body"]) for one in notes if _ours(one, own)), None
        )
        return State(
            diff=_diff(session, at), head=session.get(at)["head"]["sha"], threads=tuple(_threads(comments, own)),
            summary=summary,
        )  # fmt: skip

    def calls(self, pull: Pull, plan: Plan, state: State) -> Iterator[Call]:
        """Yield the requests: what is new first, so that a later refusal loses nothing."""
        notes = f"/repos/{pull.repository}/issues"
        if plan.new:
            yield _review(pull, plan)
        for thread, body in (*plan.edited, *plan.resolved, *plan.reopened):
            path = f"{notes}/comments/{thread.comment}"
            yield Call(method="PATCH", path=path, body={"body": body})
        for word, some in (("resolve", plan.resolved), ("unresolve", plan.reopened)):
            for thread, _ in some:
                path = f"/repos/{pull.repository}/pulls/comments/{thread.comment}/{word}"
                yield Call(method="POST", path=path, needed=False)
        for thread in plan.deleted:
            yield Call(method="DELETE", path=f"{notes}/comments/{thread.comment}", needed=False)
        if plan.summary:
            before = state.summary
            method, end = (
                ("PATCH", f"comments/{before.comment}")
                if before
                else ("POST", f"{pull.number}/comments")
            )
            yield Call(method=method, path=f"{notes}/{end}", body={"body": plan.summary})
        if plan.verdict:
            said = {"state": "failure" if plan.verdict.fails else "success", "context": CONTEXT}
            path = f"/repos/{pull.repository}/statuses/{pull.head}"
            told = {**said, "description": plan.verdict.title[:255]}
            yield Call(method="POST", path=path, body=told, needed=False)

    def failures(self, answer: Any) -> Sequence[str]:  # noqa: ARG002 (the protocol's signature)
        """Return nothing: Gitea says it by the status."""
        return ()


FORGE = Gitea()


def _at(pull: Pull) -> str:
    return f"/repos/{pull.repository}/pulls/{pull.number}"


def _review(pull: Pull, plan: Plan) -> Call:
    comments = [
        {"path": one.path, "body": one.body, "new_position": one.end, "old_position": 0}
        for one in plan.new
    ]
    body = {"commit_id": pull.head, "event": "COMMENT", "body": plan.opening, "comments": comments}
    return Call(method="POST", path=f"{_at(pull)}/reviews", body=body)


def _diff(session: Session, at: str) -> Diff:
    return parsed(session.text(f"{at}.diff", "text/plain"))


def _review_comments(session: Session, at: str) -> Iterator[Mapping[str, Any]]:
    for review in session.pages(f"{at}/reviews"):
        if review.get("comments_count", 1):
            yield from session.get(f"{at}/reviews/{review['id']}/comments") or ()


def _threads(comments: Iterable[Mapping[str, Any]], own: str) -> Iterator[Thread]:
    """Yield our comments on lines; who else writes at the same line of the same patch answers."""
    found = sorted(comments, key=lambda one: int(one["id"]))
    others = {_talk(one) for one in found if one["user"]["login"] != own}
    for one in found:
        if _ours(one, own):
            path, line, _ = _talk(one)
            by = (one.get("resolver") or {}).get("login", "")
            yield Thread(
                comment=str(one["id"]), path=path, start=line, end=line, body=one["body"],
                settled=("us" if by == own else "others") if by else "", replied=_talk(one) in others,
            )  # fmt: skip


def _talk(comment: Mapping[str, Any]) -> tuple[str, int, str]:
    """Return what the comments of one conversation share: Gitea keeps the line and the patch of the first."""
    return comment["path"], int(comment.get("position") or 0), comment.get("diff_hunk") or ""


def _ours(comment: Mapping[str, Any], own: str) -> bool:
    return MARK in (comment.get("body") or "") and comment["user"]["login"] == own
