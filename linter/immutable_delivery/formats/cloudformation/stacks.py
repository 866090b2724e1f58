"""The templates of a repository, each with the values that a stack around it gives it, and what their resources declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.containers.environments import Environment, environment
from immutable_delivery.containers.reach import Reach
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.cloudformation.resources import Resource, facts_of
from immutable_delivery.formats.cloudformation.sources import included, nested
from immutable_delivery.formats.cloudformation.template import Template
from immutable_delivery.syntax.yaml import Document, Node
from immutable_delivery.syntax.yaml.query import find, pairs, roots

MAX_CALLS = 200
"""So many stacks inside stacks are followed in one family; further ones are judged by the defaults of their template."""
MAX_NESTING = 10


def stacks(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterator[Fact | Build]:
    """Yield the facts of all templates; what a stack inside several others says alike is said once."""
    held = {path: root for path, root in roots(documents, ctx) if find(root, "Resources")}
    family, reach = _Family(held, ctx), Reach(ctx)
    for template, reached in family.templates():
        found = list(family.facts(template))
        reach.add((one for one in found if isinstance(one, Fact)), reached)
        yield from (one for one in found if isinstance(one, Build))
    yield from reach.facts()


class _Family:
    """Templates that are read together."""

    def __init__(self, held: Mapping[str, Node | None], ctx: ParseContext) -> None:
        self._templates = {path: Template(root, path) for path, root in held.items()}
        self._ctx = ctx
        self._calls = 0
        self._read: set[str] = set()

    def templates(self) -> Iterator[tuple[Template, Environment]]:
        """Yield every template with its values: those that no stack here is made of, and what they are made of.

        One that is not reached so (stacks in a circle, too many) is read by itself.
        """
        inner = self._inner()
        for path, template in self._templates.items():
            if path not in inner:
                yield from self._reached(template)
        for path, template in self._templates.items():
            if path not in self._read:
                yield from self._reached(template)

    def _reached(self, template: Template) -> Iterator[tuple[Template, Environment]]:
        reached = environment(template.path, self._ctx)
        yield from ((one, reached) for one in self._with_nested(template, ()))

    def _inner(self) -> set[str]:
        """Return the templates that stacks here are made of."""
        return {
            inner
            for path, template in self._templates.items()
            for _, node in template.resources()
            if (inner := nested(node, path)) and inner in self._templates and inner != path
        }

    def facts(self, template: Template) -> Iterator[Fact | Build]:
        """Yield what the resources of a template say."""
        yield from included(template.root, template.path)
        for name, node in template.resources():
            yield from facts_of(Resource(name, node, template, self._ctx))

    def _with_nested(self, template: Template, above: tuple[str, ...]) -> Iterator[Template]:
        """Yield a template, and those of the stacks inside it with what it gives them."""
        self._read.add(template.path)
        yield template
        if len(above) > MAX_NESTING:
            return
        for _, node in template.resources():
            path = nested(node, template.path)
            if path is None or path not in self._templates or path in (*above, template.path):
                continue
            if self._calls < MAX_CALLS:
                self._calls += 1
                given = {key.text: value for key, value in pairs(node, "Properties", "Parameters")}
                inner = Template(self._templates[path].root, path, given)
                yield from self._with_nested(inner, (*above, template.path))
