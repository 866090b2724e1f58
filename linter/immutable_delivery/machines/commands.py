"""The commands that a machine runs, in order, with the files that are written before them."""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.launched import launched
from immutable_delivery.containers.scripts import follow
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.extensions import tables_of
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence


class MachineCommands:
    """What a machine runs when it first starts, or while its image is built.

    ``texts`` are the files that it holds then; ``folder`` is where it finds files of the repository, where it does.
    """

    def __init__(
        self,
        scope: Scope,
        ctx: ParseContext,
        texts: Mapping[str, Scalar],
        *,
        folder: str | None = None,
    ) -> None:
        self._interpreter = Interpreter(tables=tables_of(ctx.settings))
        self._scope = scope
        self._view = ContainerFiles(ctx, folder, texts=texts)
        self._ctx = ctx

    def assign(self, name: str, value: LocatedText | None) -> None:
        """Let commands see a variable; of one that is known in part nobody knows how a shell would cut it."""
        self._interpreter.assign(name, value if value is not None and value.known else None)

    def script(self, written: LocatedText, extent: Place | None, shell: str = "sh") -> None:
        """Read a script; without ``extent`` every command is a statement of its own."""
        self._interpreter.shell = shell
        self._interpreter.script(written, self._scope, extent)

    def command(self, item: Node) -> None:
        """Read one command: a text is for the shell, a list is the words of a program."""
        if isinstance(item, Scalar):
            self.script(item.written, item.place)
        elif isinstance(item, Sequence):
            words = [word.written for word in item.items if isinstance(word, Scalar)]
            if words:
                self._interpreter.argv(words, self._scope, item.place)

    def finish(self, place: Place) -> list[Fact]:
        """Return what all of it does, with the scripts that it runs and the containers that it starts."""
        follow(self._interpreter, self._view, place)
        return [*self._interpreter.finish(), *launched(self._interpreter.images, self._ctx)]
