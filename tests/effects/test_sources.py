"""What commands take from elsewhere: which words mean it, what fixes it, and where that is deployed."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Fact, Source
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles

CHART = {"charts/web/Chart.yaml": "name: web\nversion: 1.0.0\n"}


def taken(script: str) -> list[Source]:
    facts: list[Fact] = read(MemoryFiles({"deploy.sh": script, **CHART}), lambda _path: "").facts
    return [fact for fact in facts if isinstance(fact, Source)]


@pytest.mark.parametrize(
    ("command", "url", "ref", "pin"),
    [
        ("helm install web shop/web", "shop/web", "", "none"),
        ("helm install shop/web --generate-name", "shop/web", "", "none"),
        ("helm upgrade -i web shop/web --version=1.2.3", "shop/web", "1.2.3", "exact"),
        ("helm upgrade -i web shop/web --version ~1.2", "shop/web", "~1.2", "partial"),
        ("helm upgrade -i web shop/web --version $V", "shop/web", None, None),
        ("helm upgrade -i web web --repo https://c.example/", "https://c.example/web", "", "none"),
        ("helm template web oci://r.example/web:1.2.3", "oci://r.example/web:1.2.3", "1.2.3", "exact"),
        ("helm pull oci://r.example/web@sha256:" + "a" * 64, "oci://r.example/web@sha256:" + "a" * 64, "sha256:" + "a" * 64, "digest"),
        ("kubectl apply -f https://github.com/a/b/releases/latest/download/c.yaml", "https://github.com/a/b/releases/latest/download/c.yaml", "latest", "alias"),
        ("oc create -f https://raw.githubusercontent.com/a/b/v1.2.3/c.yaml", "https://raw.githubusercontent.com/a/b/v1.2.3/c.yaml", "v1.2.3", "exact"),
        ("kubectl apply -f https://raw.githubusercontent.com/a/b/$V/c.yaml", None, None, None),
        ("kubectl apply -k 'github.com/a/b/c?ref=v1.2.3'", "github.com/a/b/c?ref=v1.2.3", "v1.2.3", "exact"),
        ("kubectl kustomize https://github.com/a/b//c", "https://github.com/a/b//c", "", "none"),
        ("kustomize build 'https://github.com/a/b//c?ref=main'", "https://github.com/a/b//c?ref=main", "main", "alias"),
        ("argocd app create web --repo https://github.com/a/b --path c", "https://github.com/a/b", "", "none"),
        ("argocd app create web --repo https://github.com/a/b --revision '1.2.*'", "https://github.com/a/b", "1.2.*", "partial"),
        ("argocd app create web --repo https://c.example --helm-chart web --revision 1.2.3", "https://c.example/web", "1.2.3", "exact"),
        ("flux create source git web --url=https://github.com/a/b --branch=main", "https://github.com/a/b", "main", "alias"),
        ("flux create source git web --url=https://github.com/a/b --tag=v1.2.3", "https://github.com/a/b", "v1.2.3", "exact"),
        ("flux create hr web --source=HelmRepository/shop --chart=web --chart-version='>1'", "web", ">1", "partial"),
        ("docker build -t shop/web https://github.com/a/b.git#main:c", "https://github.com/a/b.git#main:c", "main", "alias"),
        ("docker compose -f https://github.com/a/b.git up -d", "https://github.com/a/b.git", "", "none"),
        ("docker compose -f oci://r.example/web:latest up -d", "oci://r.example/web:latest", "latest", "alias"),
        ("terraform init -from-module=git::https://github.com/a/b?ref=main", "git::https://github.com/a/b?ref=main", "main", "alias"),
        ("ansible-galaxy install shop.web", "shop.web", "", "none"),
        ("ansible-galaxy install git+https://git.example/a/b,fe397a380ad733be7d17b567b626301e1ee90089", "git+https://git.example/a/b,fe397a380ad733be7d17b567b626301e1ee90089", "fe397a380ad733be7d17b567b626301e1ee90089", "digest"),
        ("ansible-galaxy install git+https://git.example/a/b,main", "git+https://git.example/a/b,main", "main", "alias"),
        ("ansible-galaxy install git+https://git.example/a/b,$REF", None, None, None),
        ("ansible-galaxy role install shop.web,1.2.3", "shop.web,1.2.3", "1.2.3", "exact"),
        ("ansible-galaxy collection install 'shop.web:>=1'", "shop.web:>=1", ">=1", "partial"),
    ],
)  # fmt: skip
def test_what_is_taken(command: str, url: str | None, ref: str | None, pin: str | None) -> None:
    assert [(one.url, one.ref, one.pin) for one in taken(command)] == [(url, ref, pin)]


@pytest.mark.parametrize(
    "command",
    [
        "helm install web ./charts/web", "helm install web charts/web", "helm upgrade web $CHART", "helm install web web-1.2.3.tgz",
        "helm install web out/web-1.2.3.tgz", "helm list", "kubectl apply -f deploy/", "kubectl apply -f -", "kubectl apply -k base",
        "kubectl delete -f https://github.com/a/b/releases/latest/download/c.yaml", "kustomize build .", "docker build .",
        "docker build -t a -", "docker compose -f compose.yaml up", "terraform init", "ansible-galaxy install -r requirements.yml",
        "ansible-galaxy collection install ./shop-web.tar.gz", "argocd app sync web", "ssh host helm install web shop/web",
    ],
)  # fmt: skip
def test_what_lies_here_or_is_not_known_is_not_taken(command: str) -> None:
    assert taken(command) == []


@pytest.mark.parametrize(
    ("before", "throwaway"),
    [
        ("", "no"),
        ("kind create cluster\n", "yes"),
        ("./certs.sh\n", "no"),
        ("./make-cluster.sh\n", "undecided"),
        ("kind create cluster\naws eks update-kubeconfig --name shop\n", "undecided"),
    ],
)
def test_which_cluster_is_meant(before: str, throwaway: str) -> None:
    (source,) = taken(f"{before}helm install web shop/web\n")
    assert source.throwaway == throwaway


def test_a_version_is_decided_where_it_is_written() -> None:
    text = "V=latest\nkubectl apply -f https://raw.githubusercontent.com/a/b/main/c.yaml\nhelm install web shop/web --version $V\n"
    manifest, chart = taken(text)
    assert text[slice(*_ends(manifest))] == "main"
    assert text[slice(*_ends(chart))] in {"latest", "$V"}


def _ends(source: Source) -> tuple[int, int]:
    return source.places["ref"].span.start, source.places["ref"].span.end


CLONED = "https://github.com/a/b.git"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("git clone {} && kubectl apply -f b/c.yaml", [("", "none")]),
        ("git clone {}; cd b/c; kubectl create -f d.yaml; kubectl create -f e.yaml", [("", "none")]),
        ("git clone {} c; cd c && git checkout v2; helm upgrade web ./charts/web", [("v2", "alias")]),
        ("git clone -b v1.2.3 {}; kubectl apply -k b", [("v1.2.3", "exact")]),
        ("git clone {} /opt/b; cd /opt/b; git checkout $C; ansible-playbook -i hosts site.yml", [(None, None)]),
        ("git clone {} .; kubectl apply -f c.yaml", [("", "none")]),
        ("git clone {}; kubectl apply -f bc/d.yaml -f c.yaml", []),
        ("git clone {}; kubectl apply -f https://github.com/c/d/raw/v1.2.3/b/c.yaml", [("v1.2.3", "exact")]),
        ("git clone {}; docker build b", []),
        ("git clone {}; ssh host kubectl apply -f b/c.yaml", []),
        ("git clone $URL b; kubectl apply -f b/c.yaml", [("", None)]),
    ],
)  # fmt: skip
def test_what_is_deployed_out_of_a_clone(script: str, found: list[tuple[str | None, str | None]]) -> None:  # fmt: skip
    assert [(one.ref, one.pin) for one in taken(script.format(CLONED))] == found
