"""The facts of the containers of a pod."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.lower import lower
from immutable_delivery.containers.spec import ContainerSpec, Flag, ImageSpec, Setting
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.formats.kubernetes import parameters, programs, variables, volumes
from immutable_delivery.formats.kubernetes.mounts import Mounts
from immutable_delivery.formats.kubernetes.pods import Found, Pod
from immutable_delivery.formats.kubernetes.programs import remembered
from immutable_delivery.formats.kubernetes.triggers import puts_in
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import find, hidden, is_true, mappings, scalar, text


def pod_facts(pod: Pod, workload: Workload) -> Iterator[Fact]:
    """Yield the facts of a pod spec."""
    held = volumes.volumes(pod)
    mounts = Mounts(pod, held, workload)
    yield from volumes.images(held, workload.scope())
    yield from volumes.checkouts(held, workload.scope())
    yield from volumes.artifacts(pod.spec, workload.scope(role="pipeline"))
    yield from variables.instructions(pod.annotations, workload.scope())
    yield from mounts.unused(workload.scope())
    for found in pod.containers:
        name = text(found.node, "name") or found.template or _number(found, pod)
        scope = workload.scope(name, found.role)
        yield from _container(found, mounts, scope)


def _container(found: Found, mounts: Mounts, scope: Scope) -> Iterator[Fact]:
    node, workload = found.node, mounts.workload
    scripts = volumes.scripts(node, mounts.volumes, workload)
    spec = _spec(found, mounts, scope, scripts)
    yield from lower(spec, workload.ctx, remembered(node, spec, scripts, workload))


def _spec(found: Found, mounts: Mounts, scope: Scope, scripts: dict[str, Scalar]) -> ContainerSpec:
    """Return what is said of a container; without a word its root file system can be written to."""
    node, pod, workload = found.node, mounts.pod, mounts.workload
    known = variables.values(node, workload)
    program = programs.command(node, "command", known)
    image = scalar(node, "image") or scalar(pod.defaults, "image")
    name, directory = scalar(node, "name"), scalar(node, "workingDir")
    ports = (text(port, "containerPort") for port in mappings(node, "ports"))
    return ContainerSpec(
        used_at=_used_at(name if name and name.text else image or node),
        extent=node.place,
        scope=scope,
        container_type="container" if found.role == "pipeline" else found.role,
        name=(name.text if name else "") or found.template or workload.name or workload.kind,
        workload=workload.type,
        replicas=workload.replicas,
        image=_setting(image),
        images=tuple(_references(found, image, mounts)),
        entrypoint=program,
        arguments=programs.command(node, "args", known),
        others=tuple(programs.others(node, program, known)),
        variables=(*variables.variables(node, known), *variables.inherited(node, workload)),
        values=known,
        mounts=tuple(mounts.of(node)),
        files=ContainerFiles(workload.ctx, texts=scripts),
        user=_user(node, pod),
        refuses_root=_refusal(node, pod),
        read_only=_flag(node, "securityContext", "readOnlyRootFilesystem"),
        stdin=_flag(node, "stdin"),
        tty=_flag(node, "tty"),
        workdir=_setting(directory),
        ports=tuple(port for port in ports if port),
        places={"name": name.used_at} if name else {},
    )


def _used_at(node: Node) -> Place:
    return node.used_at if isinstance(node, Scalar) else node.place


def _references(found: Found, image: Scalar | None, mounts: Mounts) -> Iterator[ImageSpec]:
    if image is not None and not _put_in_later(mounts.workload, image):
        policy = scalar(found.node, "imagePullPolicy")
        reference = volumes.reference_of(image, found.role, found.node.place, policy)
        if "{{" not in image.text:
            yield reference
            return
        for one in parameters.written(reference.written, mounts.pod.spec, mounts.workload):
            yield replace(reference, written=one)


def _put_in_later(workload: Workload, image: Scalar) -> bool:
    """Whether it is no reference: a trigger's blank, or a Go package that ko builds and puts in by digest."""
    return puts_in(workload, image) or image.text.startswith("ko://")


def _user(node: Mapping, pod: Pod) -> Setting | None:
    """Return the user, of the container, else of its pod; what is no number only a template fills in."""
    user = _security("runAsUser", node, pod)
    if user is None:
        return None
    return Setting(user.text if user.text.isdecimal() else None, user.place)


def _refusal(node: Mapping, pod: Pod) -> Flag | None:
    refused = _security("runAsNonRoot", node, pod)
    return Flag(refused.text == "true", refused.place) if refused else None


def _security(key: str, node: Mapping, pod: Pod) -> Scalar | None:
    """Return a setting of the container, else of its pod."""
    return scalar(node, "securityContext", key) or scalar(pod.spec, "securityContext", key)


def _setting(node: Scalar | None) -> Setting | None:
    return Setting(node.written.value, node.place) if node else None


def _flag(node: Mapping, *keys: str) -> Flag:
    """Return a switch, which is off where nothing stands."""
    said = find(node, *keys)
    value = None if hidden(node, *keys) else is_true(node, *keys)
    return Flag(value, said.place if said else None)


def _number(found: Found, pod: Pod) -> str:
    """Return what to call a container without a name."""
    return str(next(index for index, one in enumerate(pod.containers) if one is found))
