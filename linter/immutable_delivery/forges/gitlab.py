"""GitLab: drafts that are published together as one review, and discussions that can be resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from immutable_delivery.forges.diff import Diff, file_diff
from immutable_delivery.forges.model import (
    MARK,
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
)
from immutable_delivery.forges.session import Session

NAME = "imd"


class GitLab:
    """The forge of that name."""

    name = "gitlab"
    style = Style(suggestion="suggestion:-{above}+0", multiline=False, event="merge request")
    paging = ("per_page", 100)

    def environment(self, environ: Mapping[str, str]) -> Found:
        """Return what a job of a merge request tells: of the project that it is for, not of a fork."""
        get = environ.get
        number = get("CI_MERGE_REQUEST_IID", "")
        asked = Asked(
            repository=get("CI_MERGE_REQUEST_PROJECT_ID") or get("CI_PROJECT_ID", ""),
            number=int(number) if number.isdigit() else 0,
            head=get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or get("CI_COMMIT_SHA", "") if number else "",
            base=get("CI_MERGE_REQUEST_DIFF_BASE_SHA", ""),
        )  # fmt: skip
        api = get("CI_API_V4_URL", "https://gitlab.com/api/v4")
        return Found(api=api, token=get("GITLAB_TOKEN", ""), asked=asked)

    def url(self, api: str, path: str) -> str:
        """Return the address of a path."""
        return f"{api}{path}"

    def headers(self, token: str) -> Mapping[str, str]:
        """Return what each request carries; no redirect takes `Authorization` to another host."""
        return {"Authorization": f"Bearer {token}"}

    def pull(self, session: Session, asked: Asked) -> Pull | None:
        """Return the merge request."""
        project = quote(asked.repository, safe="")
        found = session.get(f"/projects/{project}/merge_requests/{asked.number}")
        if found["state"] != "opened":
            return None
        refs = found["diff_refs"]
        return Pull(
            repository=project,
            number=asked.number,
            head=asked.head or refs["head_sha"],
            base=refs["base_sha"],
            start=refs["start_sha"],
        )

    def state(self, session: Session, pull: Pull) -> State:
        """Return the diff and our earlier comments."""
        at = _at(pull)
        own = session.get("/user")["id"]
        found = list(session.pages(f"{at}/discussions"))
        head = session.get(at)["diff_refs"]["head_sha"]
        drafts = [one for one in session.pages(f"{at}/draft_notes") if MARK in (one["note"] or "")]
        return State(
            diff=_diff(session, at), head=head, threads=tuple(_threads(found, own, head)),
            summary=next(_notes(found, own), None), drafts=tuple(str(one["id"]) for one in drafts),
        )  # fmt: skip

    def calls(self, pull: Pull, plan: Plan, state: State) -> Iterator[Call]:
        """Yield the requests: what is new first, so that a later refusal loses nothing."""
        at = _at(pull)
        for draft in state.drafts:
            yield Call(method="DELETE", path=f"{at}/draft_notes/{draft}")
        for remark in plan.new:
            body = {"note": remark.body, "position": _position(pull, remark, state.diff)}
            yield Call(method="POST", path=f"{at}/draft_notes", body=body, about=remark)
        if plan.new:
            yield Call(method="POST", path=f"{at}/draft_notes/bulk_publish")
        yield from _settled(at, plan)
        for thread in plan.deleted:
            yield Call(method="DELETE", path=f"{at}/notes/{thread.comment}", needed=False)
        if plan.summary:
            method, end = ("PUT", f"/{state.summary.comment}") if state.summary else ("POST", "")
            yield Call(method=method, path=f"{at}/notes{end}", body={"body": plan.summary})
        if plan.verdict:
            said = {"state": "failed" if plan.verdict.fails else "success", "name": NAME}
            body = {**said, "description": plan.verdict.title[:255]}
            path = f"/projects/{pull.repository}/statuses/{pull.head}"
            yield Call(method="POST", path=path, body=body, needed=False)

    def failures(self, answer: Any) -> Sequence[str]:  # noqa: ARG002 (the protocol's signature)
        """Return nothing: GitLab says it by the status."""
        return ()


FORGE = GitLab()


def _at(pull: Pull) -> str:
    return f"/projects/{pull.repository}/merge_requests/{pull.number}"


def _diff(session: Session, at: str) -> Diff:
    shown = (
        file_diff(one["new_path"], one["old_path"], one["diff"])
        for one in session.pages(f"{at}/diffs")
        if not one.get("deleted_file")
    )
    return {one.path: one for one in shown if one.lines}


def _threads(found: Iterable[Mapping[str, Any]], own: int, head: str) -> Iterator[Thread]:
    """Yield the discussions on lines that a note of ours begins."""
    for one in found:
        first, *others = [note for note in one["notes"] if not note.get("system")] or [{}]
        at = first.get("position") or {}
        if not _ours(first, own) or not at:
            continue
        by = (first.get("resolved_by") or {}).get("id")
        line = at.get("new_line") if at.get("head_sha") == head else 0
        yield Thread(
            comment=str(first["id"]), thread=one["id"], path=at.get("new_path") or "", start=line or 0, end=line or 0,
            body=first["body"], settled=("us" if by == own else "others") if first.get("resolved") else "",
            replied=any(note["author"]["id"] != own for note in others), resolvable=bool(first.get("resolvable", True)),
        )  # fmt: skip


def _notes(found: Iterable[Mapping[str, Any]], own: int) -> Iterator[Note]:
    """Yield our notes on the merge request as a whole."""
    for one in found:
        note = one["notes"][0]
        if _ours(note, own) and not note.get("position"):
            yield Note(str(note["id"]), note["body"])


def _ours(note: Mapping[str, Any], own: int) -> bool:
    return MARK in note.get("body", "") and note["author"]["id"] == own


def _position(pull: Pull, remark: Remark, diff: Diff) -> Mapping[str, Any]:
    """Return a place in the diff; of a line that did not change GitLab wants both numbers."""
    file = diff[remark.path]
    old = file.lines[remark.end].old
    return {
        "position_type": "text",
        "base_sha": pull.base,
        "start_sha": pull.start or pull.base,
        "head_sha": pull.head,
        "new_path": remark.path,
        "old_path": file.old,
        "new_line": remark.end,
        **({"old_line": old} if old else {}),
    }


def _settled(at: str, plan: Plan) -> Iterator[Call]:
    """Yield what happens to earlier comments."""
    for thread, body in (*plan.edited, *plan.reopened):
        yield _edit(at, thread, body)
    for thread, body in plan.resolved:
        yield _resolve(at, thread, body, resolved=True)
    for thread, body in plan.reopened:
        yield _resolve(at, thread, body, resolved=False)


def _edit(at: str, thread: Thread, body: str) -> Call:
    return Call(method="PUT", path=f"{at}/notes/{thread.comment}", body={"body": body})


def _resolve(at: str, thread: Thread, body: str, *, resolved: bool) -> Call:
    edit = _edit(at, thread, body)
    path = f"{at}/discussions/{thread.thread}"
    call = Call(method="PUT", path=path, body={"resolved": resolved}, instead=edit)
    return call if thread.resolvable else edit
