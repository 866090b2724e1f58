"""Three pushes to a pull request, and a person in between: the conversations end as a person would want them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.forges.store import BOT, PERSON, Comment

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.forges.conftest import Forge

DIGEST = "sha256:" + "0123456789abcdef" * 4
BASE = {
    "README": "shop\n",
    "web/Dockerfile": f'FROM debian:12.8@{DIGEST}\nCOPY . /app\nCMD ["/app/run"]\n',
    "web/.dockerignore": "*\n!run\n",
    "web/run": "x\n",
}


def _compose(**images: str) -> str:
    services = "".join(f"  {name}:\n    image: {image}\n" for name, image in images.items())
    return f"name: shop\nservices:\n{services}"


FLOATING = {f"s{number}": f"example.org/team/s{number}:latest" for number in range(1, 12)}


def _first(repository: Repository) -> tuple[str, str]:
    """Return the base, and a push with twelve findings; one of them lies where nothing changed."""
    base = repository.commit(BASE)
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.git("rm", "--quiet", "web/.dockerignore")
    return base, repository.commit({"compose.yaml": _compose(**FLOATING)})


def test_story(repository: Repository, serve: Callable[[str, str, str], Forge], name: str) -> None:
    forge = serve(name, *_first(repository))
    store = forge.store

    # push 1: twelve findings
    done = forge.review()
    assert done.code == 1, done.err
    assert len(store.conversations) == 11
    assert store.reviews == 1
    assert all(one.path == "compose.yaml" for one in store.conversations)
    [summary] = store.notes
    assert "11 errors, 1 warning" in summary.body
    assert "web/Dockerfile" in summary.body
    assert ".dockerignore was deleted" in summary.body
    ids = {one.path + str(one.line): one.comments[0].id for one in store.conversations}
    assert len(ids) == 11

    # the same again: nothing is said twice, nothing is sent
    before = len(store.asked)
    assert forge.review("--no-status").code == 1
    assert [one for one in store.asked[before:] if one[0] != "GET" and one[1] != "/graphql"] == []

    # a person answers
    talked = store.conversations[6]
    talked.comments.append(Comment(next(store.ids), PERSON, "We want that one: see the wiki."))
    written = talked.comments[0].body

    # push 2, with force: five are fixed, two are new, and everything moves by some lines
    kept = {f"s{number}": FLOATING[f"s{number}"] for number in range(6, 12)}
    fixed = {
        f"s{number}": f"example.org/team/s{number}:1.2.{number}@{DIGEST}" for number in range(1, 6)
    }
    new = {"n1": "example.org/team/n1", "n2": "example.org/team/n2:latest"}
    repository.git("reset", "--quiet", "--hard", store.base)
    repository.git("rm", "--quiet", "web/.dockerignore")
    store.push(
        repository.commit(
            {"compose.yaml": f"# the shop\n# of the team\n{_compose(**fixed, **new, **kept)}"}
        )
    )
    assert forge.review().code == 1
    open_ones = [
        one
        for one in store.conversations
        if one.open and "<summary>Fixed" not in one.comments[0].body
    ]
    assert len(open_ones) == 8
    assert len(store.conversations) == 13
    assert store.reviews == 2
    if name != "gitea":  # whose comments do not follow their lines: they are written anew
        assert {one.comments[0].id for one in store.conversations} >= set(ids.values())
    assert all(one.line for one in open_ones)
    assert len({(one.path, one.line) for one in open_ones}) == 8
    assert [note.id for note in store.notes] == [summary.id]

    # push 3: clean
    clean = {**{name: f"example.org/team/{name}:1.2.3@{DIGEST}" for name in (*kept, *new)}, **fixed}
    store.push(
        repository.commit({"compose.yaml": _compose(**clean), "web/.dockerignore": "*\n!run\n"})
    )
    done = forge.review()
    assert done.code == 0, done.out + done.err
    assert [one.id for one in store.conversations if one.open] == [talked.id], (
        done.err,
        store.changes[-20:],
    )
    assert talked.comments[0].body == written
    assert all(one.resolved_by == BOT for one in store.conversations if one is not talked)
    assert "nothing to object to" in store.notes[0].body
    assert len(store.notes) == 1
    assert (store.checks or store.statuses)[-1].get("conclusion", "success") == "success"
    if store.statuses:
        assert store.statuses[-1]["state"] == "success"


def test_finding_that_comes_back_opens_its_conversation_again(
    repository: Repository, serve: Callable[[str, str, str], Forge], name: str
) -> None:
    base, bad = _first(repository)
    forge = serve(name, base, bad)
    forge.review()
    store = forge.store
    pinned = {name: f"example.org/team/{name}:1.2.3@{DIGEST}" for name in FLOATING}
    store.push(repository.commit({"compose.yaml": _compose(**pinned)}))
    forge.review()
    assert not any(one.open for one in store.conversations)
    [settled, *_] = store.conversations
    settled.resolved_by = PERSON  # who closes a conversation has decided
    repository.git("reset", "--quiet", "--hard", bad)
    for one in store.conversations:
        one.start = one.line = 0
    store.push(bad)
    forge.review()
    again = [one for one in store.conversations if one.open]
    assert len(again) == 10
    assert not settled.open
    assert all("Fixed" not in one.comments[0].body for one in again)
    assert len({one.line or one.first for one in again}) == 10
