"""What can go wrong in a template, with its place."""

from __future__ import annotations

from immutable_delivery.source.text import Place


class FunctionError(Exception):
    """What a function refuses; the message is for people."""


class TemplateError(Exception):
    """A template that cannot be parsed or rendered: why, and where."""

    def __init__(self, reason: str, place: Place) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place
        self.calls: list[Place] = []
        """The calls of `include`, `template` and `tpl` that led there, innermost first."""


class BudgetError(TemplateError):
    """A template that asks for more than may be spent: it is not rendered at all, whatever guards it."""
