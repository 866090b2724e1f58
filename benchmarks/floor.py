"""The least that a linter in Python does with these files: start, read, parse. It judges nothing and keeps nothing.

    PYTHON benchmarks/floor.py (start | read | parse) FOLDER PROCESSES

A program of its own, for the Python that `imd` is installed in, and it imports nothing but the compiled parsers.
"""

from __future__ import annotations

import os
import re
import sys

import tree_sitter_bash
from _ruamel_yaml import CParser
from ruamel.yaml.error import YAMLError
from tree_sitter import Language, Parser

_RUN = re.compile(rb"^[ \t]*RUN[ \t]+((?:.*\\\r?\n)*.*)$", re.IGNORECASE | re.MULTILINE)


def main() -> None:
    step, folder, processes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if step == "start":
        return
    paths = sorted(_paths(folder))
    started = [_started(paths[one::processes], step) for one in range(1, processes)]
    _perform(paths[::processes], step)
    if any(os.waitpid(process, 0)[1] for process in started):
        raise SystemExit("a process failed")


def _paths(folder: str) -> list[str]:
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = f"{where}/{name}"
            if (_is_yaml(name) or "dockerfile" in name.lower()) and os.path.isfile(path):  # noqa: PTH113
                found.append(path)
    return found


def _is_yaml(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _started(paths: list[str], step: str) -> int:
    process = os.fork()
    if not process:
        _perform(paths, step)
        os._exit(0)
    return process


def _perform(paths: list[str], step: str) -> None:
    shell = Parser(Language(tree_sitter_bash.language()))
    for path in paths:
        with open(path, "rb") as file:  # noqa: PTH123 (a path object for each is no part of the least)
            data = file.read()
        if step == "read":
            continue
        if _is_yaml(path):
            _events(data)
        else:
            for body in _RUN.findall(data):
                shell.parse(body)


def _events(data: bytes) -> None:
    """Ask for every event; what is no YAML, a template for instance, ends where the parser stops."""
    try:
        parser = CParser(data.decode("utf-8", "replace"))
        while parser.get_event() is not None:
            pass
    except YAMLError:
        pass


if __name__ == "__main__":
    main()
