"""The steps of a job or of a composite action: what they run, and what they take from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from immutable_delivery.budget import SPENT, Budget
from immutable_delivery.formats.github import metadata
from immutable_delivery.formats.github.calls import Calls
from immutable_delivery.formats.github.contexts import Context, declared, inside
from immutable_delivery.formats.github.uses import image, local, source
from immutable_delivery.jobs.spec import ImageSpec, StepSpec
from immutable_delivery.records import Record, field
from immutable_delivery.references.checkouts import from_root
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import find, items, mapping, pairs, scalar, text

MAX_DEPTH = 10
"""Actions call each other no deeper; GitHub refuses more."""
MAX_CALLS = 200
"""So many actions of this repository one job may use, those that actions use included."""


class Defaults(Record, frozen=True):
    """The shell and the folder of steps that name none."""

    shell: str = "bash"
    folder: str | None = ""

    @classmethod
    def of(cls, root: Node, node: Node, context: Context, *, windows: bool) -> Defaults:
        """Return what a workflow and a job say; Windows runs PowerShell where neither does."""
        said = [mapping(one, "defaults", "run") for one in (node, root)]
        shell = next((text(one, "shell") for one in said if text(one, "shell")), "")
        folders = (context.text(scalar(one, "working-directory")) for one in said)
        folder = next((one for one in folders if one is not None), None)
        return cls(shell or ("pwsh" if windows else "bash"), _folder(folder))


class Steps(Record, frozen=True):
    """Reads steps; those of an action of this repository in the place of the step that uses it."""

    calls: Calls
    budget: Budget = field(default_factory=lambda: Budget(MAX_CALLS))

    def read(
        self, node: Node | None, context: Context, around: Defaults, depth: int = 0
    ) -> Iterator[StepSpec]:
        """Yield the steps of a sequence."""
        for step in items(node):
            if isinstance(step, Tree):
                yield from self._step(step, context.within(mapping(step, "env")), around, depth)

    def _step(
        self, step: Tree, context: Context, around: Defaults, depth: int
    ) -> Iterator[StepSpec]:
        used = context.text(scalar(step, "uses"))
        if used is None:
            yield self._script(step, context, around)
            return
        path = local(used)
        action = self.calls.action(path) if path is not None and depth < MAX_DEPTH else None
        yield self._use(step, used, context)
        if action is not None:
            yield from self._called(step, action, context, depth)

    def _script(self, step: Tree, context: Context, around: Defaults) -> StepSpec:
        script = context.text(scalar(step, "run"))
        said = context.text(scalar(step, "working-directory"))
        return StepSpec(
            used_at=head(step),
            extent=step.place,
            name=text(step, "name"),
            scripts=(script,) if script is not None else (),
            shell=_program(text(step, "shell") or around.shell),
            variables=context.env,
            folder=_folder(said) if said is not None else around.folder,
        )

    def _use(self, step: Tree, used: LocatedText, context: Context) -> StepSpec:
        extent, taken = step.place, image(used)
        inputs = {key.text.lower(): context.text(value) for key, value in pairs(step, "with")}
        if (step_id := text(step, "id")) and _name(used) in metadata.NAMES:
            made = metadata.tags(inputs)
            context.tags |= {step_id.lower(): made} if made is not None else {}
        elsewhere = taken is None and local(used) is None
        return StepSpec(
            used_at=used.used_at,
            extent=extent,
            name=text(step, "name"),
            variables=context.env,
            images=tuple(_images(step, context, extent)),
            uses=(source(used, extent),) if elsewhere else (),
            does=_name(used) if elsewhere else "",
            inputs=inputs,
        )

    def _called(
        self, step: Tree, action: tuple[str, Tree], context: Context, depth: int
    ) -> Iterator[StepSpec]:
        """Yield the steps of an action of this repository, given what the step gives it."""
        path, root = action
        if not self.budget.pays():
            self._refuse(step)
            return
        given = {key.text.lower(): context.given(value) for key, value in pairs(step, "with")}
        seen = inside(path, {**declared(root), **given}, context.env)
        yield from self.read(find(root, "runs", "steps"), seen, Defaults(), depth + 1)

    def _refuse(self, step: Tree) -> None:
        """Say once of a job that it uses more actions than anybody follows."""
        if not self.budget.told:
            self.budget.told = True
            self.calls.ctx.report(step.place, SPENT)


def _images(step: Tree, context: Context, extent: Place) -> Iterator[ImageSpec]:
    said = scalar(step, "uses")
    for one in context.texts(said):
        taken = image(one)
        if taken is not None and said is not None:
            yield ImageSpec(taken, extent, said.place)


def _name(used: LocatedText) -> str:
    """Return the name of an action without its version."""
    return used.text.partition("@")[0].lower()


def _program(shell: str) -> str:
    """Return the program of a shell: `bash -e {0}` is bash."""
    return shell.split(maxsplit=1)[0] if shell.strip() else "bash"


def _folder(written: LocatedText | None) -> str | None:
    """Return a folder of the repository; None where it is not known, or lies elsewhere."""
    if written is None:
        return ""
    rest = from_root(written.text)
    path = normpath(rest or written.text)
    if "$" in path or path.startswith(("/", "..")):
        return None
    return "" if path == "." else path
