"""What a run makes for itself (kind, k3d, a container): what it changes there is no running system."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.stage import Event
from immutable_delivery.facts import Command, Fact, Scope, Source, Throwaway
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace

_OF_CLUSTERS = frozenset(
    ("kubectl", "oc", "helm", "argocd", "flux", "skaffold", "kustomize", "istioctl")
)
_OF_CONTAINERS = frozenset(("docker", "podman", "nerdctl", "docker-compose", "podman-compose"))
_OF_HOSTS = frozenset(
    (
        "ssh",
        "autossh",
        "parallel-ssh",
        "pssh",
        "pdsh",
        "scp",
        "rsync",
        "sftp",
        "ansible",
        "ansible-playbook",
    )
)
_OF_TASKS = frozenset(("fab",))
"""Programs that run tasks, here or on other hosts."""
_OF_DEVELOPERS = frozenset(
    ("tilt", "okteto", "telepresence", "devspace", "vagrant", "minikube", "docker-machine")
)
"""Programs for clusters and hosts in which developers work."""
ENGINE = "DOCKER_HOST"
"""The variable that names the engine."""
_CONTEXTS = ("--context", "--kube-context", "--kubeconfig")
_ENGINES = ("-H", "--host", "--context", "--connection", "--url")
_NAMESPACES = ("-n", "--namespace")
_OF_THE_CLUSTER = ("-n=kube-system", "--namespace=kube-system")
_OWN_CLUSTER = lazy(
    r"(?:^|[/_.-])(?:kind|k3d|minikube|microk8s|k3s|docker-desktop|docker-for-desktop|rancher-desktop|colima|orbstack)(?:[/_.-]|$)"
)
_OWN_HOST = lazy(
    r"(?:^|@|//)(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|vagrant|host\.docker\.internal)(?:[:,/]|$)|^vagrant@"
)
_LOCALLY = (
    "--connection=local",
    "-c=local",
    "-i=localhost*",
    "-i=127.0.0.1*",
    "--inventory=localhost*",
    "-i=local",
    "-i=*/local",
    "--inventory=local",
    "--inventory=*/local",
)
_OWN_NODE = lazy(
    r"^(?:minikube|k3d-|k3s|microk8s)|-control-plane\d*(?::|$)|(?:^|[^a-z])kind(?:[^a-z].*)?-worker\d*(?::|$)",
    re.IGNORECASE,
)
"""The containers that are the nodes of a cluster on one machine."""
_CREATES = frozenset(("create", "apply"))
_TAKEN = frozenset(("allocated", "released"))
_ALLOCATES = frozenset(("create", "allocate", "provision", "launch", "up"))
_RELEASES = frozenset(("delete", "deallocate", "terminate", "destroy", "release", "down"))
_OF_MACHINES = lazy(
    r"instance|server|machine|droplet|(?:^|[^a-z])(?:vms?|hosts?)(?:[^a-z]|$)|alloc", re.IGNORECASE
)
_BUSY = frozenset(("changes", "unknown"))
_SCRIPT = lazy(r".*/.*|.*\.(?:py|sh|bash|js|rb)", needs=("/", "."))
_NAMESPACE = frozenset(("namespace", "namespaces", "ns"))


Reaching = TypeVar("Reaching", Command, Source)


class _Fate(Record, frozen=True):
    """What becomes of what a command changes or deploys."""

    throwaway: Throwaway
    undecided: str = ""
    doubtful: bool = False


class Run(Record):
    """What the commands of a run make and reach."""

    makes: set[str] = field(default_factory=set)
    """cluster, container, host; machine where all of it runs on one that goes with the run; `reaches` for a cluster that was there before;
    allocated and released for machines elsewhere."""
    scripts: dict[str, set[str]] = field(default_factory=dict)
    """Whether scripts of the repository allocate machines and release them."""
    created: set[str] = field(default_factory=set)
    """Namespaces, as they are written."""
    deleted: set[str] = field(default_factory=set)
    unknown: str = ""
    """A script that it runs and nobody could read."""
    engine: str = ""
    """Where its containers are, as `DOCKER_HOST` says."""

    def read(self, event: Event) -> str:
        """Note what a call makes; return it."""
        if (exported := event.call.exported.get(ENGINE)) is not None:
            self.engine = exported.text
        if "makers" not in event.role.rules and event.name not in _OF_CLUSTERS:
            self._allocation(event)
            return ""
        rule = event.rule("makers")
        made = rule.makes if rule is not None else ""
        if event.call.through is None and (made != "gone" or "container" in self.makes):
            self.makes |= {made} - {""}
        self._namespace(event.arguments.texts)
        return made

    def _namespace(self, texts: Sequence[str]) -> None:
        verb, kind, *names = [*texts[:3], "", ""]
        if kind in _NAMESPACE and names[0]:
            (self.created if verb in _CREATES else self.deleted).add(names[0])

    def _allocation(self, event: Event) -> None:
        """Note what a script does to machines: `allocate.py --action create`, and `--action delete` when the run ends."""
        first = (word.text for word in event.call.words[:2])
        script = next(filter(_SCRIPT.fullmatch, first), "")
        if not script:
            return
        texts = [word.text for word in event.call.words]
        done = self.scripts.setdefault(script, set())
        if _ALLOCATES & set(texts) and any(map(_OF_MACHINES.search, texts)):
            done.add("allocated")
        elif _RELEASES & set(texts):
            done.add("released")

    def settled(self, command: Command, event: Event) -> Command:
        """Return the command with what is known of what it changes."""
        of_cluster = command.mutates == "tag" and event.name in _OF_CLUSTERS  # in its registry
        if command.mutates not in {"container", "workload", "host"} and not of_cluster:
            return command
        if command.scope.development or event.name in _OF_DEVELOPERS:
            return replace(command, throwaway="yes")
        if event.name in _OF_CLUSTERS:
            return self.reached(self._restarted(command, event), event)
        if event.name in _OF_CONTAINERS:
            return self._of_container(command, event)
        if event.name in _OF_TASKS:
            reason = "only its tasks say whether they run on another host"
            return replace(command, throwaway="undecided", undecided=reason)
        own = command.mutates == "host" and self._is_own_host(event)
        return replace(command, throwaway="yes" if own else "no")

    def _restarted(self, command: Command, event: Event) -> Command:
        """Return a command; a restart for a new configuration, or of the cluster's own parts, takes no other image."""
        if command.deployment != "restarted":
            return command
        configured = "configuration" in self.makes or event.arguments.given(_OF_THE_CLUSTER)
        return replace(command, deployment="") if configured else command

    def keeps(self, event: Event, *, passing: bool) -> bool:
        """Whether what a call deploys may stay when the run has ended; ``passing``: the machine does not."""
        if event.name not in _OF_CONTAINERS:
            return self._of_cluster(event, event.scope).throwaway != "yes"
        elsewhere = _is_elsewhere(event, self.engine)
        goes = passing or "machine" in self.makes
        return not event.scope.development and (elsewhere or not goes)

    def reached(self, fact: Reaching, event: Event) -> Reaching:
        """Return a command, or what it takes, with what is known of the cluster that it reaches."""
        if event.name not in _OF_CLUSTERS:
            return fact
        fate = self._of_cluster(event, fact.scope)
        return replace(
            fact,
            throwaway=fate.throwaway,
            undecided=fate.undecided,
            doubtful=fate.doubtful,
        )

    def _of_cluster(self, event: Event, scope: Scope) -> _Fate:
        arguments = event.arguments
        context = arguments.value(_CONTEXTS)
        if scope.development:
            return _Fate("yes")
        if context is not None and context.known:
            return _Fate("yes" if _OWN_CLUSTER.search(context.text) else "no")
        made = "cluster" in self.makes
        if self._in_own_namespace(arguments) or (made and "reaches" not in self.makes):
            return _Fate("yes")
        if reason := self._doubt(made=made):
            return _Fate("undecided", reason)
        return _Fate("no", doubtful="reaches" not in self.makes)

    def _doubt(self, *, made: bool) -> str:
        """Return why nobody can tell which cluster is meant; empty where nothing speaks for one of its own."""
        if made:
            return "this run makes a cluster, and reaches another one"
        if self.makes >= _TAKEN:
            return "this run makes machines or clusters, and takes them away again"
        if self.unknown and "reaches" not in self.makes:
            return f"'{self.unknown}' is not read here, and may make a cluster for this run"
        return ""

    def _in_own_namespace(self, arguments: Arguments) -> bool:
        namespace = arguments.value(_NAMESPACES)
        return namespace is not None and namespace.text in self.created & self.deleted

    def _of_container(self, command: Command, event: Event) -> Command:
        elsewhere = _is_elsewhere(event, self.engine) or event.call.through is not None
        if elsewhere or command.scope.phase != "pipeline":
            return replace(command, throwaway="no")
        own = command.mutates == "container" and (
            "container" in self.makes or _is_own_node(event.arguments)
        )
        if own or self.makes & {"machine", "gone"}:
            return replace(command, throwaway="yes")
        reason = "nothing here tells on which machine it runs"
        return replace(command, throwaway="undecided", undecided=reason)

    def _is_own_host(self, event: Event) -> bool:
        arguments = event.arguments
        local = any(_OWN_HOST.search(text) for text in arguments.texts)
        if event.name.startswith("ansible"):
            local = local or arguments.given(_LOCALLY) is not None
        taken = any(done >= _TAKEN for done in (self.makes, *self.scripts.values()))
        return local or taken or "host" in self.makes


def _is_elsewhere(event: Event, around: str) -> bool:
    """Whether a call names another engine; behind the verb such an option is one of what runs in the container."""
    given = event.call.assignments.get(ENGINE)
    host = around if given is None else given.text
    if host.startswith("ssh://") and not _OWN_HOST.search(host):
        return True
    engine = event.arguments.given(_ENGINES)
    if engine is None or not event.arguments.operands:
        return engine is not None
    words, verb = event.call.words, event.arguments.operands[0].word
    return engine.word not in words or words.index(engine.word) < words.index(verb)


def _is_own_node(arguments: Arguments) -> bool:
    """Whether a call is for a node of kind, k3d or minikube."""
    return any(map(_OWN_NODE.search, arguments.texts[1:3]))


def _put_to_use(
    commands: Sequence[tuple[Command, Event]], settled: Mapping[int, Command]
) -> dict[int, Command]:
    """Return the commands that copy packages to a host on which something is run afterwards: they change it."""
    found: dict[int, Command] = {}
    busy: set[str | None] = set()
    for command, _ in reversed(commands):
        host = _host(command)
        if command.effect == "publishes" and (host in busy or None in busy or (busy and not host)):
            found[id(command)] = replace(settled[id(command)], effect="changes")
        elif command.mutates == "host" and command.effect in _BUSY:
            busy.add(host)
    return found


def _host(command: Command) -> str | None:
    """Return the host that a command reaches; None where a variable hides it."""
    if command.target is None:
        return None
    return command.target.removeprefix("rsync://").partition(":")[0].rpartition("@")[2]


def settle(
    facts: Sequence[Fact], commands: Sequence[tuple[Command, Event]], run: Run
) -> list[Fact]:
    """Return the facts, with what is known of what each command changes."""
    settled = {id(command): run.settled(command, event) for command, event in commands}
    settled |= _put_to_use(commands, settled)
    return [settled.get(id(fact), fact) for fact in facts]
