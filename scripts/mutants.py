"""How strong the tests are: seeded mutants of the code, of the policies' conditions and of the tables, each against the nearest tests.

python scripts/mutants.py [--kind code|policies|tables] [--seed N] [--count 60] [--files 8] [--seconds 120]

It works in a copy of what git tracks, and by hand only: an hour or so for all three. A mutant that no test notices is a survivor;
one whose change is a limit, a size or what a record may do with its fields is a candidate for an equivalent, which a person has to read.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "linter")]

from tests.policies.conditions import changed  # noqa: E402

PACKAGE = Path("linter/immutable_delivery")
ACTIONS = ("install", "upgrade", "refresh", "run", "manifest", "")
LIMITS = re.compile(
    r"\b(?:_?[A-Z]*(?:MAX|MANY|LIMIT|LONG|SIZE|DEPTH)[A-Z_]*|maxsize|frozen|slots)\b"
)


@dataclass(frozen=True)
class Mutant:
    """A file with another text, what was changed in it, and the tests that may notice."""

    path: Path
    text: str
    change: str
    tests: tuple[str, ...]

    @property
    def doubtful(self) -> bool:
        """Whether the change may make no difference: a limit, or what a record may do."""
        return LIMITS.search(self.change) is not None


# Python


class Points(ast.NodeVisitor):
    """The places of a module where something can be changed: a node, and what stands there instead."""

    def __init__(self) -> None:
        self.found: list[tuple[ast.expr | ast.stmt, str]] = []
        self._table = False

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other: ast.boolop = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        self._add(node, ast.BoolOp(other, node.values))

    def visit_Compare(self, node: ast.Compare) -> None:
        turned = {
            ast.Eq: ast.NotEq,
            ast.NotEq: ast.Eq,
            ast.Lt: ast.LtE,
            ast.LtE: ast.Lt,
            ast.Gt: ast.GtE,
        }
        turned |= {
            ast.GtE: ast.Gt,
            ast.In: ast.NotIn,
            ast.NotIn: ast.In,
            ast.Is: ast.IsNot,
            ast.IsNot: ast.Is,
        }
        first = turned[type(node.ops[0])]()
        self._add(node, ast.Compare(node.left, [first, *node.ops[1:]], node.comparators))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, ast.Constant(not node.value))
        elif isinstance(node.value, int):
            self._add(node, ast.Constant(node.value + 1))
        elif self._table and isinstance(node.value, str) and node.value:
            self._add(node, ast.Constant(f"{node.value}x"))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._add(node, node.operand)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._add(node.test, ast.UnaryOp(ast.Not(), node.test))
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._add(node, ast.IfExp(node.test, node.orelse, node.body))
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self._add(node.value, ast.Constant(None))
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self._add(node, ast.Pass())
            self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node, ast.Pass())
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._table = not node.col_offset and not isinstance(node.value, ast.Subscript)
        self.visit(node.value)
        self._table = False

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Leave annotations alone."""

    def visit_Import(self, node: ast.Import) -> None:
        """Leave imports alone."""

    def _add(self, node: ast.expr | ast.stmt, other: ast.AST) -> None:
        self.found.append((node, ast.unparse(ast.fix_missing_locations(other))))
        if isinstance(node, ast.BoolOp | ast.Compare):
            self.generic_visit(node)


@lru_cache(maxsize=1)
def modules() -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / PACKAGE).rglob("*.py"))


def code(draw: random.Random) -> Mutant:
    """Change one place of the code; modules are drawn by their size."""
    path = draw.choices(modules(), [(ROOT / module).stat().st_size for module in modules()])[0]
    source = (ROOT / path).read_text("utf-8")
    points = Points()
    points.visit(ast.parse(source))
    if not points.found:
        return code(draw)
    node, new = draw.choice(points.found)
    start, end = (
        _offset(source, node.lineno, node.col_offset),
        _offset(source, node.end_lineno or 0, node.end_col_offset or 0),
    )
    line = f"{path}:{node.lineno}: {source[start:end]!r:.90} -> {new!r:.90}"
    text = (
        f"{source[:start]}({new}){source[end:]}"
        if new != "pass"
        else source[:start] + new + source[end:]
    )
    return Mutant(
        path, text, f"{line}   # {source.splitlines()[node.lineno - 1].strip():.90}", nearest(path)
    )


def _offset(source: str, line: int, column: int) -> int:
    lines = source.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


@lru_cache(maxsize=1)
def suites() -> dict[str, set[str]]:
    """Return the modules that each file of tests imports."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "benchmarks" not in path.parts and path.name != "test_scale.py":
            text = path.read_text("utf-8")
            imports = re.findall(
                r"^from (immutable_delivery[\w.]*) import \(?([\w, \n]*)", text, re.MULTILINE
            )
            names = {
                f"{module}.{name}"
                for module, every in imports
                for name in re.findall(r"\w+", every)
            }
            found[str(path.relative_to(ROOT))] = names
    return found


def nearest(path: Path) -> tuple[str, ...]:
    """Return the files of tests by how near they are: what they import, then what they are called."""
    dotted = ".".join(path.relative_to("linter").with_suffix("").parts)
    parts = {part.strip("_") for part in dotted.split(".")[1:]}
    parts |= {part.removesuffix("s") for part in parts}

    def nearness(suite: str) -> tuple[int, int]:
        shared = max((_shared(dotted, name) for name in suites()[suite]), default=0)
        words = set(re.split(r"[/_.]", suite)) | {
            word.removesuffix("s") for word in re.split(r"[/_.]", suite)
        }
        return -(2 * len(parts & words) + shared), len(suite)

    return tuple(sorted(suites(), key=nearness))


def _shared(one: str, other: str) -> int:
    pairs = zip(one.split("."), other.split("."), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), one.count(".") + 1)


# Policies


def policies(draw: random.Random) -> Mutant:
    """Change one condition of a policy."""
    path = draw.choice(sorted((ROOT / "policies").rglob("*.yaml")))
    yaml = YAML()
    yaml.width = 10_000
    data = yaml.load(path)
    rules = data.get("rules")
    every = [(rule, key) for rule in rules or () for key in ("deny", "when") if key in rule]
    if not every:
        return policies(draw)
    rule, key = draw.choice(every)
    old = str(rule[key])
    rule[key] = draw.choice(sorted(set(changed(old))))
    change = f"{path.relative_to(ROOT)}: {' '.join(old.split())} -> {' '.join(rule[key].split())}"
    test = f"tests/policies/test_examples.py::test_examples_agree[{path.stem}]"
    return Mutant(path.relative_to(ROOT), dumped(yaml, data), change, (test,))


def dumped(yaml: YAML, data: Any) -> str:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        yaml.dump(data, file)
        file.seek(0)
        return file.read()


# Tables


def tables(draw: random.Random) -> Mutant:
    """Rename one word of a table, or move a verb to another action; tables are drawn by their size."""
    paths = sorted((ROOT / PACKAGE / "tables").glob("*.yaml"))
    path = draw.choices(paths, [one.stat().st_size for one in paths])[0]
    yaml = YAML(pure=True)
    data = yaml.load(path)
    leaves = list(_leaves(data, ""))
    where, holder, key = draw.choice(leaves)
    old = holder[key]
    holder[key] = _other(old, draw, verb=".verbs" in where)
    change = f"{path.relative_to(ROOT)}: {where}: {_differing(old, holder[key])}"
    near = (
        f"tests/meaning/test_{'managers' if '.managers.' in where else 'programs'}.py",
        "tests/tables",
    )
    near = near if path.stem == "commands" else near[::-1]
    return Mutant(
        path.relative_to(ROOT),
        dumped(yaml, data),
        change,
        (*near, "tests/meaning", *nearest(PACKAGE / "effects" / "installs.py")),
    )


def _leaves(node: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield what can be changed, once for each of its words."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        name = value["names"] if isinstance(value, dict) and "names" in value else key
        at = f"{where}.{name}"
        if isinstance(value, dict | list):
            yield from _leaves(value, at)
        elif value is not None:
            yield from ((at, node, key) for _ in str(value).split() or [""])


def _other(old: Any, draw: random.Random, *, verb: bool) -> Any:
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return old + 1
    if verb and old in ACTIONS:
        return draw.choice([action for action in ACTIONS if action != old])
    words = str(old).split(" ")
    index = draw.randrange(len(words))
    words[index] += "x"
    return " ".join(words)


def _differing(old: Any, new: Any) -> str:
    pairs = zip(str(old).split(" "), str(new).split(" "), strict=False)
    return next((f"{a!r} -> {b!r}" for a, b in pairs if a != b), f"{old!r} -> {new!r}")


# Running


def copy(folder: Path) -> None:
    """Copy what git tracks."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    for name in listed.decode().split("\0")[:-1]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)


def run(folder: Path, call: list[str], seconds: float) -> int | None:
    """Run Python in the copy; None where that takes too long."""
    path = f"{folder / 'linter'}:{folder / 'hooks'}:{folder}"
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return subprocess.run(
            [sys.executable, *call],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=seconds,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return None


def verdict(folder: Path, mutant: Mutant, files: int, seconds: float) -> str:
    """Return whether tests notice: killed or survived; unfinished where time runs out first."""
    target = folder / mutant.path
    before = target.read_text("utf-8")
    target.write_text(mutant.text, "utf-8")
    try:
        if mutant.path.suffix == ".yaml" and run(folder, ["scripts/generate.py"], seconds) != 0:
            return "killed"
        options = ["-q", "-x", "--no-header", "-p", "no:cacheprovider", "-m", "not slow"]
        begun = time.monotonic()
        for test in mutant.tests[:files]:
            left = seconds - (time.monotonic() - begun)
            found = run(folder, ["-m", "pytest", *options, test], left) if left > 0 else None
            if found is None:
                return "unfinished"
            if found in {1, 2}:
                return "killed"
        return "survived"
    finally:
        target.write_text(before, "utf-8")


KINDS: dict[str, Callable[[random.Random], Mutant]] = {
    "code": code,
    "policies": policies,
    "tables": tables,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--files", type=int, default=8, help="files of tests for each mutant")
    parser.add_argument("--seconds", type=float, default=120, help="for each mutant")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        copy(folder)
        for kind in options.kind or KINDS:
            judge(folder, kind, options)


def judge(folder: Path, kind: str, options: argparse.Namespace) -> None:
    """Draw the mutants of a kind, and say what became of each, and of all."""
    draw, told = random.Random(f"{options.seed} {kind}"), Counter[str]()
    for number in range(options.count):
        mutant = KINDS[kind](draw)
        found = verdict(folder, mutant, options.files, options.seconds)
        if found == "survived" and mutant.doubtful:
            found = "equivalent?"
        told[found] += 1
        print(f"{kind} {number:03} {found:11} {mutant.change}", flush=True)
    run(folder, ["scripts/generate.py"], options.seconds)
    dead, alive = told["killed"], told["survived"]
    rate = 100 * dead / max(1, dead + alive)
    print(
        f"{kind}: {dead} killed, {alive} survived, {told['equivalent?']} perhaps equivalent: {rate:.0f} %"
    )


if __name__ == "__main__":
    main()
