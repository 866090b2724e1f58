"""The examples: deliveries as teams first write them, and the same made immutable."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from immutable_delivery.commands.delivery import delivery
from immutable_delivery.findings import Finding, Report
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request

EXAMPLES = Path(__file__).parent.parent / "examples"
TODAY = date(2026, 11, 22)


def copied(name: str, tmp_path: Path) -> Path:
    """Make an example a repository of its own, with a history of one commit."""
    root = tmp_path / name
    shutil.copytree(EXAMPLES / name, root)
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=Begin"]):
        subprocess.run(["git", *who, *words], cwd=root, check=True)
    return root


def judged(name: str, tmp_path: Path, profile: str) -> Report:
    root = copied(name, tmp_path)
    return run(root, Request(profile=profile, today=TODAY)).report


@pytest.mark.parametrize("name", ["storefront-congruent", "fleet-congruent"])
def test_the_congruent_examples_are_clean_under_the_strict_profile(
    name: str, tmp_path: Path
) -> None:
    report = judged(name, tmp_path, "strict")
    assert [(one.policy, one.place.file, one.message) for one in report.findings] == []
    assert report.suppressed == ()
    assert [file.path for file in report.files if file.skipped] == []


def test_one_example_says_nothing_of_the_other_that_lies_beside_it(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    asked = Request(today=TODAY, paths=("examples/storefront",))
    found = run(tmp_path, asked).report.findings
    files = {place.file for one in found for place in (one.place, *one.uses)}
    assert {file.split("/")[1] for file in files} == {"storefront"}


def written(report: Report, finding: Finding) -> str:
    span = finding.place.span
    return report.texts[finding.place.file].value[span.start : span.end]


def test_the_services_of_the_congruent_storefront_are_congruent(tmp_path: Path) -> None:
    report = judged("storefront-congruent", tmp_path, "strict")
    classes = {service.name: (service.runs, service.builds) for service in report.services}
    for name in ("web", "catalog", "orders"):
        assert classes[name] == ("congruent", "repeatable")
    assert {runs for runs, _ in classes.values()} == {"congruent"}
    assert {builds for _, builds in classes.values()} <= {"repeatable", "not built here"}


FOUND = [
    ("floating-tag", "web/Dockerfile", "latest"),
    ("piped-installer", "web/Dockerfile", "https://get.storefront.example/install-tracing.sh"),
    ("unpinned-os-package", "web/Dockerfile", "curl"),
    ("unpinned-os-package", "web/Dockerfile", "vim"),
    ("invalid-contract", "web/delivery.yaml", "npm start"),
    ("invalid-contract", "web/delivery.yaml", "../deploy/overlays/prod"),
    ("partial-tag", "catalog/Dockerfile", "3.12-slim"),
    ("unpinned-os-package", "catalog/Dockerfile", "git"),
    ("install-at-start", "catalog/start.sh", "pip install"),
    ("contract-without-start", "catalog/delivery.yaml", "catalog"),
    ("invalid-contract", "catalog/delivery.yaml", "sha256:9f86d081884c7d65"),
    ("floating-tag", "compose.yaml", "latest"),
    ("runtime-socket", "compose.yaml", "/var/run/docker.sock"),
    ("writable-root", "deploy/base/web.yaml", "web"),
    ("mutable-config", "deploy/base/settings.yaml", "settings"),
    ("floating-tag", "deploy/base/web.yaml", "fluent/fluent-bit"),
    ("host-mounted-code", "deploy/base/web.yaml", "/srv/storefront/views"),
    ("runtime-socket", "deploy/base/web.yaml", "/var/run/docker.sock"),
    ("floating-tag", "deploy/base/catalog.yaml", "alpine/git"),
    ("fetch-at-start", "deploy/base/catalog.yaml", "https://git.example/shop/pictures.git"),
    ("floating-tag", "deploy/overlays/staging/kustomization.yaml", "latest"),
    ("floating-tag", "deploy/overlays/staging/kustomization.yaml", "main"),
    ("floating-tag", "deploy/overlays/production/kustomization.yaml", "stable"),
    ("missing-digest", "deploy/overlays/production/kustomization.yaml", "1.4.0"),
    ("unpinning-overlay", "deploy/overlays/production/kustomization.yaml", "1.4.1"),
    ("environment-drift", "charts/orders/values-production.yaml", "sha256:"),
    ("start-command-mismatch", "charts/orders/templates/orders.yaml", "orders.migrate()"),
    ("missing-contract", "charts/orders/templates/orders.yaml", "orders"),
    ("local-differs", "compose.yaml", "13.4"),
    ("drift-tolerated", "argocd/production/orders.yaml", "automated"),
    ("floating-source", "argocd/production/shop.yaml", "main"),
    ("rebuilds-per-environment", ".github/workflows/delivery.yml", "latest"),
    ("pushes-moving-tag", ".github/workflows/delivery.yml", "main"),
    ("restart-to-redeploy", ".github/workflows/delivery.yml", "rollout restart"),
    ("changes-running-workload", ".github/workflows/delivery.yml", "shop/web:latest"),
    ("changes-running-container", ".github/workflows/delivery.yml", "exec deployment/catalog"),
]


@pytest.fixture(scope="module")
def storefront(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return judged("storefront", tmp_path_factory.mktemp("example"), "strict")


@pytest.mark.parametrize("expected", FOUND, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_storefront_has_the_typical_faults(
    storefront: Report, expected: tuple[str, str, str]
) -> None:
    policy, path, text = expected
    found = [
        written(storefront, finding)
        for finding in storefront.findings
        if (finding.policy, finding.place.file) == (policy, path)
    ]
    assert any(text in one for one in found), found


def test_where_the_services_of_the_storefront_stand(storefront: Report) -> None:
    classes = {service.name: (service.runs, service.builds) for service in storefront.services}
    assert classes == {
        "web": ("divergent", "moving"),
        "catalog": ("divergent", "moving"),
        "orders": ("convergent", "moving"),
        "orders-db": ("convergent", "not built here"),
        "logs": ("convergent", "not built here"),
    }


def test_the_ways_of_the_congruent_services_are_whole(tmp_path: Path) -> None:
    root = copied("storefront-congruent", tmp_path)
    for name in ("web", "catalog", "orders"):
        way = json.loads(delivery(root, Request(profile="strict", today=TODAY), name, "json"))
        assert way["contract"] == f"{name}/delivery.yaml"
        assert [(one["dockerfile"], one["images"]) for one in way["artifacts"]] == [
            (f"{name}/Dockerfile", [f"registry.example/congruent/{name}"])
        ]
        assert len({one["text"] for one in way["start"]}) == 1
        deployed = [one for one in way["environments"] if one["digest"]]
        assert [(one["environment"], one["earlier"]) for one in deployed] == [
            ("staging", []),
            ("production", ["staging"]),
        ]
        assert len({one["digest"] for one in deployed}) == 1


def test_development_is_not_judged_for_its_mounts(storefront: Report) -> None:
    mounts = [finding for finding in storefront.findings if finding.policy == "host-mounted-code"]
    assert [mount.place.file for mount in mounts] == ["deploy/base/web.yaml"]


FLEET = [
    ("secrets-in-machine-image", "image/shop.pkr.hcl", "shop"),
    ("secrets-in-machine-image", "image/shop.pkr.hcl", "deploy_key.pem"),
    ("secrets-in-machine-image", "image/shop.pkr.hcl", "ARTIFACT_TOKEN"),
    ("uncatalogued-machine-image", "image/shop.pkr.hcl", "shop"),
    ("public-machine-image", "image/shop.pkr.hcl", "all"),
    ("moving-machine-image", "image/shop.pkr.hcl", "true"),
    ("upgrade-in-build", "image/scripts/install.sh", "apt-get upgrade"),
    ("unpinned-os-package", "image/scripts/install.sh", "nginx"),
    ("unpinned-os-package", "image/scripts/install.sh", "unattended-upgrades"),
    ("upgrades-itself", "image/scripts/install.sh", "unattended-upgrades"),
    ("piped-installer", "image/scripts/install.sh", "https://get.shop.example/install.sh"),
    ("range-dependency", "infra/main.tf", ">= 5.0"),
    (
        "floating-source",
        "infra/main.tf",
        "git::https://github.com/shop-example/terraform-network.git",
    ),
    ("moving-machine-image", "infra/main.tf", "true"),
    ("provisioned-at-boot", "infra/boot.sh", "apt-get install"),
    ("provisioned-at-boot", "infra/boot.sh", "https://git.shop.example/shop/shop.git"),
    (
        "changes-machine",
        "infra/boot.sh",
        "puppet agent --server puppet.shop.example --no-daemonize",
    ),
    ("floating-source", ".github/workflows/deliver.yml", "main"),
    ("floating-source", ".github/workflows/deliver.yml", "v4"),
    (
        "changes-host",
        ".github/workflows/deliver.yml",
        "ssh deploy@shop.example git -C /srv/shop pull",
    ),
]


def test_the_fleet_has_the_typical_faults_and_each_once(tmp_path: Path) -> None:
    report = judged("fleet", tmp_path, "strict")
    found = [
        (finding.policy, finding.place.file, written(report, finding))
        for finding in report.findings
        if finding.policy not in {"floating-runner", "unpinned-language-package"}
    ]
    assert sorted(set(found)) == sorted(FLEET)
    assert len(found) == len(FLEET) + 1  # two jobs check out
