"""Pipelines: what steps, tags and machines mean, in a second list from the documentation of those who offer them."""

from __future__ import annotations

import pytest

from immutable_delivery.references.machines import machine_pin
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import HostedRunners, PipelineValues, Steps

COMMANDS = {
    "?repository:git clone": "actions/checkout",
    "ansible-playbook": """
        dawidd6/action-ansible-playbook
    """,
    "aws ecs": """
        aws-actions/amazon-ecs-deploy-task-definition
    """,
    "az aks": """
        azure/aks-set-context
    """,
    "az containerapp": """
        azure/container-apps-deploy-action
    """,
    "az webapp": """
        azure/webapps-container-deploy azure/webapps-deploy
    """,
    "buildah bud": """
        redhat-actions/buildah-build
    """,
    "buildah push": """
        redhat-actions/push-to-registry
    """,
    "docker buildx": """
        akhilerm/tag-push-action docker/bake-action docker/build-push-action elgohr/publish-docker-github-action
        mr-smithers-excellent/docker-build-push whoan/docker-build-with-cache-action
    """,
    "executor": """
        aevea/action-kaniko int128/kaniko-action
    """,
    "flyctl": """
        superfly/flyctl-actions
    """,
    "gcloud app": """
        google-github-actions/deploy-appengine
    """,
    "gcloud compute": """
        google-github-actions/ssh-compute
    """,
    "gcloud container": """
        google-github-actions/get-gke-credentials
    """,
    "gcloud run": """
        google-github-actions/deploy-cloudrun
    """,
    "heroku container:release": """
        akhileshns/heroku-deploy
    """,
    "k3d cluster": """
        absaoss/k3d-action debianmaster/actions-k3s jupyterhub/action-k3s-helm nolar/setup-k3d-k3s
    """,
    "kind create": """
        container-tools/kind-action engineerd/setup-kind helm/kind-action
    """,
    "kubectl": """
        actions-hub/kubectl steebchen/kubectl
    """,
    "kubectl config": """
        azure/k8s-set-context
    """,
    "microk8s start": """
        balchua/microk8s-actions canonical/setup-microk8s charmed-kubernetes/actions-operator
    """,
    "minikube start": """
        manusa/actions-setup-minikube medyagh/setup-minikube
    """,
    "rsync": """
        burnett01/rsync-deployments easingthemes/ssh-deploy
    """,
    "scp": """
        appleboy/scp-action
    """,
    "ssh": """
        appleboy/ssh-action cross-the-world/ssh-pipeline fifsky/ssh-action garygrossgarten/github-action-ssh
    """,
}
"""What each action does, from its README, as the beginning of the command that does the same."""

TOOLS = """
1password/install-cli-action op version
1password/load-secrets-action op version
aquasecurity/setup-trivy trivy version
arduino/setup-task task version
astral-sh/setup-uv uv version
azure/setup-helm helm version
azure/setup-kubectl kubectl version
bufbuild/buf-setup-action buf version
digitalocean/action-doctl doctl version
golangci/golangci-lint-action golangci-lint version
hashicorp/setup-packer packer version
hashicorp/setup-terraform terraform terraform_version
snok/install-poetry poetry version
supabase/setup-cli supabase version
superfly/flyctl-actions/setup-flyctl flyctl version
"""
"""Which tool an action installs, and by which input it is told the version; without it takes the newest, says its README."""


def test_each_step_does_what_its_documentation_says() -> None:
    table = known(Steps).commands
    told = {name: words for words, names in COMMANDS.items() for name in names.split()}
    assert told.keys() == table.keys()
    for name, words in told.items():
        assert " ".join(table[name]).startswith(words), name


def test_each_step_that_installs_a_tool_takes_its_version() -> None:
    rows = {name: tuple(rest) for name, *rest in map(str.split, TOOLS.strip().splitlines())}
    assert rows == known(Steps).tools


def test_each_step_that_starts_a_container_takes_its_image() -> None:
    """Their READMEs: `image` of QEMU's is that of binfmt; `driver-opts` of Buildx' are lines `image=moby/buildkit:…`."""
    told = {
        "docker/setup-qemu-action": ("image",),
        "docker/setup-buildx-action": ("driver-opts=image",),
    }
    assert told == known(Steps).images


def test_a_value_of_a_pipeline_stays_or_moves() -> None:
    values = known(PipelineValues)
    assert (
        not values.fixed & values.branches
        | values.fixed & values.either
        | values.branches & values.either
    )
    assert {
        "github_sha",
        "ci_commit_sha",
        "circle_sha1",
        "build_sourceversion",
        "bitbucket_commit",
        "rev_parse",
    } <= values.fixed
    assert {
        "ci_commit_branch",
        "circle_branch",
        "build_sourcebranchname",
        "bitbucket_branch",
    } <= values.branches


@pytest.mark.parametrize(
    ("name", "pin"),
    [
        ("ubuntu-latest", "alias"), ("ubuntu-24.04", "partial"), ("macos-latest-xlarge", "alias"), ("macos-15", "partial"),
        ("windows-latest", "alias"), ("ubuntu-2404:current", "alias"), ("ubuntu-2404:2024.11.1", "partial"), ("vs2022", "partial"),
        ("ubuntu", ""),
        ("self-hosted", ""), ("gpu", ""),
    ],
)  # fmt: skip
def test_names_of_machines(name: str, pin: str) -> None:
    assert machine_pin(name) == pin
    assert "latest" in known(HostedRunners).moving
