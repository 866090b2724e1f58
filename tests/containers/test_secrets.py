"""What is a secret by its name or look, and what only sounds like one."""

from __future__ import annotations

import pytest

from immutable_delivery.containers.secrets import (
    goes_to_keys,
    is_placeholder,
    secret_file,
    secret_variable,
)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PASSWORD", "hunter22", "name"),
        ("db_passwd", "hunter22", "name"),
        ("APIKEY", "abc", "name"),
        ("API_KEY", "abc", "name"),
        ("SECRET_KEY_BASE", None, "name"),
        ("NPM_TOKEN", None, "name"),
        ("auth", "bar", "name"),
        ("AWS_SECRET_ACCESS_KEY", "x", "name"),
        ("AWS_ACCESS_KEY_ID", None, "name"),
        ("SSH_PRIVATE_KEY", "x", "name"),
        ("CERT_PASSWORD", "x", "name"),
        ("URL", "postgres://me:s3cr3t@db/x", "url"),
        ("X", "ghp_" + "a" * 36, "value"),
        ("X", "-----BEGIN RSA PRIVATE KEY-----", "value"),
        ("URL", "postgres://me:${PASSWORD}@db/x", ""),
        ("URL", "postgres://user:password@db/x", ""),
        ("URL", "https://x.org/a:b@c", ""),
        ("PUBLIC_KEY", "x", ""),
        ("PASSWORD_FILE", "x", ""),
        ("AUTH_MODULE_VERSION", "x", ""),
        ("SSH_KEY_DIR", "x", ""),
        ("KMS_KEY_ALIAS", "x", ""),
        ("TOKEN_TTL", "x", ""),
        ("AUTH_ENABLED", "x", ""),
        ("AUTH", "true", ""),
        ("PASSWORD", "", ""),
        ("SECRET", "/run/secrets/x", ""),
        ("GPG_KEY", "A035C8C1", ""),
        ("TOKENIZERS_PARALLELISM", "x", ""),
        ("MONKEY", "x", ""),
        ("USERNAME", "x", ""),
        ("PWD", "x", ""),
        ("NAME_IS_OK", "secret password token key", ""),
    ],
)
def test_variables(name: str, value: str | None, why: str) -> None:
    assert secret_variable(name, value) == why


@pytest.mark.parametrize(
    ("path", "content", "secret"),
    [
        ("id_rsa", None, True),
        (".ssh/id_ed25519", None, True),
        ("id_rsa.pub", None, False),
        (".env", None, True),
        (".env.production", None, True),
        (".env.example", None, False),
        ("config/.env.sample", None, False),
        (".npmrc", None, True),
        (".npmrc", "registry=https://x.org/", False),
        (".npmrc", "//x.org/:_authToken=abc", True),
        ("server.key", "-----BEGIN PRIVATE KEY-----", True),
        ("server.pem", "-----BEGIN CERTIFICATE-----", False),
        ("ca.pem", None, False),
        (".aws/credentials", None, True),
        ("credentials.json", None, True),
        ("main.py", None, False),
        ("environment", None, False),
    ],
)
def test_files(path: str, content: str | None, secret: bool) -> None:
    assert secret_file(path, content) is secret


@pytest.mark.parametrize(
    ("value", "stands_for_one"),
    [
        ("xxxx", True),
        ("***", True),
        ("${{ secrets.TOKEN }}", True),
        ("op://shop/web/token", True),
        ("API_TOKEN_VALUE", True),
        ("changeme", False),
        ("hunter22", False),
        ("x1", False),
    ],
)
def test_placeholders(value: str, stands_for_one: bool) -> None:
    assert is_placeholder("API_TOKEN", value) == stands_for_one


def test_a_default_that_is_there_to_be_changed_is_a_secret_only_where_nobody_changes_it() -> None:
    assert secret_variable("API_TOKEN", "changeme", default=True) == ""
    assert secret_variable("API_TOKEN", "changeme") == "name"


@pytest.mark.parametrize(
    ("target", "name", "expected"),
    [
        ("/root/.ssh", "deploy", True),
        ("/root/.ssh/", "deploy", True),
        ("/home/web/.ssh/id", "anything.pub", True),
        ("/root/.gnupg", "pubring.kbx", True),
        ("/root/.aws/credentials", "a", True),
        ("/root/.config/gcloud/", "a.json", True),
        ("/root/.ssh/", "known_hosts", False),
        ("/root/.ssh/known_hosts", "hosts", False),
        ("/root/.ssh/", "id.pub", False),
        ("/root/.ssh/authorized_keys", "keys", False),
        ("/root/.aws/config", "a", False),
        ("/root/.gnupg/", "gpg.conf", False),
        ("/root/.sshd", "deploy", False),
        ("/etc/ssh/", "deploy", False),
    ],
)
def test_what_goes_into_a_folder_of_keys_is_one(target: str, name: str, expected: bool) -> None:
    assert goes_to_keys(target, name) is expected
