"""The task definitions of a file, and the part that each of their containers has."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import ContainerRole, Fact
from immutable_delivery.formats.ecs.containers import EcsContainer
from immutable_delivery.formats.ecs.values import find, mappings, value
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

_TASK: Shapes = {"family": "text", "containerDefinitions": "mappings", "volumes": "mappings"}
_CONTAINER: Shapes = {
    **dict.fromkeys(("name", "image", "workingDirectory", "user"), "text"),
    **dict.fromkeys(("command", "entryPoint"), "texts"),
    **dict.fromkeys(("environment", "mountPoints", "portMappings", "dependsOn"), "mappings"),
    "healthCheck": "mapping",
}
_ENDED = frozenset({"COMPLETE", "SUCCESS"})


def tasks(root: Node | None, path: str, *, template: bool = False) -> Iterator[Task]:
    """Yield the task definitions of a document; ``template``: its shape is another tool's."""
    for node in (root, find(root, "taskDefinition")):
        if isinstance(node, Mapping) and node.get("containerDefinitions") is not None:
            family = value(node, "family")
            name = family.text if family else path.rpartition("/")[2].partition(".")[0]
            yield Task(node, name, path, template)


class Task(Record, frozen=True):
    """A task definition."""

    node: Mapping
    name: str
    path: str
    template: bool = False
    """Whether another tool wrote it: its shape is told there."""

    def facts(self, ctx: ParseContext) -> Iterator[Fact]:
        """Yield what it says of its containers."""
        found = mappings(self.node, "containerDefinitions")
        self._tell(found, ctx)
        volumes = {
            _text(value(mapping, "name")): mapping for mapping in mappings(self.node, "volumes")
        }
        ended = {name for one in found for name in self._awaited(one)}
        for node in found:
            name, essential = (_text(value(node, key)) for key in ("name", "essential"))
            rest: ContainerRole = "sidecar" if essential == "false" else "container"
            role = "init" if name in ended else rest
            one = EcsContainer(self.name, self.path, node, role, volumes, len(found) == 1, ctx)
            yield from one.facts()

    def _tell(self, containers: list[Mapping], ctx: ParseContext) -> None:
        """Say what of a registration has the wrong shape; a template may have functions in its place."""
        if not self.template:
            tell(self.node, _TASK, "", ctx.report)
            for index, node in enumerate(containers):
                tell(node, _CONTAINER, f"containerDefinitions[{index}].", ctx.report)

    def _awaited(self, node: Mapping) -> Iterator[str]:
        """Yield the containers for whose end a container waits: they prepare something for it."""
        for wait in mappings(node, "dependsOn"):
            if _text(value(wait, "condition")) in _ENDED:
                yield _text(value(wait, "containerName"))


def _text(written: LocatedText | None) -> str:
    return written.text if written else ""
