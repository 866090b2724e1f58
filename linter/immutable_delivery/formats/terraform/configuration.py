"""The modules of a repository, each with the values of whoever calls it, and what their blocks declare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.containers.environments import Environment, environment
from immutable_delivery.containers.reach import Reach
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Image, Scope
from immutable_delivery.formats.terraform.arguments import containers
from immutable_delivery.formats.terraform.declarations import facts_of
from immutable_delivery.formats.terraform.sources import module_source, required_providers
from immutable_delivery.formats.terraform.terragrunt import units
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.hcl.blocks import labelled
from immutable_delivery.syntax.hcl.folders import merged
from immutable_delivery.syntax.hcl.modules import Given, Module
from immutable_delivery.syntax.hcl.parse import HclFile
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Scalar
from immutable_delivery.syntax.yaml.query import pairs, scalar

MAX_CALLS = 500
"""So many module calls are followed in one family; further ones are judged by the defaults of their module."""
MAX_NESTING = 10


def declared(documents: Mapping[str, HclFile], ctx: ParseContext) -> Iterable[Fact]:
    """Return the facts of all modules, each once."""
    configuration, reach = _Configuration(documents, ctx), Reach(ctx)
    told, read = set[Place](), list(configuration.modules())
    for module, reached in read:
        found = list(configuration.facts(module))
        told |= {one.place_of("reference") for one in found if isinstance(one, Image)}
        reach.add(found, reached)
    for module, reached in read:
        reach.add(configuration.handed(module, told), reached)
    for path, module in configuration.units():
        reach.add(units(module, path), environment(path, ctx))
    return reach.facts()


class _Configuration:
    def __init__(self, documents: Mapping[str, HclFile], ctx: ParseContext) -> None:
        self._ctx = ctx
        self._roots: dict[str, Tree] = {}
        self._values: dict[str, list[tuple[str, Tree]]] = defaultdict(list)
        """Files of values, by their folder."""
        self._units: list[tuple[str, Tree]] = []
        """What Terragrunt makes configurations of."""
        held: dict[str, list[Tree]] = defaultdict(list)
        for path, document in documents.items():
            if isinstance(document.root, Tree) and path.endswith(".hcl"):
                self._units.append((path, document.root))
            elif isinstance(document.root, Tree) and ".tfvars" in path:
                self._values[folder_of(path)].append((path, document.root))
            elif isinstance(document.root, Tree):
                held[folder_of(path)].append(document.root)
        self._roots = {folder: merged(trees) for folder, trees in held.items()}
        self._calls = 0
        self._read: set[str] = set()
        self._tops = self._not_called()
        self._owned = self._owned_values()

    def modules(self) -> Iterator[tuple[Module, Environment]]:
        """Yield every module with its values: those that nobody here calls, with the files of values beside them, and what they call."""
        for folder in self._tops:
            root = self._roots[folder]
            for given, path in self._given(folder):
                reached = environment(path or f"{folder}/main.tf", self._ctx)
                module = Module(folder, root, self._ctx.files, given)
                yield from ((one, reached) for one in self._with_called(module, ()))
        for folder, root in self._roots.items():
            if folder not in self._read:  # modules in a circle, or too many calls
                module = Module(folder, root, self._ctx.files)
                yield module, environment(f"{folder}/main.tf", self._ctx)

    def _not_called(self) -> list[str]:
        """Return the folders that no module here is made of."""
        called = {folder for home in self._roots for _, folder, _ in self._called(home)}
        return [folder for folder in self._roots if folder not in called]

    def units(self) -> Iterator[tuple[str, Module]]:
        """Yield the files of Terragrunt."""
        for path, root in self._units:
            yield path, Module(folder_of(path), root, self._ctx.files)

    def facts(self, module: Module) -> Iterator[Fact]:
        """Yield what the blocks of a module say."""
        for name, node in labelled(module.root.get("module")):
            scope = _scope(name)
            yield from module_source(module.filled(node, "source", "version"), scope)
            yield from self._given_elsewhere(module, name, node, scope)
        yield from required_providers(module.root, module.folder, self._ctx)
        for kind in ("resource", "data"):
            for type_, held in pairs(module.root, kind):
                for name, block in labelled(held):
                    yield from facts_of(module, self._ctx, kind, type_.text, name, block)

    def handed(self, module: Module, told: set[Place]) -> Iterator[Fact]:
        """Yield the containers that a module of this repository is given and whose images no block was found to run."""
        for node, _, name in self._called(module.folder):
            for copy in module.copies(node):
                found = list(containers(copy, name, _scope(name), self._ctx))
                images = [one for one in found if isinstance(one, Image)]
                if images and not any(one.place_of("reference") in told for one in images):
                    yield from found

    def _given_elsewhere(
        self, module: Module, name: Scalar, node: Tree, scope: Scope
    ) -> Iterator[Fact]:
        """Yield the containers that a module is given which nobody here reads."""
        source = scalar(node, "source")
        if source is not None and not source.text.startswith("."):
            for copy in module.copies(node):
                yield from containers(copy, name, scope, self._ctx)

    def _with_called(self, module: Module, above: tuple[str, ...]) -> Iterator[Module]:
        """Yield a module, and those that it calls with what it gives them."""
        self._read.add(module.folder)
        yield module
        if len(above) > MAX_NESTING:
            return
        for node, folder, _ in self._called(module.folder):
            if folder in above or folder == module.folder or self._calls >= MAX_CALLS:
                continue
            for made in module.copies(node):
                self._calls += 1
                given = {key: value for key, (_, value) in made.entries.items()}
                inner = Module(folder, self._roots[folder], self._ctx.files, given, module)
                yield from self._with_called(inner, (*above, module.folder))

    def _called(self, home: str) -> Iterator[tuple[Tree, str, Scalar]]:
        """Yield the calls of a module that lead to another folder here."""
        for name, node in labelled(self._roots[home].get("module")):
            source = scalar(node, "source")
            if source is None or not source.text.startswith("."):
                continue
            folder = resolve(home, source.text)
            if folder is not None and folder.rstrip("/") in self._roots:
                yield node, folder.rstrip("/"), name

    def _given(self, folder: str) -> Iterator[tuple[Given, str]]:
        """Yield the values of a root module: those that are always loaded, then with each further file laid over them.

        The name of such a file tells its environment as a folder does; it comes along as one.
        """
        always: dict[str, Tree] = {}
        further: list[tuple[str, Tree]] = []
        for path, tree in sorted(self._owned.get(folder, []), key=lambda one: one[0]):
            name = path.rpartition("/")[2]
            own = folder_of(path) == folder
            if own and (name.startswith("terraform.tfvars") or ".auto.tfvars" in name):
                always[path] = tree
            else:
                further.append((path, tree))
        base = {key: node for tree in always.values() for key, node in tree.items()}
        if not further:
            yield base, ""
        for path, tree in further:
            yield base | dict(tree.items()), f"{path.partition('.tfvars')[0]}/"

    def _owned_values(self) -> dict[str, list[tuple[str, Tree]]]:
        """Return the files of values by the folder of the module that they are for."""
        found: dict[str, list[tuple[str, Tree]]] = defaultdict(list)
        declaring: dict[str, set[str]] = defaultdict(set)
        for folder in self._tops:
            for key, _ in pairs(self._roots[folder], "variable"):
                declaring[key.text].add(folder)
        for held, files in self._values.items():
            around = self._around(held)
            home = _only(files, declaring) if around is None else around
            if home is not None:
                found[home] += files
        return found

    def _around(self, folder: str) -> str | None:
        """Return the nearest folder around one that is a module."""
        while folder and folder not in self._roots:
            folder = folder_of(folder)
        return folder if folder in self._roots else None


def _scope(name: Scalar) -> Scope:
    """Return the scope of what a module is given."""
    return Scope(
        owner=f"module.{name.text}",
        service=name.text,
        phase="start",
        layer="middleware",
        deployed=True,
    )


def _only(files: list[tuple[str, Tree]], declaring: Mapping[str, set[str]]) -> str | None:
    """Return the one root module that declares all the variables of files which lie elsewhere."""
    named = [declaring.get(key, set()) for _, tree in files for key in tree.entries]
    fitting = set.intersection(*named) if named else set()
    return next(iter(fitting)) if len(fitting) == 1 else None
