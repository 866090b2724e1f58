"""What workflows call in this repository: actions and other workflows, by their paths."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import join

from immutable_delivery.context import ParseContext
from immutable_delivery.formats.github.families import ACTIONS
from immutable_delivery.records import Record, field
from immutable_delivery.syntax.yaml import Mapping as Tree


class Calls(Record):
    """Every file that can be called, and which of them were."""

    documents: Mapping[str, Tree]
    ctx: ParseContext
    called: set[str] = field(default_factory=set)

    def workflow(self, path: str) -> Tree | None:
        """Return a workflow that is called."""
        return self._called(path)

    def action(self, folder: str) -> tuple[str, Tree] | None:
        """Return an action that is called, with the path of its file."""
        for name in ACTIONS:
            path = join(folder, name)
            if (root := self._called(path)) is not None:
                return path, root
        return None

    def _called(self, path: str) -> Tree | None:
        root = self.documents.get(path)
        if root is not None:
            self.called.add(path)
        return root
