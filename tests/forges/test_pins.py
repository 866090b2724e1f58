"""Digests that nobody states: asked of a registry, suggested where they belong; who does not answer is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.registry.images import digest_of
from tests.registry.servers import BODY, served

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.forges.conftest import Forge

NOBODY = "127.0.0.1:9"


def test_registries_tell_what_to_suggest(
    serve: Callable[[str, str, str], Forge], repository: Repository, name: str
) -> None:
    base = repository.commit({"README": "x\n"})
    with served() as registry:
        files = {
            "compose.yaml": f"services:\n  a:\n    image: {registry.host}/a:1.2 # mine\n  b:\n    image: {NOBODY}/b:1.2\n",
            "Dockerfile": f'ARG TAG=3\nFROM {registry.host}/c:${{TAG}}\nCMD ["/x"]\n',
        }
        forge = serve(name, base, repository.commit(files))
        without = forge.review("--dry-run")
        assert digest_of(BODY) not in without.out
        assert registry.asked == []
        done = forge.review("--pin", "--insecure", registry.host, "--insecure", NOBODY)
    assert f"no digest of {NOBODY}/b:1.2" in done.err
    bodies = {
        one.path: one.comments[0].body
        for one in forge.store.conversations
        if digest_of(BODY) in one.comments[0].body
    }
    assert set(bodies) == {"compose.yaml", "Dockerfile"}
    assert (
        f"\n    image: {registry.host}/a:1.2@{digest_of(BODY)} # mine\n" in bodies["compose.yaml"]
    )
    assert "FROM" not in bodies["Dockerfile"] or digest_of(BODY) in bodies["Dockerfile"]
    assert len(forge.store.conversations) == 3
