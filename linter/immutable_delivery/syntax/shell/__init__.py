"""Shell scripts as commands: parsed by the bash grammar, words with exact places, wrappers taken off."""

from immutable_delivery.syntax.shell.calls import Call, Redirect
from immutable_delivery.syntax.shell.evaluate import Shell
from immutable_delivery.syntax.shell.mask import mask
from immutable_delivery.syntax.shell.shells import is_shell, is_unread_shell
from immutable_delivery.syntax.shell.source import Word
from immutable_delivery.syntax.shell.wrappers import Wrapper

__all__ = ["Call", "Redirect", "Shell", "Word", "Wrapper", "is_shell", "is_unread_shell", "mask"]
