"""Actions: what a file `action.yml` says of itself, where nothing here uses it, and the image of one that is a container.

The reference is https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax.
"""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build
from immutable_delivery.formats.github.calls import Calls
from immutable_delivery.formats.github.contexts import Context, declared, inside
from immutable_delivery.formats.github.steps import Defaults, Steps
from immutable_delivery.formats.github.uses import image
from immutable_delivery.jobs.spec import ImageSpec, JobSpec, pipeline_scope
from immutable_delivery.records import Record
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml.query import find, scalar, text
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

_SHAPES: Shapes = {"runs": "mapping", "inputs": "mapping"}
_RUNS: Shapes = {"steps": "mappings", "image": "text", "using": "text"}


class Action(Record, frozen=True):
    """One action."""

    root: Tree
    path: str
    ctx: ParseContext
    calls: Calls

    def job(self) -> JobSpec:
        """Return what it does, as part of a job that somebody else writes."""
        tell(self.root, _SHAPES, "", self.ctx.report)
        tell(find(self.root, "runs"), _RUNS, "runs.", self.ctx.report)
        context = inside(self.path, declared(self.root), {})
        name = text(self.root, "name") or folder_of(self.path) or "action"
        return JobSpec(
            used_at=self.root.place,
            extent=self.root.extent("runs"),
            scope=pipeline_scope(self.path, name),
            name=name,
            whole=False,
            images=tuple(self._images(context)),
            steps=tuple(
                Steps(self.calls).read(find(self.root, "runs", "steps"), context, Defaults())
            ),
        )

    def _images(self, context: Context) -> Iterator[ImageSpec]:
        said = scalar(self.root, "runs", "image")
        for one in context.texts(said):
            taken = image(one)
            if taken is not None and said is not None:
                yield ImageSpec(taken, said.place, said.place)

    def builds(self) -> Iterator[Build]:
        """Yield the Dockerfile that it is built from."""
        said = scalar(self.root, "runs", "image")
        if (
            said is None
            or said.text.startswith("docker://")
            or text(self.root, "runs", "using") != "docker"
        ):
            return
        folder = folder_of(self.path)
        if dockerfile := resolve(folder, said.text):
            yield Build(
                dockerfile=dockerfile,
                context=folder_of(dockerfile),
                tool="github",
                place=said.place,
            )
