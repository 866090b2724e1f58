"""The facts of the containers of a pod."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Container, Fact, Image, Role, Scope
from immutable_delivery.formats.images import image_fact
from immutable_delivery.formats.kubernetes import programs, variables, volumes
from immutable_delivery.formats.kubernetes.mounts import Mounts
from immutable_delivery.formats.kubernetes.pods import Found, Pod
from immutable_delivery.formats.kubernetes.triggers import puts_in
from immutable_delivery.formats.kubernetes.variables import Values
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.formats.kustomize.images import Unpinned
from immutable_delivery.formats.lookup import find, is_true, mappings, scalar, text
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar
from immutable_delivery.records import replace
from immutable_delivery.text import Place


def pod_facts(pod: Pod, workload: Workload) -> Iterator[Fact]:
    """Yield the facts of a pod spec."""
    held = volumes.volumes(pod)
    mounts = Mounts(pod, held, workload)
    yield from volumes.images(held, workload.scope())
    yield from volumes.checkouts(held, workload.scope())
    yield from volumes.artifacts(pod.spec, workload.scope())
    yield from variables.instructions(pod.annotations, workload.scope())
    yield from mounts.unused(workload.scope())
    for found in pod.containers:
        scope = workload.scope(text(found.node, "name") or _number(found, pod), found.role)
        yield from _container(found, mounts, scope)


def image_of(
    node: Scalar, role: Role, scope: Scope, extent: Place, policy: Scalar | None = None
) -> Image:
    """Return the fact of a reference, with the digest that an overlay took from it."""
    lost = node.digest if isinstance(node, Unpinned) else ""
    fact = image_fact(
        node.written,
        role=role,
        scope=scope,
        extent=extent if extent.file == node.place.file else node.place,
        used_at=node.place,
        unpinned_from=lost,
        pull_policy=policy.text.lower() if policy else "",
    )
    return replace(fact, places={**fact.places, "pull_policy": policy.place}) if policy else fact


def _container(found: Found, mounts: Mounts, scope: Scope) -> Iterator[Fact]:
    node, pod, workload = found.node, mounts.pod, mounts.workload
    known = variables.values(node, workload)
    scripts = volumes.scripts(node, mounts.volumes, workload)
    image = scalar(node, "image") or scalar(pod.defaults, "image")
    if image is not None and not _put_in_later(workload, image):
        yield image_of(image, found.role, scope, node.place, scalar(node, "imagePullPolicy"))
    run = programs.run(node, known, workload, scope, scripts)
    begun = programs.start(node, known, scope, run)
    if begun is not None:
        yield begun
    yield _whole(found, image, pod, known, scope)
    yield from variables.variables(node, scope, known)
    yield from variables.inherited(node, workload, scope)
    yield from mounts.of(node, scope, run.started)
    yield from run.facts


def _put_in_later(workload: Workload, image: Scalar) -> bool:
    """Whether it is no reference: a trigger's blank, or a Go package that ko builds and puts in by digest."""
    return puts_in(workload, image) or image.text.startswith("ko://")


def _whole(found: Found, image: Scalar | None, pod: Pod, known: Values, scope: Scope) -> Container:
    node = found.node
    command, args = programs.words(node, known)
    name = scalar(node, "name")
    every = [*command, *args]
    user = _security("runAsUser", node, pod)
    ports = [text(port, "containerPort") for port in mappings(node, "ports")]
    directory = scalar(node, "workingDir")
    return Container(
        used_at=(name or image or node).place,
        extent=node.place,
        places=_places(node, pod, image),
        scope=scope,
        container_type="container" if found.role == "pipeline" else found.role,
        name=name.text if name else "",
        image=image.written.value if image else "",
        runs=True,
        starts=True if command else None,
        own_start=bool(every) or find(node, "script") is not None,
        user=user.text if user else "",
        root=_root(user, _security("runAsNonRoot", node, pod)),
        read_only_root=is_true(node, "securityContext", "readOnlyRootFilesystem"),
        ports=tuple(port for port in ports if port),
        stdin=is_true(node, "stdin"),
        tty=is_true(node, "tty"),
        workdir=directory.written.value if directory else "",
        entry=tuple(one.text for one in every) if all(one.known for one in every) else None,
    )


def _places(node: Mapping, pod: Pod, image: Scalar | None) -> dict[str, Place]:
    found: dict[str, Node | None] = {
        "image": image,
        "name": scalar(node, "name"),
        "user": _security("runAsUser", node, pod),
        "root": _security("runAsUser", node, pod) or _security("runAsNonRoot", node, pod),
        "read_only_root": find(node, "securityContext", "readOnlyRootFilesystem"),
        "stdin": find(node, "stdin"),
        "tty": find(node, "tty"),
    }
    return {field: value.place for field, value in found.items() if value is not None}


def _security(key: str, node: Mapping, pod: Pod) -> Scalar | None:
    """Return a setting of the container, else of its pod."""
    return scalar(node, "securityContext", key) or scalar(pod.spec, "securityContext", key)


def _root(user: Scalar | None, refused: Scalar | None) -> bool | None:
    """Whether it runs as root; None where only the image knows."""
    if user is not None and user.text.isdecimal():
        return int(user.text[:9]) == 0
    return False if refused is not None and refused.text == "true" else None


def _number(found: Found, pod: Pod) -> str:
    """Return what to call a container without a name."""
    return str(next(index for index, one in enumerate(pod.containers) if one is found))
