"""The lines of the documentation in Neovim itself, where one is installed that knows them (0.11)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Repository
from tests.kit import PATIENCE

NVIM = shutil.which("nvim") or ""
PAGE = Path(__file__).parents[2] / "docs" / "editor.md"
SCRIPT = """
local function wait(holds) print(vim.wait({patience}, holds, 50)) end
wait(function() return #vim.diagnostic.get(0) > 0 end)
local found = vim.diagnostic.get(0)[1]
print(found.code, found.lnum, found.col, found.end_col)
local where = {{ textDocument = vim.lsp.util.make_text_document_params(), position = {{ line = 1, character = 32 }} }}
for _, one in pairs(vim.lsp.buf_request_sync(0, "textDocument/hover", where, {patience})) do
  print(string.find(one.result.contents.value, "image nginx:latest of web", 1, true) ~= nil)
end
vim.api.nvim_buf_set_lines(0, 0, -1, false, {{ "services: {{}}" }})
wait(function() return #vim.diagnostic.get(0) == 0 end)
vim.cmd("qa!")
"""


def version() -> tuple[int, ...]:
    """Return the version of the Neovim that is installed."""
    if not NVIM:
        return ()
    said = subprocess.run([NVIM, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else ()


@pytest.mark.slow
@pytest.mark.skipif(version() < (0, 11), reason="no Neovim 0.11 is installed")
def test_the_lines_of_the_page_serve_neovim(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"compose.yaml": "services:\n  web: {x-a: 'é🐳', image: 'nginx:latest'}\n"})
    lines = re.search(r"```lua\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert lines is not None
    (tmp_path / "init.lua").write_text(lines[1])
    (tmp_path / "script.lua").write_text(SCRIPT.format(patience=20_000 * PATIENCE))
    command = [NVIM, "--clean", "--headless", "-u", str(tmp_path / "init.lua"), "compose.yaml"]
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*command, "-c", f"luafile {tmp_path / 'script.lua'}"],
        cwd=repository.root, capture_output=True, text=True, env=environ, check=False, timeout=60 * PATIENCE,
    )  # fmt: skip
    line = "  web: {x-a: 'é🐳', image: 'nginx:latest'}"
    start = len(line[: line.index("latest")].encode())
    found = done.stderr.split()
    assert found == [
        "true",
        "nil",
        "floating-tag",
        "1",
        str(start),
        str(start + 6),
        "true",
        "true",
        "nil",
    ]
