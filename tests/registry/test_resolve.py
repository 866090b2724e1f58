"""What a registry says, against the real one and against skopeo."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.components import program
from tests.registry.conftest import PASSWORD, QUICK, USER, Running, Tokens
from tests.registry.images import call, multi, push, single

from immutable_delivery.links.lockfile import ImageInfo
from immutable_delivery.registry.batch import RegistryOptions, ask_all
from immutable_delivery.registry.reference import named
from immutable_delivery.registry.resolve import describe, find

Files = Mapping[str, Any]


def ask(reference: str, reach: RegistryOptions, **environ: str) -> ImageInfo | str:
    """Return what the registry says of a reference, or why nothing."""
    name = named(reference)
    own = {"HOME": "/nonexistent", "PATH": os.environ["PATH"], **environ}
    found, refused = ask_all(
        [name],
        lambda one, path, n: describe(one, path, find(one, path, n.wanted)),
        reach,
        environ=own,
    )
    return found[name] if name in found else refused[name]


def reached(*hosts: str) -> RegistryOptions:
    return RegistryOptions(insecure=hosts, limits=QUICK)


def skopeo(*arguments: str) -> Any:
    done = subprocess.run(
        [program("skopeo"), "inspect", "--tls-verify=false", *arguments],
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["oci", "docker"])
@pytest.mark.parametrize("make", [multi, single])
def test_skopeo_agrees(
    registry: Running, reach: RegistryOptions, kind: str, make: Callable[..., Any]
) -> None:
    repository = f"team/{make.__name__}-{kind}"
    pushed = push(registry.base, repository, "1.0", make(kind))
    found = ask(f"{registry.host}/{repository}:1.0", reach)
    assert isinstance(found, ImageInfo)
    own = skopeo(f"docker://{registry.host}/{repository}:1.0")
    config = skopeo("--config", f"docker://{registry.host}/{repository}:1.0")
    assert found.digest == own["Digest"] == pushed
    assert "linux/amd64" in found.platforms
    assert found.platforms == (["linux/amd64", "linux/arm64"] if make is multi else ["linux/amd64"])
    assert found.entrypoint == config["config"]["Entrypoint"]
    assert found.command == config["config"]["Cmd"]
    assert found.user == config["config"]["User"]
    assert found.ports == list(config["config"]["ExposedPorts"])
    assert found.volumes == list(config["config"]["Volumes"])
    assert found.labels == own["Labels"]
    assert found.created == own["Created"]


def test_a_moved_tag_is_what_it_is_now_and_a_digest_is_what_it_was(
    registry: Running, reach: RegistryOptions
) -> None:
    old = push(registry.base, "team/moved", "1", multi(note="old"))
    new = push(registry.base, "team/moved", "1", multi(note="new"))
    now, before = (
        ask(f"{registry.host}/team/moved:1", reach),
        ask(f"{registry.host}/team/moved:1@{old}", reach),
    )
    assert isinstance(now, ImageInfo)
    assert isinstance(before, ImageInfo)
    assert (now.digest, before.digest) == (new, old)
    assert new != old


def test_a_deleted_digest_is_named_as_not_found(registry: Running, reach: RegistryOptions) -> None:
    digest = push(registry.base, "team/deleted", "1", single(note="deleted"))
    assert call("DELETE", f"{registry.base}/v2/team/deleted/manifests/{digest}")[0] == 202
    assert ask(f"{registry.host}/team/deleted@{digest}", reach) == (
        f"{registry.host}: not found (MANIFEST_UNKNOWN)"
    )


@pytest.mark.parametrize("reference", ["team/none:1", "team/here:none"])
def test_what_is_not_there_is_said(
    registry: Running, reach: RegistryOptions, reference: str
) -> None:
    push(registry.base, "team/here", "1", single())
    answer = ask(f"{registry.host}/{reference}", reach)
    assert isinstance(answer, str)
    assert answer.startswith(f"{registry.host}: not found")


def test_a_tag_is_asked_for_by_head_first(registry: Running, reach: RegistryOptions) -> None:
    digest = push(registry.base, "team/counted", "1", single())
    assert isinstance(ask(f"{registry.host}/team/counted:1", reach), ImageInfo)
    asked = [
        request
        for request in registry.requests()
        if "team/counted/" in request and "blobs" not in request
    ]
    assert asked[-2:] == [
        "HEAD /v2/team/counted/manifests/1", f"GET /v2/team/counted/manifests/{digest}",
    ]  # fmt: skip


def test_mirrors_answer_for_docker_hub(registry: Running) -> None:
    digest = push(registry.base, "hub/library/nginx", "1.27", single())
    reach = RegistryOptions(
        mirrors=(f"docker.io={registry.host}/hub",), insecure=(registry.host,), limits=QUICK
    )
    for reference in ("nginx:1.27", "docker.io/nginx:1.27", "index.docker.io/library/nginx:1.27"):
        found = ask(reference, reach)
        assert isinstance(found, ImageInfo), found
        assert found.digest == digest


def test_http_needs_permission(registry: Running) -> None:
    push(registry.base, "team/plain", "1", single())
    answer = ask(f"{registry.host}/team/plain:1", RegistryOptions(limits=QUICK))
    assert isinstance(answer, str)
    assert answer.startswith(f"{registry.host}: ")


def auths(folder: Path, host: str, **entry: str) -> str:
    (folder / "config.json").write_text(json.dumps({"auths": {host: entry}}))
    return str(folder)


BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def test_a_password(guarded: Running, tmp_path: Path) -> None:
    digest = push(guarded.base, "team/app", "1", single(), f"Basic {BASIC}")
    reach, reference = reached(guarded.host), f"{guarded.host}/team/app:1"
    refused = ask(reference, reach)
    assert refused == f"{guarded.host} asks for a user and a password, and none is known"
    for key in (guarded.host, f"https://{guarded.host}/v1/", f"{guarded.host}/team"):
        found = ask(reference, reach, DOCKER_CONFIG=auths(tmp_path, key, auth=BASIC))
        assert isinstance(found, ImageInfo), found
        assert found.digest == digest
    podman = tmp_path / "auth.json"
    podman.write_text(json.dumps({"auths": {guarded.host: {"auth": BASIC}}}))
    assert isinstance(ask(reference, reach, REGISTRY_AUTH_FILE=str(podman)), ImageInfo)
    runtime = tmp_path / "run" / "containers"
    runtime.mkdir(parents=True)
    podman.rename(runtime / "auth.json")
    assert isinstance(ask(reference, reach, XDG_RUNTIME_DIR=str(tmp_path / "run")), ImageInfo)


def test_a_wrong_password_is_tried_once_and_never_shown(guarded: Running, tmp_path: Path) -> None:
    wrong = base64.b64encode(b"alice:wrong-and-secret").decode()
    before = len(guarded.requests())
    answer = ask(
        f"{guarded.host}/team/wrong:1", reached(guarded.host),
        DOCKER_CONFIG=auths(tmp_path, guarded.host, auth=wrong),
    )  # fmt: skip
    assert isinstance(answer, str)
    assert "not to be read with these credentials" in answer
    assert "wrong-and-secret" not in answer
    assert wrong not in answer
    assert len(guarded.requests()) - before == 2


@pytest.mark.parametrize("key", ["credHelpers", "credsStore"])
def test_a_credential_helper_is_asked_once(
    guarded: Running, tmp_path: Path, helper: Callable[[str, str], Path], key: str
) -> None:
    push(guarded.base, "team/helped", "1", single(), f"Basic {BASIC}")
    push(guarded.base, "team/other", "1", single(), f"Basic {BASIC}")
    path = f"{helper(USER, PASSWORD)}:{os.environ['PATH']}"
    config = {key: {guarded.host: "fake"} if key == "credHelpers" else "fake"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    names = [named(f"{guarded.host}/team/{one}:1") for one in ("helped", "other")]
    found, refused = ask_all(
        names, lambda one, path, n: find(one, path, n.wanted), reached(guarded.host),
        environ={"PATH": path, "DOCKER_CONFIG": str(tmp_path), "HOME": "/nonexistent"},
    )  # fmt: skip
    assert (len(found), refused) == (2, {})
    assert (tmp_path / "calls").read_text() == f"{guarded.host}\n"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo credentials not found in native keychain; exit 1", "none is known"),
        (f"echo {PASSWORD}; exit 3", "failed with exit code 3"),
        (f'echo \'{{"Username": "{PASSWORD}"}}\'', "failed with exit code 0"),
    ],
)
def test_a_helper_that_fails_shows_nothing(
    guarded: Running, tmp_path: Path, script: str, reason: str
) -> None:
    program_file = tmp_path / "docker-credential-odd"
    program_file.write_text(f"#!/bin/sh\n{script}\n")
    program_file.chmod(0o755)
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "odd"}))
    answer = ask(
        f"{guarded.host}/team/app:1", reached(guarded.host), DOCKER_CONFIG=str(tmp_path),
        PATH=f"{tmp_path}:{os.environ['PATH']}",
    )  # fmt: skip
    assert isinstance(answer, str)
    assert reason in answer
    assert PASSWORD not in answer


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../odd", "helper is not valid"),
        ("no-such-program", "cannot be run"),
        ("a;b", "helper is not valid"),
    ],
)
def test_a_helper_is_a_plain_name(guarded: Running, tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": name}))
    answer = ask(f"{guarded.host}/team/app:1", reached(guarded.host), DOCKER_CONFIG=str(tmp_path))
    assert isinstance(answer, str)
    assert reason in answer


@pytest.mark.parametrize(
    "text",
    ["{", "[1]", '{"auths": 3}', '{"auths": {"HOST": "x"}}', '{"auths": {"HOST": {"auth": "%"}}}'],
)
def test_a_broken_configuration_is_a_reason_or_nothing(
    guarded: Running, tmp_path: Path, text: str
) -> None:
    (tmp_path / "config.json").write_text(text.replace("HOST", guarded.host))
    answer = ask(f"{guarded.host}/team/app:1", reached(guarded.host), DOCKER_CONFIG=str(tmp_path))
    assert isinstance(answer, str)
    assert "none is known" in answer or str(tmp_path) in answer


def bearer_header(tokens: Tokens, repository: str) -> str:
    return f"Bearer {tokens.granted('test', f'repository:{repository}:pull,push', USER)}"


def token_reach(bearer: Running, tokens: Tokens) -> RegistryOptions:
    return reached(bearer.host, f"127.0.0.1:{tokens.port}")


def test_a_token_with_a_password(bearer: Running, tokens: Tokens, tmp_path: Path) -> None:
    digest = push(bearer.base, "team/app", "1", multi(), bearer_header(tokens, "team/app"))
    found = ask(
        f"{bearer.host}/team/app:1", token_reach(bearer, tokens),
        DOCKER_CONFIG=auths(tmp_path, bearer.host, auth=BASIC),
    )  # fmt: skip
    assert isinstance(found, ImageInfo), found
    assert found.digest == digest


def test_a_token_for_anybody(bearer: Running, tokens: Tokens) -> None:
    digest = push(bearer.base, "public/app", "1", multi(), bearer_header(tokens, "public/app"))
    found = ask(f"{bearer.host}/public/app:1", token_reach(bearer, tokens))
    assert isinstance(found, ImageInfo), found
    assert found.digest == digest


def test_an_identity_token_is_exchanged(bearer: Running, tokens: Tokens, tmp_path: Path) -> None:
    push(bearer.base, "team/identity", "1", single(), bearer_header(tokens, "team/identity"))
    tokens.asked.clear()
    found = ask(
        f"{bearer.host}/team/identity:1", token_reach(bearer, tokens),
        DOCKER_CONFIG=auths(tmp_path, bearer.host, identitytoken=PASSWORD),
    )  # fmt: skip
    assert isinstance(found, ImageInfo), found
    assert tokens.asked == [("POST", "refresh_token")]


def test_one_token_only_where_it_opens_nothing(bearer: Running, tokens: Tokens) -> None:
    tokens.asked.clear()
    answer = ask(f"{bearer.host}/team/private:1", token_reach(bearer, tokens))
    assert isinstance(answer, str)
    assert "not found, or not to be read" in answer
    assert len(tokens.asked) == 1


def test_a_token_service_without_encryption_needs_permission(
    bearer: Running, tokens: Tokens, tmp_path: Path
) -> None:
    tokens.asked.clear()
    answer = ask(
        f"{bearer.host}/team/app:1", reached(bearer.host),
        DOCKER_CONFIG=auths(tmp_path, bearer.host, auth=BASIC),
    )  # fmt: skip
    assert (
        answer
        == f"127.0.0.1:{tokens.port} speaks unencrypted HTTP; `--insecure 127.0.0.1:{tokens.port}` allows that"
    )
    assert tokens.asked == []


def test_tls_by_the_certificate_that_the_environment_names(
    encrypted: tuple[Running, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, certificate = encrypted
    untrusted = ask(f"{running.host}/team/app:1", RegistryOptions(limits=QUICK))
    assert isinstance(untrusted, str)
    assert "CERTIFICATE_VERIFY_FAILED" in untrusted
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert ask(f"{running.host}/team/app:1", RegistryOptions(limits=QUICK)) == (
        f"{running.host}: not found (MANIFEST_UNKNOWN)"
    )


def test_nobody_there(reach: RegistryOptions) -> None:
    answer = ask("127.0.0.1:1/team/app:1", reach)
    assert isinstance(answer, str)
    assert answer.startswith("127.0.0.1:1: ")
