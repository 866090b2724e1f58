"""ARG, ENV and LABEL."""

from __future__ import annotations

from immutable_delivery.facts import Variable
from immutable_delivery.formats.dockerfile.cut import Instruction
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.formats.dockerfile.stages import argument
from immutable_delivery.formats.dockerfile.variables import UNSET, Variables
from immutable_delivery.formats.secrets import secret_variable
from immutable_delivery.text import Place
from immutable_delivery.written import Written
