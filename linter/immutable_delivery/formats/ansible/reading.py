"""Plays that only look: what they ask a machine changes nothing on it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.ansible.modules import BLOCKS, bare
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.query import items, pairs, text

_ASKING = frozenset(
    (
        "debug ping setup gather_facts assert fail set_fact set_stats stat wait_for wait_for_connection pause meta slurp fetch find getent include_vars "
        "add_host group_by win_ping net_ping ios_ping nxos_ping cli_command cli_parse"
    ).split()
)
_ENDINGS = ("_facts", "_info", "_command")
"""Modules that tell of a machine; the commands of network devices show what they are asked for."""
_STATES = frozenset({"gathered", "rendered", "parsed"})
_KEPT = lazy(r"\{\{\s*playbook_dir\b")
"""Where plays keep what devices tell: beside themselves."""
_SHELLS = frozenset({"command", "shell", "raw"})
_KEYWORDS = frozenset(
    (
        "name when register tags become become_user become_method vars loop loop_control with_items with_dict with_list until retries delay ignore_errors "
        "ignore_unreachable changed_when failed_when no_log run_once environment args notify check_mode diff connection remote_user any_errors_fatal "
        "throttle timeout async poll module_defaults collections listen delegate_to delegate_facts action local_action"
    ).split()
)
_FALSE = frozenset({"false", "no", "False"})
_HERE = frozenset({"localhost", "127.0.0.1"})


def changes(tasks: list[Node]) -> bool:
    """Whether any of the tasks may change the machine that they run on."""
    return any(_changes(task) for task in tasks)


def _changes(task: Node) -> bool:
    if not isinstance(task, Tree):
        return True
    inner = [one for key in BLOCKS for one in items(task, key)]
    if inner:
        return changes(inner)
    if text(task, "delegate_to") in _HERE or task.get("local_action") is not None:
        return False
    modules = list(_modules(task))
    return not modules or not all(_asks(task, name, value) for name, value in modules)


def _modules(task: Tree) -> Iterator[tuple[str, Node]]:
    for key, value in pairs(task):
        if key.text not in _KEYWORDS and not key.text.startswith("with_"):
            yield bare(key.text), value


def _asks(task: Tree, name: str, value: Node) -> bool:
    short = name.rpartition(".")[2]
    if short in _SHELLS:
        return text(task, "changed_when") in _FALSE
    state = "" if isinstance(value, Scalar) else text(value, "state")
    if not isinstance(value, Scalar) and _KEPT.match(text(value, "dest")):
        return True
    return short in _ASKING or short.endswith(_ENDINGS) or state in _STATES
