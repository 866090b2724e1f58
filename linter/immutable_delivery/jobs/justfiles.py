"""Justfiles as just puts them together: a file with its imports and modules, and what each of its recipes runs.

The reference is https://just.systems/man/en/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from posixpath import basename, relpath

from immutable_delivery.context import ParseContext
from immutable_delivery.jobs.justvalues import MAX_WORDS, Given, Values
from immutable_delivery.jobs.needs import in_order
from immutable_delivery.jobs.spec import Recipe, scope_of
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import folder_of, is_file, lies_here, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import just
from immutable_delivery.syntax.just import Body, Expression, Justfile, Parameter, content

NAMES = ("justfile", "Justfile", ".justfile", "JUSTFILE")
MAX_FILES = 50


Called = Mapping[str, Sequence[LocatedText]]
"""Recipes by their names, each with the words that it is given."""


class Project(Record):
    """What just knows when it has read a file with its imports and modules."""

    recipes: list[Recipe] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    """The files, the first one first."""
    by_name: dict[str, list[Recipe]] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    """How many words a recipe may be given."""


class _Module(Record, frozen=True):
    """A justfile under the name by which it is called."""

    path: str
    prefix: str = ""
    above: tuple[str, ...] = ()


class _Around(Record, frozen=True):
    """What the recipes of a module see."""

    prefix: str
    home: str
    """The folder of the justfile."""
    folder: str | None
    """The folder in which recipes run; None where nobody knows."""
    shell: str
    variables: Mapping[str, Expression | LocatedText]
    exported: Sequence[str]
    called: Called


def find_file(folder: str, named: str | None, ctx: ParseContext) -> str | None:
    """Return the path of the justfile that a call reads; just looks further up where a folder has none."""
    if named is not None:
        path = resolve(folder, named)
        return path if path is not None and lies_here(ctx.files, path) else None
    while True:
        paths = (resolve(folder, name) or "" for name in NAMES)
        found = next((path for path in paths if lies_here(ctx.files, path)), None)
        if found or not folder:
            return found
        folder = folder_of(folder)


def called_by(
    path: str, ctx: ParseContext, given: Given, words: Sequence[LocatedText]
) -> Iterator[Recipe]:
    """Yield the recipes that the words of a call run, with what it gives them; what many calls read is put together once."""
    project = ctx.once((path, "just"), lambda: load(path, ctx))
    called = _calls(project, words)
    if given or any(called.values()):
        project = load(path, ctx, given, called)
    return in_order([*called], project.by_name)


def _calls(project: Project, words: Sequence[LocatedText]) -> dict[str, list[LocatedText]]:
    """Return the recipes that the words of a call name, each with the words that it takes; the first one where none is named."""
    called: dict[str, list[LocatedText]] = {}
    at = 0
    while at < len(words):
        name = words[at].text.replace(" ", "::")
        taken = project.taken.get(name, 0)
        own = project.by_name[name][0].name if name in project.by_name else name
        called[own] = [*words[at + 1 : at + 1 + taken]]
        at += 1 + taken
    if not words and project.recipes:
        called[project.recipes[0].name] = []
    return called


def load(
    path: str,
    ctx: ParseContext,
    given: Given | None = None,
    called: Called | None = None,
    known: Mapping[str, Justfile] | None = None,
) -> Project:
    """Return a justfile with all that it takes in; ``given`` are the variables of a call, ``known`` the files that are parsed."""
    project = Project()
    waiting = [_Module(path)]
    while waiting and len(project.paths) < MAX_FILES:
        module = waiting.pop(0)
        files = _files(module.path, ctx, known or {})
        project.paths += (file.path for file in files)
        around = _around(module, files, given or {}, called or {})
        for file in files:
            _take(project, file, around)
            waiting += _modules(file, module, ctx)
    return project


def _files(path: str, ctx: ParseContext, known: Mapping[str, Justfile]) -> list[Justfile]:
    """Return a file with those that it imports, and so on."""
    found: list[Justfile] = []
    waiting, seen = [path], {path}
    while waiting and len(found) < MAX_FILES:
        current = waiting.pop(0)
        file = known.get(current) or _read(current, ctx)
        if file is None:
            continue
        found.append(file)
        paths = (resolve(folder_of(current), one) for one in file.imports)
        new = [one for one in dict.fromkeys(paths) if one is not None and one not in seen]
        seen.update(new)
        waiting += new
    return found


def _read(path: str, ctx: ParseContext) -> Justfile | None:
    text = ctx.text(path)
    return None if text is None or len(text.value) > just.MAX_LENGTH else _parsed(text)


@lru_cache(maxsize=32)
def _parsed(text: Text) -> Justfile:
    return just.parse(text)


def _modules(file: Justfile, module: _Module, ctx: ParseContext) -> Iterator[_Module]:
    for name, written in file.modules.items():
        base = resolve(folder_of(file.path), written or name)
        names = (f"{base}.just", *(f"{base}/{one}" for one in ("mod.just", *NAMES[:3])))
        paths = (base, *names[1:]) if written else names
        path = next((one for one in paths if one and is_file(ctx.files, one)), None)
        if path is not None and path not in (*module.above, module.path):
            yield _Module(path, f"{module.prefix}{name}::", (*module.above, module.path))


def _around(module: _Module, files: Sequence[Justfile], given: Given, called: Called) -> _Around:
    outer = [*reversed(files)]  # what imports others wins over what they say
    settings = {name: said for file in outer for name, said in file.settings.items()}
    variables = {name: said for file in outer for name, said in file.variables.items()}
    told = {} if module.prefix else {name: one for name, one in given.items() if one is not None}
    exported = variables if "export" in settings else [n for one in files for n in one.exported]
    home = folder_of(module.path)
    written = _text(settings.get("working-directory", ()))
    folder = home if "working-directory" not in settings else _inside(home, written)
    shell = [content(token).text for token in settings.get("shell", ()) if token.kind == "string"]
    return _Around(
        module.prefix,
        home,
        folder,
        basename(shell[0]) if shell else "sh",
        {**variables, **told},
        tuple(exported),
        called,
    )


def _text(said: Expression) -> str | None:
    return content(said[0]).text if len(said) == 1 and said[0].kind == "string" else None


def _inside(home: str, written: str | None) -> str | None:
    return resolve(home, written) if written is not None else None


def _take(project: Project, file: Justfile, around: _Around) -> None:
    for body in file.recipes:
        recipe = _recipe(body, around, file.path)
        project.recipes.append(recipe)
        project.by_name.setdefault(recipe.name, [recipe])
        many = any(one.several for one in body.parameters)
        project.taken.setdefault(recipe.name, MAX_WORDS if many else len(body.parameters))
    for alias, name in file.aliases.items():
        own = f"{around.prefix}{name}"
        if own in project.by_name:
            project.by_name.setdefault(f"{around.prefix}{alias}", project.by_name[own])
            project.taken.setdefault(f"{around.prefix}{alias}", project.taken[own])


def _recipe(body: Body, around: _Around, path: str) -> Recipe:
    name = f"{around.prefix}{body.name}"
    folder = around.folder
    if "no-cd" in body.attributes:
        folder = None
    elif written := body.attributes.get("working-directory"):
        folder = _inside(around.home, written)
    values = Values(around.variables, relpath(around.home or ".", folder or "."))
    given = _bound(body.parameters, around.called.get(name, ()), values)
    seen = [one.name for one in body.parameters if one.exported]
    return Recipe(
        name,
        tuple(values.put_in(line, given) for line in body.lines),
        scope_of(path, name),
        folder,
        body.attributes.get("script") or around.shell,
        tuple(f"{around.prefix}{need}" for need in body.needs),
        {
            **{one: values.named(one) for one in around.exported},
            **{one: given[one] for one in seen},
        },
    )


def _bound(
    parameters: Sequence[Parameter], words: Sequence[LocatedText], values: Values
) -> dict[str, LocatedText | None]:
    """Return what a recipe is given: by the words of a call, else by default; None where only a caller tells."""
    given: dict[str, LocatedText | None] = {}
    for at, one in enumerate(parameters):
        word = None if one.several or at >= len(words) else words[at]
        given[one.name] = word or values.value(one.default, given)
    return given
