"""Frozen installs: only where the lock file is known to lie in the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fixes.conftest import Workshop

YARN_1 = "# yarn lockfile v1\n"
YARN_4 = "__metadata:\n  version: 8\n"


def files(run: str, lock: str, text: str = "{}", copy: str = "COPY . .") -> dict[str, str]:
    manifests = (
        "package.json",
        "deno.json",
        "pyproject.toml",
        "Pipfile",
        "Cargo.toml",
        "pubspec.yaml",
    )
    return {
        "Dockerfile": f'FROM scratch\n{copy}\nRUN {run}\nCMD ["a"]\n',
        lock: text,
        **dict.fromkeys((*manifests, "pixi.toml", "Podfile", "main.tf"), ""),
    }


@pytest.mark.parametrize(
    ("run", "lock", "text", "expected"),
    [
        ("npm install", "package-lock.json", "{}", "npm ci"),
        ("npm i --omit=dev && npm cache clean", "package-lock.json", "{}", "npm ci --omit=dev && npm cache clean"),
        ("npm --no-audit  install", "package-lock.json", "{}", "npm --no-audit  ci"),
        ("apt-get update; (npm install); true", "npm-shrinkwrap.json", "{}", "apt-get update; (npm ci); true"),
        ("sh -c 'npm install'", "package-lock.json", "{}", "sh -c 'npm ci'"),
        ("yarn", "yarn.lock", YARN_1, "yarn install --frozen-lockfile"),
        ("yarn --silent", "yarn.lock", YARN_4, "yarn install --immutable --silent"),
        ("yarn install && true", "yarn.lock", YARN_4, "yarn install --immutable && true"),
        ("npm i -g a@1.0.0 && npm install", "package-lock.json", "{}", "npm i -g a@1.0.0 && npm ci"),
        ("npm install && npm i a@1.0.0", "package-lock.json", "{}", "npm ci && npm i a@1.0.0"),
        ("pnpm i", "pnpm-lock.yaml", "", "pnpm install --frozen-lockfile"),
        ("bun install", "bun.lock", "", "bun install --frozen-lockfile"),
        ("uv sync --no-dev", "uv.lock", "", "uv sync --frozen --no-dev"),
        ("pdm install", "pdm.lock", "", "pdm install --frozen-lockfile"),
        ("pipenv install --system", "Pipfile.lock", "{}", "pipenv install --deploy --system"),
        ("cargo fetch", "Cargo.lock", "", "cargo fetch --locked"),
        ("npm \\\n  # why\n  install", "package-lock.json", "{}", "npm \\\n  # why\n  ci"),
    ],
)  # fmt: skip
def test_the_frozen_form_is_written(
    workshop: Workshop, run: str, lock: str, text: str, expected: str
) -> None:
    before = files(run, lock, text)
    fixed = workshop.fixed(before, "lockfile-ignored")
    assert fixed == {"Dockerfile": before["Dockerfile"].replace(run, expected)}


@pytest.mark.parametrize(
    ("run", "lock", "copy", "reason"),
    [
        ("npm install", "package-lock.json", "COPY package.json .", "nothing here puts package-lock.json where"),
        ("npm install", "package-lock.json", "COPY package-lock.json lib/", "nothing here puts package-lock.json"),
        ("npm install left-pad@1.3.0 && npm install", "package-lock.json", "COPY . .", "`npm ci` removes what `npm install` has put"),
        ("npm install --no-package-lock", "package-lock.json", "COPY . .", "`npm install` has no form here"),
        ("bundle install", "Gemfile.lock", "COPY . .", "`bundle install` has no form here"),
        ("yarn install", "yarn.lock", "COPY . .", "`yarn install` has no form here"),
        ('["npm", "install"]', "package-lock.json", "COPY . .", "the command is no plain text here"),
        ('V=install; npm "$V"', "package-lock.json", "COPY . .", "the command is no plain text here"),
    ],
)  # fmt: skip
def test_what_is_not_certain_has_a_reason(
    workshop: Workshop, run: str, lock: str, copy: str, reason: str
) -> None:
    before = {**files(run, lock, copy=copy), "Gemfile": ""}
    fix = workshop.fix(before, "lockfile-ignored")
    assert reason in fix.reason
    assert not fix.edits


INLINE = "services:\n  web:\n    build:\n      dockerfile_inline: "


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("|\r\n        FROM node:22\r\n        COPY . .\r\n        RUN npm install # é\r\n", "npm ci"),
        ("|-\n        FROM node:22\n        COPY . .\n\n        RUN npm install && \\\n          npm run build", "npm ci"),
        ('"FROM node:22\\nCOPY . .\\nRUN npm install\\n"', "npm ci"),
        (">\n        FROM node:22\n\n        COPY . .\n\n        RUN\n        npm install\n", "npm ci"),
        ('"FROM node:22\\nCOPY . .\\nRUN npm i\\u006estall\\n"', None),
    ],
)  # fmt: skip
def test_a_dockerfile_in_yaml_is_edited_where_its_text_stands_as_it_is(
    workshop: Workshop, before: str, after: str | None
) -> None:
    text = INLINE + before
    files = {"compose.yaml": text, "package.json": "{}", "package-lock.json": "{}"}
    expected = {"compose.yaml": text.replace("npm install", after)} if after else {}
    assert workshop.fixed(files, "lockfile-ignored") == expected
    if not after:
        assert "no plain text" in workshop.fix(files, "lockfile-ignored").reason
