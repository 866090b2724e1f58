"""Task definitions of ECS, in JSON that is written as text or by `jsonencode`, and jobs of Nomad in HCL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Fact
from immutable_delivery.formats.ecs.tasks import tasks
from immutable_delivery.formats.nomad.tasks import tasks as jobs
from immutable_delivery.formats.terraform.declarations import Adapter, Block
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.hcl.blocks import blocks
from immutable_delivery.syntax.hcl.parse import read_hcl
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.inner import inner_documents, placed
from immutable_delivery.syntax.yaml.query import mapping, scalar, with_entry, written


def task(block: Block) -> Iterator[Fact]:
    """Yield what the containers of a task definition say, as ECS itself would be told."""
    said = block.node.get("container_definitions")
    found = _containers(said)
    if found is None:
        yield from block.unanswered(said, "container_definitions")
        return
    family = scalar(block.node, "family") or block.name
    root = Tree(place=block.node.place)
    for key, node in (
        ("containerDefinitions", found),
        ("family", family if family.written.known else block.name),
        ("volumes", _volumes(block.node)),
    ):
        root = with_entry(root, key, node)
    for one in tasks(root, block.scope.manifest):
        yield from one.facts(block.ctx)


def _containers(node: Node | None) -> Sequence | None:
    """Return the list of containers; one whose text nobody can put together is none."""
    if isinstance(node, Scalar) and node.text.lstrip().startswith(("[", "{")):
        node = next((one.root for one in inner_documents(node.written)), None)
    if isinstance(node, Tree):
        return Sequence([node], place=node.place)
    return node if isinstance(node, Sequence) else None


def _volumes(node: Tree) -> Sequence:
    """Return the volumes of the task as the registration writes them."""
    found: list[Node] = []
    for volume in blocks(node.get("volume")):
        host = scalar(volume, "host_path")
        if host is not None:
            source = with_entry(Tree(place=host.place), "sourcePath", host)
            volume = with_entry(volume, "host", source)  # noqa: PLW2901
        elif mapping(volume, "efs_volume_configuration") is not None:
            volume = with_entry(volume, "efsVolumeConfiguration", written("", volume.place))  # noqa: PLW2901
        found.append(volume)
    return Sequence(found, place=node.place)


def job(block: Block) -> Iterator[Fact]:
    """Yield what a job of Nomad says that stands in the configuration; one in a file of its own is read there."""
    spec = scalar(block.node, "jobspec")
    if spec is None or spec.place.file.endswith((".nomad", ".hcl")):
        return
    if not spec.written.known and "job" not in spec.text:
        yield block.unread(spec, "jobspec")
        return
    try:
        root = read_hcl(Text(spec.place.file, spec.text)).root
    except UnreadableError as error:
        block.ctx.report(spec.written.place(error.offset), error.reason)
        return
    if root is not None:
        for one in jobs(placed(spec.written, root), block.scope.manifest, block.ctx):
            yield from one.facts()


ADAPTERS: Mapping[str, Adapter] = {"aws_ecs_task_definition": task, "nomad_job": job}
