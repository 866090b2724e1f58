"""What commands do: packages installed, bytes fetched, running things changed."""

from immutable_delivery.formats.commands.interpreter import Interpreter, Program

__all__ = ["Interpreter", "Program"]
