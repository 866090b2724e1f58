"""What the files of a made-up service say: plausible, and as long as such files are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

_BASES = ("debian:12", "python:3.13-slim", "node:22.11.0", "golang", "alpine:3.20", "nginx:stable")
_TOOLS = ("curl", "git", "jq", "ca-certificates", "openssl", "unzip", "build-essential", "tini")
_STORES = ("postgres:16", "redis", "rabbitmq:3.13.7", "mongo:7", "minio/minio")


def dockerfile(random: Random) -> str:
    """Two stages, some installs, a start command."""
    packages = " ".join(random.sample(_TOOLS, random.randint(2, 6)))
    steps = "".join(
        f'RUN set -eux; \\\n    for each in one two; do echo "$each"; done \\\n && make step-{number} PREFIX=/usr/local\n'
        for number in range(random.randint(1, 8))
    )
    return (
        f"FROM {random.choice(_BASES)} AS build\nARG VERSION={random.randint(1, 9)}.0\nWORKDIR /src\nCOPY . .\n"
        f"RUN apt-get update && apt-get install -y {packages} && rm -rf /var/lib/apt/lists/*\n{steps}\n"
        f"FROM {random.choice(_BASES)}\nENV HOME=/srv LANG=C.UTF-8\nWORKDIR /srv\nCOPY --from=build /src/out /srv\n"
        f"RUN pip install flask=={random.randint(1, 3)}.0.0 gunicorn\nEXPOSE {random.randint(1024, 9999)}\nUSER 1000\n"
        'CMD ["/srv/start", "--verbose"]\n'
    )


def compose(random: Random) -> str:
    """Some services that depend on each other."""
    stores = random.sample(_STORES, random.randint(2, 4))
    services = "".join(
        f"  store{number}:\n    image: {image}\n    restart: always\n    environment:\n      MODE: fast\n"
        f"      LEVEL: ${{LEVEL:-{random.randint(1, 5)}}}\n    volumes:\n      - data:/var/lib/store\n"
        for number, image in enumerate(stores)
    )
    return (
        f'services:\n  web:\n    build: .\n    ports: ["{random.randint(1024, 9999)}:80"]\n    volumes:\n'
        f"      - ./src:/srv/src\n    depends_on: [store0, store1]\n{services}volumes:\n  data: {{}}\n"
    )


def kubernetes(random: Random, name: str) -> str:
    """A Deployment, its Service and its settings."""
    settings = "".join(
        f'  setting.{number}: "{random.getrandbits(64):x}"\n'
        for number in range(random.randint(3, 30))
    )
    variables = "".join(
        f'            - name: VARIABLE_{number}\n              value: "{random.getrandbits(32)}"\n'
        for number in range(random.randint(2, 12))
    )
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  labels: {{app: {name}}}\nspec:\n"
        f"  replicas: {random.randint(1, 9)}\n  selector:\n    matchLabels: {{app: {name}}}\n  template:\n    metadata:\n"
        f"      labels: {{app: {name}}}\n    spec:\n      containers:\n        - name: main\n"
        f'          image: registry.example/{name}:1.{random.randint(0, 40)}\n          args: [serve, --port, "8080"]\n'
        f"          env:\n{variables}          ports:\n            - containerPort: 8080\n          resources:\n"
        f"            limits: {{cpu: 500m, memory: 256Mi}}\n          envFrom:\n            - configMapRef: {{name: {name}}}\n"
        f"---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  selector: {{app: {name}}}\n"
        f"  ports:\n    - port: 80\n      targetPort: 8080\n"
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n{settings}"
    )


def base(resources: list[str]) -> str:
    """A kustomization over the manifests beside it."""
    listed = "".join(f"  - {name}\n" for name in resources)
    return f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{listed or '  []'}"


def overlay(random: Random, image: str) -> str:
    """A kustomization that says which version of an image an environment gets."""
    return (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ../../base\n"
        f'namePrefix: env-\nimages:\n  - name: {image}\n    newTag: "2.{random.randint(0, 40)}"\n'
    )


def workflow(random: Random) -> str:
    """A workflow that tests, builds and pushes."""
    steps = "".join(
        f"      - run: make check-{number}\n" for number in range(random.randint(2, 12))
    )
    return (
        "name: build\non: {push: {branches: [main]}}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n"
        f"      - uses: actions/checkout@v{random.randint(3, 5)}\n{steps}"
        f"      - run: |\n          docker build -t registry.example/web:${{{{ github.sha }}}} .\n"
        "          docker push registry.example/web:${{ github.sha }}\n"
    )


def chart(random: Random, name: str) -> Iterator[tuple[str, str]]:
    """The files of a chart with one Deployment."""
    yield "Chart.yaml", f"apiVersion: v2\nname: {name}\nversion: 1.{random.randint(0, 9)}.0\n"
    yield (
        "values.yaml",
        f'image:\n  repository: registry.example/{name}\n  tag: "{random.randint(1, 9)}.0"\n',
    )
    yield (
        "templates/deployment.yaml",
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  template:\n    spec:\n"
            "      containers:\n        - name: main\n          image: {{ .Values.image.repository }}:{{ .Values.image.tag }}\n"
        ),
    )


HOSTILE: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "one long value": ("Dockerfile", lambda size: f"FROM a\nENV A={'x' * size * 20}\n"),
    "arguments of arguments": (
        "Dockerfile",
        lambda size: (
            "FROM a\nARG A0=a\n" + "".join(f"ARG A{n + 1}=${{A{n}}}x\n" for n in range(size))
        ),
    ),
    "pairs of ENV and RUN": (
        "Dockerfile",
        lambda size: "FROM a\n" + "ENV A=b\nRUN make a\n" * size,
    ),
    "a list in one line": (
        "list.json",
        lambda size: (
            '{"apiVersion":"v1","kind":"List","items":['
            + ",".join(
                '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"a","image":"a"}]}}'
                for _ in range(size)
            )
            + "]}"
        ),
    ),
}
"""Texts that are made to take long, by their size."""
