"""What commands do: packages installed, bytes fetched, running things changed."""

from immutable_delivery.effects.artifacts import MadeImage
from immutable_delivery.effects.extensions import tables_of
from immutable_delivery.effects.images import NamedImage
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.effects.programs import Program
from immutable_delivery.effects.starts import dev_server, package_script
from immutable_delivery.references.urls import of_ref, of_url

__all__ = [
    "Interpreter",
    "MadeImage",
    "NamedImage",
    "Program",
    "dev_server",
    "of_ref",
    "of_url",
    "package_script",
    "tables_of",
]
