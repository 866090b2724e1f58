"""What meta files say that their services need: names that nothing has, circles, and what their environment names besides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.facts import Contract, Variable
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.links.agreed import Around, Said

_HOST = lazy(
    r"\A(?:[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?([a-z0-9][a-z0-9-]*)(?=[.:/?]|\Z)|([a-z][a-z0-9-]*):\d{2,5}\Z)"
)
"""An address, or a host with a port."""
_MOST = 6
"""A circle of more services is not told name by name."""

Graph = Mapping[str, Sequence[str]]


def needed(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield what is said to be needed and is not here."""
    for sentence in around.said(contract, "depends_on"):
        if not sentence.external and sentence.value not in around.names:
            told = "no service here is called so; where it is not in this repository, write `external: true`"
            yield sentence, told, None


def missing(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield the services that the environment names and the meta file leaves out, where it says what it needs."""
    stated = around.said(contract, "needs")
    said = {one.value for one in around.said(contract, "depends_on")} | {contract.name}
    for variable in around.variables.get(contract.scope.service, []) if stated else ():
        host = host_of(variable)
        if host in around.names and host not in said:
            said.add(host)
            yield stated[0], f"its variable {variable.name} names '{host}' too", variable.used_at


def host_of(variable: Variable) -> str:
    """Return the first part of the host that the address in a variable names; empty where it holds none."""
    found = _HOST.match(variable.value or "")
    return found[1] or found[2] if found else ""


def circular(around: Around) -> Iterator[tuple[Contract, Said]]:
    """Yield the sentences by which services need each other in a circle."""
    contracts = {contract.name: contract for contract in around.contracts}
    needs = {
        name: [
            one
            for one in around.said(contract, "depends_on")
            if one.value in contracts and not one.external
        ]
        for name, contract in contracts.items()
    }
    circle = circles({name: [one.value for one in said] for name, said in needs.items()})
    members = _members(circle)
    for name, said in needs.items():
        for sentence in said if name in circle else ():
            if circle.get(sentence.value) == circle[name]:
                told = (
                    f"they need each other ({members[circle[name]]}), so that none can start first"
                )
                yield contracts[name], (sentence, told, contracts[sentence.value].place_of("name"))


def _members(circle: Mapping[str, str]) -> Mapping[str, str]:
    """Return the members of each circle, in words."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, key in sorted(circle.items()):
        found[key].append(name)
    return {key: _listed(names) for key, names in found.items()}


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def circles(graph: Graph) -> dict[str, str]:
    """Return for everything that needs itself, directly or not, the name that stands for its circle: Kosaraju's algorithm."""
    back: dict[str, list[str]] = {name: [] for name in graph}
    for name, others in graph.items():
        for other in others:
            back[other].append(name)
    found: dict[str, str] = {}
    seen: set[str] = set()
    for name in reversed(_finished(graph, graph, set())):
        members = _finished(back, [name], seen)
        found |= dict.fromkeys(members, min(members, default=""))
    count = Counter(found.values())
    return {name: key for name, key in found.items() if count[key] > 1 or name in graph[name]}


def _finished(graph: Graph, starts: Iterable[str], seen: set[str]) -> list[str]:
    """Return what is reached from the starts and was not seen, each behind all that it leads to."""
    order: list[str] = []
    for start in starts:
        stack = [(start, iter(graph[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            others = stack[-1][1]
            following = next((one for one in others if one not in seen), None)
            if following is None:
                order.append(stack.pop()[0])
            else:
                seen.add(following)
                stack.append((following, iter(graph[following])))
    return order
