"""Steps: scripts, and tasks by their name and version."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.azure.expressions import filled_in
from immutable_delivery.jobs.spec import ImageSpec, StepSpec, Values
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.query import pairs, scalar, text

_SHELLS = {"script": "sh", "bash": "bash", "pwsh": "pwsh", "powershell": "pwsh"}
_TASKS = {
    "bash": ("script", "bash"), "cmdline": ("script", "sh"), "powershell": ("script", "pwsh"), "azurecli": ("inlineScript", "bash"),
    "azurepowershell": ("inline", "pwsh"), "shellscript": ("", ""), "ssh": ("inline", "sh"), "kubernetes": ("", ""),
}  # fmt: skip
"""Tasks that run a script, under which input it stands, and what reads it."""


def step(node: Mapping, values: Values) -> Iterator[StepSpec]:
    """Yield what a step runs or takes."""
    shell = next((key for key in _SHELLS if node.get(key) is not None), "")
    inputs = {key.text: _text(value, values) for key, value in pairs(node, "inputs")}
    task = scalar(node, "task")
    name = task.text.partition("@")[0] if task else ""
    key, reader = _TASKS.get(name.lower(), ("", ""))
    script = scalar(node, shell) if shell else scalar(node, "inputs", key) if key else None
    yield StepSpec(
        used_at=head(node),
        extent=node.place,
        name=text(node, "displayName"),
        scripts=(filled_in(script.written, values),) if script is not None else (),
        shell=_SHELLS.get(shell) or reader or "sh",
        variables={one.text: _text(value, values) for one, value in pairs(node, "env")},
        folder=None if node.get("workingDirectory") is not None else "",
        images=tuple(_image(node, values)),
        does=name.lower(),
        inputs=inputs,
    )


def _image(node: Mapping, values: Values) -> Iterator[ImageSpec]:
    """Yield the image of a step; a name without a dot, slash, colon or digest may be that of a resource."""
    target = scalar(node, "target") or scalar(node, "target", "container")
    if target is not None and any(mark in target.text for mark in ":@/."):
        yield ImageSpec(filled_in(target.written, values), node.extent("target"), target.place)


def _text(node: Node, values: Values) -> LocatedText | None:
    return filled_in(node.written, values) if isinstance(node, Scalar) else None
