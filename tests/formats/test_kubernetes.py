"""Kubernetes manifests: the facts of objects by themselves."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from tests.kit import text_at

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import (
    Container,
    Fact,
    Fetch,
    Image,
    Install,
    Mount,
    Resource,
    Start,
    Variable,
)
from immutable_delivery.formats import kubernetes
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

DIGEST = "sha256:" + "ab" * 32
FactT = TypeVar("FactT", bound=Fact)


def facts(*contents: str, kind: type[FactT], ctx: ParseContext | None = None) -> list[FactT]:
    """Return the facts of one kind that files of these contents make."""
    files = {f"deploy/{number}.yaml": content for number, content in enumerate(contents)}
    parsed = {path: kubernetes.parse(Text(path, content)) for path, content in files.items()}
    ctx = ctx or ParseContext(MemoryFiles(files))
    return [fact for fact in kubernetes.facts(parsed, ctx) if isinstance(fact, kind)]


def one(content: str, kind: type[FactT]) -> FactT:
    """Return the only fact of a kind."""
    (found,) = facts(content, kind=kind)
    return found


def deployment(*containers: str, volumes: str = "[]", more: str = "", metadata: str = "{}") -> str:
    """Return a Deployment with containers in flow style."""
    listed = "".join(f"      - {container}\n" for container in containers)
    return (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n"
        f"    metadata: {metadata}\n    spec:\n{more}      volumes: {volumes}\n      containers:\n{listed}"
    )


POD = "spec: {containers: [{name: a, image: x:1}]}"
TEMPLATE = f"spec: {{template: {{{POD}}}}}"


@pytest.mark.parametrize(
    ("content", "owner"),
    [
        (f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n{POD}", "Pod/p (container a)"),
        (
            f"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: d}}\n{TEMPLATE}",
            "DaemonSet/d (container a)",
        ),
        (
            f"apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: c}}\nspec: {{jobTemplate: {{{TEMPLATE}}}}}",
            "CronJob/c (container a)",
        ),
        (
            f"apiVersion: v1\nkind: PodTemplate\nmetadata: {{name: t}}\ntemplate: {{{POD}}}",
            "PodTemplate/t (container a)",
        ),
        (
            f"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {{name: r}}\n{TEMPLATE}",
            "Rollout/r (container a)",
        ),
        (
            (
                "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: k}\n"
                "spec: {template: {spec: {containers: [{image: x:1}]}}}"
            ),
            "Service/k (container 0)",
        ),
        (
            (
                f"apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nmetadata: {{name: s}}\n"
                f"spec: {{jobTargetRef: {{template: {{{POD}}}}}}}"
            ),
            "ScaledJob/s (container a)",
        ),
        (
            f"apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nmetadata: {{name: o}}\n{TEMPLATE}",
            "DeploymentConfig/o (container a)",
        ),
        (
            f"apiVersion: example.com/v1\nkind: Odd\nmetadata: {{name: x}}\nspec: {{a: {{b: [{{pod: {{{POD}}}}}]}}}}",
            "Odd/x (container a)",
        ),
        (
            f"apiVersion: v1\nkind: Pod\nmetadata: {{generateName: job-}}\n{POD}",
            "Pod/job (container a)",
        ),
        (
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: m}\nspec: {image: x:1}",
            "Prometheus/m",
        ),
        (
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db}\nspec: {imageName: x:1}",
            "Cluster/db (container imageName)",
        ),
    ],
)
def test_pod_specs_are_found_by_structure_and_table(content: str, owner: str) -> None:
    image = one(content, Image)
    assert (image.reference, image.scope.owner, image.scope.deployed) == ("x:1", owner, True)


@pytest.mark.parametrize(
    "content",
    [
        (
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
            f"spec: {{versions: [{{schema: {{openAPIV3Schema: {{properties: {{{POD}}}}}}}}}]}}"
        ),
        f"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: x}}\nspec: {{rules: [{{validate: {{pattern: {{{POD}}}}}}}]}}",
        f"apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K8sX\nmetadata: {{name: x}}\n{POD}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {pod: 'spec: {containers: [{image: x}]}'}",
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata: {{{POD}}}",
        f"apiVersion: skaffold/v3\nkind: Config\nmetadata: {{name: x}}\n{POD}",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: none}}}",
        "apiVersion: apps/v1\nkind: Deployment\nspec: [1, 2]",
        "just: text",
        "- 1\n- 2",
    ],
)
def test_what_only_looks_like_a_pod_is_none(content: str) -> None:
    assert not facts(content, kind=Image)


def test_roles_of_containers() -> None:
    content = deployment(
        "{name: main, image: m:1}",
        more="      initContainers:\n      - {name: i, image: i:1}\n      - {name: s, image: s:1, restartPolicy: Always}\n"
        "      ephemeralContainers:\n      - {name: e, image: e:1}\n",
        volumes="[{name: v, image: {reference: 'v:latest', pullPolicy: Always}}]",
    )
    found = {
        fact.name: (fact.role, fact.scope.phase, fact.pull_policy)
        for fact in facts(content, kind=Image)
    }
    assert found == {
        "v": ("volume", "start", "always"),
        "m": ("container", "start", ""),
        "i": ("init", "init", ""),
        "s": ("sidecar", "start", ""),
        "e": ("ephemeral", "start", ""),
    }


WORKFLOW = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\n"


def test_templates_of_a_workflow_are_steps_of_a_pipeline_by_their_own_names() -> None:
    content = WORKFLOW + (
        "spec:\n  templates:\n  - {name: a, script: {image: x:1, command: [sh], source: echo hello}}\n"
        "  - {name: b, container: {name: '', image: x:1, command: [date]}}\n"
        "  - {name: c, containerSet: {containers: [{name: d, image: x:1}]}}\n"
    )
    found = facts(content, kind=Container)
    owners = [container.scope.owner for container in found]
    assert owners == [
        "Workflow/w (container a)",
        "Workflow/w (container b)",
        "Workflow/w (container d)",
    ]
    assert {(one.scope.phase, one.scope.deployed) for one in found} == {("pipeline", False)}
    assert [container.name for container in found] == ["a", "b", "d"]
    assert found[0].entry == ("sh", "-c", "echo hello")


RUNS = "{name: run, inputs: {parameters: [{name: image}, {name: tag, value: '1.0'}]}, container: {image: '{{inputs.parameters.image}}:{{ inputs.parameters.tag }}'}}"
OPEN = "{{inputs.parameters.image}}:{{ inputs.parameters.tag }}"


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (
            (
                "steps: [[{template: run, arguments: {parameters: [{name: image, value: '{{item.name}}'}, {name: tag, value: '{{item.tag}}'}]},"
                " withItems: [{name: web, tag: '1'}, {name: api, tag: '2'}]}]]"
            ),
            ["web:1", "api:2"],
        ),
        (
            "dag: {tasks: [{name: a, template: run, arguments: {parameters: [{name: image, value: '{{item}}'}]}, withItems: [web, api]}]}",
            ["web:1.0", "api:1.0"],
        ),
        (
            "steps: [[{template: run, arguments: {parameters: [{name: image, value: '{{workflow.parameters.base}}'}]}}]]",
            ["shop:1.0"],
        ),
        (
            "steps: [[{template: run, arguments: {parameters: [{name: image, value: '{{item}}'}]}, withParam: '{{steps.a.outputs.result}}'}]]",
            [OPEN],
        ),
        ("steps: [[{template: run}]]", [OPEN]),
        ("steps: text", [OPEN]),
        ("dag: {tasks: [x, {template: [run]}]}", [OPEN]),
    ],
)
def test_parameters_of_a_workflow_name_images(calls: str, expected: list[str]) -> None:
    head = (
        "spec: {entrypoint: all, arguments: {parameters: [{name: base, value: shop}]}, templates: "
    )
    found = facts(f"{WORKFLOW}{head}[{{name: all, {calls}}}, {RUNS}]}}\n", kind=Image)
    assert [image.text for image in found] == expected
    assert [image.reference for image in found] == [
        None if "{{" in one else one for one in expected
    ]


def test_tekton_steps_belong_to_a_pipeline() -> None:
    content = (
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  stepTemplate: {image: base:1}\n"
        "  steps:\n  - {name: a, image: a:1, script: 'apt-get install -y curl'}\n  - {name: b}\n"
        "  - {name: c, ref: {name: elsewhere}}\n  sidecars: [{image: s:1}]\n"
    )
    images = facts(content, kind=Image)
    assert [(image.reference, image.role, image.scope.phase) for image in images] == [
        ("a:1", "pipeline", "pipeline"),
        ("base:1", "pipeline", "pipeline"),
        ("s:1", "pipeline", "pipeline"),
    ]
    assert one(content, Install).scope.phase == "pipeline"


def test_lists_of_every_kind() -> None:
    items = "items:\n- metadata: {name: a}\n  spec: {containers: [{image: a}]}\n"
    whole = f"apiVersion: v1\nkind: PodList\n{items}"
    inner = "apiVersion: v1\n    kind: Pod\n    metadata: {name: b}\n    spec: {containers: [{image: b}]}\n"
    nested = (
        f"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {inner}"
    )
    owners = [fact.scope.owner for fact in facts(whole, nested, kind=Image)]
    assert owners == ["Pod/a (container 0)", "Pod/b (container 0)"]


def test_json_is_read_as_well() -> None:
    content = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"image": "a\\u002fb:1"}]}}'
    image = one(content, Image)
    assert image.reference == "a/b:1"
    assert text_at(content, image.used_at) == "a\\u002fb:1"


def test_image_places_are_exact() -> None:
    content = deployment(
        "{name: app, image: 'registry:5000/shop/web:1.2.3', imagePullPolicy: IfNotPresent}"
    )
    image = one(content, Image)
    assert {name: text_at(content, place) for name, place in image.places.items()} == {
        "reference": "registry:5000/shop/web:1.2.3",
        "repository": "registry:5000/shop/web",
        "name": "registry:5000/shop/web",
        "tag": "1.2.3",
        "pin": "1.2.3",
        "pull_policy": "IfNotPresent",
    }
    assert image.pull_policy == "ifnotpresent"
    assert text_at(content, image.extent).startswith("{name: app")


@pytest.mark.parametrize(
    "reference", ["${IMAGE}", "web:${TAG}", "'{{inputs.parameters.image}}'", "app:#{Tag}#"]
)
def test_variables_in_a_reference_are_unknown(reference: str) -> None:
    image = one(deployment(f'{{name: app, image: "{reference.strip(chr(39))}"}}'), Image)
    assert (image.reference, bool(image.unresolved)) == (None, True)


@pytest.mark.parametrize("name", ["app-#{Env}#", "${NAME}", "'{{ name }}'"])
def test_templated_names_hide_nothing(name: str) -> None:
    content = f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n{POD}\n"
    assert one(content, Image).reference == "x:1"


def test_one_templated_document_costs_only_itself() -> None:
    content = "\n---\n".join(
        [
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{POD}",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\nspec: {containers: [{image: y}]}",
            "apiVersion: v1\nkind: Pod\n{{- if .Values.on }}\nspec: {}\n{{- end }}",
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: b}}\n{POD}",
        ]
    )
    ctx = ParseContext(MemoryFiles({}))
    owners = [image.scope.owner for image in facts(content, kind=Image, ctx=ctx)]
    assert owners == ["Pod/a (container a)", "Pod/b (container a)"]
    assert [
        (trouble.template, content[trouble.offset : trouble.offset + 2]) for trouble in ctx.troubles
    ] == [
        (True, "{{"),
        (True, "{{"),
    ]


def test_template_text_inside_strings_is_data() -> None:
    content = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {vault: '{{- with secret }}'}}\n"
        "data:\n  a: |\n    {{ range . }}\n    {{ end }}\n  b: x-{{ y }}\n"
    )
    ctx = ParseContext(MemoryFiles({}))
    assert len(facts(content, kind=Resource, ctx=ctx)) == 1
    assert not ctx.troubles


def test_broken_documents_are_troubles_and_hide_no_neighbour() -> None:
    content = f"apiVersion: v1\nkind: Pod\nmetadata: [}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: b}}\n{POD}\n"
    ctx = ParseContext(MemoryFiles({}))
    assert [image.reference for image in facts(content, kind=Image, ctx=ctx)] == ["x:1"]
    assert [(trouble.path, trouble.template) for trouble in ctx.troubles] == [
        ("deploy/0.yaml", False)
    ]


@pytest.mark.parametrize(
    "odd", ["value: =", "value: !reference [a, b]", "<<: {a: b}", "on: 22:22", "? x\n: y"]
)
def test_odd_yaml_is_read(odd: str) -> None:
    content = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{POD}\n{odd}\n"
    assert one(content, Image).reference == "x:1"


def mounted(*contents: str) -> list[Mount]:
    """Return the mounts of containers, without host paths that nobody mounts."""
    return [found for found in facts(*contents, kind=Mount) if found.target]


VOLUMES = """[{name: host, hostPath: {path: /srv/code}}, {name: sock, hostPath: {path: /var/run/docker.sock}},
  {name: run, hostPath: {path: /var/run}}, {name: conf, configMap: {name: conf}}, {name: key, secret: {secretName: key}},
  {name: tmp, emptyDir: {}}, {name: data, persistentVolumeClaim: {claimName: data}}, {name: oci, image: {reference: 'o:1'}},
  {name: git, gitRepo: {repository: 'https://example.com/x.git', revision: main}},
  {name: all, projected: {sources: [{configMap: {name: conf}}]}}, {name: other, csi: {driver: d}}]"""


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        (
            "{name: host, mountPath: /app}",
            {"mount_type": "host", "source": "/srv/code", "host": True, "read_only": False},
        ),
        (
            "{name: host, mountPath: /app, subPath: x, readOnly: true}",
            {"source": "/srv/code/x", "read_only": True},
        ),
        ("{name: sock, mountPath: /s, readOnly: true}", {"runtime_socket": "socket"}),
        ("{name: run, mountPath: /r}", {"runtime_socket": "parent"}),
        ("{name: run, mountPath: /r, readOnly: true}", {"runtime_socket": ""}),
        (
            "{name: conf, mountPath: /c}",
            {"mount_type": "config", "source": "conf", "read_only": True, "host": False},
        ),
        (
            "{name: key, mountPath: /k}",
            {"mount_type": "secret", "source": "key", "source_immutable": None},
        ),
        ("{name: tmp, mountPath: /t}", {"mount_type": "empty", "read_only": False}),
        ("{name: data, mountPath: /d}", {"mount_type": "volume", "source": "data"}),
        (
            "{name: oci, mountPath: /o}",
            {"mount_type": "image", "source": "o:1", "source_immutable": False},
        ),
        (
            "{name: git, mountPath: /g}",
            {"mount_type": "git", "source": "https://example.com/x.git"},
        ),
        ("{name: all, mountPath: /a}", {"mount_type": "projected"}),
        ("{name: other, mountPath: /x}", {"mount_type": "volume"}),
        ("{name: nobody, mountPath: /n}", {"mount_type": "volume", "source": "nobody"}),
    ],
)
def test_mounts(mount: str, expected: dict[str, Any]) -> None:
    (found,) = mounted(
        deployment(f"{{name: app, image: x, volumeMounts: [{mount}]}}", volumes=VOLUMES)
    )
    assert {name: getattr(found, name) for name in expected} == expected
    assert (found.workload, found.scope.phase) == ("Deployment", "start")


def test_a_claim_of_a_stateful_set_is_a_volume() -> None:
    content = (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  volumeClaimTemplates:\n"
        "  - metadata: {name: data}\n  template: {spec: {containers: [{image: x, volumeMounts: [{name: data, mountPath: /d}]}]}}\n"
    )
    assert one(content, Mount).mount_type == "volume"


def test_places_of_a_host_mount() -> None:
    content = deployment(
        "{name: app, image: x, volumeMounts: [{name: host, mountPath: /app}]}", volumes=VOLUMES
    )
    (mount,) = mounted(content)
    assert text_at(content, mount.places["source"]) == "/srv/code"
    assert text_at(content, mount.places["target"]) == "/app"


def test_a_host_path_that_nobody_mounts_is_told_without_target() -> None:
    content = deployment(
        "{name: app, image: x}", volumes="[{name: s, hostPath: {path: /run/docker.sock}}]"
    )
    mount = one(content, Mount)
    assert (mount.target, mount.source, mount.runtime_socket) == ("", "/run/docker.sock", "socket")
    assert mount.scope.owner == "Deployment/web"


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {a: b}\n"


@pytest.mark.parametrize(
    ("config", "metadata", "expected"),
    [
        (CONFIG, "{}", False),
        (CONFIG + "immutable: true\n", "{}", True),
        (CONFIG, "{annotations: {checksum/config: abc}}", True),
        ("", "{}", None),
    ],
)
def test_whether_a_config_map_can_change_under_a_pod(
    config: str, metadata: str, expected: bool | None
) -> None:
    content = deployment(
        "{name: app, image: x, volumeMounts: [{name: conf, mountPath: /c}]}",
        volumes=VOLUMES,
        metadata=metadata,
    )
    (mount,) = mounted(content, config)
    assert mount.source_immutable is expected


def test_a_git_volume_is_fetched_when_the_pod_starts() -> None:
    fetch = next(f for f in facts(deployment("{image: x, name: a}", volumes=VOLUMES), kind=Fetch))
    assert (fetch.tool, fetch.url, fetch.revision, fetch.pin) == (
        "gitRepo",
        "https://example.com/x.git",
        "main",
        "alias",
    )


@pytest.mark.parametrize(
    ("container", "origin", "argv"),
    [
        ("command: [run, it]", "command", ("run", "it")),
        ("command: [run], args: [on, 1.10, 0644]", "command", ("run", "on", "1.10", "0644")),
        ("args: [--flag]", "args", ("--flag",)),
        (
            "command: [run, $(NAME), $$(NAME)], env: [{name: NAME, value: x}]",
            "command",
            ("run", "x", "$(NAME)"),
        ),
        ("command: [run, $(NOBODY)]", "command", ("run", "$(NOBODY)")),
        (
            "command: [run, $(POD)], env: [{name: POD, valueFrom: {fieldRef: {fieldPath: a}}}]",
            "command",
            None,
        ),
    ],
)
def test_starts(container: str, origin: str, argv: tuple[str, ...] | None) -> None:
    content = deployment(f"{{name: app, image: x, {container}}}")
    start = facts(content, kind=Start)[0]
    assert (start.origin, start.form) == (origin, "exec")
    assert one(content, Container).entry == argv


def test_arguments_are_a_start_command_of_their_own() -> None:
    starts = facts(
        deployment("{name: app, image: x, command: [sh], args: [-c, next dev]}"), kind=Start
    )
    assert [(start.origin, start.argv, start.dev_server) for start in starts] == [
        ("command", ("sh",), ""),
        ("args", ("-c", "next dev"), "next dev"),
    ]


def test_a_container_without_command_may_start_by_its_image() -> None:
    container = one(deployment("{name: app, image: x}"), Container)
    assert (container.starts, container.own_start, container.runs) == (None, False, True)


@pytest.mark.parametrize(
    ("container", "pod", "expected"),
    [
        ("securityContext: {runAsUser: 0}", "", {"user": "0", "root": True}),
        ("securityContext: {runAsUser: 5}", "{runAsUser: 0}", {"user": "5", "root": False}),
        ("securityContext: {}", "{runAsUser: 1000}", {"user": "1000", "root": False}),
        ("securityContext: {}", "{runAsNonRoot: true}", {"user": "", "root": False}),
        (
            "securityContext: {readOnlyRootFilesystem: true}",
            "",
            {"root": None, "read_only_root": True},
        ),
        ("stdin: true, tty: true", "", {"stdin": True, "tty": True, "read_only_root": False}),
        ("ports: [{containerPort: 80}, {containerPort: 22}]", "", {"ports": ("80", "22")}),
    ],
)
def test_containers(container: str, pod: str, expected: dict[str, Any]) -> None:
    more = f"      securityContext: {pod}\n" if pod else ""
    found = one(deployment(f"{{name: app, image: x, {container}}}", more=more), Container)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("container", "phase"),
    [
        ("command: [sh, -c, apt-get install -y curl]", "start"),
        ("command: [/bin/bash], args: [-c, 'exec apt-get install -y curl']", "start"),
        ("args: [apt-get, install, -y, curl]", "start"),
        ("lifecycle: {postStart: {exec: {command: [apt-get, install, -y, curl]}}}", "hook"),
        ("livenessProbe: {exec: {command: [apt-get, install, -y, curl]}}", "probe"),
        (
            "command: [sh, -c, apt-get install -y $(WHAT)], env: [{name: WHAT, value: curl}]",
            "start",
        ),
        ("command: [sh, -c, apt-get install -y $WHAT], env: [{name: WHAT, value: curl}]", "start"),
    ],
)
def test_what_commands_install(container: str, phase: str) -> None:
    content = deployment(f"{{name: app, image: x, {container}}}")
    install = one(content, Install)
    assert (install.manager, install.scope.phase, [p.name for p in install.packages]) == (
        "apt-get",
        phase,
        ["curl"],
    )
    assert (
        text_at(content, install.used_at) == "apt-get install"
        or text_at(content, install.used_at) == "apt-get, install"
    )


def test_init_containers_are_their_own_phase() -> None:
    more = "      initContainers:\n      - {name: i, image: x, command: [pip, install, flask]}\n"
    assert one(deployment("{name: a, image: x}", more=more), Install).scope.phase == "init"


SCRIPT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  run.sh: |\n    #!/bin/sh\n    apk add curl\n"


@pytest.mark.parametrize(
    ("command", "mount"),
    [
        ("[/c/run.sh]", "{name: conf, mountPath: /c}"),
        ("[sh, /c/run.sh]", "{name: conf, mountPath: /c/}"),
        ("[sh, -c, exec /c/run.sh --now]", "{name: conf, mountPath: /c}"),
        ("[/run.sh]", "{name: conf, mountPath: /run.sh, subPath: run.sh}"),
    ],
)
def test_scripts_from_config_maps_are_read(command: str, mount: str) -> None:
    content = deployment(
        f"{{name: app, image: x, command: {command}, volumeMounts: [{mount}]}}", volumes=VOLUMES
    )
    (install,) = facts(content, SCRIPT, kind=Install)
    assert (install.used_at.file, text_at(SCRIPT, install.used_at)) == ("deploy/1.yaml", "apk add")
    (found,) = mounted(content, SCRIPT)
    assert found.script.endswith("run.sh")


def test_scripts_that_nobody_starts_are_not() -> None:
    container = (
        "{name: app, image: x, command: [/c/other.sh], volumeMounts: [{name: conf, mountPath: /c}]}"
    )
    content = deployment(container, volumes=VOLUMES)
    assert not facts(content, SCRIPT, kind=Install)
    assert [mount.script for mount in mounted(content, SCRIPT)] == [""]


def test_variables_and_where_their_values_stand() -> None:
    content = deployment(
        "{name: app, image: x, env: [{name: A, value: b}, {name: C, valueFrom: {configMapKeyRef: {name: conf, key: a}}},"
        " {name: D, valueFrom: {secretKeyRef: {name: s, key: t}}}, {name: DB_PASSWORD, value: hunter2hunter}]}"
    )
    found = {fact.name: (fact.value, fact.secret) for fact in facts(content, CONFIG, kind=Variable)}
    assert found == {
        "A": ("b", ""),
        "C": ("b", ""),
        "D": (None, ""),
        "DB_PASSWORD": ("hunter2hunter", "name"),
    }


def test_variables_from_whole_config_maps() -> None:
    content = deployment(
        "{name: app, image: x, envFrom: [{configMapRef: {name: conf}}], command: [run, $(a)]}"
    )
    assert [
        (fact.name, fact.value, fact.used_at.file) for fact in facts(content, CONFIG, kind=Variable)
    ] == [("a", "b", "deploy/1.yaml")]
    (start,) = facts(content, CONFIG, kind=Start)
    assert start.argv == ("run", "b")


def test_annotations_that_let_something_change_what_runs() -> None:
    content = deployment("{name: a, image: x}").replace(
        "{name: web}", "{name: web, annotations: {keel.sh/policy: all, a: b}}"
    )
    found = one(content, Variable)
    assert (found.variable_type, found.name, found.value) == ("annotation", "keel.sh/policy", "all")


def test_config_maps_and_secrets_are_resources() -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nimmutable: true\n"
    found = [
        (fact.resource_type, fact.name, fact.immutable)
        for fact in facts(CONFIG, secret, kind=Resource)
    ]
    assert found == [("config map", "conf", False), ("secret", "s", True)]


@pytest.mark.parametrize(
    ("limit", "history"),
    [("", -1), ("  revisionHistoryLimit: 0\n", 0), ("  revisionHistoryLimit: 5\n", 5)],
)
def test_what_a_workload_keeps_for_going_back(limit: str, history: int) -> None:
    content = deployment("{name: a, image: x}").replace("spec:\n", f"spec:\n{limit}", 1)
    assert one(content, Resource).history == history


@pytest.mark.parametrize(
    ("rule", "grants"),
    [
        ("apiGroups: [''], resources: [pods/exec], verbs: [create]", ("exec",)),
        ("apiGroups: [''], resources: [pods/exec], verbs: [list]", ()),
        ("apiGroups: [''], resources: [pods], verbs: ['*']", ()),
        (
            "apiGroups: ['*'], resources: ['*'], verbs: ['*']",
            ("exec", "attach", "portforward", "ephemeralcontainers"),
        ),
        ("apiGroups: [''], resources: ['pods/*'], verbs: [get]", ("exec", "attach", "portforward")),
        (
            "apiGroups: [''], resources: [pods/ephemeralcontainers, pods/log], verbs: [patch]",
            ("ephemeralcontainers",),
        ),
        ("apiGroups: [apps], resources: ['*'], verbs: ['*']", ()),
    ],
)
def test_roles(rule: str, grants: tuple[str, ...]) -> None:
    content = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r}}\nrules: [{{{rule}}}]\n"
    assert [found.grants for found in facts(content, kind=Resource)] == ([grants] if grants else [])


def test_roles_of_every_cluster_are_left_alone() -> None:
    content = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:x'}\n"
        "rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]\n"
    )
    assert not facts(content, kind=Resource)


def test_deep_and_long_input_stays_cheap() -> None:
    wide = deployment(*[f"{{name: c{n}, image: 'x:{n}'}}" for n in range(500)])
    assert len(facts(wide, kind=Image)) == 500


def test_an_openshift_deployment_is_read_where_a_trigger_gives_the_image() -> None:
    content = (
        "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nmetadata: {name: shop}\nspec:\n"
        "  template:\n    spec:\n      containers:\n      - name: shop\n"
        "        volumeMounts: [{name: state, mountPath: /state}]\n"
        "      volumes: [{name: state, hostPath: {path: /mnt/state}}]\n"
    )
    assert one(content, Mount).host


def test_what_ko_builds_is_no_reference() -> None:
    content = deployment(
        "{name: web, image: 'ko://example.com/Shop/cmd/web'}", "{name: proxy, image: 'x:1'}"
    )
    assert [found.reference for found in facts(content, kind=Image)] == ["x:1"]
    assert [found.name for found in facts(content, kind=Container)] == ["web", "proxy"]


@pytest.mark.parametrize(
    ("container", "urls"),
    [
        ("image: alpine/git:2.45.2, args: [clone, 'https://example.com/a.git']", 1),
        ("image: docker.io/alpine/git, args: [clone, 'https://example.com/a.git']", 1),
        ("image: alpine/git:2.45.2, command: [echo], args: [clone, 'https://example.com/a.git']", 0),
        ("image: example.com/clone, args: [clone, 'https://example.com/a.git']", 0),
    ],
)  # fmt: skip
def test_arguments_belong_to_the_program_that_the_image_starts(container: str, urls: int) -> None:
    content = deployment(f"{{name: a, {container}}}")
    found = facts(content, kind=Fetch)
    assert [text_at(content, fact.places["url"]) for fact in found] == [
        "https://example.com/a.git"
    ] * urls
