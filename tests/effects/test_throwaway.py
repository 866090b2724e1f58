"""What a run makes for itself is no running system."""

from __future__ import annotations

import pytest

from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Command, Phase, Scope
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span

CHANGE = "kubectl set image deploy/web web=a:1"
ENTER = "docker exec web pip install x"


def told(script: str, phase: Phase = "pipeline") -> list[str]:
    interpreter = Interpreter(shell="bash")
    place = Place("deploy.sh", Span(0, len(script)))
    interpreter.script(LocatedText.literal(script, place), Scope(phase=phase), None)
    return [
        {"yes": "throwaway", "no": "running"}.get(fact.throwaway, fact.throwaway)
        for fact in interpreter.finish()
        if isinstance(fact, Command) and fact.mutates in {"container", "workload", "host"}
    ]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (CHANGE, "running"),
        (f"kind create cluster; {CHANGE}", "throwaway"),
        (f"k3d cluster create ci && {CHANGE}", "throwaway"),
        (f"minikube start; {CHANGE}", "throwaway"),
        (f"make_it() {{ kind create cluster; }}\nmake_it\n{CHANGE}", "throwaway"),
        (f"gcloud container clusters get-credentials shop; {CHANGE}", "running"),
        (f"kind create cluster; aws eks update-kubeconfig --name shop; {CHANGE}", "undecided"),
        (f"kubectl --context kind-ci {CHANGE[8:]}", "throwaway"),
        (f"kind create cluster; kubectl --context shop-prod {CHANGE[8:]}", "running"),
        ("helm --kube-context minikube rollback web", "throwaway"),
        (f"ns=t-1; kubectl create ns $ns; kubectl -n $ns {CHANGE[8:]}; kubectl delete ns $ns", "throwaway"),
        (f"kubectl create ns t; kubectl -n shop {CHANGE[8:]}; kubectl delete ns t", "running"),
        (ENTER, "undecided"),
        (f"docker run -d --name web a:1; {ENTER}", "throwaway"),
        (f"docker compose up -d; {ENTER}", "throwaway"),
        ("docker -H ssh://web exec web pip install x", "running"),
        ("docker run -d x; docker --context prod exec web pip install x", "running"),
        (f"terraform apply; {CHANGE}; terraform destroy", "undecided"),
        ("docker compose up -d; docker compose pull; docker compose down", "throwaway"),
        ("docker compose down; docker compose pull; docker compose up -d", "undecided"),
        ("docker compose up -d; docker compose exec -T web x --host 127.0.0.1", "throwaway"),
        ("fab deploy", "undecided"),
        ("ssh root@localhost -p 2222 reboot", "throwaway"),
        ("vagrant up; ssh web reboot", "throwaway"),
        ("aws ec2 run-instances; ssh $H ./x; aws ec2 terminate-instances", "throwaway"),
        ("terraform apply; ssh $H ./x; terraform destroy", "throwaway"),
        ("terraform apply; ssh $H ./x", "running"),
        ("ci/vm.sh create; ssh $H ./x; ci/vm.sh delete", "throwaway"),
        ("ci/vm.sh create; ssh $H ./x; ci/other.sh delete", "running"),
        ("ci/job.sh create; ssh $H ./x; ci/job.sh delete", "running"),
        ("vagrant ssh -c 'apt-get install x'", "throwaway"),
        ("tilt up", "throwaway"),
        ("ssh web reboot", "running"),
        ("scp a vagrant@10.0.0.1:/srv", "throwaway"),
        ("ansible-playbook -i localhost, site.yml", "throwaway"),
        ("ansible-playbook -i environments/local site.yml", "throwaway"),
        ("ansible-playbook -i inventories/production site.yml", "running"),
        ("docker exec minikube pip install x", "throwaway"),
        ("docker exec ${KIND_CLUSTER_NAME}-worker pip install x", "throwaway"),
        ("docker cp a.yaml kind-control-plane:/etc/kubernetes/", "throwaway"),
        ("docker exec mail-worker pip install x", "undecided"),
        ("ansible-playbook -c local site.yml", "throwaway"),
        ("ansible-playbook -i hosts site.yml", "running"),
        ("ssh web 'kind create cluster'; kubectl edit deploy/web", "running running"),
    ],
)  # fmt: skip
def test_what_a_command_changes(script: str, expected: str) -> None:
    assert told(script) == expected.split()


def test_a_machine_that_starts_containers_runs_them() -> None:
    assert told(ENTER, "start") == ["running"]


def test_of_a_script_of_many_lines_the_first_is_told() -> None:
    script = "ssh $SSH_OPTS web 'cd /srv/app\nrm -rf old\n'"
    interpreter = Interpreter(shell="bash")
    place = Place("deploy.sh", Span(0, len(script)))
    interpreter.script(LocatedText.literal(script, place), Scope(phase="pipeline"), None)
    (fact,) = [fact for fact in interpreter.finish() if isinstance(fact, Command)]
    assert (fact.text, fact.effect) == ("ssh $SSH_OPTS web cd /srv/app …", "changes")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("scp a-1.2.deb f.example:/var/www/dl/", ["publishes"]),
        ("rsync -a out/*.zip u@f.example:htdocs/", ["publishes"]),
        ("scp a.zip b.md5 $HOST:/srv/downloads", ["publishes"]),
        ("scp a.deb f.example:/srv/app/", ["changes"]),
        ("rsync -a dist/ f.example:/var/www", ["changes"]),
        ("scp a.deb u@f.example:dl/; ssh f.example dpkg -i dl/a.deb", ["changes", "changes"]),
        ("scp a.deb f.example:dl/; ssh g.example ./prepare", ["publishes", "unknown"]),
        ("scp a.deb f.example:dl/; ssh $HOST ./prepare", ["changes", "unknown"]),
        ("ssh f.example ./prepare; scp a.deb f.example:dl/", ["unknown", "publishes"]),
    ],
)
def test_packages_that_a_host_hands_out_do_not_change_it(script: str, expected: list[str]) -> None:
    interpreter = Interpreter(shell="bash")
    place = Place("deploy.sh", Span(0, len(script)))
    interpreter.script(LocatedText.literal(script, place), Scope(phase="pipeline"), None)
    found = (fact for fact in interpreter.finish() if isinstance(fact, Command))
    assert [fact.effect for fact in found] == expected
