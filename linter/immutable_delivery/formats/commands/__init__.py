"""What commands do: packages installed, bytes fetched, running things changed."""

from immutable_delivery.formats.commands.extensions import tables_of
from immutable_delivery.formats.commands.interpreter import Interpreter
from immutable_delivery.formats.commands.programs import Program
from immutable_delivery.formats.commands.starts import dev_server, package_script
from immutable_delivery.formats.commands.urls import of_ref, of_url

__all__ = [
    "Interpreter",
    "Program",
    "dev_server",
    "of_ref",
    "of_url",
    "package_script",
    "tables_of",
]
